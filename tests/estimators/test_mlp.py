"""What targets mean, and what a prediction is."""

import numpy as np
import pytest
from scipy.special import expit, softmax
from scipy.stats import norm
from sklearn.base import clone
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression
from sklearn.exceptions import DataConversionWarning

from skdl import MLPClassifier, MLPRegressor
from skdl.core.losses import ClassifierLoss, Quantile, Quantiles, RegressorLoss
from skdl.core.noise import Averaged
from skdl.core.optimizers import Optimizer

QUICK = {
    "hidden_layer_sizes": (6,),
    "max_iter": 10,
    "n_iter_no_change": None,
    "learning_rate": 0.02,
    "random_state": 0,
}
X, y = make_classification(60, 5, n_informative=4, n_redundant=0, flip_y=0.1, random_state=0)
X3, y3 = make_classification(
    60, 5, n_informative=4, n_redundant=0, n_classes=3, flip_y=0.1, random_state=0
)
XL, labels = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
XL = (XL - XL.mean(0)) / XL.std(0)
XR, yR = make_regression(60, 5, noise=5.0, random_state=0)
LOSSES = sorted(ClassifierLoss.registry)
LINKED = [name for name in LOSSES if "softmax" in ClassifierLoss.registry[name].links]


def _classifier(**settings):
    return MLPClassifier(**{**QUICK, **settings})


def _regressor(**settings):
    return MLPRegressor(**{**QUICK, **settings})


def _by_hand(mlp, X):
    """The raw outputs of a network of ReLUs, from what it shows."""
    *hidden, (W, b) = zip(mlp.coefs_, mlp.intercepts_, strict=True)
    for V, c in hidden:
        X = np.maximum(X @ V + c, 0)
    return X @ W + b


# Classes.


@pytest.mark.parametrize("link", ["auto", "softmax", "sigmoid"])
@pytest.mark.parametrize("loss", LINKED)
def test_two_classes(loss, link):
    mlp = _classifier(loss=loss, output_activation=link).fit(X, y)
    raw = _by_hand(mlp, X)
    assert raw.shape[1] == mlp.n_outputs_ == (2 if link == "softmax" else 1)
    p = softmax(raw, axis=1) if link == "softmax" else np.hstack((expit(-raw), expit(raw)))
    np.testing.assert_allclose(mlp.predict_proba(X), p, atol=1e-12)
    decision = raw[:, 1] - raw[:, 0] if link == "softmax" else raw[:, 0]
    np.testing.assert_allclose(mlp.decision_function(X), decision, atol=1e-12)
    np.testing.assert_array_equal(mlp.predict(X), (decision > 0).astype(int))


@pytest.mark.parametrize("link", ["auto", "softmax", "sigmoid"])
@pytest.mark.parametrize("loss", LINKED)
def test_three_classes(loss, link):
    mlp = _classifier(loss=loss, output_activation=link).fit(X3, y3)
    raw = _by_hand(mlp, X3)
    p = expit(raw) if link == "sigmoid" else softmax(raw, axis=1)
    np.testing.assert_allclose(mlp.predict_proba(X3), p / p.sum(axis=1, keepdims=True), atol=1e-12)
    np.testing.assert_allclose(mlp.decision_function(X3), raw, atol=1e-12)
    np.testing.assert_array_equal(mlp.predict(X3), raw.argmax(axis=1))


@pytest.mark.parametrize("loss", LINKED)
def test_labels(loss):
    mlp = _classifier(loss=loss).fit(XL, labels)
    p = expit(_by_hand(mlp, XL))
    np.testing.assert_allclose(mlp.predict_proba(XL), p, atol=1e-12)
    np.testing.assert_array_equal(mlp.predict(XL), p > 0.5)
    assert mlp.classes_.tolist() == [0, 1, 2]
    assert mlp.score(XL, labels) == np.all(mlp.predict(XL) == labels, axis=1).mean()


def test_labels_refuse_softmax():
    match = "output_activation must be one of 'auto', 'sigmoid' .* multi-label targets; got 'softm"
    with pytest.raises(ValueError, match=match):
        _classifier(output_activation="softmax").fit(XL, labels)


@pytest.mark.parametrize("data", [(X, y), (X3, y3), (XL, labels)], ids=["two", "three", "labels"])
def test_hinge_decides_without_probabilities(data):
    mlp = _classifier(loss="hinge", max_iter=60).fit(*data)
    assert mlp.score(*data) > 0.5
    np.testing.assert_allclose(
        mlp.decision_function(data[0]).reshape(60, -1), _by_hand(mlp, data[0]), atol=1e-12
    )
    for method in ("predict_proba", "predict_log_proba"):
        assert not hasattr(mlp, method)
        with pytest.raises(AttributeError) as error:
            getattr(mlp, method)
        assert "loss='hinge' gives no probabilities" in str(error.value.__cause__)


@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_log_probabilities_are_never_infinite(n_classes, link):
    data = (X, y) if n_classes == 2 else (X3, y3)
    mlp = _classifier(output_activation=link, batch_norm=False).fit(*data)
    far = 1e6 * data[0]
    p, log_p = mlp.predict_proba(far), mlp.predict_log_proba(far)
    assert (p == 0).any()
    assert np.isfinite(log_p).all()
    assert log_p.min() < -1e3
    near = mlp.predict_log_proba(data[0])
    np.testing.assert_allclose(near, np.log(mlp.predict_proba(data[0])), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(p.sum(axis=1), 1)


def test_all_sigmoids_off_still_sums_to_one():
    mlp = _classifier(output_activation="sigmoid", hidden_layer_sizes=()).fit(X3, y3)
    mlp._network.layers[-1].b[:] = -2000.0
    p = mlp.predict_proba(X3)
    assert np.isfinite(p).all()
    np.testing.assert_allclose(p.sum(axis=1), 1)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_one_class_is_learned_and_said(loss, early_stopping):
    """A fold may hold no other; scikit-learn's classifiers take it, too."""
    mlp = _classifier(loss=loss, early_stopping=early_stopping, class_weight={"no": 1, "yes": 9})
    with pytest.warns(UserWarning, match=r"^MLPClassifier: y holds one class only, \['yes'\]"):
        mlp.fit(X, np.full(60, "yes"))
    assert mlp.predict(X).tolist() == ["yes"] * 60 and mlp.score(X, ["yes"] * 60) == 1
    assert mlp.decision_function(X).shape == (60,)
    if hasattr(mlp, "predict_proba"):
        np.testing.assert_array_equal(mlp.predict_proba(X), np.ones((60, 1)))
        np.testing.assert_array_equal(mlp.predict_log_proba(X), np.zeros((60, 1)))


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (yR, "Unknown label type"),
        (np.column_stack((y, y3)), "MLPClassifier: y must be one column of classes or a 0/1 matri"),
        (y[:-1], "inconsistent numbers of samples"),
        (None, "requires y to be passed"),
    ],
)
def test_other_targets_are_refused(target, message):
    with pytest.raises(ValueError, match=message):
        _classifier().fit(X, target)


def test_a_column_of_classes_warns():
    with pytest.warns(DataConversionWarning, match="column-vector y"):
        mlp = _classifier().fit(X, y[:, None])
    assert mlp.predict(X).shape == (60,)


def test_new_classes_cannot_join_later():
    mlp = _classifier(warm_start=True).fit(X3, np.minimum(y3, 1))
    for call in (mlp.fit, mlp.partial_fit):
        with pytest.raises(
            ValueError, match=r"only the classes that were announced first, \[0 1\]"
        ):
            call(X3, y3)
    with pytest.raises(ValueError, match="only the classes"):
        mlp.fit(X3, np.minimum(y3, 1), X_val=X3, y_val=y3)


def test_classes_can_be_announced():
    mlp = _classifier().partial_fit(X[:10], np.zeros(10, int), classes=[2, 0, 1])
    assert mlp.classes_.tolist() == [0, 1, 2]
    assert mlp.predict_proba(X).shape == (60, 3)
    mlp.partial_fit(X3, y3)
    assert mlp.n_iter_ == 2


def test_classes_of_a_failed_call_are_forgotten():
    mlp = _classifier()
    with pytest.raises(ValueError, match="NaN"):
        mlp.partial_fit(X * np.nan, y, classes=[0, 1, 2])
    assert mlp.fit(X, y).classes_.tolist() == [0, 1]


def test_validation_rows_may_lack_a_class():
    mlp = _classifier(early_stopping=True).fit(X3, y3, X_val=X3[y3 < 2], y_val=y3[y3 < 2])
    assert len(mlp.validation_loss_curve_) > 0


@pytest.mark.parametrize("monitor", ["loss", "accuracy"])
def test_validation_rows_of_one_class(monitor):
    mlp = _classifier(early_stopping=True, monitor=monitor)
    mlp.fit(X3, y3, X_val=X3[y3 == 1], y_val=y3[y3 == 1])
    assert np.isfinite(mlp.validation_loss_curve_).all()


# Weights of classes, and smoothing.


def test_class_weights_are_row_weights():
    weighted = _classifier(class_weight={0: 3.0, 2: 0.5}).fit(X3, y3)
    rows = _classifier().fit(X3, y3, np.array([3.0, 1.0, 0.5])[y3])
    np.testing.assert_allclose(weighted.predict_proba(X3), rows.predict_proba(X3), rtol=1e-9)


def test_class_weights_go_by_label():
    names = np.array(["b", "a"])[y]
    weighted = _classifier(class_weight={"a": 3.0}, l2=0.01).fit(X, names)
    rows = _classifier(l2=0.01).fit(X, names, np.where(names == "a", 3.0, 1.0))
    np.testing.assert_allclose(weighted.predict_proba(X), rows.predict_proba(X), rtol=1e-9)


def test_balanced_is_inverse_to_frequency():
    uneven = np.r_[np.flatnonzero(y3 == 0), np.flatnonzero(y3 == 1)[:6], np.flatnonzero(y3 == 2)]
    X, y = X3[uneven], y3[uneven]
    balanced = _classifier(class_weight="balanced").fit(X, y)
    rows = _classifier().fit(X, y, (len(y) / (3 * np.bincount(y)))[y])
    np.testing.assert_allclose(balanced.predict_proba(X), rows.predict_proba(X), rtol=1e-9)
    assert np.mean(balanced.predict(X) == 1) > np.mean(_classifier().fit(X, y).predict(X) == 1)


def test_balanced_counts_with_row_weights():
    weight = np.where(y == 0, 5.0, 1.0)
    balanced = _classifier(class_weight="balanced", l2=0.01).fit(X, y, weight)
    plain = _classifier(class_weight="balanced", l2=0.01).fit(X, y)
    np.testing.assert_allclose(balanced.predict_proba(X), plain.predict_proba(X), rtol=1e-9)


def test_class_weights_that_leave_nothing():
    with pytest.raises(ValueError, match="class_weight must leave a row with a positive weight"):
        _classifier(class_weight={0: 0.0, 1: 0.0}).fit(X, y)


def test_class_weights_for_labels_are_refused():
    with pytest.raises(ValueError, match="class_weight must be None with multi-label targets"):
        _classifier(class_weight="balanced").fit(XL, labels)


@pytest.mark.parametrize(
    ("link", "data", "n_classes"),
    [("softmax", (X3, y3), 3), ("sigmoid", (X, y), 2), ("softmax", (X, y), 2)],
)
def test_smoothed_labels_bound_the_confidence(link, data, n_classes):
    """The best prediction for a certain row is (1 − ε) + ε/K."""
    epsilon = 0.2
    certain = np.eye(5)[np.arange(60) % n_classes], np.arange(60) % n_classes
    mlp = MLPClassifier(
        (), output_activation=link, label_smoothing=epsilon, optimizer="lbfgs", l2=0.0, tol=1e-9
    )
    p = mlp.fit(*certain).predict_proba(certain[0]).max(axis=1)
    np.testing.assert_allclose(p, 1 - epsilon + epsilon / n_classes, atol=1e-4)


# The split.


def test_the_split_is_stratified_with_rare_classes():
    """Of 3, 17, 40 and 40 rows a fifth is held out: at most one less or more of each class."""
    y = np.repeat([0, 1, 2, 3], [3, 17, 40, 40])
    X = np.arange(100.0)[:, None] / 100
    seen = []

    def look(estimator, X, y):
        seen.append(np.bincount(y, minlength=4))
        return 0.0

    _classifier(early_stopping=True, validation_fraction=0.2, monitor=look).fit(X, y)
    held_out = seen[0]
    assert held_out.sum() == 20
    assert np.abs(held_out - [0.6, 3.4, 8, 8]).max() <= 1
    assert held_out[0] < 3  # one at least is left to learn from


def test_a_class_with_one_row_is_learned_from():
    y = np.r_[0, np.repeat([1, 2], 30)]
    X = np.r_[5.0, np.linspace(-1, 1, 60)][:, None]
    mlp = _classifier(early_stopping=True, validation_fraction=0.3).fit(X, y)
    assert mlp.classes_.tolist() == [0, 1, 2]


@pytest.mark.parametrize("make", [_classifier, _regressor])
def test_too_few_rows_to_hold_any_out(make):
    with pytest.raises(ValueError, match=r"early_stopping needs validation rows, but validation_f"):
        target = [0, 1] if make is _classifier else [1.0]
        make(early_stopping=True).fit(X[: len(target)], target)


# Regression.


@pytest.mark.parametrize("loss", ["squared_error", "huber", "log_cosh", "absolute_error"])
@pytest.mark.parametrize("optimizer", ["adam", "lbfgs"])
def test_predictions_follow_the_unit_of_the_target(loss, optimizer):
    settings = {"loss": loss, "optimizer": optimizer}
    if optimizer == "lbfgs":
        settings["learning_rate"] = None
    one = _regressor(**settings).fit(XR, yR)
    other = _regressor(**settings).fit(XR, 1e6 + 1000 * yR)
    rtol = 1e-8 if optimizer == "adam" else 1e-5
    np.testing.assert_allclose(other.predict(XR), 1e6 + 1000 * one.predict(XR), rtol=rtol)
    np.testing.assert_allclose(other.loss_curve_, one.loss_curve_, rtol=1e-5)


@pytest.mark.parametrize("n_targets", [1, 3])
@pytest.mark.parametrize("scale_target", [True, False])
def test_shown_weights_reproduce_predictions(scale_target, n_targets):
    target = np.column_stack([yR + 100, 3 * yR, -yR])[:, :n_targets]
    mlp = _regressor(scale_target=scale_target).fit(XR, target)
    np.testing.assert_allclose(_by_hand(mlp, XR), mlp.predict(XR), rtol=1e-9)


@pytest.mark.parametrize("loss", ["poisson", "gamma"])
def test_losses_for_positive_targets_are_not_scaled(loss):
    target = np.exp(yR / 100)
    mlp = _regressor(loss=loss).fit(XR, target)
    np.testing.assert_allclose(np.exp(_by_hand(mlp, XR)).ravel(), mlp.predict(XR), rtol=1e-9)
    assert mlp.target_mean_.tolist() == [0]
    assert mlp.target_std_.tolist() == [1]
    assert (mlp.predict(XR) > 0).all()


def test_gaussian_weights_are_in_the_unit_of_the_target_too():
    mlp = _regressor(loss="gaussian_nll").fit(XR, 10 * yR + 5)
    mean, log_variance = np.split(_by_hand(mlp, XR), 2, axis=1)
    m, std = mlp.predict(XR, return_std=True)
    np.testing.assert_allclose(mean.ravel(), m, rtol=1e-9)
    np.testing.assert_allclose(np.exp(0.5 * log_variance.ravel()), std, rtol=1e-9)


def test_a_constant_target():
    mlp = _regressor().fit(XR, np.full(60, 7.0))
    np.testing.assert_allclose(mlp.predict(XR), 7.0, atol=0.5)
    assert mlp.target_std_.tolist() == [1.0]


def test_scale_uses_row_weights():
    weight = (np.arange(60) < 30).astype(float)
    mlp = _regressor().fit(XR, yR, weight)
    assert mlp.target_mean_[0] == pytest.approx(yR[:30].mean())
    assert mlp.target_std_[0] == pytest.approx(yR[:30].std())


def test_scale_ignores_held_out_rows():
    mlp = _regressor(early_stopping=True).fit(XR, yR, X_val=XR, y_val=yR + 1e6)
    assert mlp.target_mean_[0] == pytest.approx(yR.mean())


@pytest.mark.parametrize(
    ("loss", "bad", "rule"), [("poisson", -1.0, ">= 0"), ("gamma", 0.0, "> 0")]
)
def test_targets_that_a_loss_cannot_take(loss, bad, rule):
    target = np.r_[bad, np.ones(59)]
    match = f"^MLPRegressor: y with loss='{loss}' must be {rule}; got {bad}$"
    with pytest.raises(ValueError, match=match):
        _regressor(loss=loss).fit(XR, target)
    good = np.r_[1.0, np.full(59, 2.0)]
    with pytest.raises(ValueError, match="must be"):
        _regressor(loss=loss).fit(XR, good, X_val=XR, y_val=target)
    mlp = _regressor(loss=loss, warm_start=True).fit(XR, good)
    for again in (mlp.fit, mlp.partial_fit):
        with pytest.raises(ValueError, match="must be"):
            again(XR, target)


def test_poisson_takes_zeros():
    assert (_regressor(loss="poisson").fit(XR, np.arange(60) % 3).predict(XR) > 0).all()


def test_another_number_of_targets_cannot_go_on():
    mlp = _regressor(warm_start=True).fit(XR, yR)
    with pytest.raises(ValueError, match="y must have 1 columns, as at the first fit; got 2"):
        mlp.fit(XR, np.column_stack((yR, yR)))


@pytest.mark.parametrize("shape", [(60,), (60, 1), (60, 3)])
@pytest.mark.parametrize("loss", sorted(RegressorLoss.registry))
def test_predictions_have_the_shape_of_the_targets(loss, shape):
    target = np.broadcast_to(np.exp(yR / 100).reshape(60, *[1] * (len(shape) - 1)), shape)
    assert _regressor(loss=loss).fit(XR, target).predict(XR).shape == shape


# What a loss learns about the distribution.


def _heteroscedastic(n=3000):
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (n, 1))
    sigma = np.exp(x[:, 0])
    return x, 3 * x[:, 0] + sigma * rng.normal(size=n), sigma


def test_gaussian_likelihood_learns_the_noise():
    x, target, sigma = _heteroscedastic()
    mlp = MLPRegressor(
        (16,),
        activation="tanh",
        loss="gaussian_nll",
        optimizer="lbfgs",
        max_iter=100,
        n_iter_no_change=None,
        random_state=0,
    ).fit(x, target)
    mean, std = mlp.predict(x, return_std=True)
    np.testing.assert_array_equal(mean, mlp.predict(x))
    assert np.abs(std / sigma - 1).mean() < 0.05
    assert np.abs(mean - 3 * x[:, 0]).mean() < 0.1
    assert np.mean(np.abs(target - mean) < 1.96 * std) == pytest.approx(0.95, abs=0.01)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_quantiles_cover_what_they_say(quantile):
    x, target, sigma = _heteroscedastic(2000)
    mlp = MLPRegressor(
        (16,),
        loss=Quantile(quantile),
        learning_rate=0.02,
        schedule="cosine",
        max_iter=40,
        n_iter_no_change=None,
        random_state=0,
    ).fit(x, target)
    assert np.mean(target <= mlp.predict(x)) == pytest.approx(quantile, abs=0.03)
    true = 3 * x[:, 0] + sigma * norm.ppf(quantile)
    assert np.abs(mlp.predict(x) - true).mean() < 0.25


def test_the_mean_and_the_median_of_skewed_noise_differ():
    rng = np.random.default_rng(0)
    x, noise = rng.uniform(-1, 1, (2000, 1)), rng.exponential(size=2000)
    settings = {"hidden_layer_sizes": (), "max_iter": 60, "schedule": "linear"}
    mean = _regressor(**settings).fit(x, noise).predict(x).mean()
    median = _regressor(**settings, loss="absolute_error").fit(x, noise).predict(x).mean()
    assert mean == pytest.approx(1, abs=0.05)
    assert median == pytest.approx(np.log(2), abs=0.05)


def test_a_robust_loss_is_not_moved_by_outliers():
    target = yR.copy()
    target[:4] += 5000
    settings = {"hidden_layer_sizes": (), "optimizer": "lbfgs", "learning_rate": None, "l2": 0.0}
    errors = {
        loss: np.abs(
            _regressor(**settings, loss=loss, max_iter=200).fit(XR, target).predict(XR) - yR
        )
        for loss in ("squared_error", "log_cosh", "huber")
    }
    assert np.median(errors["huber"]) < np.median(errors["squared_error"])


@pytest.mark.parametrize("loss", ["squared_error", "quantile", "poisson"])
def test_a_standard_deviation_must_have_been_learned(loss):
    mlp = _regressor(loss=loss).fit(XR, np.exp(yR / 100))
    match = f"return_std must be False unless loss='gaussian_nll'; got True with loss='{loss}'"
    with pytest.raises(ValueError, match=match):
        mlp.predict(XR, return_std=True)


def test_several_targets_have_several_standard_deviations():
    target = np.column_stack((yR, 100 * yR + 1, -yR))
    mean, std = _regressor(loss="gaussian_nll").fit(XR, target).predict(XR, return_std=True)
    assert mean.shape == std.shape == (60, 3)
    assert (std > 0).all()
    assert std[:, 1].mean() > 10 * std[:, 0].mean()


# Dropout when predicting.


def test_averaged_sub_networks_give_the_same_answer_every_time():
    mlp = _classifier(dropout=0.5, dropout_inference=Averaged(8)).fit(X, y)
    p = mlp.predict_proba(X)
    np.testing.assert_array_equal(mlp.predict_proba(X), p)
    np.testing.assert_allclose(mlp.predict_proba(X[7:8]), p[7:8], rtol=1e-12)
    np.testing.assert_allclose(mlp.predict_proba(X[::-1]), p[::-1], rtol=1e-12)


def test_many_sub_networks_tend_to_the_whole_of_a_linear_one():
    """Linear units: the mean over masks is the network with all units."""
    settings = {"dropout": 0.5, "activation": "identity", "hidden_layer_sizes": (20,)}
    few = _regressor(**settings, dropout_inference=Averaged(2)).fit(XR, yR)
    many = _regressor(**settings, dropout_inference=Averaged(3000)).fit(XR, yR)
    whole = _regressor(**settings).fit(XR, yR).predict(XR)
    far, near = (np.abs(m.predict(XR) - whole).mean() for m in (few, many))
    assert near < 0.1 * far


# All of it at once.


@pytest.mark.parametrize("optimizer", Optimizer.registry)
def test_every_optimizer_learns_both_tasks(optimizer):
    rate = {"adadelta": 20.0, "lion": 0.005, "adagrad": 0.1}.get(optimizer, 0.02)
    first_order = Optimizer.registry[optimizer].order == 1
    settings = {
        "optimizer": optimizer,
        "learning_rate": rate if first_order else None,
        "max_iter": 100 if first_order else 30,
    }
    assert _classifier(**settings).fit(X, y).score(X, y) > 0.75
    assert _regressor(**settings).fit(XR, yR).score(XR, yR) > 0.85


def test_labels_are_smoothed_for_training_only():
    mlp = _classifier(label_smoothing=0.3, early_stopping=True, restore_best=False)
    mlp.fit(X, y, X_val=X, y_val=y)
    loss = -mlp.predict_log_proba(X)[np.arange(60), y].mean()
    assert mlp.validation_loss_curve_[-1] == pytest.approx(loss, rel=1e-9)


@pytest.mark.parametrize("shape", ["column", "two columns"])
@pytest.mark.parametrize("changes", [{}, {"n_networks": 3}, {"dtype": "float32"}], ids=str)
def test_several_quantiles_hold_what_they_promise_and_follow_the_unit(shape, changes):
    rng = np.random.default_rng(0)
    inputs = rng.uniform(0, 1, (1500, 1))
    noise = rng.normal(size=(1500, 2 if shape == "two columns" else 1))
    target = 100 * inputs * noise + 1000
    target = target if shape == "two columns" else target[:, 0]
    loss = Quantiles([0.1, 0.5, 0.9])
    settings = {"max_iter": 60, "n_iter_no_change": None, "random_state": 0, **changes}
    mlp = MLPRegressor((16,), loss=loss, **settings).fit(inputs[:1000], target[:1000])
    found = mlp.predict_quantiles(inputs[1000:])
    assert found.shape == (*target[1000:].shape, 3)
    assert (np.diff(found, axis=-1) >= 0).all()
    np.testing.assert_array_equal(found[..., 1], mlp.predict(inputs[1000:]))
    below = (target[1000:, ..., None] < found).reshape(-1, 3).mean(axis=0)
    np.testing.assert_allclose(below, loss.levels, atol=0.06)
    # The noise grows with x, and so does the distance: 2.563 standard deviations.
    width = (found[..., 2] - found[..., 0]).reshape(500, -1).mean(axis=1)
    slope = np.polyfit(inputs[1000:, 0], width, 1)[0]
    assert slope == pytest.approx(256.3, rel=0.25)
    again = clone(mlp).fit(inputs[:1000], target[:1000] / 100)
    np.testing.assert_allclose(again.predict_quantiles(inputs[1000:]), found / 100, rtol=2e-3)


def test_quantiles_of_another_loss_are_refused():
    mlp = _regressor(loss="quantile").fit(XR, yR)
    with pytest.raises(
        ValueError, match="predict_quantiles needs loss='quantiles' or .* 'quantile'"
    ):
        mlp.predict_quantiles(XR)
