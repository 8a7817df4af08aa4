"""Bias and variance themselves: one network on many data sets, from stiff to flexible.

Usage: python examples/decomposition.py
"""

import numpy as np

from skdl import MLPRegressor
from skdl.diagnosis import bias_variance_decomposition

NOISE = 0.3


def truth(X):
    return np.sin(3 * X[:, 0])


def sampler(rng):
    """Make a data set of 30 noisy rows."""
    X = rng.uniform(-1, 1, size=(30, 1))
    return X, truth(X) + rng.normal(scale=NOISE, size=30)


print("penalty    error  =    noise  +     bias  +  variance")
for l2 in (0.1, 0.01, 0.001, 0.0001):
    net = MLPRegressor(
        hidden_layer_sizes=(20,),
        activation="tanh",
        optimizer="lbfgs",
        l2=l2,
        max_iter=5000,
        random_state=0,
    )
    found = bias_variance_decomposition(
        net,
        sampler=sampler,
        X_test=np.linspace(-1, 1, 101)[:, None],
        y_mean=truth,
        noise=NOISE**2,
        n_datasets=25,
        random_state=0,
        verbose=1,
    )
    print(
        f"{l2:7.4f}   {found.error:7.4f} = {found.noise:9.4f} + {found.bias:9.4f} "
        f"+ {found.variance:9.4f}"
    )
