"""What every loss promises, and the losses of a classifier against scikit-learn and closed forms.

The tests of the first part run over both families; the values of the losses for regression are in
test_regression_losses.py.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import settings as run
from hypothesis import strategies as st
from rules import settings_of
from scipy import optimize, special
from sklearn import metrics

from skdl.core.losses import (
    BrierScore,
    ClassifierLoss,
    CrossEntropy,
    Focal,
    GaussianNLL,
    Hinge,
    Huber,
    Loss,
    Quantile,
    RegressorLoss,
    log_sigmoid,
    log_softmax,
    softmax,
)

# Every loss with every one of its links; a loss for regression has its own.
CASES = [
    pytest.param(cls, link, id=f"{name}-{link}")
    for name, cls in ClassifierLoss.registry.items()
    for link in cls.links
] + [pytest.param(cls, None, id=name) for name, cls in RegressorLoss.registry.items()]
every_loss = pytest.mark.parametrize(("cls", "link"), CASES)
CLASSIFIERS = CASES[: sum(len(cls.links) for cls in ClassifierLoss.registry.values())]
every_classifier_loss = pytest.mark.parametrize(("cls", "link"), CLASSIFIERS)
few = run(max_examples=15)
seeds = st.integers(0, 10_000)


def loss_of(cls, link, data=None):
    """A loss, its settings drawn if there is something to draw from."""
    loss = cls() if data is None else data.draw(settings_of(cls))
    return loss if link is None else loss.with_link(link)


def targets(loss, rng, rows, k, hard):
    """Targets that a loss accepts; soft ones for classes are probabilities."""
    if isinstance(loss, RegressorLoss):
        if loss.target_rule.low == 0:
            y = rng.gamma(1.5, 2, (rows, k))
            return np.ceil(y) if hard else y
        return rng.normal(0, 2, (rows, k))
    if loss.link == "softmax":
        return np.eye(k)[rng.integers(k, size=rows)] if hard else rng.dirichlet(np.ones(k), rows)
    return rng.integers(2, size=(rows, k)).astype(float) if hard else rng.random((rows, k))


def example(loss, seed=0, rows=5, k=3, hard=True, weighted=False):
    """Targets, raw outputs, and weights of mean 1 (or None)."""
    rng = np.random.default_rng(seed)
    y = targets(loss, rng, rows, k, hard)
    raw = rng.normal(0, 2, (rows, k * loss.outputs_per_target))
    weight = rng.gamma(1, 1, (rows, 1)) if weighted else None
    return y, raw, weight if weight is None else weight / weight.mean()


def assume_no_kink(loss, y, raw, h):
    """Leave out raw outputs next to a kink, where there is no derivative to compare."""
    below, above = loss.pieces(y, raw - 2 * h), loss.pieces(y, raw + 2 * h)
    assume(below is None or np.array_equal(below, above))


def difference(f, raw, h):
    """The derivative of a number f(raw), entry by entry, to fourth order."""
    slope = np.empty_like(raw)
    for i in np.ndindex(raw.shape):
        e = np.zeros_like(raw)
        e[i] = h
        near, far = f(raw + e) - f(raw - e), f(raw + 2 * e) - f(raw - 2 * e)
        slope[i] = (8 * near - far) / (12 * h)
    return slope


# -- every loss -----------------------------------------------------------------------------------


@every_loss
@given(data=st.data(), seed=seeds, hard=st.booleans(), weighted=st.booleans())
@few
def test_gradient_is_the_derivative_of_the_value(cls, link, data, seed, hard, weighted):
    loss, h = loss_of(cls, link, data), 1e-3
    y, raw, weight = example(loss, seed, hard=hard, weighted=weighted)
    assume_no_kink(loss, y, raw, h)
    g = loss.gradient(y, raw, weight)
    assert g.shape == raw.shape
    expected = difference(lambda r: loss.value(y, r, weight), raw, h)
    np.testing.assert_allclose(g, expected, rtol=1e-6, atol=1e-9 + 1e-9 * np.abs(g).max())


@every_loss
@given(data=st.data(), seed=seeds, hard=st.booleans(), weighted=st.booleans())
@few
def test_hessian_vector_is_the_derivative_of_the_gradient(cls, link, data, seed, hard, weighted):
    loss, h = loss_of(cls, link, data), 1e-3
    y, raw, weight = example(loss, seed, hard=hard, weighted=weighted)
    if not loss.exact_curvature:
        with pytest.raises(NotImplementedError):
            loss.curvature(y, raw, raw)
        return
    assume_no_kink(loss, y, raw, 4 * h)
    v = np.random.default_rng(seed + 1).uniform(-1, 1, raw.shape)
    before = v.copy()
    hv = loss.hessian_vector(y, raw, weight, v)
    assert hv.shape == raw.shape
    near = loss.gradient(y, raw + h * v, weight) - loss.gradient(y, raw - h * v, weight)
    far = loss.gradient(y, raw + 2 * h * v, weight) - loss.gradient(y, raw - 2 * h * v, weight)
    expected = (8 * near - far) / (12 * h)
    np.testing.assert_allclose(hv, expected, rtol=1e-6, atol=1e-9 + 1e-9 * np.abs(hv).max())
    np.testing.assert_array_equal(v, before)


@every_loss
@given(data=st.data(), seed=seeds)
@few
def test_value_is_the_weighted_mean_over_rows_of_the_sum_over_outputs(cls, link, data, seed):
    loss = loss_of(cls, link, data)
    y, raw, weight = example(loss, seed, rows=7, weighted=True)
    by_hand = [float(loss.value(y[i : i + 1], raw[i : i + 1])) for i in range(7)]
    assert loss.per_row(y, raw).shape == (7, 1)
    np.testing.assert_allclose(loss.per_row(y, raw)[:, 0], by_hand, rtol=1e-12)
    assert loss.value(y, raw) == pytest.approx(np.mean(by_hand), rel=1e-12)
    expected = np.average(by_hand, weights=weight[:, 0])
    assert loss.value(y, raw, weight) == pytest.approx(expected, rel=1e-12)
    # A weight of 2 is a row that comes twice, a weight of 0 a row that is not there.
    counts = np.array([2, 0, 1, 1, 3, 0, 0])
    twice = np.repeat(np.arange(7), counts)
    assert loss.value(y, raw, counts[:, None]) == pytest.approx(
        loss.value(y[twice], raw[twice]), rel=1e-12
    )
    summed = np.zeros_like(raw)
    np.add.at(summed, twice, loss.gradient(y[twice], raw[twice]))
    np.testing.assert_allclose(loss.gradient(y, raw, counts[:, None]), summed, atol=1e-14)


@pytest.mark.parametrize(
    ("cls", "link"), [case for case in CASES if case.values[1] != "softmax"]
)  # the outputs of softmax compete
def test_outputs_of_a_row_add_up(cls, link):
    loss = loss_of(cls, link)
    y, raw, _ = example(loss, 3)
    columns = raw.reshape(5, loss.outputs_per_target, 3)  # all means first, then all variances
    one_by_one = sum(loss.value(y[:, [j]], columns[:, :, j]) for j in range(3))
    assert loss.value(y, raw) == pytest.approx(one_by_one, rel=1e-12)


@every_loss
def test_a_batch_without_weight_costs_nothing(cls, link):
    loss = loss_of(cls, link)
    y, raw, _ = example(loss)
    nothing = np.zeros((5, 1))
    assert loss.value(y, raw, nothing) == 0
    np.testing.assert_array_equal(loss.gradient(y, raw, nothing), 0)
    if loss.exact_curvature:
        np.testing.assert_array_equal(loss.hessian_vector(y, raw, nothing, raw), 0)


@every_loss
@given(data=st.data(), hard=st.booleans(), dtype=st.sampled_from([np.float32, np.float64]))
@run(max_examples=25)
def test_raw_outputs_far_out_are_harmless(cls, link, data, hard, dtype):
    loss = loss_of(cls, link, data)
    # exp(1e4) is no number of the machine, and neither is a loss with that link there.
    far = 40.0 if cls.name in ("poisson", "gamma") else 1e4
    steps = np.array([-1, -1e-2, -4e-3, -1e-3, 0, 1e-3, 4e-3, 1e-2, 1])
    raw = np.array(np.meshgrid(far * steps, far * steps)).reshape(2, -1).T
    if loss.outputs_per_target != 2:
        raw = np.column_stack([raw, raw[:, ::-1] / 2, raw[:, ::-1]])
        raw = raw[:, : 4 if loss.outputs_per_target == 1 else loss.outputs_per_target]
    y = targets(
        loss, np.random.default_rng(1), len(raw), raw.shape[1] // loss.outputs_per_target, hard
    )
    y, raw = y.astype(dtype), raw.astype(dtype)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        rows = loss.per_row(y, raw)
        g = loss.slope(y, raw)
        prediction = loss.predict(raw)
    assert np.isfinite(rows).all() and np.isfinite(g).all() and np.isfinite(prediction).all()
    if isinstance(loss, ClassifierLoss):
        assert (rows >= 0).all()
        # No loss of a classifier is steeper anywhere than a few times 1 plus its settings.
        assert np.abs(g).max() <= 2 + 3 * sum(loss.get_params().values())


@every_loss
@given(data=st.data())
@run(max_examples=6)
def test_float32_stays_and_agrees(cls, link, data):
    loss = loss_of(cls, link, data)
    y, raw, weight = example(loss, 4, weighted=True)
    narrow = [x.astype(np.float32) for x in (y, raw, weight)]
    results = {
        "predict": lambda y, raw, w: loss.predict(raw),
        "per_row": lambda y, raw, w: loss.per_row(y, raw),
        "gradient": lambda y, raw, w: loss.gradient(y, raw, w),
        "value": lambda y, raw, w: np.atleast_1d(loss.value(y, raw, w)),
    }
    if loss.exact_curvature:
        results["hessian_vector"] = lambda y, raw, w: loss.hessian_vector(y, raw, w, raw)
    wide = {}
    for name, f in results.items():
        result, exact = f(*narrow), f(y, raw, weight)
        assert exact.dtype == np.float64
        np.testing.assert_allclose(result, exact, rtol=2e-5, atol=2e-5 * np.abs(exact).max())
        if result.dtype != np.float32:
            wide[name] = result.dtype
    assert wide == {}


@every_loss
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_buffer_is_written_in_either_order_of_memory(cls, link, order, weighted, dtype):
    loss = loss_of(cls, link)
    y, raw, weight = example(loss, 5, weighted=weighted)
    y, raw = y.astype(dtype), raw.astype(dtype)
    g = loss.gradient(y, raw, weight).astype(dtype)
    value = loss.value(y, raw, weight)
    raw = np.array(raw, order=order)
    before = raw.copy()
    buffer = np.full_like(raw, np.nan, order=order)
    assert buffer.flags.f_contiguous == (order == "F")
    assert loss.gradient(y, raw, weight, buffer) is buffer
    tolerance = 8 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(buffer, g, rtol=tolerance, atol=tolerance)
    assert loss.value(np.asfortranarray(y), raw, weight) == pytest.approx(value, rel=tolerance)
    np.testing.assert_array_equal(raw, before)


@every_loss
@pytest.mark.parametrize("weighted", [False, True])
def test_networks_along_a_leading_axis_are_computed_one_by_one(cls, link, weighted):
    loss = loss_of(cls, link)
    y, raw, weight = example(loss, 6, weighted=weighted)
    raw = np.stack([raw, raw + 1, -raw])
    many = {
        "value": loss.value(y, raw, weight),
        "gradient": loss.gradient(y, raw, weight),
        "gradient of many targets": loss.gradient(np.stack([y, y, y]), raw, weight),
        "predict": loss.predict(raw),
    }
    assert many["value"].shape == (3,)
    for i in range(3):
        one = {
            "value": loss.value(y, raw[i], weight),
            "gradient": loss.gradient(y, raw[i], weight),
            "gradient of many targets": loss.gradient(y, raw[i], weight),
            "predict": loss.predict(raw[i]),
        }
        for name, result in many.items():
            np.testing.assert_allclose(result[i], one[name], rtol=1e-13, atol=1e-15, err_msg=name)
    if loss.exact_curvature:
        hv = loss.hessian_vector(y, raw, weight, raw)
        for i in range(3):
            expected = loss.hessian_vector(y, raw[i], weight, raw[i])
            np.testing.assert_allclose(hv[i], expected, rtol=1e-13, atol=1e-15)


@every_loss
@pytest.mark.parametrize("weighted", [False, True])
def test_the_best_constant_minimises_the_loss(cls, link, weighted):
    loss = loss_of(cls, link)
    y, raw, weight = example(loss, 7, rows=60, weighted=weighted)
    constant = loss.best_constant(y, weight)
    assert constant.shape == raw.shape[1:] and np.isfinite(constant).all()
    assert type(loss).best_constant is not Loss.best_constant  # every loss of ours knows its own

    def value(c):
        return float(loss.value(y, np.tile(c, (60, 1)), weight))

    search = optimize.minimize(value, constant + 0.3, method="Nelder-Mead")
    assert value(constant) <= search.fun + 1e-9
    assert value(constant + 0.3 * np.arange(len(constant))) > value(constant)
    if loss.pieces(y, raw) is None or isinstance(loss, (Huber, GaussianNLL)):
        slope = loss.gradient(y, np.tile(constant, (60, 1)), weight).sum(axis=0)
        np.testing.assert_allclose(slope, 0, atol=1e-6 if isinstance(loss, Focal) else 1e-12)


def constant_of(loss, y, weight=None):
    return loss.best_constant(np.asarray(y, float)[:, None], weight)


@given(rows=st.integers(1, 30), seed=seeds, weighted=st.booleans())
@few
def test_best_constants_in_closed_form(rows, seed, weighted):
    rng = np.random.default_rng(seed)
    y, whole = rng.gamma(2, 2, rows), rng.integers(1, 4, rows)
    weight = whole[:, None].astype(float) if weighted else None
    many = np.repeat(y, whole) if weighted else y  # a weight of 2 is a row that comes twice
    mean, q = many.mean(), 0.25
    expected = {
        "squared_error": [mean],
        "absolute_error": [np.median(many)],
        "poisson": [np.log(mean)],
        "gamma": [np.log(mean)],
        "gaussian_nll": [mean, np.log(max(many.var(), 1e-6))],
    }
    for name, raw in expected.items():
        found = constant_of(RegressorLoss.registry[name](), y, weight)
        np.testing.assert_allclose(found, raw, rtol=1e-9, atol=1e-9, err_msg=name)
    quantile = constant_of(Quantile(quantile=q), y, weight)[0]
    assert np.mean(many < quantile - 1e-12) <= q <= np.mean(many <= quantile + 1e-12)
    # Huber's estimate lies between the median and the mean: far and near, it is one of them.
    np.testing.assert_allclose(constant_of(Huber(delta=1e3), y, weight), mean, rtol=1e-9)
    if len(many) % 2:
        near = constant_of(Huber(delta=1e-6), y, weight)
        np.testing.assert_allclose(near, np.median(many), atol=1e-5)
    classes = rng.integers(2, size=rows)
    p = np.clip(np.average(classes, weights=whole if weighted else None), 1e-3, 1 - 1e-3)
    for loss in (CrossEntropy(), BrierScore(), Focal(gamma=0.0)):
        found = constant_of(loss.with_link("sigmoid"), classes, weight)
        np.testing.assert_allclose(found, np.log(p / (1 - p)), atol=1e-5)
    assert constant_of(Hinge(), [1, 1, 0]) == [1] and constant_of(Hinge(), [0, 1]) == [0]


@pytest.mark.parametrize("name", RegressorLoss.registry)
@pytest.mark.parametrize("same", [3.0, 1e20, 1e-20])
def test_the_best_constant_of_equal_numbers_is_that_number(name, same):
    loss = RegressorLoss.registry[name]()
    found = constant_of(loss, [same] * 3)[0]
    link = np.log if name in ("poisson", "gamma") else float
    if name != "poisson" or same > 1e-6:
        np.testing.assert_allclose(found, link(same), rtol=1e-12)


@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
def test_a_class_that_never_comes_keeps_the_best_constant_finite(link):
    y = np.eye(3)[[0, 0, 1]]
    constant = CrossEntropy().with_link(link).best_constant(y, None)
    assert np.isfinite(constant).all()
    assert constant.argmin() == 2
    np.testing.assert_array_equal(constant, CrossEntropy().with_link(link).best_constant(y, None))


def test_there_is_no_best_constant_worth_more_than_zero_for_balanced_classes():
    y = np.eye(4)[np.arange(4)]
    np.testing.assert_allclose(CrossEntropy().best_constant(y, None), 0, atol=1e-14)
    expected = [np.log(1 / 3)] * 4
    np.testing.assert_allclose(CrossEntropy().with_link("sigmoid").best_constant(y, None), expected)


# -- links ----------------------------------------------------------------------------------------


@every_classifier_loss
def test_with_link_gives_a_copy(cls, link):
    plain = cls()
    loss = plain.with_link(link)
    assert loss is not plain
    assert loss.link == link and plain.link == cls.links[0]
    assert loss.get_params() == plain.get_params()


@every_classifier_loss
def test_predictions_are_probabilities_where_the_link_says_so(cls, link):
    loss = loss_of(cls, link)
    raw = np.array([[-1e4, 0.0, 1e4], [1.0, 2.0, 3.0], [0.0, 0.0, 0.0]])
    p = loss.predict(raw)
    if link == "identity":
        np.testing.assert_array_equal(p, raw)
        return
    expected = {"softmax": special.softmax(raw, axis=1), "sigmoid": special.expit(raw)}[link]
    np.testing.assert_allclose(p, expected, rtol=1e-14)
    log_p = loss.log_predict(raw)
    assert np.isfinite(log_p).all() and (log_p <= 0).all()
    np.testing.assert_allclose(np.exp(log_p), p, rtol=1e-13)
    assert log_p[0, 0] == (-2e4 if link == "softmax" else -1e4)


@given(seed=seeds)
@few
def test_softmax_and_logarithms_equal_scipys(seed):
    raw = np.random.default_rng(seed).normal(0, 10, (2, 4, 5))
    np.testing.assert_allclose(softmax(raw), special.softmax(raw, axis=-1), rtol=1e-13)
    np.testing.assert_allclose(log_softmax(raw), special.log_softmax(raw, axis=-1), rtol=1e-12)
    np.testing.assert_allclose(log_sigmoid(raw), special.log_expit(raw), rtol=1e-13)
    buffer = np.empty_like(raw)
    assert softmax(raw, buffer) is buffer
    np.testing.assert_array_equal(buffer, softmax(raw))
    np.testing.assert_allclose(softmax(raw + 1e3), softmax(raw), rtol=1e-10)


# -- values of the losses for classes -------------------------------------------------------------


@pytest.fixture
def classes():
    """Raw outputs for 50 rows of 4 classes; the class of each; weights of mean 1."""
    rng = np.random.default_rng(8)
    weight = rng.gamma(1, 1, 50)
    return rng.normal(0, 2, (50, 4)), rng.integers(4, size=50), weight / weight.mean()


def test_cross_entropy_is_log_loss(classes):
    raw, k, weight = classes
    y, p = np.eye(4)[k], special.softmax(raw, axis=1)
    loss = CrossEntropy()
    assert loss.value(y, raw) == pytest.approx(metrics.log_loss(k, p), rel=1e-12)
    expected = metrics.log_loss(k, p, sample_weight=weight)
    assert loss.value(y, raw, weight[:, None]) == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(loss.slope(y, raw), p - y, atol=1e-15)


def test_binary_cross_entropy_is_log_loss(classes):
    raw, k, weight = classes
    y = (k > 1).astype(float)[:, None]
    p = special.expit(raw[:, 0])
    loss = CrossEntropy().with_link("sigmoid")
    expected = metrics.log_loss(y[:, 0], p, sample_weight=weight)
    assert loss.value(y, raw[:, :1], weight[:, None]) == pytest.approx(expected, rel=1e-12)


def test_two_softmax_units_equal_one_sigmoid_unit_of_their_difference():
    """Of the losses of one true class; each of the two units brings half of a squared error."""
    rng = np.random.default_rng(9)
    raw, k = rng.normal(0, 2, (20, 2)), rng.integers(2, size=20)
    one, target = raw[:, [1]] - raw[:, [0]], k[:, None].astype(float)
    for name, factor in (("cross_entropy", 1), ("focal", 1), ("squared_error", 2)):
        loss = ClassifierLoss.registry[name]()
        by_two = loss.with_link("softmax").value(np.eye(2)[k], raw)
        by_one = loss.with_link("sigmoid").value(target, one)
        assert by_two == pytest.approx(factor * by_one, rel=1e-12), name


def test_squared_error_is_the_brier_score(classes):
    raw, k, weight = classes
    loss = ClassifierLoss.registry["squared_error"]()
    two = raw[:, :2]
    y = (k > 1).astype(int)
    p = special.softmax(two, axis=1)
    expected = metrics.brier_score_loss(y, p[:, 1], sample_weight=weight)
    assert loss.value(np.eye(2)[y], two, weight[:, None]) == pytest.approx(expected, rel=1e-12)
    of_one = loss.with_link("sigmoid").value(y[:, None], raw[:, :1], weight[:, None])
    expected = metrics.brier_score_loss(y, special.expit(raw[:, 0]), sample_weight=weight) / 2
    assert of_one == pytest.approx(expected, rel=1e-12)
    p = special.softmax(raw, axis=1)
    expected = 0.5 * ((p - np.eye(4)[k]) ** 2).sum(axis=1).mean()
    assert loss.value(np.eye(4)[k], raw) == pytest.approx(expected, rel=1e-12)


def test_hinge_is_scikit_learns(classes):
    raw, k, weight = classes
    y = k > 1
    expected = metrics.hinge_loss(y, raw[:, 0], sample_weight=weight)
    value = Hinge().value(y[:, None].astype(float), raw[:, :1], weight[:, None])
    assert value == pytest.approx(expected, rel=1e-12)
    one_against_rest = sum(metrics.hinge_loss(k == j, raw[:, j]) for j in range(4))
    assert Hinge().value(np.eye(4)[k], raw) == pytest.approx(one_against_rest, rel=1e-12)


@given(gamma=st.floats(0, 5), seed=seeds)
@few
def test_focal_is_the_formula_of_the_paper(gamma, seed):
    rng = np.random.default_rng(seed)
    raw, k = rng.normal(0, 2, (10, 3)), rng.integers(3, size=10)
    p_t = special.softmax(raw, axis=1)[np.arange(10), k]
    expected = np.mean(-((1 - p_t) ** gamma) * np.log(p_t))
    assert Focal(gamma=gamma).value(np.eye(3)[k], raw) == pytest.approx(expected, rel=1e-10)
    y = rng.integers(2, size=(10, 1))
    p = special.expit(raw[:, :1])
    p_t = np.where(y == 1, p, 1 - p)
    expected = np.mean(-((1 - p_t) ** gamma) * np.log(p_t))
    value = Focal(gamma=gamma).with_link("sigmoid").value(y.astype(float), raw[:, :1])
    assert value == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
@pytest.mark.parametrize("hard", [True, False])
def test_focal_with_gamma_zero_is_the_cross_entropy(link, hard):
    focal, plain = Focal(gamma=0.0).with_link(link), CrossEntropy().with_link(link)
    y, raw, weight = example(plain, 10, hard=hard, weighted=True)
    raw[0] = [800, -800, 30]
    assert focal.value(y, raw, weight) == pytest.approx(plain.value(y, raw, weight), rel=1e-12)
    np.testing.assert_allclose(
        focal.gradient(y, raw, weight), plain.gradient(y, raw, weight), atol=1e-14
    )


@pytest.mark.parametrize("gamma", [0.25, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
def test_focal_is_flat_for_a_row_that_is_confidently_right(link, gamma, dtype):
    """Where 1 − p is no longer told apart from 0, the slope goes to 0 too; it must not explode."""
    loss = Focal(gamma=gamma).with_link(link)
    size = np.array([5, 10, 20, 30, 40, 80, 700], dtype)[:, None]
    for sign in (-1, 1):
        raw = np.hstack([-sign * size, sign * size]).astype(dtype)
        y = np.array([[0.0, 1.0]] * 7 if sign == 1 else [[1.0, 0.0]] * 7, dtype)
        slope = np.abs(loss.slope(y, raw)).max(axis=1)
        assert (slope <= (1 + gamma) * np.exp(-gamma * size[:, 0]) * (1 + size[:, 0]) + 1e-3).all()


@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
def test_cross_entropy_pulls_hardest_where_it_is_confidently_wrong_squared_error_does_not(link):
    y, raw = np.array([[1.0, 0.0]]), np.array([[-30.0, 30.0]])
    entropy = CrossEntropy().with_link(link).slope(y, raw)
    squared = ClassifierLoss.registry["squared_error"]().with_link(link).slope(y, raw)
    np.testing.assert_allclose(entropy, [[-1, 1]], atol=1e-12)
    assert np.abs(squared).max() < 1e-12
