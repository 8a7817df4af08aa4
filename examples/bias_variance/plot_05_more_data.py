r"""
What do more rows change, and what not?
=======================================

The peculiarities of single rows average out: with more of them, two data sets look more and more
alike, and so do the networks trained on them. The variance falls, for many models like

.. math:: \text{variance}(n) \approx \frac{c}{n}.

The bias is another matter. A model that is too stiff for the truth stays too stiff, with however
many rows. So before you pay for more data, find out which of the two you have.
"""

import matplotlib.pyplot as plt
import numpy as np

from skdl import MLPRegressor
from skdl.decomposition import bias_variance_decomposition
from skdl.lessons import Measured, judge, seeds


def truth(X):
    """Return the mean of the target."""
    return np.sin(3 * X[:, 0])


def terms(rows, l2, seed, n_datasets=12):
    """Split the error of a network on so many rows."""

    def sampler(rng):
        X = rng.uniform(-1, 1, size=(rows, 1))
        return X, truth(X) + rng.normal(scale=0.3, size=rows)

    network = MLPRegressor(
        (30,), l2=l2, learning_rate=0.02, max_iter=300, n_iter_no_change=None, batch_size="full"
    )
    return bias_variance_decomposition(
        network.set_params(random_state=seed),
        sampler=sampler,
        X_test=np.linspace(-1, 1, 101)[:, None],
        y_mean=truth,
        noise=0.09,
        n_datasets=n_datasets,
        random_state=seed,
    )


rows = [20, 40, 80, 160, 320]
figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained", sharey=True)
for ax, l2, title in zip(axes, (0, 0.3), ("flexible", "stiff: l2=0.3"), strict=True):
    found = [terms(n, l2, seed=0, n_datasets=30) for n in rows]
    ax.plot(rows, [one.bias for one in found], "o-", label="bias")
    ax.plot(rows, [one.variance for one in found], "s--", label="variance")
    ax.set(xscale="log", title=title, xlabel="rows of a data set", xticks=rows)
    ax.set_xticks(rows, [str(n) for n in rows])
    ax.minorticks_off()
axes[0].set_ylabel("squared error")
axes[0].legend()
plt.show()

# %%
# Exercise
# --------
#
# The error of your network on new rows is 0.20, on its training rows 0.19, and
# a target error is 0.05. Do you collect rows?
#
# .. answer::
#
#    No. More rows bring the two errors together; they are together. The network is too stiff, or
#    trained too short.
#
# Now read ``skdl/diagnosis/remedies``: each remedy says which of the two gaps it treats.
#
# Verdict
# -------
#
# From 40 rows to 320, of both networks. And is it the *best* cure of variance?
# Against it stands the best of four penalties on the 40 rows, chosen for the least error by the
# truth, which nobody has: so the penalty is favoured.

every = seeds(10)
few, many = ([terms(n, 0, seed) for seed in every] for n in (40, 320))
stiff_few, stiff_many = ([terms(n, 0.3, seed) for seed in every] for n in (40, 320))
penalised = [
    min((terms(40, l2, seed) for l2 in (0.001, 0.003, 0.01, 0.03)), key=lambda one: one.error)
    for seed in every
]


def change(after, before, term):
    """Return by how much a term changed, for each seed."""
    return [getattr(b, term) - getattr(a, term) for a, b in zip(before, after, strict=True)]


small = {"above": -0.01, "below": 0.01}
verdict = judge(
    "C65",
    Measured(
        "variance of the flexible one, 320 rows less 40", change(many, few, "variance"), below=0
    ),
    Measured("bias of the flexible one", change(many, few, "bias"), **small),
    Measured("bias of the stiff one", change(stiff_many, stiff_few, "bias"), **small),
    Measured("error, 320 rows less 40 with a penalty", change(many, penalised, "error"), below=0),
)
print(verdict)
