r"""
What does a penalty on the weights trade?
=========================================

A penalty adds :math:`\tfrac{\lambda}{2} \lVert w \rVert^2` to the loss. It pulls all networks
towards the same place, weights of zero, whatever the rows say; the stronger, the more alike they
come out. What is gained in variance is paid in bias,

.. math:: \text{error}(\lambda) = \text{noise} + \text{bias}(\lambda) + \text{variance}(\lambda),

and the best :math:`\lambda` is where one more step costs as much as it gains. For a linear model
this can be calculated (ridge regression: Hoerl and Kennard, 1970). For a network we measure.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import spearmanr

from skdl import MLPRegressor
from skdl.decomposition import bias_variance_sweep
from skdl.lessons import Measured, judge, seeds
from skdl.plots import BiasVarianceDisplay


def truth(X):
    """Return the mean of the target."""
    return np.sin(3 * X[:, 0]) + X[:, 1]


def sampler(rng):
    """Make a data set of 40 noisy rows of three inputs, of which one says nothing."""
    X = rng.uniform(-1, 1, size=(40, 3))
    return X, truth(X) + rng.normal(scale=0.5, size=40)


network = MLPRegressor(
    (30,),
    learning_rate=0.02,
    max_iter=300,
    n_iter_no_change=None,
    batch_size="full",
    random_state=0,
)
X_test = np.random.default_rng(0).uniform(-1, 1, size=(300, 3))


def terms(seed, n_datasets):
    """Split the error over the strength of the penalty."""
    return bias_variance_sweep(
        network,
        param_name="l2",
        param_range=[0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 1],
        sampler=sampler,
        X_test=X_test,
        y_mean=truth,
        noise=0.25,
        n_datasets=n_datasets,
        random_state=seed,
    )


display = BiasVarianceDisplay(terms=terms(0, n_datasets=30)).plot()
display.ax_.set_xticks([1e-4, 1e-3, 1e-2, 0.1, 1])
plt.show()

# %%
# Exercise
# --------
# With ten times as many rows, is the best penalty stronger or weaker?
#
# .. answer::
#
#    Weaker. There is less variance to remove, and the bias costs as much as before. As a prior,
#    which the penalty is, it is outvoted by the rows.
#
# Now read ``skdl/core/penalties.py``: ``L2`` is the equation above, with its gradient.
#
# Verdict
# -------
#
# Spearman's rank correlation of each term with the strength; and the mean error of
# the strengths between, less the mean of the two ends.

tables = [terms(seed, n_datasets=10) for seed in seeds(10)]


def rank_correlation(table, term):
    """Tell whether a term rises (1) or falls (-1) with the penalty."""
    return spearmanr(table.index, table[term]).statistic


middle = [t.error.iloc[1:-1].mean() - (t.error.iloc[0] + t.error.iloc[-1]) / 2 for t in tables]
verdict = judge(
    "C66",
    Measured(
        "rank correlation of l2 and bias", [rank_correlation(t, "bias") for t in tables], above=0.5
    ),
    Measured(
        "rank correlation of l2 and variance",
        [rank_correlation(t, "variance") for t in tables],
        below=-0.5,
    ),
    Measured("mean error between, less at the ends", middle, below=0),
)
print(verdict)
