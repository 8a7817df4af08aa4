"""What comes from elsewhere fits: one class each, and no file of the core knows of it.

A convolution with its specification, a frozen layer, and a loss with two heads; each passes the
gradient check that every part of the core must pass.
"""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from skdl.core.activations import ReLU, Tanh
from skdl.core.architecture import Hidden, HiddenLayer, build
from skdl.core.gradient_check import check_gradient, check_hessian_vector
from skdl.core.initializers import GlorotUniform, HeNormal
from skdl.core.layers import Activate, Dense, Layer, Parameter, Pass, norm
from skdl.core.losses import CrossEntropy, Loss, SquaredError
from skdl.core.network import Network
from skdl.core.objective import Objective
from skdl.core.optimizers import Adam
from skdl.core.penalties import L1, L2
from skdl.core.training.fit import Data, Fit, Progress, Training
from skdl.core.training.loop import Trainer
from skdl.core.training.side_by_side import stacked

N_ROWS = 5
glorot = GlorotUniform()


class Convolution(Layer):
    """Every patch of an image times one matrix; images lie flat, the channels side by side."""

    has_weights = True
    dW = db = None

    def __init__(self, shape, size, filters, initializer):
        height, width, channels = shape
        pixels = np.arange(height * width * channels).reshape(shape)
        patches = np.lib.stride_tricks.sliding_window_view(pixels, (size, size), axis=(0, 1))
        self.shape_out = (*patches.shape[:2], filters)
        self.patches = patches.reshape(patches.shape[0] * patches.shape[1], -1)
        self.size, self.filters, self.initializer = size, filters, initializer
        super().__init__(pixels.size, len(self.patches) * filters)

    def parameters(self):
        W = Parameter("W", (self.patches.shape[1], self.filters), is_weight=True)
        return [W, Parameter("b", (1, self.filters))]

    def initialize(self, rng):
        shape = (self.patches.shape[1], self.filters)
        W = self.initializer.draw(shape, shape[0], self.size**2 * self.filters, rng)
        return {"W": W, "b": np.zeros(self.filters)}

    def forward(self, x, memo, run):
        x = x[..., self.patches]  # (..., rows, places, patch)
        memo.x = x.reshape(*x.shape[:-3], -1, x.shape[-1])
        z = memo.x @ self.W + self.b
        return z.reshape(*x.shape[:-2], self.n_out)

    def backward(self, d, memo, input_gradient=True):
        by_place = d.reshape(*memo.x.shape[:-1], self.filters)
        if self.dW is not None:
            self.dW[...] = memo.x.swapaxes(-1, -2) @ by_place
            self.db[...] = by_place.sum(axis=-2, keepdims=True)
        if not input_gradient:
            return None
        dx = np.zeros((*d.shape[:-1], self.n_in), d.dtype)
        of_patches = by_place @ self.W.swapaxes(-1, -2)
        np.add.at(dx, (..., self.patches), of_patches.reshape(*d.shape[:-1], *self.patches.shape))
        return dx

    def signs(self, memo):
        flat = [w.reshape(*w.shape[:-2], -1) for w in (self.dW, self.W)]
        return {"gradient_norms": norm(flat[0]), "weight_norms": norm(flat[1])}


@dataclass
class Conv2D(HiddenLayer):
    """The specification of a convolution; the first one says what image a row is."""

    filters: int
    size: int
    activation: Any
    image: tuple[int, int, int] | None = None

    def make(self, shape, common):
        layer = Convolution(self.image or shape, self.size, self.filters, HeNormal())
        return [layer, Activate(layer.n_out, self.activation)], layer.shape_out


class Frozen(Layer):
    """A layer with given arrays, which are not learned."""

    def __init__(self, layer, **arrays):
        super().__init__(layer.n_in, layer.n_out)
        self.layer = copy.copy(layer)
        vars(self.layer).update(arrays)

    def allocate(self, shape, dtype):
        return self.layer.allocate(shape, dtype)

    def forward(self, x, memo, run):
        return self.layer.forward(x, memo, run)

    def backward(self, d, memo, input_gradient=True):
        return self.layer.backward(d, memo, input_gradient)


class TwoHeads(Loss):
    """Two losses, each on columns of its own."""

    def __init__(self, first, second, n_first):
        self.first, self.second, self.n_first = first, second, n_first

    def _of_each(self, method, *arrays):
        """Call a method of both losses, each with its columns."""
        pairs = zip(*(np.split(array, [self.n_first], axis=-1) for array in arrays), strict=True)
        both = zip((self.first, self.second), pairs, strict=True)
        return [getattr(loss, method)(*columns) for loss, columns in both]

    def predict(self, raw):
        return np.concatenate(self._of_each("predict", raw), axis=-1)

    def per_row(self, y, raw):
        return sum(self._of_each("per_row", y, raw))

    def slope(self, y, raw, out=None):
        return np.concatenate(self._of_each("slope", y, raw), axis=-1, out=out)

    def curvature(self, y, raw, v):
        return np.concatenate(self._of_each("curvature", y, raw, v), axis=-1)


def image_network(stack=(), seed=0):
    hidden = [
        Conv2D(3, 2, Tanh(), image=(4, 5, 2)),
        Conv2D(2, 2, Tanh()),
        Hidden(4, Tanh(), glorot, dropout=0.2),
    ]
    network = build(40, hidden, 2, output_initializer=glorot, dtype=np.float64, stack=stack)
    network.initialize(np.random.default_rng(seed))
    network.theta += 0.1 * np.random.default_rng(seed + 1).normal(size=network.theta.shape)
    return network


def batch(n_in, n_out=2, seed=3):
    rng = np.random.default_rng(seed)
    weight = rng.uniform(0.5, 1.5, (N_ROWS, 1))
    return rng.normal(size=(N_ROWS, n_in)), rng.normal(size=(N_ROWS, n_out)), weight


def losses_of_training(network, data, n_epochs):
    progress = Progress(np.random.default_rng(0), np.random.default_rng(1))
    training = Training(Adam(), 0.01, batch_size=N_ROWS)
    objective = Objective(network, SquaredError())
    Trainer(Fit(objective, training, Data(*data), progress, n_epochs)).run()
    return [record["loss"] for record in progress.history]


# --------------------------------------------------------------------------------------
# A convolution.


def test_a_convolution_passes_the_gradient_check():
    network = image_network()
    objective = Objective(network, SquaredError(), [L1(0.05), L2(0.1)])
    check = check_gradient(objective, *batch(40))
    assert check.n_checked == network.n_parameters and check.error < 1e-6
    assert not objective.exact_curvature  # differences take over
    v = np.random.default_rng(0).normal(size=network.n_parameters)
    assert check_hessian_vector(objective, *batch(40), v=v).error < 1e-4


def test_a_convolution_is_one_by_hand():
    layer = Convolution((3, 3, 1), 2, 1, glorot)
    network = Network([layer], np.float64)
    layer.W[...] = [[1], [2], [3], [4]]
    layer.b[...] = 0.5
    z = network.raw(np.arange(9.0)[None])
    window = lambda i: i + 2 * (i + 1) + 3 * (i + 3) + 4 * (i + 4) + 0.5  # noqa: E731
    assert z.tolist() == [[window(i) for i in (0, 1, 3, 4)]]


def test_a_convolution_trains_alone_and_side_by_side_alike():
    networks = [image_network(seed=seed) for seed in (0, 7)]
    x, y, _ = batch(40)
    alone = []
    for network in networks:
        work = network.workspace(N_ROWS)
        Objective(network, SquaredError()).loss_gradient(
            x, y, None, work, Pass(training=True, rng=np.random.default_rng(5))
        )
        alone.append(network.gradient.copy())
        losses = losses_of_training(pickle.loads(pickle.dumps(network)), (x, y), 60)
        assert losses[-1] < 0.5 * losses[0]

    class SameForAll:
        def random(self, out, dtype):
            for part in out:
                np.random.default_rng(5).random(out=part, dtype=dtype)

    together = stacked(networks)
    work = together.workspace(N_ROWS)
    run = Pass(training=True, rng=SameForAll())
    both = np.stack([x, x]), np.stack([y, y])
    Objective(together, SquaredError()).loss_gradient(*both, None, work, run)
    np.testing.assert_allclose(together.gradient, alone, rtol=1e-10, atol=1e-13)
    assert [len(values) for values in together.signs(work).values()] == [4, 4, 3, 3]


# --------------------------------------------------------------------------------------
# A frozen layer.


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_frozen_layer_passes_the_gradient_check_and_stays(position):
    rng = np.random.default_rng(0)
    layers = [Dense(4, 3, glorot), Activate(3, ReLU()), Dense(3, 3, glorot), Activate(3, Tanh())]
    layers.append(Dense(3, 2, glorot))
    dense = layers[2 * position]
    W, b = rng.normal(size=(dense.n_in, dense.n_out)), rng.normal(size=(1, dense.n_out))
    layers[2 * position] = Frozen(dense, W=W, b=b)
    before = W.copy()
    network = Network(layers, np.float64)
    network.initialize(np.random.default_rng(1))
    assert network.n_parameters == sum(
        w.size + b.size for w, b in ((x.W, x.b) for x in network.weighted_layers)
    )
    check = check_gradient(Objective(network, SquaredError(), [L2(0.1)]), *batch(4))
    assert check.error < 1e-6 and check.n_checked >= 0.7 * network.n_parameters
    losses = losses_of_training(network, batch(4), 100)
    assert losses[-1] < losses[0]
    np.testing.assert_array_equal(W, before)
    twin = pickle.loads(pickle.dumps(network))
    x = batch(4)[0]
    np.testing.assert_array_equal(twin.raw(x), network.raw(x))


# --------------------------------------------------------------------------------------
# A loss with two heads.


def test_a_loss_with_two_heads_passes_the_gradient_check():
    loss = TwoHeads(CrossEntropy(), SquaredError(), 3)
    hidden = [Hidden(4, Tanh(), glorot)]
    network = build(4, hidden, 5, output_initializer=glorot, dtype=np.float64)
    network.initialize(np.random.default_rng(0))
    x, numbers, weight = batch(4)
    y = np.hstack([np.eye(3)[[0, 1, 2, 0, 1]], numbers])
    objective = Objective(network, loss, [L2(0.1)])
    assert check_gradient(objective, x, y, weight).error < 1e-6
    assert objective.exact_curvature
    v = np.random.default_rng(1).normal(size=network.n_parameters)
    assert check_hessian_vector(objective, x, y, weight, v=v).error < 1e-6
    prediction = loss.predict(network.raw(x))
    assert prediction[:, :3].sum(axis=1) == pytest.approx(1)
