"""The gradient norms of the layers are those of the loss, of the last step of an epoch."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_iris

from skdl import MLPClassifier
from skdl.inspection import loss_and_gradient

X, Y = load_iris(return_X_y=True)
ORDER = np.random.default_rng(0).permutation(150)
X, Y = X[ORDER], Y[ORDER]


def test_gradient_norms_are_of_the_loss_in_the_last_batch():
    settings = {"shuffle": False, "batch_size": 75, "max_iter": 1, "n_iter_no_change": None}
    settings |= {"learning_rate": 1e-12, "random_state": 0}  # the weights hardly move
    plain, penalised = (MLPClassifier((4,), l2=l2, **settings).fit(X, Y) for l2 in (0.0, 5.0))
    told = plain.history_[0]["gradient_norms"]
    assert penalised.history_[0]["gradient_norms"] == pytest.approx(told, rel=1e-6)
    gradient = loss_and_gradient(plain, X[75:], Y[75:])[1]
    sizes = [W.size for W in plain.coefs_]
    parts = np.split(gradient[: sum(sizes)], np.cumsum(sizes)[:-1])
    assert told == pytest.approx([np.linalg.norm(part) for part in parts], rel=1e-6)
    # All that the step follows has the penalty in it.
    assert penalised.history_[0]["gradient_norm"] > plain.history_[0]["gradient_norm"]
