r"""
Is a network that is too deep both stiff and unstable?
======================================================

High bias and high variance at once seems a contradiction: one network that cannot follow its rows,
and follows them too much. The notes say that a network which is too deep has both.

It depends on whether it can be trained. Going back through :math:`L` layers the gradient is
multiplied :math:`L` times,

.. math:: \delta_{l} = f'(z_l) \circ (W_{l+1}^\top \delta_{l+1}),

so with weights that start too small it vanishes (Glorot and Bengio, 2010), and the deep network
stays where it started. Here the same depths start from weights of the usual size, and from
weights of a third of it.
"""

import matplotlib.pyplot as plt
import numpy as np

from skdl import MLPRegressor
from skdl.decomposition import bias_variance_sweep
from skdl.lessons import Measured, judge, seeds


def truth(X):
    """Return the mean of the target."""
    return np.sin(3 * X[:, 0])


def sampler(rng):
    """Make a data set of 30 noisy rows."""
    X = rng.uniform(-1, 1, size=(30, 1))
    return X, truth(X) + rng.normal(scale=0.3, size=30)


DEPTHS = [1, 2, 4, 8]


def terms(init_scale, seed):
    """Split the error over the depth; columns are bias and variance."""
    network = MLPRegressor(
        learning_rate=0.01,
        max_iter=300,
        n_iter_no_change=None,
        batch_size="full",
        l2=0,
        init_scale=init_scale,
        random_state=seed,
    )
    table = bias_variance_sweep(
        network,
        param_name="hidden_layer_sizes",
        param_range=[(10,) * depth for depth in DEPTHS],
        sampler=sampler,
        X_test=np.linspace(-1, 1, 101)[:, None],
        y_mean=truth,
        noise=0.09,
        n_datasets=10,
        random_state=seed,
    )
    return table[["bias", "variance"]].to_numpy()


scales = {"weights as usual": 1.0, "weights a third as large": 1 / 3}
found = {name: np.array([terms(s, seed) for seed in seeds(10)]) for name, s in scales.items()}
figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained", sharey=True)
for ax, (name, values) in zip(axes, found.items(), strict=True):
    for term, (label, line) in enumerate((("bias", "o-"), ("variance", "s--"))):
        ax.plot(DEPTHS, values[:, :, term].mean(axis=0), line, label=label)
    ax.set(title=name, xlabel="hidden layers", xticks=DEPTHS)
axes[0].set_ylabel("squared error")
axes[0].legend()
plt.show()

# %%
# Exercise
# --------
# The training error of your deep network is higher than that of a shallow one. Is it overfitting?
#
# .. answer::
#
#    No: overfitting lowers the training error. It is not trained; look at the norms of the
#    gradient, layer by layer.
#
# Now read ``skdl/core/initializers.py`` for the sizes at which weights start.
#
# Verdict
# -------
# Eight hidden layers less two: bias and variance, for both sizes of the weights.

verdict = judge(
    "C102",
    *(
        Measured(f"{term}, {name}", values[:, -1, k] - values[:, 1, k], above=0)
        for name, values in found.items()
        for k, term in enumerate(("bias", "variance"))
    ),
)
print(verdict)
