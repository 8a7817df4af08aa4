"""Activations: derivatives against differences, values against SciPy and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from rules import settings_of
from scipy import integrate, special, stats

from skdl.core.activations import (
    ELU,
    GELU,
    RBF,
    SELU,
    Activation,
    LeakyReLU,
    Maxout,
    PReLU,
    Softplus,
)
from skdl.core.initializers import Initializer

ACTIVATIONS = list(Activation.registry.values())
every_activation = pytest.mark.parametrize("cls", ACTIVATIONS, ids=Activation.registry)
few = run(max_examples=15)


def grid(activation, dtype=np.float64, rows=40, units=3):
    """Pre-activations of shape (rows, units·pieces) from -8 to 8, none within 0.01 of a kink."""
    k = activation.pieces
    z = np.linspace(-8, 8, rows * units * k)
    z = np.random.default_rng(0).permutation(z).reshape(rows, units * k)
    for kink in activation.kinks:
        z = np.where(np.abs(z - kink) < 0.01, kink + 0.05, z)
    return z.astype(dtype)


def difference(f, z, k, h=1e-3):
    """∂(sum of f over units)/∂z by the fourth-order central difference, one piece at a time."""
    slope = np.empty_like(z)
    for piece in range(k):
        e = np.zeros_like(z)
        e[..., piece::k] = h
        near, far = f(z + e) - f(z - e), f(z + 2 * e) - f(z - 2 * e)
        slope[..., piece::k] = (8 * near - far) / (12 * h)
    return slope


@every_activation
@given(data=st.data())
@few
def test_derivative_is_the_slope_of_the_value(cls, data):
    activation = data.draw(settings_of(cls))
    z = grid(activation)
    if activation.pieces > 1:  # the winner must not change within the difference
        ordered = np.sort(activation.by_unit(z), axis=-1)
        z = z[(ordered[..., -1] - ordered[..., -2] > 0.01).all(axis=-1)]
        assert len(z) > 10
    slope = activation.derivative(z, activation.value(z))
    expected = difference(activation.value, z, activation.pieces)
    np.testing.assert_allclose(slope, expected, rtol=1e-6, atol=1e-9)


@every_activation
@given(data=st.data())
@few
def test_second_derivative_is_the_slope_of_the_derivative(cls, data):
    activation = data.draw(settings_of(cls))
    z = grid(activation)
    curvature = activation.second_derivative(z, activation.value(z))
    if activation.pieces > 1:
        assert curvature is None
        return
    expected = difference(lambda z: activation.derivative(z, activation.value(z)), z, 1)
    if curvature is None:  # straight pieces
        curvature = np.zeros_like(z)
    assert curvature.shape == z.shape
    np.testing.assert_allclose(curvature, expected, rtol=1e-6, atol=1e-9)


@every_activation
@pytest.mark.parametrize("at", [-2.5, -1.0, 0.0, 1.0, 2.5])
def test_kinks_are_where_the_slope_jumps_and_nowhere_else(cls, at):
    activation = cls()
    if activation.pieces > 1:
        assert activation.kinks == ()  # its kinks depend on the other pieces
        return
    z = np.array([[at - 1e-9, at + 1e-9]])
    before, after = activation.derivative(z, activation.value(z))[0]
    jumps = abs(after - before) > 1e-6
    if cls is ELU:
        assert not jumps  # at alpha = 1 only the curvature jumps
        assert activation.kinks == (0.0,)
    else:
        assert jumps == (at in activation.kinks)


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@given(data=st.data())
@run(max_examples=5)
def test_buffers_are_written_and_the_dtype_stays(cls, dtype, data):
    activation = data.draw(settings_of(cls))
    z = grid(activation, dtype)
    before = z.copy()
    a = activation.value(z)
    d = activation.derivative(z, a)
    assert a.dtype == d.dtype == dtype
    assert a.shape == (40, 3) and d.shape == z.shape
    for result, expected, call in (
        ("value", a, lambda out: activation.value(z, out=out)),
        ("derivative", d, lambda out: activation.derivative(z, a, out=out)),
    ):
        buffer = np.full_like(expected, np.nan)
        assert call(buffer) is buffer, result
        np.testing.assert_array_equal(buffer, expected)
    np.testing.assert_array_equal(z, before)
    np.testing.assert_array_equal(a, activation.value(z))
    curvature = activation.second_derivative(z, a)
    assert curvature is None or (curvature.dtype == dtype and curvature.shape == z.shape)


@every_activation
@pytest.mark.parametrize("order", ["columns", "every second"])
def test_buffers_and_inputs_may_be_strided(cls, order):
    activation = cls()
    z = grid(activation)

    def strided(x):
        if order == "columns":
            return np.array(x, order="F")
        wide = np.full((2 * x.shape[0], x.shape[1]), np.nan)[::2]
        wide[...] = x
        return wide

    a = activation.value(z)
    buffer = strided(np.full_like(a, np.nan))
    np.testing.assert_array_equal(activation.value(strided(z), buffer), a)
    d = activation.derivative(z, a)
    buffer = strided(np.full_like(d, np.nan))
    if activation.pieces > 1:  # its view by unit needs rows that lie together
        buffer = np.empty_like(d)
    np.testing.assert_array_equal(activation.derivative(strided(z), strided(a), buffer), d)


@every_activation
def test_float32_agrees_with_float64(cls):
    activation = cls()
    z = grid(activation, np.float32)
    with np.errstate(all="raise", under="ignore"):
        a = activation.value(z)
        d = activation.derivative(z, a)
    wide = z.astype(np.float64)
    scale = 1 + np.abs(activation.value(wide))  # exp(8) for the radial basis at negative distance
    assert np.all(np.abs(a - activation.value(wide)) <= 2e-6 * scale)
    exact = activation.derivative(wide, activation.value(wide))
    np.testing.assert_allclose(d, exact, rtol=3e-6, atol=3e-6)


@every_activation
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows_far_out(cls, dtype):
    activation = cls()
    far = np.array([0, 1e-30, 30, 100, 1e3, 1e4], dtype)
    z = np.concatenate((-far, far)).reshape(-1, 1).repeat(2 * activation.pieces, axis=1)
    if activation.pre_activation == "distance":
        z = np.abs(z)  # a squared distance is never negative
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        a = activation.value(z)
        d = activation.derivative(z, a)
        curvature = activation.second_derivative(z, a)
    assert np.isfinite(a).all() and np.isfinite(d).all()
    assert curvature is None or np.isfinite(curvature).all()
    assert np.abs(a).max() <= 1.05070099 * 1e4
    assert np.abs(d).max() <= 1.7581  # the steepest: SELU at 0, its two constants' product
    assert curvature is None or np.abs(curvature).max() <= 2


@every_activation
def test_networks_along_a_leading_axis_are_computed_one_by_one(cls):
    activation = cls()
    z = np.random.default_rng(1).normal(size=(2, 3, 5, 4 * activation.pieces))
    a = activation.value(z)
    d = activation.derivative(z, a)
    curvature = activation.second_derivative(z, a)
    assert a.shape == (2, 3, 5, 4)
    for i in np.ndindex(2, 3):
        np.testing.assert_array_equal(a[i], activation.value(z[i]))
        np.testing.assert_array_equal(d[i], activation.derivative(z[i], a[i]))
        if curvature is not None:
            np.testing.assert_array_equal(curvature[i], activation.second_derivative(z[i], a[i]))


@every_activation
def test_what_a_layer_reads_is_there(cls):
    activation = cls()
    assert activation.initializer in Initializer.registry
    assert activation.pre_activation in ("affine", "pieces", "distance")
    assert isinstance(activation.pieces, int) and activation.pieces >= 1
    assert isinstance(activation.kinks, tuple)
    assert (activation.learned_slope is not None) == isinstance(activation, PReLU)


# -- known values ---------------------------------------------------------------------------------

z = np.array([-5.0, -2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 2.0, 5.0])

CLOSED_FORMS = {
    "identity": z,
    "relu": np.where(z > 0, z, 0),
    "leaky_relu": np.where(z > 0, z, 0.01 * z),
    "abs": np.sqrt(z * z),
    "prelu": np.where(z > 0, z, 0.25 * z),
    "elu": special.elu(z) if hasattr(special, "elu") else np.where(z > 0, z, np.exp(z) - 1),
    "selu": 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * (np.exp(z) - 1)),
    "gelu": z * stats.norm.cdf(z),
    "silu": z / (1 + np.exp(-z)),
    "mish": z * np.tanh(np.log(1 + np.exp(z))),
    "softplus": np.log(1 + np.exp(z)),
    "sigmoid": 1 / (1 + np.exp(-z)),
    "tanh": (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1),
    "hard_tanh": np.array([-1, -1, -1, -0.5, 0, 0.25, 1, 1, 1]),
    "cos": np.sin(z + np.pi / 2),
    "rbf": np.exp(-z),
    "maxout": z,  # of the pieces z and z - 1
}

# Published or computed by hand to the digits shown, independently of any formula above.
NUMBERS = {
    "identity": {-2.0: -2.0},
    "relu": {-2.0: 0.0, 3.0: 3.0},
    "leaky_relu": {-2.0: -0.02, 3.0: 3.0},
    "abs": {-2.0: 2.0},
    "prelu": {-2.0: -0.5, 3.0: 3.0},
    "elu": {-1.0: -0.6321205588285577, -2.0: -0.8646647167633873},
    "selu": {1.0: 1.0507009873554805, -1.0: -1.1113307378125625},
    "gelu": {1.0: 0.8413447460685429, -1.0: -0.15865525393145707, 2.0: 1.9544997361036416},
    "silu": {1.0: 0.7310585786300049, -1.0: -0.2689414213699951},
    "mish": {1.0: 0.8650983882673103, -1.0: -0.3034014613741089},
    "softplus": {0.0: 0.6931471805599453, 1.0: 1.3132616875182228},
    "sigmoid": {1.0: 0.7310585786300049, 0.0: 0.5},
    "tanh": {1.0: 0.7615941559557649},
    "hard_tanh": {-3.0: -1.0, 0.5: 0.5, 3.0: 1.0},
    "cos": {0.0: 1.0, 1.0: 0.5403023058681398},
    "rbf": {0.0: 1.0, 1.0: 0.36787944117144233},
    "maxout": {2.0: 2.0},
}


def pieces_of(activation, z):
    """The given values as the largest of k pieces."""
    k = activation.pieces
    return (z[..., None] - np.arange(k)).reshape(*z.shape[:-1], -1)


def test_the_tables_of_known_values_are_complete():
    assert set(CLOSED_FORMS) == set(NUMBERS) == set(Activation.registry)


@pytest.mark.parametrize("name", Activation.registry)
def test_values_equal_the_closed_form(name):
    activation = Activation.registry[name]()
    value = activation.value(pieces_of(activation, z[None]))[0]
    np.testing.assert_allclose(value, CLOSED_FORMS[name], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("name", Activation.registry)
def test_values_equal_known_numbers(name):
    activation = Activation.registry[name]()
    points, numbers = map(np.array, zip(*NUMBERS[name].items(), strict=True))
    value = activation.value(pieces_of(activation, points[None]))[0]
    np.testing.assert_allclose(value, numbers, rtol=1e-12)


def test_known_limits():
    far = np.array([[-40.0, 40.0]])
    for name, limits in {
        "softplus": [0, 40],
        "gelu": [0, 40],
        "silu": [0, 40],
        "mish": [0, 40],
        "elu": [-1, 40],
        "sigmoid": [0, 1],
        "tanh": [-1, 1],
    }.items():
        value = Activation.registry[name]().value(far)[0]
        np.testing.assert_allclose(value, limits, atol=1e-12, err_msg=name)


def test_softplus_is_a_smooth_rectifier_whose_antisymmetric_part_is_linear():
    np.testing.assert_allclose(Softplus().value(z) - Softplus().value(-z), z, atol=1e-14)


def test_elu_and_leaky_relu_take_their_alpha():
    x = np.array([[-30.0, -1.0, 2.0]])
    np.testing.assert_allclose(ELU(alpha=0.5).value(x), [[-0.5, 0.5 * np.expm1(-1), 2.0]])
    np.testing.assert_allclose(
        ELU(alpha=0.5).derivative(x, ELU(alpha=0.5).value(x))[0, 1:], [0.5 * np.exp(-1), 1.0]
    )
    np.testing.assert_allclose(LeakyReLU(alpha=0.2).value(x), [[-6.0, -0.2, 2.0]])


def test_selu_keeps_mean_zero_and_variance_one():
    """The fixed point for which its two constants were chosen, by quadrature on both sides of 0."""

    def expectation(f):
        def integrand(t):
            return f(SELU().value(np.array([[t]]))[0, 0]) * stats.norm.pdf(t)

        return sum(integrate.quad(integrand, *side)[0] for side in ((-12, 0), (0, 12)))

    assert expectation(lambda a: a) == pytest.approx(0, abs=1e-8)
    assert expectation(lambda a: a * a) == pytest.approx(1, abs=1e-8)


def test_gelu_is_the_exact_form():
    x = np.linspace(-4, 4, 41)[None]
    np.testing.assert_allclose(GELU().value(x), x * 0.5 * special.erfc(-x / np.sqrt(2)), atol=1e-15)
    tanh_form = 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))
    sigmoid_form = x * special.expit(1.702 * x)
    assert 1e-4 < np.abs(GELU().value(x) - tanh_form).max() < 1e-3
    assert 1e-3 < np.abs(GELU().value(x) - sigmoid_form).max() < 3e-2


# -- the two with something of their own ----------------------------------------------------------


@given(slope=st.floats(-1, 1, allow_subnormal=False))
@few
def test_prelu_slopes_are_learned_one_per_unit(slope):
    prelu = PReLU(slope=slope)
    assert prelu.learned_slope == slope
    rng = np.random.default_rng(2)
    x = rng.normal(size=(2, 6, 3))
    slopes = rng.uniform(-0.5, 0.9, size=(2, 1, 3))  # one network after the other
    value = prelu.value(x, slope=slopes)
    np.testing.assert_allclose(value, np.where(x > 0, x, slopes * x))
    d = prelu.derivative(x, value, slope=slopes)
    np.testing.assert_array_equal(d, np.where(x > 0, 1, np.broadcast_to(slopes, x.shape)))
    h = 1e-3
    expected = (prelu.value(x, slope=slopes + h) - prelu.value(x, slope=slopes - h)) / (2 * h)
    np.testing.assert_allclose(prelu.slope_derivative(x), expected, atol=1e-12)
    # Without the layer's slopes, the starting one counts.
    np.testing.assert_allclose(prelu.value(x), prelu.value(x, slope=np.full((1, 3), slope)))


@given(k=st.integers(2, 5))
@few
def test_maxout_units_pass_the_gradient_to_the_winner_alone(k):
    maxout = Maxout(k=k)
    x = np.random.default_rng(k).normal(size=(2, 6, 3 * k))
    value, d = maxout.value(x), maxout.derivative(x, maxout.value(x))
    np.testing.assert_array_equal(value, x.reshape(2, 6, 3, k).max(axis=-1))
    by_unit = d.reshape(2, 6, 3, k)
    assert set(np.unique(d)) == {0.0, 1.0}
    np.testing.assert_array_equal(by_unit.sum(axis=-1), 1)
    np.testing.assert_array_equal((by_unit * x.reshape(2, 6, 3, k)).sum(axis=-1), value)


def test_of_equal_pieces_the_first_wins():
    x = np.zeros((1, 4))
    np.testing.assert_array_equal(Maxout(k=2).derivative(x, np.zeros((1, 2))), [[1, 0, 1, 0]])


def test_a_unit_of_radial_basis_asks_for_a_distance():
    distances = [
        name for name, cls in Activation.registry.items() if cls.pre_activation == "distance"
    ]
    assert distances == ["rbf"]
    assert RBF().value(np.array([[0.0]]))[0, 0] == 1
