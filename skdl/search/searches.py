"""Grid and random search that train their candidates, on all folds, together.

The fits are :func:`skdl.together.fits.fit_together`'s. All else is the search of scikit-learn,
which is shown what came of them (:mod:`skdl.together.replay`).
"""

from __future__ import annotations

import copy
import warnings

import numpy as np
from sklearn import get_config
from sklearn.base import clone, is_classifier
from sklearn.metrics import check_scoring
from sklearn.utils.metadata_routing import process_routing

from skdl.together.fits import Task, fit_together
from skdl.together.replay import Record, Replay, Score

__all__ = ["GridSearchCV", "RandomizedSearchCV", "TogetherMixin"]


def _selection():
    from sklearn import model_selection  # heavy: not with the rest of the package

    return model_selection


class TogetherMixin:
    """What makes a search of scikit-learn train together; it goes left of that search.

    The search says what to try in its ``_run_search(evaluate_candidates)``, scikit-learn's hook,
    as often as it likes. The folds are drawn once, so they are the same for all candidates.
    """

    def fit(self, X, y=None, **params):
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
        cv = _selection().check_cv(self.cv, y, classifier=is_classifier(self.estimator))
        replay = Replay(self.estimator, self.scoring, cv)
        search = copy.copy(self)  # what scikit-learn runs: the same, but with the stand-ins
        search.estimator, search.scoring, search.cv = replay.estimator, replay.scoring, replay.cv
        search.n_jobs, search.verbose = 1, 0
        search._run_search = lambda evaluate: self._run_together(replay, evaluate, params)
        super(TogetherMixin, search).fit(X, y, **params)
        search.scorer_ = replay.real_scorers()
        vars(self).update({k: value for k, value in vars(search).items() if k.endswith("_")})
        return self

    def _run_together(self, replay: Replay, evaluate_candidates, params) -> None:
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
        all_records: list[Record] = []

        def evaluate(candidates, more_results=None):
            candidates = list(candidates)
            records = self._train(candidates, replay.cv, fit_params, score)
            all_records.extend(records)
            replay.play(records)
            results = evaluate_candidates(candidates, more_results=more_results)
            for name in ("fit_time", "score_time"):
                times = [getattr(record, name) for record in all_records]
                times = np.reshape(times, (-1, len(replay.cv.folds)))
                results[f"mean_{name}"], results[f"std_{name}"] = times.mean(1), times.std(1)
            return results

        self._run_search(evaluate)
        replay.end()

    def _train(self, candidates, cv, fit_params, score) -> list[Record]:
        """Fit and score each candidate on each fold; pass each distinct warning on once."""
        tasks = [
            Task(
                clone(self.estimator).set_params(**clone(setting, safe=False)),
                fold=number,
                rows=np.asarray(train),
                params=fit_params,
                label=np.asarray(test),
            )
            for setting in candidates
            for number, (train, test) in enumerate(cv.folds)
        ]
        if self.verbose > 0:
            print(
                f"Fitting {len(cv.folds)} folds for each of {len(candidates)} candidates, "
                f"totalling {len(tasks)} fits"
            )
        records = fit_together(
            tasks,
            cv.X,
            cv.y,
            then=score,
            n_jobs=self.n_jobs,
            pre_dispatch=self.pre_dispatch,
            verbose=self.verbose,
            description=type(self).__name__,
        )
        for category, message in dict.fromkeys(w for r in records for w in r.warnings):
            warnings.warn(message, category, stacklevel=2)
        return records


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
        From 1 on, the number of fits is printed, and a progress bar is shown.

    Attributes
    ----------
    cv_results_, best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_
        As of scikit-learn's. The time of a fit is its share of the time of its stack.
    refit_time_, multimetric_, classes_, n_features_in_, feature_names_in_
        As of scikit-learn's.

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
    """

    def _run_search(self, evaluate_candidates):
        evaluate_candidates(_selection().ParameterGrid(self.param_grid))


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
        From 1 on, the number of fits is printed, and a progress bar is shown.

    Attributes
    ----------
    cv_results_, best_estimator_, best_score_, best_params_, best_index_, scorer_, n_splits_
        As of scikit-learn's. The time of a fit is its share of the time of its stack.
    refit_time_, multimetric_, classes_, n_features_in_, feature_names_in_
        As of scikit-learn's.

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

    def _run_search(self, evaluate_candidates):
        evaluate_candidates(
            _selection().ParameterSampler(
                self.param_distributions, self.n_iter, random_state=self.random_state
            )
        )
