r"""What a model leaves in its residuals: the surest sign of bias.

If something can be learned from what a model gets wrong on its training rows,

.. math:: r_i = y_i - \hat y_i, \qquad \hat y^{+}(x) = \hat y(x) + g(x)
    \quad\text{with } g \text{ learned from } (x_i, r_i),

and the sum does better on rows that neither has seen, then the model missed it. For classes y is 1
for the right class, else 0, and the prediction is a probability. A model that knows its training
rows by heart leaves nothing, and nothing is claimed.
"""

from __future__ import annotations

import numpy as np

__all__ = ["add_learned_residual", "residual_learners"]

Array = np.ndarray


def residual_learners(n_rows: int) -> dict[str, object]:
    """Return what learns the residuals, unfitted: one finds steps and corners, one smooth curves.

    The second is a ridge regression on features of a Gaussian kernel.

    Parameters
    ----------
    n_rows : int
        How many rows there are to learn from; there are half as many features, 300 at most.

    References
    ----------
    Friedman (2001), "Greedy function approximation: a gradient boosting machine".
    Williams and Seeger (2001), "Using the Nyström method to speed up kernel machines".
    """
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.kernel_approximation import Nystroem
    from sklearn.linear_model import Ridge
    from sklearn.multioutput import MultiOutputRegressor
    from sklearn.pipeline import make_pipeline

    trees = HistGradientBoostingRegressor(max_iter=50, max_leaf_nodes=15, random_state=0)
    return {
        "boosted trees": MultiOutputRegressor(trees),
        "kernel ridge": make_pipeline(
            Nystroem(n_components=min(300, max(1, n_rows // 2)), random_state=0), Ridge(0.1)
        ),
    }


def add_learned_residual(
    learner, X: object, residual: Array, X_new: object, predicted: Array
) -> Array:
    """Learn the residuals of the training rows and add what they foretell for new rows.

    Parameters
    ----------
    learner : estimator
        Unfitted; a regressor for several outputs.
    X, X_new : array-like of shape (n_training, n_features), (n, n_features)
        The inputs of the training rows and of the new ones.
    residual : ndarray of shape (n_training, n_outputs)
        Target minus prediction; for classes, in each column the indicator of a class minus its
        probability.
    predicted : ndarray of shape (n, n_outputs)
        What the model predicts for the new rows.

    Returns
    -------
    corrected : ndarray of shape (n, n_outputs)

    Examples
    --------
    A line through a parabola leaves the bend:

    >>> from sklearn.linear_model import LinearRegression
    >>> x = np.linspace(-1, 1, 200)[:, None]
    >>> line = LinearRegression().fit(x, x**2)
    >>> learner = residual_learners(200)["kernel ridge"]
    >>> corrected = add_learned_residual(learner, x, x**2 - line.predict(x), x, line.predict(x))
    >>> bool(np.abs(corrected - x**2).mean() < 0.02)
    True
    """
    # The residuals of the classes add up to nothing, so the first follows from the others.
    redundant = residual.shape[1] > 1 and np.allclose(residual.sum(axis=1), 0, atol=1e-6)
    learned = learner.fit(X, residual[:, 1:] if redundant else residual).predict(X_new)
    learned = learned.reshape(len(predicted), -1)
    if redundant:
        learned = np.hstack([-learned.sum(axis=1, keepdims=True), learned])
    return predicted + learned
