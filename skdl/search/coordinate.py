"""``CoordinateSearchCV``: change one parameter at a time, and keep what helps."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NoReturn, Self

import numpy as np
from sklearn.base import clone

from skdl.core.component import Boolean, check_parameter
from skdl.estimators.parameters.table import PARAMETERS
from skdl.search.searches import Evaluate, GridSearchCV
from skdl.search.start import same, starting_settings

__all__ = ["CoordinateSearchCV"]

TRAINING, VALIDATION = "training score", "validation score"
# Groups of a network's parameters that are to make training work.
OF_TRAINING = ("initialisation", "optimiser", "schedule", "batches", "clipping")


def _is_of_training(name: str) -> bool:
    """Say whether a parameter is of those that are to make training work."""
    parts = [part for part in name.split("__") if part in PARAMETERS]
    return bool(parts) and PARAMETERS[parts[0]].group in OF_TRAINING


def _decision(
    name: str, values: list[Any], scores: np.ndarray, kept: int, by: str
) -> dict[str, Any]:
    """Tell which value was kept, and how far the next one was behind."""
    others = [k for k in range(len(values)) if k != kept and not np.isnan(scores[k])]
    second = max(others, key=lambda k: scores[k]) if others else None
    return {
        "parameter": name,
        "value": values[kept],
        "by": by,
        "score": float(scores[kept]),
        "next_value": None if second is None else values[second],
        "next_score": None if second is None else float(scores[second]),
    }


class CoordinateSearchCV(GridSearchCV):
    """Search one parameter at a time, from the estimator's own settings, and keep what helps.

    A round tries every value of each parameter in turn, with the others at the best that is known.
    Another round follows, up to `n_rounds`, unless the last one changed nothing. What was measured
    is never measured again. The candidates of a step are trained together, as those of
    :class:`~skdl.search.GridSearchCV` are.

    With m values for each of d parameters a round takes about d·m candidates, where a grid takes
    m to the power of d. It finds the best one if the parameters act separately; if they depend on
    each other, a round can end where no single change helps, though two at once would.

    Parameters
    ----------
    estimator : estimator
        What is to be tuned. Its own settings are the first candidate and, without `start`, the
        starting point.
    param_grid : dict of str to list
        The values to try for each parameter, in the order in which they matter.
    n_rounds : int, default=3
        The largest number of rounds.
    scoring, n_jobs, refit, cv, verbose, pre_dispatch, error_score, return_train_score
        As of scikit-learn's ``GridSearchCV``. With several metrics `refit` must name the one that
        counts. The folds are drawn once and are the same for all candidates.
    stages : bool, default=False
        Whether to choose in two stages: first the settings of the optimiser, schedule, batches,
        clipping and initial weights, by the score on the *training* rows, for they are to make
        training work; then all else, capacity and penalties, by the *validation* score. It needs
        ``return_train_score=True``; with ``scoring="neg_log_loss"`` the first score is the training
        loss. Parameters that are not of a network belong to the second stage.
    start : estimator, dict or list of these, default=None
        Settings that worked elsewhere: of an estimator, its values of what is searched; what a dict
        leaves out is the estimator's own. They are tried after the estimator's own settings, before
        all others, and the search goes on from the best of them all.

    Attributes
    ----------
    cv_results_ : dict of str to ndarray
        As of ``GridSearchCV``, and for each candidate its ``round`` (0: what it starts from) and
        the parameter that was ``varied``.
    decisions_ : list of dict
        With `stages`, why each value was kept: parameter, value, by ("training score" or
        "validation score"), score, and next_value and next_score, of the next best value (None
        where there was none); as the last round found.
    best_estimator_, best_score_, best_params_, best_index_, refit_time_
        As of ``GridSearchCV``; with `stages` the settings that were kept, not the highest score.

    See Also
    --------
    GridSearchCV : Tries every combination of settings.

    References
    ----------
    Bengio (2012), "Practical recommendations for gradient-based training of deep architectures",
    sec. 3.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skdl import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(hidden_layer_sizes=(8,), l2=0.0, learning_rate=0.001, max_iter=20,
    ...                     n_iter_no_change=None, random_state=0)
    >>> grid = {"learning_rate": [0.001, 0.01, 0.1], "l2": [0.0, 0.01, 0.1]}
    >>> search = CoordinateSearchCV(net, grid).fit(X, y)
    >>> search.best_params_["learning_rate"]
    0.1
    >>> len(search.cv_results_["params"])  # of the 9 in the grid
    5
    >>> staged = CoordinateSearchCV(net, grid, stages=True, return_train_score=True).fit(X, y)
    >>> [(told["parameter"], told["value"], told["by"]) for told in staged.decisions_]
    [('learning_rate', 0.1, 'training score'), ('l2', 0.0, 'validation score')]
    """

    _tries_once = False

    def __init__(
        self,
        estimator: Any,
        param_grid: dict[str, Any],
        *,
        n_rounds: int = 3,
        scoring: Any = None,
        n_jobs: int | None = None,
        refit: Any = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        error_score: Any = np.nan,
        return_train_score: bool = False,
        stages: bool = False,
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
            start=start,
        )
        self.n_rounds = n_rounds
        self.stages = stages

    def fit(self, X: Any, y: Any = None, **params: Any) -> Self:
        """Try the settings, one parameter at a time; then fit with the best ones to all rows.

        Parameters
        ----------
        X, y, **params
            As of ``GridSearchCV``.

        Returns
        -------
        self : CoordinateSearchCV
        """
        if self.stages:
            check_parameter(self, "stages", self.stages, Boolean())
            if not self.return_train_score:
                self._refuse("return_train_score", "True with stages=True", self.return_train_score)
            if callable(self.refit) or not self.refit:
                self._refuse("refit", "True or the name of a metric with stages=True", self.refit)
        super().fit(X, y, **params)
        if self.stages:
            self.best_score_ = self._scores(self.cv_results_, VALIDATION)[self._kept]
            self.decisions_ = self._decisions
        return self

    def _which_is_best(self) -> Any:
        """Return the candidate that was kept stage by stage, or leave it to the highest score."""
        return (lambda results: self._kept) if self.stages else self.refit

    def _stages(self, names: list[str]) -> list[tuple[list[str], str]]:
        """Return the names of each stage, and by which score it chooses."""
        if not self.stages:
            return [(names, VALIDATION)]
        first = [name for name in names if _is_of_training(name)]
        rest = [name for name in names if name not in first]
        stages = [(first, TRAINING), (rest, VALIDATION)]
        return [(members, by) for members, by in stages if members]

    def _run_search(self, evaluate_candidates: Evaluate) -> None:
        """Decide what to try next: scikit-learn's hook for searches that go step by step."""
        values, starts = self._starts()
        tried: list[dict[str, int]] = []  # for each parameter the place in its list of values
        results: dict[str, Any] = {}

        def measure(points: list[dict[str, int]], round_: int, name: str) -> None:
            """Measure those points that are new."""
            nonlocal results
            new = [point for point in points if point not in tried]
            if new:
                tried.extend(new)
                results = evaluate_candidates(
                    [{name: values[name][k] for name, k in point.items()} for point in new],
                    more_results={"round": [round_] * len(new), "varied": [name] * len(new)},
                )

        def best_of(members: list[str], by: str) -> dict[str, int]:
            """Return the best of those so far that differ in these parameters alone."""
            alike = [
                k
                for k, point in enumerate(tried)
                if best is None or all(point[n] == best[n] for n in best if n not in members)
            ]
            return tried[self._best_index(results, alike, by)]

        best: dict[str, int] | None = None
        self._decisions: list[dict[str, Any]] = []
        measure(starts, 0, "")
        for members, by in self._stages(list(values)):
            # The best start is best by the score of the first stage.
            best, decided = best_of(list(values) if best is None else members, by), {}
            for round_ in range(1, self.n_rounds + 1):
                before = best
                for name in members:
                    points = [{**best, name: k} for k in range(len(values[name]))]
                    measure(points, round_, name)
                    best = best_of(members, by)
                    if self.stages:
                        scores = self._scores(results, by)[[tried.index(p) for p in points]]
                        decided[name] = _decision(name, values[name], scores, best[name], by)
                if best == before:
                    break
            self._decisions += decided.values()
        self._kept = tried.index(best)

    def _starts(self) -> tuple[dict[str, list], list[dict[str, int]]]:
        """Check the parameters; return all values to try, and the places of those to start from."""
        if not isinstance(self.n_rounds, Integral) or self.n_rounds < 1:
            self._refuse("n_rounds", "an integer >= 1", self.n_rounds)
        if not isinstance(self.param_grid, dict) or not self.param_grid:
            self._refuse("param_grid", "a dict of names to lists of values", self.param_grid)
        own, values = self.estimator.get_params(), {}
        for name, listed in self.param_grid.items():
            if isinstance(listed, str) or not hasattr(listed, "__iter__"):
                self._refuse("param_grid", f"lists of values; {name} is none", listed)
            values[name] = list(listed)
            if name not in own:
                own[name] = self._own_setting(name, values[name])
        given = starting_settings(type(self).__name__, self.start, values)
        own = {name: own[name] for name in values}
        settings = [own, *({**own, **setting} for setting in given)]
        starts: list[dict[str, int]] = [{} for _ in settings]
        for name, listed in values.items():
            for setting in reversed(settings):  # so that the estimator's own value comes first
                if not any(same(value, setting[name]) for value in listed):
                    listed.insert(0, setting[name])
            for place, setting in zip(starts, settings, strict=True):
                place[name] = next(k for k, v in enumerate(listed) if same(v, setting[name]))
        return values, [place for k, place in enumerate(starts) if place not in starts[:k]]

    def _own_setting(self, name: str, values: list) -> Any:
        """Return a setting of a component that is given by name: the component's default."""
        component, _, setting = name.rpartition("__")
        try:
            changed = clone(self.estimator).set_params(**{name: values[0]})
            return type(changed.get_params()[component])().get_params()[setting]
        except (ValueError, LookupError):
            self._refuse("param_grid", "for parameters that the estimator has", name)

    def _best_index(self, results: dict[str, Any], alike: list[int], by: str) -> int:
        """Return the place of the best of some candidates so far; the first, if several are."""
        if callable(self.refit):
            return self.refit(results)
        if by == VALIDATION:
            ranks = results[self._key("rank_test", results)]
            return alike[int(ranks[alike].argmin())]
        scores = self._scores(results, by)[alike]
        return alike[int(np.where(np.isnan(scores), -np.inf, scores).argmax())]

    def _scores(self, results: dict[str, Any], by: str) -> np.ndarray:
        """Return the mean scores of all candidates so far."""
        kind = {TRAINING: "mean_train", VALIDATION: "mean_test"}[by]
        return np.asarray(results[self._key(kind, results)])

    def _key(self, kind: str, results: dict[str, Any]) -> str:
        """Return under which name the metric that counts is in the results."""
        key = f"{kind}_score"
        if key not in results:  # several metrics
            key = f"{kind}_{self.refit}"
            if key not in results:
                self._refuse("refit", "the name of the metric that counts", self.refit)
        return key

    def _refuse(self, name: str, allowed: str, got: Any) -> NoReturn:
        raise ValueError(f"{type(self).__name__}: {name} must be {allowed}; got {got!r}")
