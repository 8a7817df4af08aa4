"""Numbers of any magnitude and type: what is learned is what it would be near 1, in float64."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from memory import peak_of
from sklearn.base import clone

import skdl.core.training.fit as fit_module
import skdl.core.training.loop as loop_module
from skdl import MLPClassifier, MLPRegressor
from skdl.core.batches import stretches
from skdl.core.losses import ClassifierLoss, RegressorLoss

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 3))
F = X[:, 0] - np.abs(X[:, 1]) + 0.1 * RNG.normal(size=120)
QUICK = {"hidden_layer_sizes": (6,), "max_iter": 20, "n_iter_no_change": None, "random_state": 0}
SCALABLE = [name for name, loss in RegressorLoss.registry.items() if loss.scalable]
few = run(max_examples=25)

# Mean and deviation that each type of y can hold: a deviation is many times the type's spacing.
UNITS = {
    "float16": [(0, 1), (1000, 400), (0, 1e-2), (2e4, 8e3)],
    "float32": [(0, 1e20), (0, 1e-24), (1.7e9, 1e5), (0, 1e37), (1e-30, 1e-30)],
    "float64": [(0, 1e200), (0, 1e-200), (1.7e9, 60), (1e15, 1e6), (0, 1e306)],
    "longdouble": [(0, 1e200), (1.7e9, 60)],
    "int64": [(1_700_000_000, 60), (10**15, 10**9)],
    "int8": [(20, 30)],
}
CASES = [(dtype, *unit) for dtype, units in UNITS.items() for unit in units]


@given(
    case=st.sampled_from(CASES),
    loss=st.sampled_from(SCALABLE),
    network=st.sampled_from(["float32", "float64"]),
    columns=st.sampled_from([1, 2]),
    weighted=st.booleans(),
)
@few
def test_a_target_of_any_unit_is_learned_as_if_it_were_scaled_by_hand(
    case, loss, network, columns, weighted
):
    dtype, mean, std = case
    y = (mean + std * np.stack([F, -F][:columns], axis=1)).astype(dtype)
    weight = 1e308 * ((np.arange(120) % 3) / 3) if weighted else None
    mlp = MLPRegressor(**QUICK, loss=loss, dtype=network).fit(X, y, weight)
    # The same numbers, shifted and scaled by hand in a type that holds them all.
    own = (y.astype(np.longdouble) - mean) / std
    by_hand = MLPRegressor(**QUICK, loss=loss, dtype=network)
    by_hand.fit(X, own.astype(np.float64), None if weight is None else weight / 1e308)
    found = (mlp.predict(X).astype(np.longdouble).reshape(120, -1) - mean) / std
    expected = by_hand.predict(X).reshape(120, -1)
    loose = 2e-3 if network == "float32" else 1e-5  # float32 may round by a thousandth of std
    np.testing.assert_allclose(found.astype(float), expected, atol=loose)
    assert np.isfinite(mlp.loss_curve_).all()


@pytest.mark.parametrize(
    ("mean", "std", "expected"),
    [
        (0, 1, np.float32),
        (5e3, 1, np.float32),
        (1e5, 1, np.float64),
        (1.7e9, 60, np.float64),
        (0, 1e37, np.float64),
        (0, 1e-37, np.float64),
    ],
)
def test_predictions_are_float64_where_float32_would_lose_them(mean, std, expected):
    y = mean + std * F
    mlp = MLPRegressor(**QUICK, loss="gaussian_nll").fit(X.astype(np.float32), y)
    assert mlp._network.dtype == np.float32
    assert mlp.predict(X).dtype == mlp.intercepts_[-1].dtype == mlp.coefs_[-1].dtype == expected
    both = mlp.predict(X, return_std=True)
    assert all(part.dtype == expected and np.isfinite(part).all() for part in both)
    assert mlp.predict(X).std() > 0.2 * y.std()


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("value", [0.1, 3e15, 1e-12])
def test_a_constant_target_has_no_deviation(value, columns):
    y = np.full((3000, columns), value)
    mlp = MLPRegressor(**{**QUICK, "max_iter": 1}).fit(np.zeros((3000, 1)), y)
    assert mlp.target_std_.tolist() == [1.0] * columns


@pytest.mark.parametrize(
    ("y", "settings", "message"),
    [
        (1e308 * np.sign(F), {}, r"y must be in \[-4\.49423e\+307, 4\.49423e\+307\]; got -1e\+308"),
        (1e39 * F, {"scale_target": False, "dtype": "float32"}, "y must be within ±3.4e.38 to be"),
        (1e39 * (F**2 + 1), {"loss": "gamma", "dtype": "float32"}, "y must be within ±3.4e.38 to"),
    ],
)
def test_targets_that_cannot_be_held_are_refused(y, settings, message):
    with pytest.raises(ValueError, match=f"^MLPRegressor: {message}"):
        MLPRegressor(**QUICK, **settings).fit(X, y)


def test_validation_targets_are_held_to_the_same_scale():
    mlp = MLPRegressor(**QUICK, dtype="float32", early_stopping=True)
    with pytest.raises(ValueError, match=r"\(y − mean\) / std must be within ±3.4e.38 .* y=1e\+50"):
        mlp.fit(X, F, X_val=X, y_val=np.full(120, 1e50))


@given(
    loss=st.sampled_from(sorted(ClassifierLoss.registry)),
    size=st.sampled_from([5e-324, 1e-300, 1.0, 1e300, 1.7e308]),
    balanced=st.sampled_from([None, "balanced", {0: 1e308, 1: 1e300, 2: 1e308, "no class": 1}]),
    dtype=st.sampled_from(["float32", "float64"]),
)
@few
def test_weights_of_any_size_matter_by_their_ratios(loss, size, balanced, dtype):
    y = np.arange(120) % 3
    weight = (1 + np.arange(120) % 2) / 2
    answers = [
        MLPClassifier(**QUICK, loss=loss, class_weight=balanced, dtype=dtype)
        .fit(X, y, w)
        .decision_function(X)
        for w in (np.where(weight == 1, size, 0.0), (weight == 1).astype(float))
    ]
    np.testing.assert_allclose(answers[0], answers[1], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("lone", [0.0, 5e-324, 1e-300])
def test_a_class_of_hardly_any_weight_is_balanced(lone):
    y = (X[:, 0] > 0).astype(int)
    weight = np.where(y == 1, 1.0, 0.0)
    weight[np.flatnonzero(y == 0)[0]] = lone
    p = MLPClassifier(**QUICK, class_weight="balanced").fit(X, y, weight).predict_proba(X)
    assert np.isfinite(p).all()


def test_a_class_weight_for_a_class_that_is_not_there():
    y = np.arange(120) % 2
    expected = MLPClassifier(**QUICK, class_weight={0: 1, 1: 3}).fit(X, y).predict_proba(X)
    named = MLPClassifier(**QUICK, class_weight={0: 1, 1: 3, 2: 9}).fit(X, y)
    np.testing.assert_array_equal(named.predict_proba(X), expected)
    message = r"class_weight must name classes of y, \[0 1\], and others only .*; got \['1'\]$"
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**QUICK, class_weight={0: 1, "1": 3}).fit(X, y)


@given(
    loss=st.sampled_from(sorted(RegressorLoss.registry)),
    far=st.sampled_from([1e5, 1e30, 1e300]),
    dtype=st.sampled_from(["float32", "float64"]),
)
@few
def test_a_prediction_that_is_not_finite_is_said(loss, far, dtype):
    mlp = MLPRegressor((), loss=loss, dtype=dtype, max_iter=2, n_iter_no_change=None)
    mlp.set_params(random_state=0).fit(X, F**2 + 0.1)
    rows = np.vstack([X, far * np.ones((2, 3)), -far * np.ones((2, 3))])
    if dtype == "float32" and far > 1e38:
        with pytest.raises(ValueError, match="X contains infinity or a value too large .*float32"):
            mlp.predict(rows)
        return
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        answer = mlp.predict(rows)
    lost = int(np.sum(~np.isfinite(answer)))
    if loss in ("poisson", "gamma"):
        assert lost == 2
    assert [f"for {lost} of 124 rows are not" in str(w.message) for w in said] == [True] * (
        lost > 0
    )


def test_a_classifier_says_it_too():
    mlp = MLPClassifier((), max_iter=2, n_iter_no_change=None, dtype="float32", random_state=0)
    mlp.fit(X, np.array(["a", "b", "c"])[np.arange(120) % 3])
    mlp._network.theta *= 1e10
    rows = np.vstack([X, np.full((1, 3), 3e38)])
    for answer in (mlp.predict, mlp.predict_proba, mlp.decision_function):
        with pytest.warns(UserWarning, match="MLPClassifier: the outputs for 1 of 121 rows"):
            answer(rows)


# The best constant.


def _mean_loss(mlp, y):
    data = mlp._data(
        X, mlp._target.check(y.reshape(120, -1), type(mlp._target), mlp, mlp._loss), None
    )
    return data.mean_loss(
        mlp._loss, lambda rows: np.tile(mlp._network.layers[-1].b, (len(rows), 1))
    )


@pytest.mark.parametrize("scale_target", [True, False])
@pytest.mark.parametrize("loss", RegressorLoss.registry)
def test_a_regressor_starts_at_the_best_constant(loss, scale_target):
    y = 7 + F if RegressorLoss.registry[loss].scalable else np.exp(F)
    settings = {} if scale_target else {"scale_target": False}
    if not RegressorLoss.registry[loss].scalable and not scale_target:
        pytest.skip("the target is never scaled")
    mlp = MLPRegressor((), loss=loss, **settings)
    mlp._fit(X, y, None, (None,) * 3, go_on=False, n_epochs=0)
    best, bias = _mean_loss(mlp, y), mlp._network.layers[-1].b
    for step in (-0.1, 0.1):
        for j in range(bias.shape[1]):
            bias[0, j] += step
            # A quantile may lie anywhere between two rows.
            assert _mean_loss(mlp, y) >= best if loss == "quantiles" else _mean_loss(mlp, y) > best
            bias[0, j] -= step
    if loss == "squared_error":
        assert mlp.intercepts_[-1][0] == pytest.approx(y.mean())


# Memory.


@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}, {"n_networks": 2}], ids=str)
@pytest.mark.parametrize("kind", ["classes", "labels", "numbers"])
def test_targets_stay_small_until_their_batch(kind, settings):
    """Nothing of the size of (all rows, all outputs) is made beside what came."""
    n, k = 20_000, 150
    inputs = np.zeros((n, 2), np.float32)
    y = np.arange(n) % k if kind == "classes" else np.zeros((n, k), np.float32)
    if kind == "labels":
        y = (np.arange(n)[:, None] + np.arange(k)) % 2 == 0
    if kind == "numbers":
        y[:] = np.arange(n)[:, None] % 7
    cls = MLPRegressor if kind == "numbers" else MLPClassifier
    mlp = cls((3,), max_iter=1, n_iter_no_change=None, batch_size=500, **settings)
    mlp.fit(inputs[:900], y[:900])
    given = 0 if kind == "classes" else y.nbytes  # checking y, and holding rows out, copies it
    allowed = 2 * given + n * k * 4
    assert peak_of(lambda: mlp.fit(inputs, y)) < allowed


@pytest.mark.parametrize("n_networks", [1, 2])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("most", [1, 60, 200])
def test_short_stretches_learn_what_one_long_stretch_learns(
    monkeypatch, most, shuffle, weighted, n_networks
):
    """Where outputs are many, targets and losses are taken a few batches at a time."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(100, 3)), np.arange(100) % 4
    weight = rng.uniform(0.5, 2, 100) if weighted else None
    mlp = MLPClassifier((5,), batch_size=16, max_iter=3, n_iter_no_change=None, random_state=0)
    mlp.set_params(shuffle=shuffle, n_networks=n_networks)
    whole = clone(mlp).fit(X, y, weight, X_val=X, y_val=y)
    taken = []

    def short(batches, width):
        found = stretches(batches, width, most)
        taken.append([len(stretch.batches) for stretch in found])
        return found

    monkeypatch.setattr(loop_module, "stretches", short)
    monkeypatch.setattr(fit_module, "STRETCH", most)
    parts = clone(mlp).fit(X, y, weight, X_val=X, y_val=y)
    assert taken[0] == {1: [1] * 7, 60: [1] * 7, 200: [3, 3, 1]}[most]
    for a, b in zip(whole.networks_, parts.networks_, strict=True):
        np.testing.assert_array_equal(a._network.theta, b._network.theta)
        np.testing.assert_allclose(a.loss_curve_, b.loss_curve_, rtol=1e-12)
        np.testing.assert_allclose(a.validation_loss_curve_, b.validation_loss_curve_, rtol=1e-12)
