"""Layers that share a parameter: one place in θ, one view each, and gradients that add."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from skdl.core.activations import Tanh
from skdl.core.gradient_check import check_gradient, check_hessian_vector
from skdl.core.initializers import GlorotUniform, Normal
from skdl.core.layers import Activate, Dense, Pass
from skdl.core.losses import SquaredError
from skdl.core.network import Network
from skdl.core.objective import Objective
from skdl.core.optimizers import Adam
from skdl.core.penalties import L1, L2
from skdl.core.training.fit import Data, Fit, Progress, Training
from skdl.core.training.loop import Trainer
from skdl.core.training.side_by_side import stacked

N_ROWS = 6


def tied_network(transposed, stack=(), dtype=np.float64):
    """3 → 3 → 3 on one matrix, or 4 → 3 → 4 → 2 with the decoder on the encoder's transpose."""
    glorot = GlorotUniform()
    n = 4 if transposed else 3
    encoder = Dense(n, 3, glorot)
    weight = encoder.weight.T if transposed else encoder.weight
    decoder = Dense(3, n, Normal(100.0), tied=weight)
    layers = [encoder, Activate(3, Tanh()), decoder, Activate(n, Tanh()), Dense(n, 2, glorot)]
    network = Network(layers, dtype, stack)
    network.initialize(np.random.default_rng(0))
    network.theta += 0.1 * np.random.default_rng(1).normal(size=network.theta.shape)
    return network


def batch(network, seed=2):
    rng = np.random.default_rng(seed)
    n = network.layers[0].n_in
    return rng.normal(size=(N_ROWS, n)), rng.normal(size=(N_ROWS, 2)), None


both = pytest.mark.parametrize("transposed", [False, True])


@both
@pytest.mark.parametrize("stack", [(), (3,)], ids=str)
def test_it_is_laid_out_once_and_both_see_it(transposed, stack):
    network = tied_network(transposed, stack)
    encoder, decoder, output = network.weighted_layers
    assert network.n_weights == (encoder.W.size + output.W.size) / max(1, *stack, 1)
    W = encoder.W.swapaxes(-1, -2) if transposed else encoder.W
    assert np.shares_memory(encoder.W, decoder.W) and np.shares_memory(decoder.W, network.theta)
    network.theta += 1
    np.testing.assert_array_equal(decoder.W, W)
    arrays = network.arrays(np.arange(network.n_parameters))
    seen = np.concatenate([array.ravel() for array in arrays])
    assert sorted(seen.tolist()) == list(range(network.n_parameters))


@both
def test_it_starts_where_its_own_layer_starts_it(transposed):
    network = tied_network(transposed)
    assert np.abs(network.weighted_layers[1].W).max() < 3  # not drawn from Normal(100)


@both
def test_gradients_and_hessian_vector_products_add(transposed):
    network = tied_network(transposed)
    objective = Objective(network, SquaredError(), [L1(0.1), L2(0.05)])
    check = check_gradient(objective, *batch(network))
    assert check.error < 1e-6 and check.n_checked == network.n_parameters
    for seed in range(3):
        v = np.random.default_rng(seed).normal(size=network.n_parameters)
        assert check_hessian_vector(objective, *batch(network), v=v).error < 1e-6


@both
def test_the_gradient_is_the_sum_of_those_of_untied_layers(transposed):
    network = tied_network(transposed)
    encoder, decoder, output = network.weighted_layers
    alone = [Dense(layer.n_in, layer.n_out, GlorotUniform()) for layer in network.weighted_layers]
    untied = Network(
        [alone[0], network.layers[1], alone[1], network.layers[3], alone[2]], np.float64
    )
    for layer, twin in zip(network.weighted_layers, alone, strict=True):
        twin.W[...], twin.b[...] = layer.W, layer.b
    x, y, _ = batch(network)
    for each in (network, untied):
        work = each.workspace(N_ROWS)
        for _ in range(2):  # what the pass before left does not add
            Objective(each, SquaredError()).loss_gradient(x, y, None, work, Pass(training=True))
    of_decoder = alone[1].dW.T if transposed else alone[1].dW
    np.testing.assert_allclose(encoder.dW, alone[0].dW + of_decoder, rtol=1e-12)
    np.testing.assert_allclose(decoder.db, alone[1].db, rtol=1e-12)
    np.testing.assert_allclose(output.dW, alone[2].dW, rtol=1e-12)


@both
def test_a_copy_still_shares(transposed):
    network = tied_network(transposed)
    twin = pickle.loads(pickle.dumps(network))
    x, y, _ = batch(network)
    for part in twin.arrays(twin.theta):
        part += 0.1
    encoder, decoder, _ = twin.weighted_layers
    assert np.shares_memory(encoder.W, decoder.W)
    assert check_gradient(Objective(twin, SquaredError()), x, y).error < 1e-6


@both
def test_networks_side_by_side_share_their_own(transposed):
    networks = [tied_network(transposed) for _ in range(2)]
    networks[1].theta += 0.3
    alone = []
    x, y, _ = batch(networks[0])
    for network in networks:
        work = network.workspace(N_ROWS)
        Objective(network, SquaredError()).loss_gradient(x, y, None, work, Pass(training=True))
        alone.append(network.gradient.copy())
    together = stacked(networks)
    work = together.workspace(N_ROWS)
    xs, ys = np.stack([x, x]), np.stack([y, y])
    Objective(together, SquaredError()).loss_gradient(xs, ys, None, work, Pass(training=True))
    np.testing.assert_allclose(together.gradient, alone, rtol=1e-12)


@both
def test_training_lowers_the_loss_and_keeps_them_tied(transposed):
    network = tied_network(transposed)
    progress = Progress(np.random.default_rng(0), np.random.default_rng(1))
    training = Training(Adam(), 0.01, batch_size=N_ROWS, max_norm=1.5)
    objective, data = Objective(network, SquaredError()), Data(*batch(network))
    Trainer(Fit(objective, training, data, progress, 200)).run()
    losses = [record["loss"] for record in progress.history]
    assert losses[-1] < 0.5 * losses[0]
    encoder, decoder, _ = network.weighted_layers
    np.testing.assert_array_equal(decoder.W, encoder.W.T if transposed else encoder.W)
