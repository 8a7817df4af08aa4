r"""
How does a network learn? One, trained by hand
==============================================

A network with one hidden layer computes :math:`\hat y = v^\top \tanh(W x + b) + c`. To train it is
to make a loss small: here the mean of :math:`\tfrac12 (\hat y - y)^2` over the rows.

The *gradient* says in which direction of the weights the loss rises fastest. The chain rule gives
it from back to front: with the errors :math:`\delta = \hat y - y`,

.. math::
    \frac{\partial L}{\partial v} = \overline{\delta\, h}, \qquad
    \frac{\partial L}{\partial W} = \overline{(\delta\, v \circ (1 - h^2))\, x^\top},
    \qquad h = \tanh(W x + b),

where the bar is the mean over the rows. A *step* goes the other way: :math:`w \leftarrow w -
\varepsilon\, \partial L / \partial w`. That is all; every library repeats these lines.
"""

import matplotlib.pyplot as plt
import numpy as np

from skdl.core.architecture import Hidden, build
from skdl.core.component import families
from skdl.core.gradient_check import check_gradient
from skdl.core.initializers import GlorotUniform
from skdl.core.losses import SquaredError
from skdl.core.objective import Objective
from skdl.lessons import Measured, judge, seeds

rng = np.random.default_rng(0)
x = rng.uniform(-2, 2, size=(40, 1))
y = np.sin(2 * x) + rng.normal(scale=0.1, size=x.shape)


def start(rng, units=10):
    """Draw the weights W, b, v, c."""
    return [
        rng.normal(size=(1, units)),
        rng.normal(size=units),
        rng.normal(size=(units, 1)) / units,
        np.zeros(1),
    ]


def predict(weights, x):
    """Go forward."""
    W, b, v, c = weights
    return np.tanh(x @ W + b) @ v + c


def loss(weights):
    """Return half the mean squared error."""
    return 0.5 * np.mean((predict(weights, x) - y) ** 2)


def gradient(weights):
    """Go backward: the slope of the loss in each weight."""
    W, b, v, c = weights
    h = np.tanh(x @ W + b)
    delta = (h @ v + c - y) / len(x)
    below = delta @ v.T * (1 - h**2)
    return [x.T @ below, below.sum(axis=0), h.T @ delta, delta.sum(axis=0)]


# %%
# Three thousand steps. The network starts as a nearly flat line and ends as a wave.

weights, rate, losses = start(rng), 0.1, []
grid = np.linspace(-2, 2, 200)[:, None]
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
left.scatter(x, y, s=14, color="0.4", label="rows")
for step in range(3001):
    if step in (0, 100, 3000):
        left.plot(grid, predict(weights, grid), lw=1 + step / 1500, label=f"after {step} steps")
    losses.append(loss(weights))
    weights = [w - rate * slope for w, slope in zip(weights, gradient(weights), strict=True)]
left.set(title="The fit", xlabel="x", ylabel="y", ylim=(-2.1, 1.3))
left.legend(fontsize=8, loc="lower center", ncol=2)
right.loglog(range(1, len(losses) + 1), losses, color="C3")
right.set(title="The loss", xlabel="step", ylabel="half the mean squared error")
plt.show()

# %%
# Exercise
# --------
#
# Are the slopes right? Change one weight by ±h and look how the loss changes:
# without a line of calculus.
#
# .. answer::
#
#    The central difference :math:`(L(w + h) - L(w - h)) / 2h` misses the slope by a term in
#    :math:`h^2`. Take it for every weight, and compare; the function ``differences`` below does so.
#
# Now read ``skdl/core/layers/dense.py``: ``forward`` and ``backward`` of a layer are the lines
# above.
#
# Verdict
# -------
#
# By how much a slope misses its difference, at most and relative to the largest
# slope: of the network above, and of networks with every activation that ``skdl`` has, by its own
# gradient check.


def differences(weights, h=1e-5):
    """Return the central difference of the loss in each weight."""
    found = [np.zeros_like(w) for w in weights]
    for w, slope in zip(weights, found, strict=True):
        for place in np.ndindex(w.shape):
            middle = w[place]
            w[place] = middle + h
            above = loss(weights)
            w[place] = middle - h
            slope[place] = (above - loss(weights)) / (2 * h)
            w[place] = middle
    return found


def error_by_hand(seed):
    """Compare the two gradients at one start."""
    weights = start(np.random.default_rng(seed))
    pair = gradient(weights), differences(weights)
    ours, theirs = (np.concatenate([g.ravel() for g in one]) for one in pair)
    return np.abs(ours - theirs).max() / np.abs(ours).max()


def error_of_skdl(seed):
    """Return the largest relative error over all activations."""
    errors = []
    for activation in families()["Activation"].registry.values():
        units = Hidden(6, activation(), GlorotUniform())
        network = build(1, [units], 1, output_initializer=GlorotUniform(), dtype=float)
        network.initialize(np.random.default_rng(seed))
        errors.append(check_gradient(Objective(network, SquaredError()), x, y).error)
    return max(errors)


verdict = judge(
    "C12",
    Measured("error by hand", [error_by_hand(seed) for seed in seeds(20)], below=1e-6),
    Measured("largest error of all activations", [error_of_skdl(s) for s in seeds(20)], below=1e-6),
)
print(verdict)
