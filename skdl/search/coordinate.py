"""``CoordinateSearchCV``: change one parameter at a time, and keep what helps."""

from __future__ import annotations

from numbers import Integral
from typing import Any, NoReturn

import numpy as np
from sklearn.base import clone

from skdl.search.searches import Evaluate, GridSearchCV
from skdl.search.start import same, starting_settings

__all__ = ["CoordinateSearchCV"]


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
    start : estimator, dict or list of these, default=None
        Settings that worked elsewhere: of an estimator, its values of what is searched; what a dict
        leaves out is the estimator's own. They are tried after the estimator's own settings, before
        all others, and the search goes on from the best of them all.

    Attributes
    ----------
    cv_results_ : dict of str to ndarray
        As of ``GridSearchCV``, and for each candidate its ``round`` (0: what it starts from) and
        the parameter that was ``varied``.
    best_estimator_, best_score_, best_params_, best_index_, refit_time_
        As of ``GridSearchCV``.

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

    def _run_search(self, evaluate_candidates: Evaluate) -> None:
        """Decide what to try next: scikit-learn's hook for searches that go step by step."""
        values, starts = self._starts()
        tried: list[dict[str, int]] = []  # for each parameter the place in its list of values
        results: dict[str, Any] = {}

        def best_of(points: list[dict[str, int]], round_: int, name: str) -> dict[str, int]:
            """Measure those points that are new; return the best of all so far."""
            nonlocal results
            new = [point for point in points if point not in tried]
            if new:
                tried.extend(new)
                results = evaluate_candidates(
                    [{name: values[name][k] for name, k in point.items()} for point in new],
                    more_results={"round": [round_] * len(new), "varied": [name] * len(new)},
                )
            return tried[self._best_index(results)]

        best = best_of(starts, 0, "")
        for round_ in range(1, self.n_rounds + 1):
            before = best
            for name in values:
                points = [{**best, name: k} for k in range(len(values[name]))]
                best = best_of(points, round_, name)
            if best == before:
                break

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

    def _best_index(self, results: dict[str, Any]) -> int:
        """Return the place of the best candidate so far; the first one, if several are."""
        if callable(self.refit):
            return self.refit(results)
        key = "rank_test_score"
        if key not in results:  # several metrics
            key = f"rank_test_{self.refit}"
            if key not in results:
                self._refuse("refit", "the name of the metric that counts", self.refit)
        return int(results[key].argmin())

    def _refuse(self, name: str, allowed: str, got: Any) -> NoReturn:
        raise ValueError(f"{type(self).__name__}: {name} must be {allowed}; got {got!r}")
