"""Vital signs: norms, dead units and flat slopes of networks whose weights are set by hand."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import make_case, make_hidden

from skdl.core.activations import Activation
from skdl.core.layers import Pass, norm
from skdl.core.losses import CrossEntropy, SquaredError


def signs(name, bias, *, units=4, W=None, **settings):
    """Return the signs of one hidden layer with these biases, and the network."""
    activation = Activation.registry[name](**settings)
    case = make_case(SquaredError(), [make_hidden(activation, units)], n_rows=50)
    dense = case.network.layers[0]
    dense.b[...] = bias
    if W is not None:
        dense.W[...] = W
    work = case.network.workspace(50)
    case.objective.loss_gradient(*case.batch, work, Pass(training=True, weight=case.weight))
    return case.network.signs(work), case.network


def test_a_rectifier_that_is_silent_for_all_rows_is_dead():
    found, _ = signs("relu", [-100, 100, 100, -100])
    assert found["dead"] == [0.5]
    assert found["flat"] == [0.5]


def test_a_rectifier_that_answers_some_rows_is_not_dead():
    found, _ = signs("relu", 0.0)
    assert found["dead"] == [0]
    assert 0 < found["flat"][0] < 1


@pytest.mark.parametrize(
    ("name", "bias", "flat"),
    [
        ("tanh", [50, 0, -50, 0], 0.5),
        ("sigmoid", [50, 0, -50, 0], 0.5),
        ("abs", [-50, 50, -50, 50], 0),  # a slope of −1 is as steep as one of 1
        ("identity", 0.0, 0),
        ("leaky_relu", [-50, -50, -50, 50], 0.75),  # 0.01 of the steepest slope
    ],
)
def test_flat_means_below_a_fiftieth_of_the_steepest_slope(name, bias, flat):
    found, _ = signs(name, bias, W=0.01)
    assert found["flat"] == [flat]
    if name not in ("tanh", "sigmoid"):  # these round to 0
        assert found["dead"] == [0]


def test_a_maxout_unit_of_which_one_piece_always_wins_is_dead():
    found, _ = signs("maxout", [100, 0, 0, 0, 0, 100], units=3, W=[[1, -1, 1, -1, 1, -1]] * 4, k=2)
    assert found["dead"] == [pytest.approx(2 / 3)]
    assert found["flat"] == [0]


def test_norms_of_every_affine_layer():
    found, network = signs("tanh", 0.0)
    layers = network.weighted_layers
    assert len(layers) == 2
    for name, arrays in (
        ("weight_norms", [layer.W for layer in layers]),
        ("gradient_norms", [layer.dW for layer in layers]),
    ):
        assert found[name] == pytest.approx([np.linalg.norm(array) for array in arrays])
    assert norm(network.theta) == pytest.approx(np.linalg.norm(network.theta))


def test_networks_side_by_side_have_signs_of_their_own():
    relu = Activation.registry["relu"]()
    case = make_case(CrossEntropy(), [make_hidden(relu, 4)], n_targets=3, stack=(3,))
    rng = np.random.default_rng(0)
    case.network.theta[...] = rng.normal(size=case.network.theta.shape)
    case.network.layers[0].b[1] = -100
    x = np.broadcast_to(case.x, (3, *case.x.shape))
    y = np.broadcast_to(case.y, (3, *case.y.shape))
    work = case.network.workspace(len(case.x))
    case.objective.loss_gradient(x, y, None, work, Pass(training=True))
    found = case.network.signs(work)
    assert [values[0].shape for values in found.values()] == [(3,)] * 4
    assert found["dead"][0][1] == 1
    assert found["dead"][0][0] < 1
    norms = np.linalg.norm(case.network.layers[0].W.reshape(3, -1), axis=1)
    assert found["weight_norms"][0] == pytest.approx(norms)
