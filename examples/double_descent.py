"""Double descent: the error rises until the network can fit every row, and then falls again.

Usage: python examples/double_descent.py [PICTURE.png]
"""

import sys
import time

import numpy as np
from matplotlib.figure import Figure

from skdl import MLPRegressor
from skdl.decomposition import bias_variance_sweep
from skdl.plots import BiasVarianceDisplay, style

ROWS, INPUTS, NOISE = 60, 10, 0.5
direction = np.random.default_rng(1).normal(size=INPUTS)


def truth(X):
    return np.tanh(X @ direction / 2)


def sampler(rng):
    """Make a data set of 60 noisy rows."""
    X = rng.normal(size=(ROWS, INPUTS))
    return X, truth(X) + rng.normal(scale=NOISE, size=ROWS)


network = MLPRegressor(
    max_iter=2000,
    n_iter_no_change=None,
    batch_size="full",
    learning_rate=0.01,
    l2=0,
    random_state=0,
)
start = time.perf_counter()
terms = bias_variance_sweep(
    network,
    param_name="hidden_layer_sizes",
    param_range=[1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 40, 100, 300],
    sampler=sampler,
    X_test=np.random.default_rng(2).normal(size=(300, INPUTS)),
    y_mean=truth,
    noise=NOISE**2,
    n_datasets=20,
    random_state=0,
)
terms["parameters"] = [(INPUTS + 2) * units + 1 for units in terms.index]
print(terms[["parameters", "error", "bias", "variance"]].round(2).to_string())
worst = terms["error"].idxmax()
print(
    f"The error is largest with {worst} units, {terms.loc[worst, 'parameters']} parameters for "
    f"{ROWS} rows. ({time.perf_counter() - start:.0f} s)"
)
if len(sys.argv) > 1:
    with style.drawing():
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        display = BiasVarianceDisplay(terms=terms).plot(figure.add_subplot())
        display.ax_.axvline(ROWS / (INPUTS + 2), color=style.INK, ls=":", lw=1)
        display.ax_.set_xlabel(f"hidden units (dotted: as many parameters as the {ROWS} rows)")
        figure.savefig(sys.argv[1], dpi=110)
