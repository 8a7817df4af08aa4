"""Replay: scikit-learn keeps the books of a search whose fits were done elsewhere.

A search of scikit-learn asks an estimator to fit and a scorer to score, for every candidate and
fold, and makes ``cv_results_`` of the answers. Here stand-ins answer: what they return, or raise,
was recorded beforehand. So the checks, the results, the ranks and the warnings are scikit-learn's
own, whatever its version.

It cannot answer wrongly: a stand-in does not leave its process (it refuses to be pickled), answers
each question once, and only to who asks for the candidate that is next in the record; and the
scores in ``cv_results_`` are compared with the record. Whatever does not fit is an error.
"""

from __future__ import annotations

import pickle
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, NoReturn

import numpy as np
from sklearn.base import clone
from sklearn.metrics import check_scoring
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import get_routing_for_object

from skdl.together.tasks import Fitted, Task
from skdl.tools.rows import inputs_of, n_rows, params_of_rows, rows_of

__all__ = ["Record", "Replay", "Score", "Unrecognized"]

Candidate = dict[str, Any]


class Unrecognized(BaseException):
    """A stand-in was asked for what was not recorded.

    It is no ``Exception``: a search would take that for a failed fit, and go on.

    Examples
    --------
    >>> issubclass(Unrecognized, Exception)
    False
    """


class _AllHeard(BaseException):
    """Ends a search that was begun only to hear what scikit-learn asks for."""


def _itself(thing: Any) -> Any:
    return thing


class _Confined:
    """What stands in for something real, and stays in its process while it does."""

    real: Any
    replay: Replay

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self.replay.is_over:
            return _itself, (self.real,)
        raise pickle.PicklingError(
            f"{type(self).__name__}: what stands in for a recorded fit cannot leave its process"
        )


@dataclass
class Record:
    """What came of one fit: an error, or the scores of the test rows and then the training rows.

    A score is a number, a dict of numbers by metric, or the exception of the scorer. In the dict a
    metric that failed has the text of its exception.

    See Also
    --------
    Replay : Shows records to scikit-learn.

    Examples
    --------
    >>> Record(None, [{"r2": 0.5, "max_error": 2.0}]).scores_of("r2")
    [0.5]
    """

    error: Exception | None
    scores: list[Any] = field(default_factory=list)
    warnings: list[tuple[type[Warning], str]] = field(default_factory=list)
    fit_time: float = 0.0
    score_time: float = 0.0

    def scores_of(self, metric: str | None) -> list[Any]:
        """Return the scores as a stand-in of this metric gives or raises them; None: the only one.

        Raises
        ------
        Exception
            If the scorer failed as a whole, not one of its metrics.
        """
        if metric is None or self.error is not None:
            return list(self.scores)
        for score in self.scores:
            if isinstance(score, Exception):
                raise score  # not of one metric: scikit-learn does not go on either
        named = [score[metric] for score in self.scores]
        return [RuntimeError(score) if isinstance(score, str) else score for score in named]


class _StandIn(_Confined):
    """Stands in for the estimator of a search: what it is set to is a recorded fit."""

    def __init__(self, estimator: Any, replay: Replay) -> None:
        self.real = estimator  # it has the tags and the metadata requests
        self.replay = replay

    def __sklearn_clone__(self) -> _StandIn:
        return self

    def __sklearn_tags__(self) -> Any:
        return get_tags(self.real)

    def __repr__(self) -> str:
        return repr(self.real)

    def get_metadata_routing(self) -> Any:
        """Return what the estimator requests."""
        return get_routing_for_object(self.real)

    def set_params(self, **params: Any) -> Any:
        """Return the fit that was recorded; for the last one, the refit, the real estimator."""
        if self.replay.is_over:
            own: Any = clone(self.real)
            return own.set_params(**params)
        return self.replay.next_fit(params)

    def fit(self, X: Any, y: Any = None, **params: Any) -> NoReturn:
        """Refuse: no candidate was set."""
        raise Unrecognized("a fit was asked for without saying of which candidate")


class _RecordedFit(_StandIn):
    """Stands in for one fit: ``fit`` does nothing, or fails as it did; its scores are recorded."""

    def __init__(self, estimator: Any, replay: Replay, record: Record) -> None:
        super().__init__(estimator, replay)
        self.record = record
        self.is_fitted = False
        self.scores = {
            metric: record.scores_of(metric) if record.error is None else []
            for metric in replay.scorers
        }

    @property
    def is_done(self) -> bool:
        """Whether all that was recorded has been asked for."""
        return self.is_fitted and not any(self.scores.values())

    def fit(self, X: Any, y: Any = None, **params: Any) -> Any:  # type: ignore[override]
        """Do nothing, or fail as the recorded fit did."""
        if self.is_fitted:
            raise Unrecognized("a recorded fit was asked for twice")
        self.is_fitted = True
        self.replay.fit_params |= set(params)
        return _outcome(self) if self.record.error is None else _outcome(self.record.error)

    def next_score(self, metric: str | None, params: dict[str, Any]) -> Any:
        """Return or raise the next score: first of the test rows, then of the training rows."""
        self.replay.score_params |= set(params)
        if not (self.is_fitted and self.scores[metric]):
            raise Unrecognized("a score was asked for that was not recorded")
        return _outcome(self.scores[metric].pop(0))


def _outcome(outcome: Any) -> Any:
    """Return an outcome, or raise it."""
    if isinstance(outcome, BaseException):
        raise outcome.with_traceback(None)  # of this time only: fits of a stack fail with one
    return outcome


class _StandInScorer(_Confined):
    """Stands in for a scorer: a call gives the recorded score."""

    def __init__(self, scorer: Any, metric: str | None, replay: Replay) -> None:
        self.real = self.__wrapped__ = scorer  # by the second name `inspect.signature` finds it
        self.metric = metric
        self.replay = replay

    def __getattr__(self, name: str) -> Any:
        if name == "real":  # asked for before it is there
            raise AttributeError(name)
        return getattr(self.real, name)

    def __repr__(self) -> str:
        return repr(self.real)

    def get_metadata_routing(self) -> Any:
        """Return what the scorer requests."""
        return get_routing_for_object(self.real)

    def __call__(self, estimator: Any, X: Any, y: Any = None, **params: Any) -> Any:
        if self.replay.is_over:  # whoever scores the search itself, as MLflow does
            return self.real(estimator, X, y, **params)
        if not isinstance(estimator, _RecordedFit) or estimator.replay is not self.replay:
            raise Unrecognized(f"a score was asked for of what was not recorded: {estimator!r}")
        return estimator.next_score(self.metric, params)


class _StandInFolds(_Confined):
    """Draws the folds once, keeps them, and gives scikit-learn one row of each.

    ``X`` and ``y`` are kept too, as scikit-learn hands them out.
    """

    def __init__(self, cv: Any, replay: Replay) -> None:
        self.real = cv
        self.replay = replay
        self.folds: Any = None
        self.X: Any = None
        self.y: Any = None

    def __repr__(self) -> str:
        return repr(self.real)

    def get_metadata_routing(self) -> Any:
        """Return what the splitter requests."""
        return get_routing_for_object(self.real)

    def get_n_splits(self, X: Any = None, y: Any = None, **params: Any) -> int:
        """Return the number of folds."""
        return self.real.get_n_splits(X, y, **params)

    def split(self, X: Any, y: Any = None, **params: Any) -> list[tuple[list[int], list[int]]]:
        """Return as many folds as there are; the rows in them do not matter."""
        if self.folds is None:
            self.folds = list(self.real.split(X, y, **params))
            self.X, self.y = X, y
        return [([0], [0])] * len(self.folds)


class Replay:
    """The stand-ins of one search: its ``estimator``, its ``scoring`` and its ``cv``.

    Parameters
    ----------
    estimator : estimator
        The real one.
    scoring : str, callable, list, tuple, set, dict or None
        As of the search.
    cv : splitter
        The real one.

    See Also
    --------
    skdl.search.GridSearchCV : Shows a replay to scikit-learn.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.model_selection import GridSearchCV, KFold
    >>> replay = Replay(Ridge(), None, KFold(2))
    >>> replay.expect([{"alpha": 1.0}], [Record(None, [0.5]), Record(None, [0.7])])
    >>> search = GridSearchCV(
    ...     replay.estimator, {"alpha": [1.0]}, scoring=replay.scoring, cv=replay.cv, refit=False
    ... )
    >>> search.fit([[0.0], [1.0]], [0.0, 1.0]).cv_results_["mean_test_score"]
    array([0.6])
    """

    def __init__(self, estimator: Any, scoring: Any, cv: Any) -> None:
        self.is_over = False
        self.fit_params: set[str] = set()  # names of the parameters that came with the calls
        self.score_params: set[str] = set()
        self._expected: list[tuple[Candidate, Record | BaseException]] = []
        self._fits: list[_RecordedFit] = []
        self.estimator = _StandIn(estimator, self)
        self.cv = _StandInFolds(cv, self)
        scorer = check_scoring(estimator, scoring=scoring)  # refuses what is wrong
        self.is_named = isinstance(scoring, list | tuple | set | dict)
        if self.is_named:
            named = scoring if isinstance(scoring, dict) else {name: name for name in scoring}
            self.scoring: Any = {
                name: _StandInScorer(check_scoring(estimator, scoring=one), name, self)
                for name, one in named.items()
            }
        else:
            self.scoring = _StandInScorer(scorer, None, self)

    @property
    def scorers(self) -> dict[str | None, _StandInScorer]:
        """The stand-ins of the scorers by metric; a single one has no name."""
        return self.scoring if self.is_named else {None: self.scoring}

    def real_scorers(self) -> Any:
        """Return what scikit-learn's ``scorer_`` is without stand-ins."""
        real = {name: stand_in.real for name, stand_in in self.scorers.items()}
        return real if self.is_named else real[None]

    def hear(self, evaluate_candidates: Callable[..., Any]) -> tuple[set[str], set[str]]:
        """Let scikit-learn begin: the folds are drawn.

        Returns
        -------
        fit_params, score_params : set of str
            The names of the parameters that reach ``fit``, and that reach a scorer.
        """
        score = 0.0 if not self.is_named else dict.fromkeys(self.scorers, 0.0)
        one = Record(None, [score, score])  # for the test rows, and perhaps for the training rows
        self._expected = [({}, one), ({}, _AllHeard())]
        with suppress(_AllHeard):
            evaluate_candidates([{}, {}])
        self._fits = []
        return self.fit_params, self.score_params

    def expect(self, candidates: Sequence[Candidate], records: Sequence[Record]) -> None:
        """Set what scikit-learn will see: the records of each candidate, fold by fold."""
        n_folds = len(records) // max(len(candidates), 1)
        each = [candidate for candidate in candidates for _ in range(n_folds)]
        self._expected = list(zip(each, records, strict=True))
        self._fits = []

    def next_fit(self, params: Candidate) -> _RecordedFit:
        """Return the stand-in of the fit that is next, if that is of these parameters."""
        if not self._expected:
            raise Unrecognized(f"a fit was asked for that was not recorded: {params!r}")
        candidate, record = self._expected.pop(0)
        if isinstance(record, BaseException):
            raise record
        if not _is_same(candidate, params):
            raise Unrecognized(f"the next recorded fit is of {candidate!r}, not of {params!r}")
        self._fits.append(_RecordedFit(self.estimator.real, self, record))
        return self._fits[-1]

    def verify(self, results: dict[str, Any], records: Sequence[Record]) -> None:
        """Compare what scikit-learn has made of all records so far with the records.

        Raises
        ------
        Unrecognized
            If something recorded was not asked for, or a score is not where it belongs.
        """
        if self._expected or not all(fit.is_done for fit in self._fits):
            raise Unrecognized("not all that was recorded was asked for")
        n_folds = len(self.cv.folds or ())
        for i, record in enumerate(records):
            candidate, fold = divmod(i, n_folds)
            for part, score in zip(("test", "train"), record.scores, strict=False):
                for name, value in (score if isinstance(score, dict) else {"score": score}).items():
                    if isinstance(value, Exception | str):
                        continue  # it failed, so error_score stands there
                    found = results[f"split{fold}_{part}_{name}"][candidate]
                    if not np.array_equal(found, np.float64(value), equal_nan=True):
                        raise Unrecognized(
                            f"{part} {name} of candidate {candidate} on fold {fold} is {found}; "
                            f"recorded was {value}"
                        )

    def end(self) -> None:
        """Have the next fit, the refit, done by the real estimator."""
        self.is_over = True


def _is_same(a: Candidate, b: Candidate) -> bool:
    """Whether two candidates are the same, as far as their clones can be compared."""
    plain = (bool, int, float, str, type(None))
    return a.keys() == b.keys() and all(
        type(x) is type(y) and (not isinstance(x, plain) or x == y or x != x)
        for x, y in zip(a.values(), (b[name] for name in a), strict=True)
    )


@dataclass
class Score:
    """Score a fitted estimator in the worker that fitted it, so that only numbers travel.

    Parameters
    ----------
    X, y : array-like
        All rows; the label of a task says which are its test rows.
    scorer : callable
        ``scorer(estimator, X, y, **params)``.
    params : dict
        Parameters of the scorer, for all rows.
    with_training : bool
        Whether the training rows are scored too.
    raises : bool
        Whether an error ends everything, or is part of the record.

    See Also
    --------
    skdl.together.fit_together : Calls it with each fit.

    Examples
    --------
    >>> from sklearn.dummy import DummyRegressor
    >>> X, y = np.zeros((4, 1)), np.array([0.0, 2.0, 1.0, 1.0])
    >>> score = Score(X, y, check_scoring(DummyRegressor(), scoring="r2"), {}, False, True)
    >>> task = Task(DummyRegressor(), fold=0, rows=np.array([2, 3]), label=np.array([0, 1]))
    >>> score(task, Fitted(task.estimator.fit(X[2:], y[2:]))).scores
    [0.0]
    """

    X: Any
    y: Any
    scorer: Any
    params: dict[str, Any]
    with_training: bool
    raises: bool

    def __call__(self, task: Task, fitted: Fitted) -> Record:
        """Return the record of one fit."""
        if fitted.error is not None:
            error = self._noted(fitted.error, fitted.traceback)
            return Record(error, [], fitted.warnings, fitted.seconds)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            start = perf_counter()
            scores = [self._score(fitted.estimator, task.label, task.rows)]
            seconds = perf_counter() - start
            if self.with_training:
                scores.append(self._score(fitted.estimator, task.rows, task.rows))
        messages = [(w.category, str(w.message)) for w in caught]
        return Record(None, scores, [*fitted.warnings, *messages], fitted.seconds, seconds)

    def _score(self, estimator: Any, rows: Any, training: Any) -> Any:
        """Return the score of these rows, or the exception."""
        X = inputs_of(estimator, self.X, rows, training)
        targets = () if self.y is None else (rows_of(self.y, rows),)
        params = params_of_rows(self.params, rows, n_rows(self.X))
        try:
            return self.scorer(estimator, X, *targets, **params)
        except Exception as error:
            return self._noted(error, traceback.format_exc())

    def _noted(self, error: Exception, trace: str) -> Exception:
        """Note in an exception where it was raised, which its way to another process would lose."""
        if self.raises:
            raise error
        if not hasattr(error, "__notes__"):
            error.add_note(trace)
        return error.with_traceback(None)  # which would keep the arrays alive
