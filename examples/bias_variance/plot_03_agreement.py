r"""
Why do two overfits differ, and two underfits agree?
====================================================

A network that underfits has no choice: whatever the data set, it comes out nearly the same, and
nearly equally wrong. A network that overfits follows every data set into its peculiarities, and no
two data sets have the same. So without any truth at hand, one can *see* variance: train twice, on
two data sets, and compare.

The mean squared distance between the predictions :math:`\hat y_1, \hat y_2` of two such networks is
twice the variance,

.. math:: \mathrm E (\hat y_1 - \hat y_2)^2 = 2 \operatorname{Var} \hat y,

for they are independent and have the same distribution. Nothing in it knows the bias.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons

from skdl import MLPClassifier, MLPRegressor
from skdl.lessons import Measured, judge, seeds
from skdl.plots import FitsDisplay

X, y = make_moons(120, noise=0.3, random_state=0)
settings = {"learning_rate": 0.02, "max_iter": 300, "n_iter_no_change": None, "l2": 0}
under = MLPClassifier((1,), random_state=0, **settings)
over = MLPClassifier((100,), random_state=0, **settings)
figure, axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained", sharey=True)
for ax, network, title in zip(axes, (under, over), ("1 unit", "100 units"), strict=True):
    FitsDisplay.from_estimator(network, X, y, n_datasets=12, random_state=0, ax=ax)
    ax.set_xlabel(f"first input, network of {title}")
plt.show()

# %%
# Each thin line is the boundary of a network that was trained on another bootstrap sample of the
# same moons.
#
# Exercise
# --------
# Your two networks agree nearly everywhere. Is your model good?
#
# .. answer::
#
#    Not yet: they may agree on what is wrong. Agreement says that the variance is small, and
#    nothing of the bias. The error on new rows says the rest.
#
# Now read ``skdl/diagnosis/verdict``: its verdict calls an error variance only as far as fits to
# different rows disagree.
#
# Verdict
# -------
#
# For each seed six fresh data sets of 40 rows, and the mean squared distance of two
# fits to them. A network of 30 units overfits. Two ways to underfit stand against it: one unit
# only, and a penalty that holds all weights small.


def data(seed):
    """Make a data set of 40 noisy rows of a wave."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-2, 2, size=(40, 1))
    return X, np.sin(2 * X[:, 0]) + rng.normal(scale=0.3, size=40)


def distance(seed, units=30, l2=0, n_datasets=6):
    """Return the mean squared distance between fits to two data sets, over all pairs."""
    network = MLPRegressor((units,), activation="tanh", random_state=seed, **longer | {"l2": l2})
    new = np.linspace(-2, 2, 200)[:, None]
    fits = [network.fit(*data(n_datasets * seed + k)).predict(new) for k in range(n_datasets)]
    return 2 * np.var(fits, axis=0, ddof=1).mean()


longer = settings | {"max_iter": 2000}
for name, network in (
    ("30 units", MLPRegressor((30,), activation="tanh", random_state=0, **longer)),
    ("one unit", MLPRegressor((1,), activation="tanh", random_state=0, **longer)),
):
    error = np.mean((network.fit(*data(0)).predict(data(0)[0]) - data(0)[1]) ** 2)
    print(f"{name}: squared error on the training rows {error:.3f}, of which the noise is 0.09")

every = seeds(10)
over = np.array([distance(seed) for seed in every])
one_unit = np.array([distance(seed, units=1) for seed in every])
penalised = np.array([distance(seed, l2=0.3) for seed in every])
verdict = judge(
    "C98",
    Measured("log10 of overfit / one unit", np.log10(over / one_unit), above=0),
    Measured("log10 of overfit / strong penalty", np.log10(over / penalised), above=0),
)
print(verdict)
