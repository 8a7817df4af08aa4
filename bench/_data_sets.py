"""The data sets of ``defaults.py``: 100 to 20 000 rows, bundled with scikit-learn or generated.

Inputs are as they come (the pipeline scales them), and so are targets: in their own unit, unless a
line says "unit scale". Each function returns X and y, the same ones at every call.
"""

from __future__ import annotations

import numpy as np
from sklearn import datasets as d
from sklearn.preprocessing import scale


def _classification(n, features, informative, *, seed, **kwargs):
    return d.make_classification(
        n, features, n_informative=informative, random_state=seed, **kwargs
    )


CLASSIFICATION = {
    "iris": lambda: d.load_iris(return_X_y=True),
    "wine": lambda: d.load_wine(return_X_y=True),
    "breast cancer": lambda: d.load_breast_cancer(return_X_y=True),
    "digits": lambda: d.load_digits(return_X_y=True),
    "moons, noisy": lambda: d.make_moons(500, noise=0.3, random_state=0),
    "circles, noisy": lambda: d.make_circles(300, noise=0.15, factor=0.5, random_state=0),
    "100 rows": lambda: _classification(100, 20, 5, seed=1),
    "1000 rows": lambda: _classification(1000, 20, 10, seed=2),
    "wrong labels": lambda: _classification(1000, 20, 5, seed=3, flip_y=0.2),
    "imbalanced": lambda: _classification(2000, 20, 8, seed=4, weights=[0.95], flip_y=0.02),
    "10 classes": lambda: _classification(5000, 30, 15, seed=5, n_classes=10),
    "20 000 rows": lambda: _classification(
        20_000, 40, 15, seed=6, n_classes=3, n_clusters_per_class=4, flip_y=0.05
    ),
}


def _prices():
    """Prices around 1e5 with a long right tail: the logarithm is smooth in X, with 10 % noise."""
    rng = np.random.default_rng(7)
    X = rng.normal(size=(2000, 8))
    log_price = 11.5 + 0.4 * X[:, 0] + 0.3 * X[:, 1] * X[:, 2] + 0.3 * np.sin(2 * X[:, 3])
    return X, np.exp(log_price + 0.1 * rng.normal(size=2000))


def _heavy_tails():
    """Friedman's first function at unit scale, with noise of Student's t with 2 degrees."""
    X, y = d.make_friedman1(1000, random_state=8)
    return X, scale(y) + 0.3 * np.random.default_rng(8).standard_t(2, size=1000)


def _robot_arm():
    """Distance of a four-jointed arm's hand from its base, at unit scale, without noise."""
    rng = np.random.default_rng(9)
    angles, lengths = rng.uniform(-np.pi, np.pi, (3000, 4)), rng.uniform(0, 1, (3000, 4))
    turned = angles.cumsum(axis=1)
    x, y = (lengths * np.cos(turned)).sum(axis=1), (lengths * np.sin(turned)).sum(axis=1)
    return np.hstack([angles, lengths]), scale(np.hypot(x, y))


def _swiss_roll():
    """Where along the roll a point lies (4.7 to 14.1), from its three coordinates."""
    return d.make_swiss_roll(1000, noise=0.5, random_state=10)


def _waves():
    """Sums of sines and products of 20 inputs, at unit scale, a tenth of the variance noise."""
    rng = np.random.default_rng(11)
    X = rng.normal(size=(20_000, 20))
    y = np.sin(X[:, :5] * 1.5).sum(axis=1) + X[:, 5] * X[:, 6] + np.abs(X[:, 7]) + X[:, 8]
    return X, scale(scale(y) + rng.normal(scale=1 / 3, size=20_000))


REGRESSION = {
    "diabetes": lambda: d.load_diabetes(return_X_y=True),
    "Friedman 1, 100 rows": lambda: d.make_friedman1(100, noise=1.0, random_state=0),
    "Friedman 1": lambda: d.make_friedman1(1000, noise=1.0, random_state=1),
    "Friedman 2": lambda: d.make_friedman2(500, noise=100.0, random_state=2),
    "Friedman 3": lambda: d.make_friedman3(500, noise=0.1, random_state=3),
    "linear, noisy": lambda: d.make_regression(500, 20, noise=50.0, random_state=4),
    "sparse uncorrelated": lambda: d.make_sparse_uncorrelated(1000, 10, random_state=5),
    "swiss roll": _swiss_roll,
    "robot arm": _robot_arm,
    "prices around 1e5": _prices,
    "heavy tails": _heavy_tails,
    "20 000 rows": _waves,
}
