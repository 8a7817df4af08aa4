"""From settings to a row of layers."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import every_activation, make_hidden

from skdl.core.activations import RBF, Activation, Maxout, ReLU, Tanh
from skdl.core.architecture import Hidden, build
from skdl.core.initializers import Initializer
from skdl.core.layers import (
    Activate,
    ActivityPenalty,
    BatchNorm,
    Dense,
    Distance,
    Dropout,
    GaussianNoise,
    MaxoutUnits,
)
from skdl.core.noise import DropoutInference, Inverted

glorot = Initializer.registry["glorot_uniform"]()


def make(hidden, n_features=5, n_outputs=2, dtype=np.float64, **options):
    return build(n_features, hidden, n_outputs, output_initializer=glorot, dtype=dtype, **options)


def kinds(network):
    return [type(layer) for layer in network.layers]


def test_no_hidden_layer():
    network = make([])
    assert kinds(network) == [Dense]
    assert network.n_parameters == 5 * 2 + 2


def test_the_order_of_everything_around_a_hidden_layer():
    network = make(
        [Hidden(3, Tanh(), glorot, dropout=0.5, noise=0.1), Hidden(4, ReLU(), glorot)],
        batch_norm=True,
        activity_l1=0.1,
        input_dropout=0.2,
        input_noise=0.3,
    )
    assert kinds(network) == [
        GaussianNoise,
        Dropout,
        Dense,
        BatchNorm,
        Activate,
        ActivityPenalty,
        GaussianNoise,
        Dropout,
        Dense,
        BatchNorm,
        Activate,
        ActivityPenalty,
        Dense,
    ]
    assert network.layers[0].std == 0.3
    assert network.layers[1].keep == 0.8
    assert network.layers[5].strength == 0.1
    assert network.layers[6].std == 0.1
    assert network.layers[7].keep == 0.5


def test_what_is_zero_makes_no_layer():
    assert kinds(make([Hidden(3, Tanh(), glorot)])) == [Dense, Activate, Dense]


def test_dropout_per_layer():
    network = make([Hidden(3, Tanh(), glorot, dropout=rate) for rate in (0.1, 0.0, 0.3)])
    rates = [1 - layer.keep for layer in network.layers if isinstance(layer, Dropout)]
    assert rates == pytest.approx([0.1, 0.3])


@pytest.mark.parametrize("name", sorted(DropoutInference.registry))
def test_dropout_inference_reaches_every_dropout_layer(name):
    inference = DropoutInference.registry[name]()
    hidden = [Hidden(3, Tanh(), glorot, dropout=0.5)]
    network = make(hidden, input_dropout=0.1, dropout_inference=inference)
    drops = [layer for layer in network.layers if isinstance(layer, Dropout)]
    assert len(drops) == 2
    assert all(layer.inference is inference for layer in drops)
    assert all(
        isinstance(layer.inference, Inverted)
        for layer in make(hidden).layers
        if isinstance(layer, Dropout)
    )


@pytest.mark.parametrize("name", sorted(Activation.registry))
def test_sizes_and_the_number_of_parameters(name):
    activation = Activation.registry[name]()
    network = make([make_hidden(activation, 3), make_hidden(activation, 4)])
    k = activation.pieces
    weights = 5 * 3 * k + 3 * 4 * k + 4 * 2
    others = 3 * k + 4 * k + 2
    if activation.learned_slope is not None:
        others += 3 + 4
    assert network.n_weights == weights
    assert network.n_parameters == weights + others
    assert network.raw(np.zeros((6, 5))).shape == (6, 2)


@pytest.mark.parametrize("name", sorted(Activation.registry))
def test_without_intercepts_zero_maps_to_a_constant(name):
    """No bias anywhere: only weights, slopes and γ are learned."""
    activation = Activation.registry[name]()
    affine = activation.pre_activation != "distance"
    for batch_norm in (False, True)[: 1 + affine]:
        network = make([make_hidden(activation, 3)], fit_intercept=False, batch_norm=batch_norm)
        names = {p.name for layer in network.layers for p in layer.parameters()}
        assert not names & {"b", "beta"}
        network.initialize(np.random.default_rng(0))
        if activation.value(np.zeros((1, activation.pieces))) == 0 and affine:
            assert np.array_equal(network.raw(np.zeros((2, 5))), np.zeros((2, 2)))


def test_the_kinds_of_hidden_layers():
    assert kinds(make([make_hidden(RBF())])) == [Distance, Activate, Dense]
    assert kinds(make([make_hidden(Maxout(k=3))])) == [Dense, MaxoutUnits, Dense]
    network = make([make_hidden(Maxout(k=3), 4)], batch_norm=True)
    assert kinds(network) == [Dense, BatchNorm, MaxoutUnits, Dense]
    assert network.layers[1].n_out == 12


@pytest.mark.parametrize("name", sorted(Initializer.registry))
def test_weights_start_where_the_initializers_say(name):
    initializer = Initializer.registry[name]()
    hidden = [Hidden(3, Tanh(), initializer), Hidden(4, Maxout(k=2), initializer)]
    network = build(5, hidden, 2, output_initializer=initializer, dtype=np.float64, init_scale=0.5)
    network.initialize(np.random.default_rng(3))
    rng = np.random.default_rng(3)
    shapes = [(5, 3), (3, 8), (4, 2)]
    Ws = [layer.W for layer in network.layers if isinstance(layer, Dense)]
    for W, shape in zip(Ws, shapes, strict=True):
        assert W.shape == shape
        assert np.array_equal(W, 0.5 * initializer.draw(shape, *shape, rng))


def test_biases_start_where_they_are_told():
    hidden = [make_hidden(Tanh(), 3), make_hidden(ReLU(), 4)]
    network = make(hidden, bias_init=0.1, output_bias=np.array([1.0, 2.0]))
    network.initialize(np.random.default_rng(0))
    biases = [layer.b[0].tolist() for layer in network.layers if isinstance(layer, Dense)]
    assert biases == [[0.1] * 3, [0.1] * 4, [1, 2]]


def test_under_batch_norm_the_output_keeps_its_bias():
    network = make([make_hidden(Tanh(), 3)], batch_norm=True, batch_norm_momentum=0.7)
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    assert [layer.bias is None for layer in dense] == [True, False]
    assert network.layers[1].momentum == 0.7


def test_every_activation_of_a_mix_is_its_own():
    hidden = [make_hidden(activation, 2) for activation in every_activation()]
    network = make(hidden)
    used = [
        layer.activation if isinstance(layer, Activate) else layer.maxout
        for layer in network.layers
        if isinstance(layer, (Activate, MaxoutUnits))
    ]
    assert used == [layer.activation for layer in hidden]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("stack", [(), (4,)], ids=str)
def test_type_and_stack(dtype, stack):
    network = make([make_hidden(Tanh(), 3)], dtype=dtype, stack=stack)
    assert network.theta.shape == (*stack, 5 * 3 + 3 * 2 + 3 + 2)
    assert network.theta.dtype == network.running.dtype == dtype
