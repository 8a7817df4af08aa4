r"""
What rules the error early in training, and what late?
======================================================

At its start a network predicts nearly the same whatever the rows are: all of its error is bias.
Each step brings it closer to its rows, to what they have in common first and to what is peculiar to
each data set later. So the bias should fall and the variance should rise over the epochs,

.. math:: \mathrm E (t - \hat y_e)^2 = \text{noise} + \text{bias}(e) + \text{variance}(e),

and somewhere between lies the epoch with the least error: the reason to stop early.
"""

import matplotlib.pyplot as plt
import numpy as np

from skdl import MLPRegressor
from skdl.decomposition import bias_variance_sweep
from skdl.lessons import Measured, judge, seeds
from skdl.plots import BiasVarianceDisplay


def truth(X):
    """Return the mean of the target."""
    return np.sin(2 * X[:, 0])


def sampler(rng):
    """Make a data set of 25 noisy rows."""
    X = rng.uniform(-2, 2, size=(25, 1))
    return X, truth(X) + rng.normal(scale=0.5, size=25)


network = MLPRegressor((50,), learning_rate=0.01, l2=0, n_iter_no_change=None, random_state=0)


def terms(epochs, seed):
    """Split the error after so many epochs."""
    return bias_variance_sweep(
        network,
        param_name="max_iter",
        param_range=epochs,
        sampler=sampler,
        X_test=np.linspace(-2, 2, 101)[:, None],
        y_mean=truth,
        noise=0.25,
        n_datasets=20,
        random_state=seed,
    )


epochs = [1, 3, 10, 30, 100, 300, 1000, 3000]
display = BiasVarianceDisplay(terms=terms(epochs, 0)).plot()
display.ax_.set_xticks(epochs, epochs)
plt.show()

# %%
# The same data sets at every epoch: a fit of 30 epochs is the beginning of one of 3000.
#
# Exercise
# --------
# You have one data set, and no truth. How do you find the epoch at which to stop?
#
# .. answer::
#
#    By rows that were set aside: the error on them has the same three terms, so its minimum is the
#    same on average. ``early_stopping=True`` does it.
#
# Now read ``skdl/core/training/stopping.py``, the rule by which a fit ends.
#
# Verdict
# -------
#
# The share of the bias in what is not noise, after 3 epochs and after 3000; and how
# much the variance grows in between.

tables = [terms([3, 3000], 100 + seed) for seed in seeds(10)]
early, late = ([table.iloc[k] for table in tables] for k in (0, 1))
verdict = judge(
    "C101",
    Measured(
        "bias / (bias + variance), 3 epochs",
        [t.bias / (t.bias + t.variance) for t in early],
        above=0.5,
    ),
    Measured("the same, 3000 epochs", [t.bias / (t.bias + t.variance) for t in late], below=0.5),
    Measured(
        "variance, 3000 epochs less 3",
        [b.variance - a.variance for a, b in zip(early, late, strict=True)],
        above=0,
    ),
)
print(verdict)
