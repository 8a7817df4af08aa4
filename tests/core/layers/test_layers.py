"""Layers: values by hand, sparse inputs, stacks of networks, dropout and noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array, csr_matrix, issparse
from strategies import every_activation, make_case, make_hidden

from skdl.core.activations import LeakyReLU, Maxout, PReLU, ReLU, Tanh
from skdl.core.initializers import Initializer
from skdl.core.layers import (
    Activate,
    ActivityPenalty,
    Dense,
    Distance,
    Dropout,
    GaussianNoise,
    MaxoutUnits,
    Pass,
)
from skdl.core.layers.dense import product, transposed_product
from skdl.core.losses import SquaredError
from skdl.core.network import Network
from skdl.core.noise import Averaged, DropoutInference, Inverted, WeightScaled

glorot = Initializer.registry["glorot_uniform"]()
PREDICT, TRAIN = Pass(), Pass(training=True)


def alone(layer, *theta, n_rows=2, dtype=np.float64):
    """Bind one layer to its parameters; return its network and buffers."""
    network = Network([layer], dtype)
    network.theta[...] = theta
    return network, network.workspace(n_rows).memos[0]


# --------------------------------------------------------------------------------------
# Values by hand.

X = np.array([[1.0, 2.0], [3.0, -1.0]])


def test_dense():
    layer = Dense(2, 2, glorot)
    _, b = alone(layer, 1, 2, 3, 4, 10, 20)  # W = [[1, 2], [3, 4]], b = [10, 20]
    assert layer.forward(X, b, PREDICT).tolist() == [[17, 30], [10, 22]]
    d = np.array([[1.0, 0.0], [0.5, -1.0]])
    assert layer.backward(d, b).tolist() == [[1, 3], [-1.5, -2.5]]  # d Wᵀ
    assert layer.dW.tolist() == [[2.5, -3], [1.5, 1]]  # xᵀ d
    assert layer.db.tolist() == [[1.5, -1]]


def test_dense_without_bias_and_without_input_gradient():
    layer = Dense(2, 1, glorot, bias=None)
    network, b = alone(layer, 1, 3)
    assert network.n_parameters == 2
    assert layer.forward(X, b, PREDICT).tolist() == [[7], [0]]
    assert layer.backward(np.ones((2, 1)), b, input_gradient=False) is None
    assert layer.dW.tolist() == [[4], [1]]
    assert b.dx is None  # nothing was allocated for what is not wanted


def test_columns_first_stores_outputs_side_by_side():
    rows, columns = (Dense(2, 3, glorot, columns_first=flag) for flag in (False, True))
    theta = np.arange(9.0)
    values = []
    for layer in (rows, columns):
        _, b = alone(layer, *theta)
        values.append(layer.forward(X, b, PREDICT))
    assert np.array_equal(*values)
    assert values[0].flags.c_contiguous and values[1].flags.f_contiguous


def test_distance():
    layer = Distance(2, 1, glorot)
    _, b = alone(layer, 1, 0, np.log(0.5))  # centre (1, 0), e^b = 1/2
    z = layer.forward(X, b, PREDICT)
    assert z == pytest.approx(np.array([[2.0], [2.5]]))  # ½·(0 + 4), ½·(4 + 1)
    dx = layer.backward(np.array([[1.0], [2.0]]), b)
    assert dx == pytest.approx(np.array([[0.0, 2.0], [4.0, -2.0]]))  # 2 d e^b (x − w)
    assert layer.dW == pytest.approx(np.array([[-4.0], [0.0]]))
    assert layer.db == pytest.approx(np.array([[7.0]]))  # Σ d z


def test_distance_with_a_fixed_width_and_its_start():
    layer = Distance(2, 1, glorot, learn_width=False)
    network, b = alone(layer, 1, 0)
    assert network.n_parameters == 2
    assert layer.forward(X, b, PREDICT) == pytest.approx(np.array([[2.0], [2.5]]))  # 1/n_in = ½
    assert Distance(2, 1, glorot).initialize(np.random.default_rng(0))["b"] == -np.log(2)


def test_a_distance_is_never_negative():
    x = np.full((2, 3), 0.1)
    layer = Distance(3, 1, glorot)
    _, b = alone(layer, 0.1, 0.1, 0.1, 0)
    assert (layer.forward(x, b, PREDICT) >= 0).all()


def test_activate_writes_the_gradient_over_d():
    layer = Activate(2, LeakyReLU(0.1))
    _, b = alone(layer)
    assert layer.forward(X, b, PREDICT).tolist() == [[1, 2], [3, -0.1]]
    d = np.full((2, 2), 2.0)
    assert layer.backward(d, b) is d
    assert d == pytest.approx(np.array([[2, 2], [2, 0.2]]))


def test_prelu_learns_a_slope_per_unit():
    layer = Activate(2, PReLU(slope=0.25))
    assert layer.initialize(np.random.default_rng(0))["slope"].tolist() == [0.25, 0.25]
    _, b = alone(layer, 0.5, 0.1)
    z = np.array([[-2.0, -3.0], [-4.0, 5.0]])
    assert layer.forward(z, b, PREDICT) == pytest.approx(np.array([[-1, -0.3], [-2, 5]]))
    d = layer.backward(np.array([[1.0, 1.0], [2.0, 1.0]]), b)
    assert layer.dslope.tolist() == [[-10, -3]]  # Σ d min(z, 0)
    assert d == pytest.approx(np.array([[0.5, 0.1], [1.0, 1.0]]))


def test_maxout():
    layer = MaxoutUnits(2, Maxout(k=3))
    _, b = alone(layer, n_rows=1)
    z = np.array([[1.0, 5.0, 2.0, -1.0, -3.0, -2.0]])
    assert layer.forward(z, b, PREDICT).tolist() == [[5, -1]]
    assert layer.backward(np.array([[7.0, 8.0]]), b).tolist() == [[0, 7, 0, 8, 0, 0]]


def test_maxout_of_equals_gives_the_gradient_to_one_piece():
    layer = MaxoutUnits(1, Maxout(k=2))
    _, b = alone(layer, n_rows=1)
    layer.forward(np.array([[2.0, 2.0]]), b, PREDICT)
    assert layer.backward(np.array([[3.0]]), b).tolist() == [[3, 0]]


def test_activity_penalty():
    layer = ActivityPenalty(2, 0.1)
    _, b = alone(layer)
    assert layer.forward(X, b, TRAIN) is X
    assert layer.penalty(b) == pytest.approx(0.1 * (3 + 4) / 2)
    assert layer.backward(np.ones((2, 2)), b) == pytest.approx(
        np.array([[1.05, 1.05], [1.05, 0.95]])
    )
    weight = np.array([[2.0], [0.0]])
    layer.forward(X, b, Pass(training=True, weight=weight))
    assert layer.penalty(b) == pytest.approx(0.1 * 2 * 3 / 2)
    assert layer.backward(np.zeros((2, 2)), b) == pytest.approx(np.array([[0.1, 0.1], [0, 0]]))


def test_two_layers_by_the_chain_rule():
    """L = ½ r², r = w₂ tanh(w₁ x): dL/dw₁ = r w₂ (1 − tanh²) x."""
    network = Network(
        [Dense(1, 1, glorot, bias=None), Activate(1, Tanh()), Dense(1, 1, glorot, bias=None)],
        np.float64,
    )
    network.theta[...] = w1, w2 = 0.3, -0.7
    work, x = network.workspace(1), 1.5
    raw = network.forward(np.array([[x]]), work, TRAIN)
    a = np.tanh(w1 * x)
    assert raw == pytest.approx(np.array([[w2 * a]]))
    network.backward(raw.copy(), work)
    assert network.gradient == pytest.approx([w2 * a * w2 * (1 - a**2) * x, w2 * a * a])


# --------------------------------------------------------------------------------------
# Sparse inputs equal dense ones.


@pytest.mark.parametrize("container", [csr_array, csr_matrix])
def test_products_with_sparse_rows(container):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((5, 4)) * (rng.random((5, 4)) < 0.5)
    for stack in ((), (3,), (2, 3)):
        W, d = rng.standard_normal((*stack, 4, 2)), rng.standard_normal((*stack, 5, 2))
        out = np.empty((*stack, 5, 2))
        assert product(container(x), W, out) is out
        assert out == pytest.approx(x @ W)
        assert transposed_product(container(x), d, np.empty((*stack, 4, 2))) == pytest.approx(
            x.T @ d
        )


@pytest.mark.parametrize("activation", every_activation(), ids=lambda a: a.name)
@pytest.mark.parametrize("stack", [(), (3,)], ids=str)
@pytest.mark.parametrize("batch_norm", [False, True])
def test_sparse_rows_give_what_dense_rows_give(activation, stack, batch_norm):
    batch_norm = batch_norm and activation.pre_activation != "distance"
    case = make_case(
        SquaredError(),
        [make_hidden(activation)],
        sparse=True,
        stack=stack,
        batch_norm=batch_norm,
        activity_l1=0.1,
    )
    results = []
    for x in (case.x, case.x.toarray()):
        work = case.network.workspace(x.shape[0])
        run = Pass(training=True, weight=case.weight)
        raw = case.objective.loss_gradient(x, case.y, case.weight, work, run)
        results.append((raw.copy(), case.network.gradient.copy()))
    for of_sparse, of_dense in zip(*results, strict=True):
        assert np.abs(of_dense).max() > 1e-3
        assert of_sparse == pytest.approx(of_dense, abs=1e-12)


# --------------------------------------------------------------------------------------
# A stack of networks equals as many networks.


@pytest.mark.parametrize("activation", every_activation(), ids=lambda a: a.name)
@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("stack", [(3,), (2, 2)], ids=str)
def test_a_stack_is_many_networks(activation, batch_norm, stack):
    batch_norm = batch_norm and activation.pre_activation != "distance"
    hidden = [make_hidden(activation), make_hidden(activation, units=2)]
    options = {"batch_norm": batch_norm, "activity_l1": 0.1}
    stacked = make_case(SquaredError(), hidden, stack=stack, **options)
    rng = np.random.default_rng(1)
    v = rng.standard_normal(stacked.network.theta.shape)
    stacked.network.running += rng.random(stacked.network.running.shape)
    start = stacked.network.snapshot()
    run = Pass(training=True, weight=stacked.weight)

    def everything(case, v):
        x, y, weight = case.batch
        work = case.network.workspace(x.shape[0])
        predicted = case.network.raw(x).copy()
        raw = case.objective.loss_gradient(x, y, weight, work, run).copy()
        case.objective.add_penalty_gradient()
        value = case.objective.value(x, y, weight, work, run)
        parts = [predicted, raw, value, case.network.gradient.copy(), case.network.running.copy()]
        if case.objective.exact_curvature:
            parts.append(case.objective.hessian_vector(v, x, y, weight, work, run))
        return parts

    together = everything(stacked, v)
    for index in np.ndindex(stack):
        single = make_case(SquaredError(), hidden, **options)
        single.network.restore((start[0][index], start[1][index]))
        for all_of_them, one in zip(together, everything(single, v[index]), strict=True):
            assert all_of_them[index] == pytest.approx(one, rel=1e-12, abs=1e-13)
    assert not np.allclose(together[0][0], together[0][1])


def test_every_network_of_a_stack_draws_its_own_hidden_masks():
    hidden = [make_hidden(Tanh(), dropout=0.5)]
    case = make_case(SquaredError(), hidden, stack=(3,), n_rows=50)
    work = case.network.workspace(50)
    case.network.forward(case.x, work, Pass(training=True, rng=np.random.default_rng(0)))
    (mask,) = [b.mask for b in work.memos if getattr(b, "mask", None) is not None]
    assert mask.shape == (3, 50, 3)
    assert (mask[0] != mask[1]).any() and (mask[1] != mask[2]).any()


# --------------------------------------------------------------------------------------
# Dropout.


def dropped(layer, x, **run):
    b = layer.allocate(x.shape[:-1], x.dtype)
    return layer.forward(x, b, Pass(rng=np.random.default_rng(0), **run)), b


ROWS = np.random.default_rng(7).uniform(1, 2, (20_000, 3))


def test_inverted_dropout_scales_in_training():
    layer = Dropout(3, 0.2, Inverted())
    y, _ = dropped(layer, ROWS, training=True)
    ratio = y / ROWS
    assert np.unique(ratio.round(12)).tolist() == [0, 1.25]
    assert (ratio > 0).mean() == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / ROWS.size))
    assert dropped(layer, ROWS)[0] is ROWS


def test_weight_scaled_dropout_scales_when_predicting():
    layer = Dropout(3, 0.2, WeightScaled())
    ratio = dropped(layer, ROWS, training=True)[0] / ROWS
    assert np.unique(ratio.round(12)).tolist() == [0, 1]
    assert (ratio > 0).mean() == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / ROWS.size))
    assert dropped(layer, ROWS)[0] == pytest.approx(0.8 * ROWS)


@pytest.mark.parametrize("name", sorted(DropoutInference.registry))
def test_training_has_the_expectation_of_prediction(name):
    layer = Dropout(3, 0.4, DropoutInference.registry[name]())
    assert dropped(layer, ROWS, training=True)[0].mean() == pytest.approx(
        dropped(layer, ROWS)[0].mean(), rel=0.02
    )


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_rate_is_the_probability_of_being_dropped(rate):
    y, _ = dropped(Dropout(3, rate, Inverted()), ROWS, training=True)
    assert (y == 0).mean() == pytest.approx(rate, abs=4 * np.sqrt(0.25 / ROWS.size))


def test_the_gradient_passes_the_mask_of_the_forward_pass():
    layer = Dropout(3, 0.5, Inverted())
    y, b = dropped(layer, ROWS, training=True)
    d = np.ones_like(ROWS)
    assert layer.backward(d, b) is d
    assert d == pytest.approx(y / ROWS)


def test_a_sub_network_is_the_same_for_all_rows():
    layer = Dropout(40, 0.5, Averaged())
    x = np.ones((7, 40))
    y, _ = dropped(layer, x, sub_network=True)
    assert np.unique(y).tolist() == [0, 2]
    assert (y == y[0]).all()
    b = layer.allocate((7,), x.dtype)
    again = layer.forward(x, b, Pass(sub_network=True, rng=np.random.default_rng(1)))
    assert (again[0] != y[0]).any()


def test_a_sub_network_of_sparse_rows_is_the_same_for_all_rows():
    layer = Dropout(40, 0.5, Averaged())
    dense, _ = dropped(layer, np.ones((7, 40)), sub_network=True)
    b = layer.allocate((7,), np.float64)
    run = Pass(sub_network=True, rng=np.random.default_rng(0))
    sparse = layer.forward(csr_array(np.ones((7, 40))), b, run).toarray()
    assert (sparse == sparse[0]).all()
    assert np.array_equal(sparse, dense)


def test_buffers_serve_training_and_sub_networks_in_any_order():
    layer = Dropout(40, 0.5, Averaged())
    x, rng = np.ones((7, 40)), np.random.default_rng(0)
    for first, second in (("training", "sub_network"), ("sub_network", "training")):
        b = layer.allocate((7,), x.dtype)
        for mode in (first, second):
            y = layer.forward(x, b, Pass(rng=rng, **{mode: True}))
            assert (y == y[0]).all() == (mode == "sub_network")


def test_dropout_keeps_sparse_rows_sparse_and_leaves_them_alone():
    x = csr_array(ROWS)
    layer = Dropout(3, 0.2, Inverted())
    y = layer.forward(
        x, layer.allocate(x.shape[:1], x.dtype), Pass(True, rng=np.random.default_rng(0))
    )
    assert issparse(y)
    ratio = y.toarray() / ROWS
    assert np.unique(ratio.round(12)).tolist() == [0, 1.25]
    assert (ratio > 0).mean() == pytest.approx(0.8, abs=4 * np.sqrt(0.16 / ROWS.size))
    assert np.array_equal(x.toarray(), ROWS)


@pytest.mark.parametrize("name", sorted(DropoutInference.registry))
@pytest.mark.parametrize("sparse", [False, True])
def test_prediction_is_deterministic_and_draws_nothing(name, sparse):
    case = make_case(
        SquaredError(),
        [make_hidden(Tanh(), dropout=0.5, noise=0.5)],
        sparse=sparse,
        input_dropout=0.5,
        input_noise=0.5,
        dropout_inference=DropoutInference.registry[name](),
    )
    first = case.network.raw(case.x).copy()  # no generator is at hand: drawing would fail
    assert np.array_equal(first, case.network.raw(case.x))


def test_averaging_sub_networks_of_a_linear_model_tends_to_the_whole_network():
    """The raw output is linear in the mask, so the average tends to inverted inference."""
    case = make_case(
        SquaredError(), [], weighted=False, input_dropout=0.3, dropout_inference=Averaged()
    )
    total = 0
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        total = total + case.network.raw(case.x, lambda rng=rng: Pass(sub_network=True, rng=rng))
    assert total / 2000 == pytest.approx(case.network.raw(case.x), abs=0.1)


def test_dropout_in_single_precision():
    y, _ = dropped(Dropout(3, 0.2, Inverted()), ROWS.astype(np.float32), training=True)
    assert y.dtype == np.float32
    assert (y == 0).mean() == pytest.approx(0.2, abs=0.01)
    y, _ = dropped(Dropout(3, 0.2, WeightScaled()), ROWS.astype(np.float32))
    assert y.dtype == np.float32


# --------------------------------------------------------------------------------------
# Gaussian noise.


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gaussian_noise_has_the_variance_it_says(dtype):
    layer, x = GaussianNoise(3, 0.5), ROWS.astype(dtype)
    y, b = dropped(layer, x, training=True)
    noise = y - x
    assert y.dtype == dtype
    n = noise.size
    assert noise.mean() == pytest.approx(0, abs=4 * 0.5 / np.sqrt(n))
    assert noise.var() == pytest.approx(0.25, rel=4 * np.sqrt(2 / n))
    assert abs(np.corrcoef(noise[:, 0], noise[:, 1])[0, 1]) < 0.03
    d = np.ones_like(x)
    assert layer.backward(d, b) is d  # the noise is a constant
    assert dropped(layer, x)[0] is x


def test_gaussian_noise_on_sparse_rows_reaches_the_zeros():
    x = csr_array((20_000, 3))
    layer = GaussianNoise(3, 0.5)
    b = layer.allocate(x.shape[:1], x.dtype)
    y = layer.forward(x, b, Pass(training=True, rng=np.random.default_rng(0)))
    assert isinstance(y, np.ndarray)
    assert y.std() == pytest.approx(0.5, rel=0.02)
    assert layer.forward(x, b, Pass()) is x


def test_noise_is_drawn_anew_in_every_pass():
    layer = GaussianNoise(3, 0.5)
    rng, b = np.random.default_rng(0), layer.allocate((4,), np.float64)
    x = np.zeros((4, 3))
    first = layer.forward(x, b, Pass(training=True, rng=rng)).copy()
    assert not np.allclose(first, layer.forward(x, b, Pass(training=True, rng=rng)))


# --------------------------------------------------------------------------------------
# The flags that the network reads.


def test_only_noise_is_stochastic():
    assert Dropout.stochastic and GaussianNoise.stochastic
    for layer in (Dense, Activate, MaxoutUnits, Distance, ActivityPenalty):
        assert not layer.stochastic


def test_activations_of_a_network_are_those_of_its_layers():
    """A rectifier network by hand, all the way."""
    network = Network([Dense(2, 2, glorot), Activate(2, ReLU()), Dense(2, 1, glorot)], np.float64)
    network.theta[...] = [1, -1, 1, 1, 2, 3, 0, 1, 0.5]  # W₁, W₂, b₁ = (0, 1), b₂
    # z = x W₁ + b₁ = (3, 2) and (2, −3); a = (3, 2) and (2, 0); r = 2 a₁ + 3 a₂ + ½
    assert network.raw(X).tolist() == [[12.5], [4.5]]
