r"""
What does the error on new rows consist of?
===========================================

Draw many data sets, train one network on each, and look at what they predict for the same new row.
Their mean misses the truth: that is *bias*. They scatter around their mean: that is *variance*. And
the target of the new row is scattered around the truth: that is *noise*, which nobody can predict.
For the squared error the three add up,

.. math:: \mathrm E (t - \hat y)^2 = \underbrace{\mathrm E (t - f)^2}_\text{noise}
    + \underbrace{(\mathrm E \hat y - f)^2}_\text{bias}
    + \underbrace{\mathrm E (\hat y - \mathrm E \hat y)^2}_\text{variance},

because the *cross term* :math:`2\,\mathrm E (t - f)(f - \hat y)` and its like vanish: the noise of
a new row knows nothing of the rows that a network was trained on (Geman, Bienenstock and Doursat,
1992).

With one data set the three cannot be seen apart. Here we know the truth, a sine, and may draw as
many as we like.
"""

import matplotlib.pyplot as plt
import numpy as np

from skdl import MLPRegressor
from skdl.decomposition import bias_variance_decomposition
from skdl.lessons import Measured, judge, seeds
from skdl.plots import BiasVarianceDisplay, FitsDisplay

NOISE = 0.3


def truth(X):
    """Return the mean of the target."""
    return np.sin(3 * X[:, 0])


def sampler(rng):
    """Make a data set of 30 noisy rows."""
    X = rng.uniform(-1, 1, size=(30, 1))
    return X, truth(X) + rng.normal(scale=NOISE, size=30)


network = MLPRegressor(
    (20,),
    activation="tanh",
    learning_rate=0.02,
    max_iter=500,
    n_iter_no_change=None,
    random_state=0,
)
known = {
    "X_test": np.linspace(-1, 1, 101)[:, None],
    "y_mean": truth,
    "noise": NOISE**2,
    "sampler": sampler,
}

# %%
# A stiff network (a strong penalty on its weights) and a flexible one, each on twenty data sets.

figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained", sharey=True)
for ax, l2 in zip(axes, (0.1, 0.0001), strict=True):
    network.set_params(l2=l2)
    FitsDisplay.from_estimator(network, sampler=sampler, truth=truth, random_state=0, ax=ax)
    ax.set_xlabel(f"input, l2={l2}")
axes[0].set_ylim(-2, 2)
plt.show()

# %%
# The same as numbers, from stiff to flexible:

n_datasets = 10 * len(seeds(10))
display = BiasVarianceDisplay.from_estimator(
    network,
    param_name="l2",
    param_range=[1e-4, 1e-3, 1e-2, 0.1],
    n_datasets=n_datasets,
    random_state=0,
    **known,
)
display.ax_.set_xticks([1e-4, 1e-3, 1e-2, 0.1])
plt.show()

# %%
# Exercise
# --------
#
# Which of the three terms would fall if every data set had 300 rows in place
# of 30? And if :math:`\sin 3x` were :math:`\sin 30x`, which would rise?
#
# .. answer::
#
#    The variance would fall; the bias of a stiff network stays, and the noise belongs to the world.
#    A truth that waves ten times as fast is too much for the stiff network: its bias rises.
#    :doc:`plot_05_more_data` measures it.
#
# Now read ``skdl/decomposition/terms.py``: ``SquaredError`` is the equation above, term by term.
#
# Verdict
# -------
#
# For each seed: the mean squared error on 2000 fresh noisy rows, measured without
# the decomposition, less the sum of the three terms, in units of the sum.


def surplus(seed):
    """Return by how much the error differs from the sum, relative to it."""
    rng = np.random.default_rng(1000 + seed)
    X = rng.uniform(-1, 1, size=(2000, 1))
    t = truth(X) + rng.normal(scale=NOISE, size=2000)
    network.set_params(l2=0.001)
    found = bias_variance_decomposition(
        network, n_datasets=30, random_state=seed, **known | {"X_test": X}
    )
    error = np.mean((found.predictions_ - t) ** 2)
    return error / (found.noise + found.bias + found.variance) - 1


surpluses = [surplus(seed) for seed in seeds(20)]
claimed = Measured("error less the sum, relative", surpluses, above=-0.03, below=0.03)
print(judge("C28", claimed))
