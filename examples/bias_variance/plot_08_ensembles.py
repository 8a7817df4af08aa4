r"""
Why are several networks better than one?
=========================================

Let :math:`k` models have errors of variance :math:`v`, and let the errors of two of them have
covariance :math:`c`. The error of their average then has the variance

.. math:: \frac{v + (k - 1)\, c}{k},

which is :math:`v / k` if the errors are independent, and :math:`v` if they are the same: what is
shared is not averaged away. The squared error of the average is never above the average squared
error of the members (Krogh and Vedelsby, 1995).

*Bagging* (Breiman, 1996) makes members differ by drawing the rows of each with replacement. A row
is missed with probability :math:`(1 - 1/n)^n \approx e^{-1}`, so a member sees 63.2 % of the rows.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale

from skdl import MLPRegressor
from skdl.lessons import Measured, judge, seeds

X, y = load_diabetes(return_X_y=True)
X, y = scale(X), scale(y)


def members(seed, k=10):
    """Train k networks on bootstrap samples; return their errors on new rows, and the shares."""
    rng = np.random.default_rng(seed)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.5, random_state=seed)
    errors, shares = [], []
    for member in range(k):
        rows = rng.integers(len(y_train), size=len(y_train))
        network = MLPRegressor((32,), max_iter=60, n_iter_no_change=None, random_state=member)
        errors.append(network.fit(X_train[rows], y_train[rows]).predict(X_test) - y_test)
        shares.append(len(np.unique(rows)) / len(rows))
    return np.array(errors), np.mean(shares)


every = [members(seed) for seed in seeds(10)]
sizes = range(1, 11)
measured = np.mean([[np.mean(e[:k].mean(axis=0) ** 2) for k in sizes] for e, _ in every], axis=0)
products = np.mean([e @ e.T / e.shape[1] for e, _ in every], axis=0)
v = np.diag(products).mean()
c = (products.sum() - np.trace(products)) / 90

figure, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
ax.plot(sizes, measured, "o", label="measured")
ax.plot(sizes, [(v + (k - 1) * c) / k for k in sizes], "-", label="(v + (k − 1) c) / k")
ax.axhline(c, color="0.4", ls=":", label="c: what all members share")
ax.set(xlabel="members k", ylabel="squared error on new rows")
ax.legend()
plt.show()

# %%
# Here v and c are the mean squared error of a member and the mean product of two members' errors:
# with bias and noise in them, which all members share.
#
# Exercise
# --------
# How many members halve the distance to the best that infinitely many could reach?
#
# .. answer::
#
#    Two. The distance is :math:`(v - c) / k`: the second member gains as much as all later ones.
#
# Now read ``skdl/estimators/fitting/folds.py``: ``n_networks`` trains each network without another
# fold.
#
# Verdicts
# --------
# The share of distinct rows; and the error of the average, relative to the mean error of its
# members.

print(judge("C24", Measured("share", [share for _, share in every], above=0.62, below=0.645)))

# %%
# That the errors are *far* smaller when they are independent is measured on errors that are made
# so: the rows of each member are shuffled, which keeps every v and takes away all that is shared.


def relative(errors):
    """Return the squared error of the average, relative to that of a member."""
    return np.mean(errors.mean(axis=0) ** 2) / np.mean(errors**2)


def independent(errors, seed):
    """Shuffle the centred errors of every member."""
    return np.random.default_rng(seed).permuted(errors - errors.mean(axis=1, keepdims=True), axis=1)


shuffled = [relative(independent(e, seed)) for seed, (e, _) in enumerate(every)]
verdict = judge(
    "C25",
    Measured("error of ten / of one", [relative(e) for e, _ in every], below=1),
    Measured("the same, independent errors", shuffled, above=0.08, below=0.12),
)
print(verdict)
