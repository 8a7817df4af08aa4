"""Replay: scikit-learn keeps the books of a search whose fits were done elsewhere.

A search of scikit-learn asks an estimator to fit and a scorer to score, for every candidate and
fold, and makes ``cv_results_`` of the answers. Here stand-ins answer: what they return, or raise,
was recorded beforehand. So the checks, the results, the ranks and the warnings are scikit-learn's
own, whatever its version.
"""

from __future__ import annotations

import traceback
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from sklearn.base import clone
from sklearn.metrics import check_scoring
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import get_routing_for_object

from skdl.tools.rows import inputs_of, n_rows, params_of_rows, rows_of

__all__ = ["Record", "Replay", "Score"]


class Heard(BaseException):
    """Ends a search that was begun only to hear what scikit-learn asks for."""


class Player:
    """Hands out recorded outcomes, one at each call; an outcome that is an exception is raised.

    ``heard`` are the names of the parameters that came with the calls.
    """

    def __init__(self) -> None:
        self.heard: set[str] = set()
        self.outcomes: Any = None

    def play(self, outcomes) -> None:
        """Set what the next calls give."""
        self.outcomes = iter(outcomes)

    def next_outcome(self, params) -> Any:
        """Return or raise the next outcome."""
        self.heard |= set(params)
        outcome = next(self.outcomes)
        if isinstance(outcome, BaseException):
            raise outcome.with_traceback(None)  # of this time only: fits of a stack fail with one
        return outcome


class StandIn(Player):
    """Stands in for an estimator that has been fitted elsewhere.

    Parameters
    ----------
    estimator : estimator
        The real one: it has the tags and the metadata requests, and is what will be refitted.
    """

    def __init__(self, estimator) -> None:
        super().__init__()
        self.estimator = estimator

    def __sklearn_clone__(self) -> StandIn:
        return self  # one tape, however often scikit-learn clones

    def __sklearn_tags__(self):
        return get_tags(self.estimator)

    def __repr__(self) -> str:
        return repr(self.estimator)

    def get_metadata_routing(self):
        """Return what the estimator requests."""
        return get_routing_for_object(self.estimator)

    def set_params(self, **params):
        """Return itself for a fit that is recorded; for the last one, the refit, the real one."""
        if self.outcomes is not None:
            return self
        return clone(self.estimator).set_params(**params)

    def fit(self, X, y=None, **params) -> StandIn:
        """Do nothing, or fail as the recorded fit did."""
        self.next_outcome(params)
        return self


class StandInScorer(Player):
    """Stands in for a scorer: a call gives the recorded score."""

    def __init__(self, scorer) -> None:
        super().__init__()
        self.__wrapped__ = scorer  # the name by which `inspect.signature` finds it

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__wrapped__, name)

    def __repr__(self) -> str:
        return repr(self.__wrapped__)

    def get_metadata_routing(self):
        """Return what the scorer requests."""
        return get_routing_for_object(self.__wrapped__)

    def __call__(self, estimator, X, y=None, **params):
        return self.next_outcome(params)


class StandInFolds:
    """Draws the folds once, keeps them, and gives scikit-learn one row of each.

    ``X`` and ``y`` are kept too, as scikit-learn hands them out.
    """

    def __init__(self, cv) -> None:
        self.cv = cv
        self.folds: list[tuple] | None = None
        self.X = self.y = None

    def __repr__(self) -> str:
        return repr(self.cv)

    def get_metadata_routing(self):
        """Return what the splitter requests."""
        return get_routing_for_object(self.cv)

    def get_n_splits(self, X=None, y=None, **params) -> int:
        """Return the number of folds."""
        return self.cv.get_n_splits(X, y, **params)

    def split(self, X, y=None, **params) -> list:
        """Return as many folds as there are; the rows in them do not matter."""
        if self.folds is None:
            self.folds = list(self.cv.split(X, y, **params))
            self.X, self.y = X, y
        return [([0], [0])] * len(self.folds)


@dataclass
class Record:
    """What came of one fit: an error, or the scores of the test rows and then the training rows.

    A score is a number, a dict of numbers by metric, or the exception of the scorer. In the dict a
    metric that failed has the text of its exception.
    """

    error: Exception | None
    scores: list = field(default_factory=list)
    warnings: list = field(default_factory=list)
    fit_time: float = 0.0
    score_time: float = 0.0

    def scores_of(self, name: str | None) -> list:
        """Return the scores as what a stand-in of this metric plays."""
        if name is None or self.error is not None:
            return self.scores
        for score in self.scores:
            if isinstance(score, Exception):
                raise score  # not of one metric: scikit-learn does not go on either
        named = [score[name] for score in self.scores]
        return [RuntimeError(score) if isinstance(score, str) else score for score in named]


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
    """

    def __init__(self, estimator, scoring, cv) -> None:
        self.estimator = StandIn(estimator)
        self.cv = StandInFolds(cv)
        scorer = check_scoring(estimator, scoring=scoring)  # refuses what is wrong
        self.is_named = isinstance(scoring, list | tuple | set | dict)
        if self.is_named:
            named = scoring if isinstance(scoring, dict) else {name: name for name in scoring}
            self.scoring = {
                name: StandInScorer(check_scoring(estimator, scoring=one))
                for name, one in named.items()
            }
        else:
            self.scoring = StandInScorer(scorer)

    @property
    def scorers(self) -> dict[str | None, StandInScorer]:
        """The stand-ins of the scorers by metric; a single one has no name."""
        return self.scoring if self.is_named else {None: self.scoring}

    def real_scorers(self):
        """Return what scikit-learn's ``scorer_`` is without stand-ins."""
        real = {name: stand_in.__wrapped__ for name, stand_in in self.scorers.items()}
        return real if self.is_named else real[None]

    def hear(self, evaluate_candidates) -> tuple[set, set]:
        """Let scikit-learn begin: the folds are drawn.

        Returns the names of the parameters that reach ``fit``, and that reach a scorer.
        """
        self.estimator.play([None, Heard()])
        for scorer in self.scorers.values():
            scorer.play([0.0, 0.0])  # for the test rows, and perhaps for the training rows
        with suppress(Heard):
            evaluate_candidates([{}, {}])
        return self.estimator.heard, set().union(*(s.heard for s in self.scorers.values()))

    def play(self, records: list[Record]) -> None:
        """Set what scikit-learn will see, in the order in which it will ask."""
        self.estimator.play([record.error for record in records])
        for name, scorer in self.scorers.items():
            scorer.play([score for record in records for score in record.scores_of(name)])

    def end(self) -> None:
        """Have the next fit, the refit, done by the real estimator."""
        self.estimator.outcomes = None


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
    """

    X: Any
    y: Any
    scorer: Any
    params: dict
    with_training: bool
    raises: bool

    def __call__(self, task, fitted) -> Record:
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

    def _score(self, estimator, rows, training):
        """Return the score of these rows, or the exception."""
        X = inputs_of(estimator, self.X, rows, training)
        targets = () if self.y is None else (rows_of(self.y, rows),)
        params = params_of_rows(self.params, rows, n_rows(self.X))
        try:
            return self.scorer(estimator, X, *targets, **params)
        except Exception as error:
            return self._noted(error, traceback.format_exc())

    def _noted(self, error, trace):
        """Note in an exception where it was raised, which its way to another process would lose."""
        if self.raises:
            raise error
        if not hasattr(error, "__notes__"):
            error.add_note(trace)
        return error.with_traceback(None)  # which would keep the arrays alive
