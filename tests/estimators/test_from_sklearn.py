"""Taking over scikit-learn's MLPs: the same settings, weights and predictions."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier as SklearnClassifier
from sklearn.neural_network import MLPRegressor as SklearnRegressor

from skdl import MLPClassifier, MLPRegressor
from skdl.core.schedules import InvScaling, Plateau

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"hidden_layer_sizes": (7, 5), "max_iter": 8, "random_state": 0}


def _classes(n_classes, labels=None):
    X, y = make_classification(
        90, 6, n_informative=5, n_redundant=1, n_classes=n_classes, random_state=0
    )
    return X, y if labels is None else np.array(labels)[y]


def _targets(n_targets):
    X, y = make_regression(90, 6, n_targets=n_targets, random_state=0)
    return X, y / 100


def _poisson():
    X, y = _targets(1)
    return X, np.exp(y)


CLASSIFICATION = {
    "binary": lambda: _classes(2),
    "words": lambda: _classes(2, ["no", "yes"]),
    "multiclass": lambda: _classes(3, ["b", "a", "c"]),
    "labels": lambda: make_multilabel_classification(90, 6, n_classes=4, random_state=0),
    "float32": lambda: (_classes(3)[0].astype(np.float32), _classes(3)[1]),
}
REGRESSION = {
    "one": lambda: _targets(1),
    "three": lambda: _targets(3),
    "column": lambda: (_targets(1)[0], _targets(1)[1][:, None]),
    "float32": lambda: [a.astype(np.float32) for a in _targets(2)],
}
quiet_column = pytest.mark.filterwarnings("ignore:A column-vector y")


def _both(sklearn_mlp):
    ours = MLPClassifier if isinstance(sklearn_mlp, SklearnClassifier) else MLPRegressor
    return sklearn_mlp, ours.from_sklearn(sklearn_mlp)


def _tolerance(X):
    return 1e-12 if X.dtype == np.float64 else 1e-5


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", CLASSIFICATION)
def test_classifiers_predict_the_same(kind, solver, activation):
    X, y = CLASSIFICATION[kind]()
    theirs, ours = _both(SklearnClassifier(activation=activation, solver=solver, **SMALL).fit(X, y))
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    p = theirs.predict_proba(X)
    np.testing.assert_allclose(ours.predict_proba(X), p, rtol=0, atol=_tolerance(X))
    assert ours.predict_proba(X).dtype == p.dtype
    assert ours.n_outputs_ == theirs.n_outputs_
    assert ours.n_layers_ == theirs.n_layers_
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.loss_ == theirs.loss_


@quiet_column
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", REGRESSION)
def test_regressors_predict_the_same(kind, solver):
    X, y = REGRESSION[kind]()
    theirs, ours = _both(SklearnRegressor(solver=solver, **SMALL).fit(X, y))
    expected = theirs.predict(X)
    np.testing.assert_allclose(ours.predict(X), expected, rtol=0, atol=_tolerance(X))
    assert ours.predict(X).shape == expected.shape
    for a, b in zip(
        ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_poisson():
    X, y = _poisson()
    if "loss" not in SklearnRegressor().get_params():
        pytest.skip("this scikit-learn has one loss only")
    theirs, ours = _both(SklearnRegressor(loss="poisson", **SMALL).fit(X, y))
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-12)
    assert ours.loss == "poisson"


@pytest.mark.parametrize("hidden_layer_sizes", [(), 5, [5, 4], np.array([3])])
def test_sizes_are_taken_over(hidden_layer_sizes):
    X, y = _classes(2)
    theirs, ours = _both(SklearnClassifier(hidden_layer_sizes, max_iter=3).fit(X, y))
    assert [W.shape for W in ours.coefs_] == [W.shape for W in theirs.coefs_]
    assert ours.hidden_layer_sizes == tuple(np.ravel(hidden_layer_sizes))


def test_the_record_is_taken_over():
    X, y = _classes(2)
    theirs, ours = _both(SklearnClassifier(early_stopping=True, **SMALL).fit(X, y))
    assert ours.loss_curve_ == theirs.loss_curve_
    assert ours.validation_scores_ == theirs.validation_scores_
    assert ours.best_iter_ == np.argmax(theirs.validation_scores_) + 1
    assert ours.history_.to_frame().shape[0] == theirs.n_iter_


def test_feature_names_are_taken_over():
    X, y = _classes(2)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    theirs, ours = _both(SklearnClassifier(**SMALL).fit(frame, y))
    assert list(ours.feature_names_in_) == list("abcdef")
    np.testing.assert_array_equal(ours.predict(frame), theirs.predict(frame))
    with pytest.raises(ValueError, match="feature names"):
        ours.predict(frame.rename(columns={"a": "z"}))


@pytest.mark.parametrize("n_classes", [2, 3])
def test_pickled(n_classes):
    X, y = _classes(n_classes)
    _, ours = _both(SklearnClassifier(**SMALL).fit(X, y))
    again = pickle.loads(pickle.dumps(ours))
    np.testing.assert_array_equal(again.predict_proba(X), ours.predict_proba(X))


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_goes_on_with_warm_start(solver):
    X, y = _targets(2)
    theirs, ours = _both(
        SklearnRegressor(solver=solver, learning_rate_init=0.02, **SMALL).fit(X, y)
    )
    before = len(ours.history_)
    error = np.square(ours.predict(X) - y).mean()
    ours.set_params(warm_start=True, max_iter=30).fit(X, y)
    assert len(ours.history_) == before + 30
    assert [record["epoch"] for record in ours.history_] == list(range(1, before + 31))
    assert np.square(ours.predict(X) - y).mean() < 0.8 * error
    assert np.square(theirs.predict(X) - y).mean() == pytest.approx(error)  # theirs are their own


@pytest.mark.parametrize("kind", CLASSIFICATION)
def test_goes_on_with_partial_fit(kind):
    X, y = CLASSIFICATION[kind]()
    theirs, ours = _both(SklearnClassifier(**SMALL).fit(X, y))
    ours.partial_fit(X, y)
    assert ours.n_iter_ == theirs.n_iter_ + 1
    before, after = theirs.predict_proba(X), ours.predict_proba(X)
    assert 0 < np.abs(after - before).max() < 0.1


def test_a_model_of_partial_fits():
    X, y = _classes(3)
    theirs = SklearnClassifier(**SMALL)
    for _ in range(3):
        theirs.partial_fit(X, y, classes=[0, 1, 2])
    _, ours = _both(theirs)
    assert ours.n_iter_ == 3
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-12)


# Settings.


def test_unfitted_stays_unfitted():
    ours = MLPClassifier.from_sklearn(SklearnClassifier())
    assert not hasattr(ours, "_network")
    assert not hasattr(ours, "classes_")


@pytest.mark.parametrize("cls", [SklearnClassifier, SklearnRegressor])
@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("nesterovs_momentum", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.5])
@pytest.mark.parametrize("learning_rate", ["constant", "invscaling", "adaptive"])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_no_setting_is_without_effect(
    cls, solver, learning_rate, momentum, nesterovs_momentum, early_stopping
):
    """What has no effect in scikit-learn is left out, so nothing warns (warnings are errors)."""
    mlp = cls(
        hidden_layer_sizes=(3,),
        solver=solver,
        learning_rate=learning_rate,
        momentum=momentum,
        nesterovs_momentum=nesterovs_momentum,
        early_stopping=early_stopping,
        batch_size=30,
        shuffle=False,
        max_iter=2,
    )
    _, ours = _both(mlp)
    X, y = _classes(2)
    ours.fit(X, y)


def test_adam_settings():
    theirs = SklearnRegressor(
        hidden_layer_sizes=(4, 3),
        activation="logistic",
        alpha=0.5,
        batch_size=50,
        learning_rate_init=0.02,
        max_iter=77,
        shuffle=False,
        random_state=3,
        tol=1e-3,
        warm_start=True,
        beta_1=0.8,
        beta_2=0.99,
        epsilon=1e-6,
        n_iter_no_change=7,
        verbose=True,
    )
    ours = MLPRegressor.from_sklearn(theirs)
    given = {
        "hidden_layer_sizes": (4, 3),
        "activation": "sigmoid",
        "init": "glorot_uniform",
        "init_scale": np.sqrt(1 / 3),
        "bias_init": 0.0,
        "l2": 0.01,
        "batch_size": 50,
        "learning_rate": 0.02,
        "max_iter": 77,
        "shuffle": False,
        "random_state": 3,
        "tol": 1e-3,
        "warm_start": True,
        "n_iter_no_change": 7,
        "verbose": True,
        "scale_target": False,
        "optimizer__beta_1": 0.8,
        "optimizer__beta_2": 0.99,
        "optimizer__epsilon": 1e-6,
    }
    params = ours.get_params()
    assert {name: params[name] for name in given} == given
    default = MLPRegressor().get_params()
    changed = {name for name in default if params[name] != default[name]} - {"optimizer"}
    assert changed <= set(given)


def test_sgd_and_stopping_settings():
    ours = MLPClassifier.from_sklearn(
        SklearnClassifier(
            solver="sgd",
            momentum=0.7,
            nesterovs_momentum=False,
            learning_rate="invscaling",
            power_t=0.3,
            early_stopping=True,
            validation_fraction=0.2,
            n_iter_no_change=np.inf,
        )
    )
    assert (ours.optimizer, ours.momentum, ours.nesterov) == ("sgd", 0.7, False)
    assert isinstance(ours.schedule, InvScaling)
    assert ours.schedule.power == 0.3
    assert (ours.early_stopping, ours.monitor, ours.validation_fraction) == (True, "accuracy", 0.2)
    assert ours.n_iter_no_change is None
    assert MLPRegressor.from_sklearn(SklearnRegressor(early_stopping=True)).monitor == "r2"


def test_initial_weights_follow_the_same_law():
    """A fit of one tiny step shows the initial weights: uniform, with scikit-learn's bound."""
    X, y = _classes(2)
    for activation in ("relu", "logistic"):
        theirs = SklearnClassifier(
            (400,), activation=activation, max_iter=1, learning_rate_init=1e-12, random_state=0
        )
        ours = MLPClassifier.from_sklearn(theirs).fit(X, y)
        theirs.fit(X, y)
        for a, b in zip(ours.coefs_, theirs.coefs_, strict=True):
            assert a.std() == pytest.approx(b.std(), rel=0.1)
            assert np.abs(a).max() == pytest.approx(np.abs(b).max(), rel=0.02)


def test_random_state_is_not_shared():
    state = np.random.RandomState(0)
    ours = MLPClassifier.from_sklearn(SklearnClassifier(random_state=state))
    before = state.get_state()[1].copy()
    X, y = _classes(2)
    ours.fit(X, y)
    np.testing.assert_array_equal(state.get_state()[1], before)


@pytest.mark.parametrize(
    ("settings", "n", "rows"),
    [
        ({}, None, 200),
        ({"batch_size": 40}, None, 40),
        ({}, 90, 90),
        ({"batch_size": 40}, 90, 40),
        ({"early_stopping": True}, 90, 81),
        ({"solver": "lbfgs"}, 90, 200),
    ],
)
def test_penalty_is_alpha_by_rows(settings, n, rows):
    theirs = SklearnClassifier(alpha=0.5, **SMALL, **settings)
    if n is not None:
        theirs.fit(*_classes(2))
    assert MLPClassifier.from_sklearn(theirs).l2 == pytest.approx(0.5 / rows, rel=1e-12)


def test_adaptive_rate_falls_at_the_same_epochs():
    """Both stop improving at once on noise; each plateau divides the rate by five."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), rng.integers(0, 2, 60)
    theirs = SklearnClassifier(
        (),
        solver="sgd",
        learning_rate="adaptive",
        learning_rate_init=1e-3,
        momentum=0.0,
        tol=1.0,
        n_iter_no_change=3,
        random_state=0,
        max_iter=100,
        alpha=0.0,
    )
    ours = MLPClassifier.from_sklearn(theirs)
    assert isinstance(ours.schedule, Plateau)
    theirs.fit(X, y)
    ours.fit(X, y)
    rates = ours.history_.column("learning_rate")
    assert [rates[i] for i in (0, 4, 5, 8, 9)] == pytest.approx([1e-3, 1e-3, 2e-4, 2e-4, 4e-5])
    assert rates[-1] <= 1e-6
    assert ours.n_iter_ == theirs.n_iter_


@pytest.mark.parametrize(
    ("cls", "other", "expected"),
    [
        (MLPClassifier, SklearnRegressor(), "sklearn.neural_network.MLPClassifier"),
        (MLPRegressor, SklearnClassifier(), "sklearn.neural_network.MLPRegressor"),
        (MLPClassifier, LogisticRegression(), "sklearn.neural_network.MLPClassifier"),
        (MLPClassifier, MLPClassifier(), "sklearn.neural_network.MLPClassifier"),
        (MLPClassifier, "adam", "sklearn.neural_network.MLPClassifier"),
    ],
)
def test_anything_else_is_refused(cls, other, expected):
    with pytest.raises(TypeError, match=f"^{cls.__name__}: from_sklearn needs a {expected}; got"):
        cls.from_sklearn(other)


def test_a_subclass_gets_a_subclass():
    class Mine(MLPClassifier):
        pass

    assert type(Mine.from_sklearn(SklearnClassifier())) is Mine


def test_one_class_is_refused():
    X, _ = _classes(2)
    theirs = SklearnClassifier(**SMALL).fit(X, np.zeros(90, int))
    with pytest.raises(ValueError, match="two classes or more"):
        MLPClassifier.from_sklearn(theirs)


def test_max_iter_warns_as_it_would():
    X, y = _classes(2)
    ours = MLPClassifier.from_sklearn(SklearnClassifier(max_iter=2))
    with pytest.warns(ConvergenceWarning, match="max_iter=2"):
        ours.fit(X, y)
