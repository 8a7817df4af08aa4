"""Batch normalisation: statistics, running averages, inference, backward, row weights."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import make_case, make_hidden

from skdl.core.activations import Tanh
from skdl.core.layers import BatchNorm, Pass
from skdl.core.losses import SquaredError
from skdl.core.network import Network
from skdl.core.optimizers import Adam
from skdl.core.training.fit import Data, Fit, Progress, Training
from skdl.core.training.loop import Trainer

Z = np.random.default_rng(0).normal(3, 2, (8, 3))
EPS = BatchNorm.epsilon


def norm(n=3, dtype=np.float64, n_rows=8, **settings):
    layer = BatchNorm(n, **settings)
    network = Network([layer], dtype)
    network.initialize(np.random.default_rng(0))
    return layer, network.workspace(n_rows).memos[0]


def test_a_batch_gets_mean_zero_and_variance_one():
    layer, b = norm()
    y = layer.forward(Z, b, Pass(training=True))
    assert y.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert y.var(axis=0) == pytest.approx(Z.var(axis=0) / (Z.var(axis=0) + EPS))
    layer.gamma[...], layer.beta[...] = [[1, 2, 3]], [[-1, 0, 1]]
    y = layer.forward(Z, b, Pass(training=True))
    expected = (Z - Z.mean(0)) / np.sqrt(Z.var(0) + EPS) * [1, 2, 3] + [-1, 0, 1]
    assert y == pytest.approx(expected)


def test_four_numbers_by_hand():
    layer, b = norm(1, n_rows=4)
    layer.epsilon = 0.0
    y = layer.forward(np.array([[1.0], [3.0], [1.0], [3.0]]), b, Pass(training=True))
    assert y.ravel().tolist() == [-1, 1, -1, 1]


def test_running_averages():
    layer, b = norm(momentum=0.8)
    assert layer.mean.tolist() == [[0, 0, 0]]
    assert layer.variance.tolist() == [[1, 1, 1]]
    other = Z[::-1] * 2 + 1
    layer.forward(Z, b, Pass(training=True))
    layer.forward(other, b, Pass(training=True))
    mean = 0.8 * 0.2 * Z.mean(0) + 0.2 * other.mean(0)
    variance = 0.8**2 + 0.8 * 0.2 * Z.var(0) + 0.2 * other.var(0)
    assert layer.mean[0] == pytest.approx(mean)
    assert layer.variance[0] == pytest.approx(variance)


def test_prediction_uses_the_running_averages_and_learns_nothing():
    layer, b = norm()
    layer.mean[...], layer.variance[...] = [[1, 2, 3]], [[4, 5, 6]]
    layer.gamma[...], layer.beta[...] = [[1, 2, 3]], [[-1, 0, 1]]
    expected = (Z - [1, 2, 3]) / np.sqrt(np.array([4, 5, 6]) + EPS) * [1, 2, 3] + [-1, 0, 1]
    assert layer.forward(Z, b, Pass()) == pytest.approx(expected)
    assert layer.mean.tolist() == [[1, 2, 3]]
    assert layer.variance.tolist() == [[4, 5, 6]]


def test_a_prediction_does_not_depend_on_its_neighbours():
    case = make_case(SquaredError(), [make_hidden(Tanh())], batch_norm=True)
    case.network.running[...] = np.random.default_rng(0).uniform(0.5, 2, case.network.running.shape)
    together = case.network.raw(case.x).copy()
    for i in range(len(case.x)):
        assert case.network.raw(case.x[i : i + 1]) == pytest.approx(together[i : i + 1])


COUNTS = np.array([1, 2, 3, 1, 1, 4, 2, 2])


def test_statistics_of_weighted_rows_are_those_of_repeated_rows():
    weight = (COUNTS / COUNTS.mean())[:, None]
    layer, b = norm()
    weighted = layer.forward(Z, b, Pass(training=True, weight=weight))
    repeated_layer, repeated_b = norm(n_rows=COUNTS.sum())
    repeated = repeated_layer.forward(np.repeat(Z, COUNTS, 0), repeated_b, Pass(training=True))
    assert np.repeat(weighted, COUNTS, 0) == pytest.approx(repeated)
    assert layer.mean == pytest.approx(repeated_layer.mean)
    assert layer.variance == pytest.approx(repeated_layer.variance)


def test_the_gradient_of_weighted_rows_is_that_of_repeated_rows():
    case = make_case(
        SquaredError(), [make_hidden(Tanh()), make_hidden(Tanh())], batch_norm=True, n_rows=8
    )
    weight = (COUNTS / COUNTS.mean())[:, None]
    gradients = []
    for x, y, w in (
        (case.x, case.y, weight),
        (np.repeat(case.x, COUNTS, 0), np.repeat(case.y, COUNTS, 0), None),
    ):
        work = case.network.workspace(len(x))
        run = Pass(training=True, weight=w)
        gradients.append(case.objective.gradient(x, y, w, work, run).copy())
    assert gradients[0] == pytest.approx(gradients[1], abs=1e-12)


def test_a_row_of_weight_zero_leaves_no_trace():
    weight = np.array([0, 2, 1, 1, 1, 1, 1, 1.0])[:, None]
    results = []
    for first in (Z[0], Z[0] + 100):
        layer, b = norm()
        z = np.vstack([first, Z[1:]])
        results.append(layer.forward(z, b, Pass(training=True, weight=weight))[1:].copy())
    assert results[0] == pytest.approx(results[1])


def test_a_batch_of_weight_zero_leaves_everything_finite():
    layer, b = norm()
    layer.mean[...] = 3.0
    y = layer.forward(Z, b, Pass(training=True, weight=np.zeros((8, 1))))
    assert np.isfinite(y).all()
    assert (layer.mean == 3).all() and (layer.variance == 1).all()  # it taught nothing
    assert np.isfinite(layer.backward(np.zeros((8, 3)), b)).all()


@pytest.mark.parametrize("weighted", [False, True])
def test_the_gradient_is_orthogonal_to_what_normalisation_removes(weighted):
    """A shift of all rows, or (but for ε) a common factor, changes nothing."""
    rng = np.random.default_rng(1)
    layer, b = norm()
    layer.epsilon = 0.0
    layer.gamma[...] = [[1, 2, 3]]
    weight = rng.uniform(0.5, 2, (8, 1)) if weighted else None
    layer.forward(Z, b, Pass(training=True, weight=weight))
    d = rng.standard_normal((8, 3))
    dz = layer.backward(d.copy(), b)
    assert np.abs(dz).max() > 0.1
    assert dz.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)
    assert (dz * Z).sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-11)
    assert layer.dbeta[0] == pytest.approx(d.sum(axis=0))
    assert layer.dgamma[0] == pytest.approx((d * b.z_hat).sum(axis=0))


def test_backward_writes_over_d():
    layer, b = norm()
    layer.forward(Z, b, Pass(training=True))
    d = np.ones_like(Z)
    assert layer.backward(d, b) is d


def test_a_network_below_normalisation_needs_no_bias():
    """β takes its place; without intercepts there is no β."""
    for fit_intercept, names in ((True, {"gamma", "beta"}), (False, {"gamma"})):
        case = make_case(
            SquaredError(), [make_hidden(Tanh())], batch_norm=True, fit_intercept=fit_intercept
        )
        dense, normal, *_ = case.network.layers
        assert [p.name for p in dense.parameters()] == ["W"]
        assert {p.name for p in normal.parameters()} == names
        assert [p.name for p in normal.statistics()] == ["mean", "variance"]


def test_the_factor_of_the_weights_below_does_not_matter():
    layer, b = norm()
    y = layer.forward(Z, b, Pass(training=True)).copy()
    assert layer.forward(1000 * Z, b, Pass(training=True)) == pytest.approx(y, abs=1e-4)


@pytest.mark.parametrize("alone", ["one row", "one row with a weight"])
def test_a_row_alone_is_normalised_by_the_running_averages(alone):
    """Its own variance is 0, and says nothing."""
    z, weight = (Z[:1], None) if alone == "one row" else (Z, 8.0 * (np.arange(8) == 0)[:, None])
    layer, b = norm(n_rows=len(z), momentum=0.6)
    layer.mean[...], layer.variance[...], layer.gamma[...] = [[1, 2, 3]], [[4, 5, 6]], [[2, 2, 2]]
    y = layer.forward(z, b, Pass(training=True, weight=weight))
    assert y == pytest.approx(2 * (z - [1, 2, 3]) / np.sqrt(np.array([4, 5, 6]) + EPS))
    step = 0.4 / 8
    assert layer.mean[0] == pytest.approx((1 - step) * np.array([1, 2, 3]) + step * Z[0])
    square = (Z[0] - [1, 2, 3]) ** 2
    assert layer.variance[0] == pytest.approx((1 - step) * np.array([4, 5, 6]) + step * square)
    d = layer.backward(np.ones(z.shape), b)  # the averages are constants
    assert d == pytest.approx(np.broadcast_to(2 / np.sqrt(np.array([4, 5, 6]) + EPS), z.shape))


def test_networks_side_by_side_may_have_one_row_with_a_weight_each_or_several():
    weight = np.stack([8.0 * (np.arange(8) == 0), np.ones(8)])[..., None]
    layer = BatchNorm(3)
    network = Network([layer], np.float64, stack=(2,))
    network.initialize(np.random.default_rng(0))
    y = layer.forward(np.stack([Z, Z]), network.workspace(8).memos[0], Pass(True, weight=weight))
    for i in range(2):
        own, b = norm()
        expected = own.forward(Z, b, Pass(training=True, weight=weight[i]))
        assert y[i] == pytest.approx(expected)
        assert layer.mean[i] == pytest.approx(own.mean)
        assert layer.variance[i] == pytest.approx(own.variance)


@pytest.mark.parametrize("n_rows", [65, 66, 71, 72, 64])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_last_batch_of_few_rows_joins_its_neighbour(n_rows, batch_norm):
    case = make_case(SquaredError(), [make_hidden(Tanh())], batch_norm=batch_norm, n_rows=n_rows)
    sizes = []
    forward = case.network.forward

    def spied(x, work, run):
        sizes.append(len(x))
        return forward(x, work, run)

    case.network.forward = spied
    progress = Progress(np.random.default_rng(0), np.random.default_rng(0))
    training = Training(Adam(), 0.01, batch_size=32)
    record = Trainer(
        Fit(case.objective, training, Data(case.x, case.y), progress, n_epochs=1)
    ).epoch()
    last = n_rows - 64
    joined = [32, 32 + last] if batch_norm and 0 < last < 8 else [32, 32, last]
    assert sizes == [size for size in joined if size]
    assert np.isfinite(record["loss"])


def test_a_constant_unit_stays_finite():
    layer, b = norm()
    y = layer.forward(np.full((8, 3), 7.0), b, Pass(training=True))
    assert y == pytest.approx(np.zeros((8, 3)), abs=1e-6)
    assert np.isfinite(layer.backward(np.ones((8, 3)), b)).all()


def test_single_precision_is_kept():
    layer, b = norm(dtype=np.float32)
    z = Z.astype(np.float32)
    weight = np.ones((8, 1), np.float32)
    for run in (Pass(training=True), Pass(training=True, weight=weight), Pass()):
        assert layer.forward(z, b, run).dtype == np.float32
    assert layer.mean.dtype == layer.variance.dtype == np.float32
    layer.forward(z, b, Pass(training=True, weight=weight))
    assert layer.backward(np.ones_like(z), b).dtype == np.float32
