r"""
Is early stopping as good as a penalty?
=======================================

Weights start near zero and grow while a network is trained, so a network that stops early is a
simple one. Around a minimum of a quadratic loss, gradient descent of rate :math:`\eta` that stops
after :math:`\tau` steps ends about where a penalty :math:`\tfrac{\lambda}{2} \lVert w \rVert^2`
would, with (Bishop, 1995)

.. math:: \lambda \approx \frac{1}{\eta\,\tau}.

This holds for the directions in which the loss is flat, where both hold the weights near zero, and
a network's loss is not quadratic. So are they as good as each other? Early stopping needs one fit,
and finds its :math:`\tau` on the way; a penalty needs a fit for each :math:`\lambda` that is tried.

Below, both get the same training rows and choose by the loss on the same validation rows, on
diabetes patients, and on digits of which every seventh label is drawn anew.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_diabetes, load_digits
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import scale

from skdl import MLPClassifier, MLPRegressor
from skdl.lessons import Measured, judge, seeds


def patients(seed):
    """Return all rows of the real table."""
    X, y = load_diabetes(return_X_y=True)
    return scale(X), scale(y)


def digits(seed):
    """Return 1000 digits; every seventh label is drawn anew."""
    X, y = load_digits(return_X_y=True)
    rng = np.random.default_rng(seed)
    rows = rng.permutation(len(y))[:1000]
    X, y = X[rows] / 16, y[rows]
    y[::7] = rng.integers(10, size=len(y[::7]))
    return X, y


def regression_loss(model, X, y):
    """Return the mean squared error."""
    return mean_squared_error(y, model.predict(X))


def classification_loss(model, X, y):
    """Return the log-loss."""
    return log_loss(y, model.predict_proba(X))


settings = {"batch_size": 32, "max_iter": 100, "n_iter_no_change": None, "learning_rate": 0.005}
penalties = [0.003, 0.01, 0.03, 0.1, 0.3]


def compare(table, Network, loss, seed):
    """Return the loss on test rows: as it is, stopped early, and with the best penalty."""
    X, X_test, y, y_test = train_test_split(*table(seed), test_size=0.5, random_state=seed)
    X, X_val, y, y_val = train_test_split(X, y, test_size=0.4, random_state=seed)
    plain = Network((64,), l2=0, random_state=seed, **settings).fit(X, y)
    stopped = Network((64,), l2=0, early_stopping=True, random_state=seed, **settings)
    stopped.fit(X, y, X_val=X_val, y_val=y_val)
    penalised = [Network((64,), l2=l2, random_state=seed, **settings).fit(X, y) for l2 in penalties]
    best = min(penalised, key=lambda network: loss(network, X_val, y_val))
    return [loss(network, X_test, y_test) for network in (plain, stopped, best)]


found = {
    "diabetes": [compare(patients, MLPRegressor, regression_loss, s) for s in seeds(20)],
    "digits": [compare(digits, MLPClassifier, classification_loss, s) for s in seeds(20)],
}

figure, axes = plt.subplots(1, 2, figsize=(7.6, 3.8), layout="constrained")
for ax, (name, losses) in zip(axes, found.items(), strict=True):
    plain, stopped, penalised = np.transpose(losses)
    ax.axline((stopped.mean(),) * 2, slope=1, color="0.5", linewidth=1)
    ax.plot(stopped, penalised, "o", alpha=0.7)
    ax.set(title=f"{name}\n(without either: {plain.mean():.2f})", xlabel="loss, stopped early")
    ax.set_aspect("equal", "datalim")
axes[0].set_ylabel("loss, with the best penalty")
figure.suptitle("Below the line, the penalty is better")
plt.show()

# %%
# Exercise
# --------
# After the search, the validation rows could be used for training too. Which of the two methods can
# do so more easily?
#
# .. answer::
#
#    The penalty: its :math:`\lambda` means the same with more rows, so fit again to all of them.
#    Early stopping would have to guess the number of steps, since nothing is left to stop by.
#
# Now read ``skdl/core/training/stopping.py`` for the rule, and ``skdl/core/penalties.py`` for the
# penalty.
#
# Verdict
# -------
# For each seed: what early stopping changes, and what the best of five penalties changes against
# early stopping, in test loss.

verdict = judge(
    "C64",
    *(
        Measured(f"{name}: {what}", after - before, below=0)
        for name, losses in found.items()
        for plain, stopped, penalised in [np.transpose(losses)]
        for what, after, before in [
            ("stopped early, less not", stopped, plain),
            ("penalty, less stopped early", penalised, stopped),
        ]
    ),
)
print(verdict)
