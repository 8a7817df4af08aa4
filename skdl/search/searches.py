"""Grid and random search that train their candidates, on all folds, together.

The fits are :func:`skdl.together.fits.fit_together`'s. All else is the search of scikit-learn,
which is shown what came of them (:mod:`skdl.together.replay`).
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from joblib import parallel_config
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.utils.metadata_routing import process_routing

from skdl.search.start import first_candidates
from skdl.together import Task, fit_together
from skdl.together.callbacks import SearchAudiences
from skdl.together.replay import Record, Replay, Score, Unrecognized
from skdl.tools.given import check_sparse, plain_target

__all__ = ["GridSearchCV", "RandomizedSearchCV", "TogetherMixin"]

Evaluate = Callable[..., dict[str, Any]]  # scikit-learn's: tries candidates, returns all results


def _selection() -> Any:
    """Return scikit-learn's module of searches."""
    from sklearn import model_selection  # heavy: not with the rest of the package

    return model_selection


class TogetherMixin:
    """What makes a search of scikit-learn train together; it goes left of that search.

    The search says what to try in its ``_run_search(evaluate_candidates)``, scikit-learn's hook,
    as often as it likes. The folds are drawn once, so they are the same for all candidates.

    See Also
    --------
    GridSearchCV, RandomizedSearchCV, CoordinateSearchCV : Searches that are made with it.

    Examples
    --------
    Any search of scikit-learn's becomes one; here one that stops when a candidate is good enough.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV, ParameterGrid
    >>> from skdl import MLPClassifier
    >>> class FirstGoodEnough(TogetherMixin, GridSearchCV):
    ...     def _run_search(self, evaluate_candidates):
    ...         for candidate in ParameterGrid(self.param_grid):
    ...             if evaluate_candidates([candidate])["mean_test_score"][-1] > 0.9:
    ...                 break
    >>> net = MLPClassifier((8,), max_iter=20, n_iter_no_change=None, random_state=0)
    >>> search = FirstGoodEnough(net, {"learning_rate": [0.001, 0.1, 0.2]}, cv=3)
    >>> len(search.fit(*load_iris(return_X_y=True)).cv_results_["params"])
    2
    """

    estimator: Any
    cv: Any
    scoring: Any
    n_jobs: Any
    pre_dispatch: Any
    verbose: Any
    error_score: Any
    return_train_score: Any
    refit: Any
    _run_search: Any

    _tries_once = False  # whether _run_search evaluates all its candidates in one call

    def fit(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Train the candidates on all folds, together; then the best one on all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), optional
            Targets.
        **params : dict
            Parameters for the fits, the scorer and the splitter, as scikit-learn routes them.

        Returns
        -------
        self : estimator
            Itself.
        """
        if not hasattr(self.estimator, "fit"):
            return super().fit(X, y, **params)  # scikit-learn says what is wrong
        name = type(self).__name__
        X = check_sparse(name, "X", X) if issparse(X) else X
        if y is not None and (issparse(y) or not hasattr(y, "shape")):
            y = plain_target(name, y, numeric=False)
        params = {k: check_sparse(name, k, v) if issparse(v) else v for k, v in params.items()}
        cv = _selection().check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        replay = Replay(self.estimator, self.scoring, cv)
        # Scikit-learn's workers would get stand-ins, which have nothing to do: it works here.
        here = parallel_config(backend="sequential")

        def run_search(evaluate_candidates: Evaluate, callback_ctx: Any = None) -> None:
            here.unregister()  # its workers are chosen; ours, and the refit's, are the user's
            self._run_together(replay, evaluate_candidates, params, callback_ctx)
            # From here on it is this search, for the refit and for those who look on (MLflow).
            del search._run_search
            search.set_params(**self.get_params(deep=False))
            search.refit = self._which_is_best()

        search: Any = copy.copy(self)  # what scikit-learn runs: the same, but with the stand-ins
        search.estimator, search.scoring, search.cv = replay.estimator, replay.scoring, replay.cv
        search.n_jobs, search.verbose = 1, 0
        search._run_search = run_search
        try:
            with here:
                super(TogetherMixin, search).fit(X, y, **params)
        except Unrecognized as error:
            raise RuntimeError(
                f"{type(self).__name__}: scikit-learn did not ask for the fits that were done, so "
                f"there is no result ({error})"
            ) from error
        search.scorer_ = replay.real_scorers()
        vars(self).update({k: value for k, value in vars(search).items() if k.endswith("_")})
        return self

    def _which_is_best(self) -> Any:
        """Return what scikit-learn takes for `refit` when all is tried."""
        return self.refit

    def _run_together(
        self,
        replay: Replay,
        evaluate_candidates: Evaluate,
        params: dict[str, Any],
        callback_ctx: Any,
    ) -> None:
        """Run the search: all it wants to try is trained, then shown to scikit-learn."""
        to_fit, to_score = replay.hear(evaluate_candidates)
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **params)
            fit_params, score_params = routed.estimator.fit, routed.scorer.score
        else:
            fit_params = {name: params[name] for name in to_fit}
            score_params = {name: params[name] for name in to_score}
        scorer = check_scoring(
            self.estimator, scoring=self.scoring, raise_exc=self.error_score == "raise"
        )
        score = Score(
            replay.cv.X,
            replay.cv.y,
            scorer,
            score_params,
            with_training=self.return_train_score,
            raises=self.error_score == "raise",
        )
        audiences = SearchAudiences(self, callback_ctx)
        all_records: list[Record] = []

        def evaluate(candidates: Any, more_results: Any = None) -> dict[str, Any]:
            candidates = list(candidates)
            tasks = self._tasks(candidates, replay.cv.folds, fit_params)
            audiences.invite(tasks, is_all=self._tries_once)
            records = self._train(candidates, tasks, replay.cv, score)
            all_records.extend(records)
            replay.expect(candidates, records)
            results = evaluate_candidates(candidates, more_results=more_results)
            replay.verify(results, all_records)
            for name in ("fit_time", "score_time"):
                times = [getattr(record, name) for record in all_records]
                times = np.reshape(times, (-1, len(replay.cv.folds)))
                results[f"mean_{name}"], results[f"std_{name}"] = times.mean(1), times.std(1)
            return results

        self._run_search(evaluate)
        audiences.end()
        replay.end()

    def _tasks(
        self, candidates: list[Any], folds: list[Any], fit_params: dict[str, Any]
    ) -> list[Task]:
        """List the fits: each candidate on each fold."""
        rows = [(np.asarray(train), np.asarray(test)) for train, test in folds]
        return [
            Task(
                _set(self.estimator, setting),
                fold=number,
                rows=train,
                params=fit_params,
                label=test,
            )
            for setting in candidates
            for number, (train, test) in enumerate(rows)
        ]

    def _train(
        self, candidates: list[Any], tasks: list[Task], cv: Any, score: Score
    ) -> list[Record]:
        """Fit and score each candidate on each fold; pass each distinct warning on once."""
        n_folds = len(cv.folds)
        if self.verbose > 0:
            print(
                f"Fitting {n_folds} folds for each of {len(candidates)} candidates, "
                f"totalling {len(tasks)} fits"
            )

        def tell(number: int, record: Record) -> None:
            candidate, fold = divmod(number, n_folds)
            print(_told(f"[CV {fold + 1}/{n_folds}] END ", candidates[candidate], record))

        records = fit_together(
            tasks,
            cv.X,
            cv.y,
            then=score,
            n_jobs=self.n_jobs,
            pre_dispatch=self.pre_dispatch,
            verbose=self.verbose,
            description=type(self).__name__,
            completed=tell if self.verbose > 1 else None,
        )
        for category, message in dict.fromkeys(w for r in records for w in r.warnings):
            warnings.warn(message, category, stacklevel=2)
        return records


def _set(estimator: Any, setting: dict[str, Any]) -> Any:
    """Return a clone with these settings, which are cloned too, as some may be estimators."""
    settings: Any = clone(setting, safe=False)
    own: Any = clone(estimator)
    return own.set_params(**settings)


def _told(start: str, candidate: dict[str, Any], record: Record) -> str:
    """Write one line of what came of a fit, in the form in which scikit-learn does."""
    settings = ", ".join(f"{name}={candidate[name]}" for name in sorted(candidate))
    parts = [settings + ";"] if settings else []
    for part, score in zip(("test", "train"), record.scores, strict=False):
        values = score.items() if isinstance(score, dict) else [("score", score)]
        told = (
            f"{k}={v:.3f}" if not isinstance(v, Exception | str) else f"{k}=?" for k, v in values
        )
        parts.append(f"{part}: " + ", ".join(told))
    if record.error is not None:
        parts.append(f"failed: {record.error!r}")
    return f"{start}{' '.join(parts)}, total time {record.fit_time + record.score_time:.1f} s"


class GridSearchCV(TogetherMixin, _selection().GridSearchCV):  # type: ignore[misc]
    """Try every combination of settings, as scikit-learn's search of this name, but train together.

    Networks of ours, alone or at the end of a pipeline, are trained side by side, as one stack,
    where candidates differ only in numbers that the training loop uses: rates, momenta, penalties,
    dropout and noise strengths, seeds and initial weights, class weights, label smoothing; and so
    are folds with as many rows. What changes the shapes or the algorithm makes another stack:
    layers, activation, optimiser, batch size, schedule, loss. The stacks are spread over `n_jobs`
    workers, and what comes before a network in a pipeline is fitted once for each fold. The scores
    are those of fits one by one. Any other estimator is fitted one by one.

    Parameters
    ----------
    estimator : estimator
        What is to be tuned.
    param_grid : dict of str to list, or list of dicts
        The values to try for each parameter; of a list, each dict is a grid of its own.
    scoring, n_jobs, refit, cv, pre_dispatch, error_score, return_train_score
        As of scikit-learn's ``GridSearchCV``. The folds are the same for all candidates.
    verbose : int, default=0
        From 1 on, the number of fits is printed, and a progress bar is shown on a terminal, which
        moves while networks train; from 2 on, a line is printed for each fit when it is done.
    start : estimator, dict or list of these, default=None
        Settings that worked elsewhere, which are tried first: of an estimator, its values
        of what is searched. What is among them is not tried again.

    Attributes
    ----------
    cv_results_, best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_
        As of scikit-learn's. The time of a fit is its share of the time of its stack.
    refit_time_, multimetric_, classes_, n_features_in_, feature_names_in_
        As of scikit-learn's.

    See Also
    --------
    RandomizedSearchCV : Tries settings drawn at random.
    CoordinateSearchCV : Tries one parameter at a time.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(hidden_layer_sizes=(8,), max_iter=20, n_iter_no_change=None,
    ...                     random_state=0)
    >>> grid = {"learning_rate": [0.001, 0.01, 0.1], "l2": [0.0, 0.01]}
    >>> search = GridSearchCV(net, grid, cv=3).fit(X, y)  # 18 networks, side by side
    >>> search.best_params_["learning_rate"]
    0.1

    What was found can be where the next search begins.

    >>> again = GridSearchCV(net, grid, cv=3, start={"learning_rate": 0.2, "l2": 0.001}).fit(X, y)
    >>> again.cv_results_["params"][0], len(again.cv_results_["params"])
    ({'learning_rate': 0.2, 'l2': 0.001}, 7)
    """

    _tries_once = True

    def __init__(
        self,
        estimator: Any,
        param_grid: Any,
        *,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        error_score: Any = np.nan,
        return_train_score: bool = False,
        start: Any = None,
    ) -> None:
        super().__init__(
            estimator,
            param_grid,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.start = start

    def _run_search(self, evaluate_candidates: Evaluate) -> None:
        grid = _selection().ParameterGrid(self.param_grid)
        name = type(self).__name__
        evaluate_candidates(first_candidates(name, self.start, self.param_grid, grid))


class RandomizedSearchCV(TogetherMixin, _selection().RandomizedSearchCV):  # type: ignore[misc]
    """Try settings drawn at random, as scikit-learn's search of this name, but train together.

    What is trained side by side is told at :class:`~skdl.search.GridSearchCV`. Draw the
    settings that can be stacked from distributions, and the others, such as the layers or the
    batch size, from few values: each combination of these is a stack of its own.

    Parameters
    ----------
    estimator : estimator
        What is to be tuned.
    param_distributions : dict of str to list or distribution, or list of dicts
        Where the values of each parameter are drawn from; :func:`~skdl.search_space` makes one.
    n_iter : int, default=10
        The number of candidates.
    random_state : int, RandomState or None
        The seed of the draws of candidates.
    scoring, n_jobs, refit, cv, pre_dispatch, error_score, return_train_score
        As of scikit-learn's ``RandomizedSearchCV``. The folds are the same for all candidates.
    verbose : int, default=0
        From 1 on, the number of fits is printed, and a progress bar is shown on a terminal, which
        moves while networks train; from 2 on, a line is printed for each fit when it is done.
    start : estimator, dict or list of these, default=None
        Settings that worked elsewhere, which are tried first, beside the `n_iter`: of an estimator,
        its values of what is searched. What is among them is not tried again.

    Attributes
    ----------
    cv_results_, best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_
        As of scikit-learn's. The time of a fit is its share of the time of its stack.
    refit_time_, multimetric_, classes_, n_features_in_, feature_names_in_
        As of scikit-learn's.

    See Also
    --------
    search_space : Makes a space for a network.
    GridSearchCV : Tries every combination of settings.

    References
    ----------
    Bergstra and Bengio (2012), "Random search for hyper-parameter optimization".

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> from skdl.search import LogUniform, Uniform
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(hidden_layer_sizes=(8,), max_iter=20, n_iter_no_change=None,
    ...                     random_state=0)
    >>> space = {"learning_rate": LogUniform(1e-4, 1e-1), "dropout": Uniform(0.0, 0.3)}
    >>> search = RandomizedSearchCV(net, space, n_iter=6, cv=3, random_state=0).fit(X, y)
    >>> float(search.best_score_) > 0.9
    True
    """

    _tries_once = True

    def __init__(
        self,
        estimator: Any,
        param_distributions: Any,
        *,
        n_iter: int = 10,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = np.nan,
        return_train_score: bool = False,
        start: Any = None,
    ) -> None:
        super().__init__(
            estimator,
            param_distributions,
            n_iter=n_iter,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            random_state=random_state,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.start = start

    def _run_search(self, evaluate_candidates: Evaluate) -> None:
        spaces, name = self.param_distributions, type(self).__name__
        drawn = _selection().ParameterSampler(spaces, self.n_iter, random_state=self.random_state)
        evaluate_candidates(first_candidates(name, self.start, spaces, drawn))
