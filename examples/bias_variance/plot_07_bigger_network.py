r"""
Does a bigger network have more variance?
=========================================

The classical picture: the more parameters, the less bias and the more variance. It holds up to the
size at which a network can just fit every row, noise included. There the fit has to bend wildly,
and the variance peaks. Past it there are *many* ways to fit the rows, training from small weights
finds a smooth one, and the error falls a second time: *double descent* (Belkin, Hsu, Ma and Mandal,
2019).

With :math:`d` inputs and :math:`m` hidden units a network has :math:`(d + 2) m + 1` parameters; the
peak is expected near

.. math:: (d + 2)\, m + 1 \approx n

for :math:`n` rows. So "a bigger network with more data lowers one without harming the other"
depends on which side of the peak one is, and on how many rows there are.
"""

import matplotlib.pyplot as plt
import numpy as np

from skdl import MLPRegressor
from skdl.decomposition import bias_variance_sweep
from skdl.lessons import Measured, is_short, judge, seeds
from skdl.plots import BiasVarianceDisplay

INPUTS, NOISE = 10, 0.5
direction = np.random.default_rng(1).normal(size=INPUTS)


def truth(X):
    """Return the mean of the target."""
    return np.tanh(X @ direction / 2)


def make_sampler(rows):
    """Return a function that makes data sets of so many noisy rows."""

    def sampler(rng):
        X = rng.normal(size=(rows, INPUTS))
        return X, truth(X) + rng.normal(scale=NOISE, size=rows)

    return sampler


network = MLPRegressor(
    max_iter=1500,
    n_iter_no_change=None,
    batch_size="full",
    learning_rate=0.01,
    l2=0,
    random_state=0,
)


def terms(units, rows, seed, n_datasets):
    """Split the error over the number of hidden units."""
    return bias_variance_sweep(
        network,
        param_name="hidden_layer_sizes",
        param_range=units,
        sampler=make_sampler(rows),
        X_test=np.random.default_rng(2).normal(size=(300, INPUTS)),
        y_mean=truth,
        noise=NOISE**2,
        n_datasets=n_datasets,
        random_state=seed,
    )


units = [1, 3, 5, 10, 40, 200] if is_short() else [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 40, 100, 300]
display = BiasVarianceDisplay(terms=terms(units, 60, 0, n_datasets=8)).plot()
display.ax_.axvline(60 / (INPUTS + 2), color="0.3", ls=":", lw=1)
display.ax_.set_xticks(units[::2], units[::2])
display.ax_.set_xlabel("hidden units (dotted: a parameter for each row)")
plt.show()

# %%
# Exercise
# --------
# Does the peak go away with a penalty on the weights? Set ``l2=0.05`` above.
#
# .. answer::
#
#    Yes: the curve is flat. A penalised network does not bend to fit the last row; the peak is that
#    of networks that fit the noise.
#
# Now read ``skdl/decomposition/sweep.py``: every value of the parameter meets the same data sets.
#
# Verdict
# -------
#
# From 5 units and 60 rows, where the network can just fit all rows, to 40 units and
# 240 rows: both larger. And from 5 units to 40 on the same 60 rows.

small, larger, both = [], [], []
for seed in seeds(10):
    table = terms([5, 40], 60, seed, n_datasets=4)
    small.append(table.loc[table.index[0]])
    larger.append(table.loc[table.index[1]])
    both.append(terms([40], 240, seed, n_datasets=4).iloc[0])


def change(after, before, term):
    """Return by how much a term changed, for each seed."""
    return [new[term] - old[term] for new, old in zip(after, before, strict=True)]


verdict = judge(
    "C67",
    Measured("bias, larger net and data less small", change(both, small, "bias"), below=0.01),
    Measured("variance, larger net and data less small", change(both, small, "variance"), below=0),
    Measured("bias, larger net alone less small", change(larger, small, "bias"), below=0.01),
    Measured("variance, larger net alone less small", change(larger, small, "variance"), below=0),
)
print(verdict)
