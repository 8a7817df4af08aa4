"""What a call needs, drawn: data, an estimator, arguments that suit and now and then others."""

from __future__ import annotations

import fuzz_data as data
import numpy as np
from fuzz_parameters import estimator
from scipy.sparse import issparse
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from skdl import MLPClassifier, MLPRegressor


class Drawn:
    """Data and an estimator for one call."""

    def __init__(self, random, n=None, *, plain=False):
        self.random = random
        self.plain = plain  # sound arrays of numbers, so that what comes later is reached
        self.cls = random.choice((MLPClassifier, MLPRegressor))
        self.n = random.choice((1, 2, 3, 5, 8, 20, 20, 40, 65)) if n is None else n
        self.n_features = random.choice((1, 2, 2, 3, 5))
        self.X, self.y = self.more()
        self.weight = data.weights(random, self.n)

    def more(self, n=None):
        """Draw further rows of the same kind."""
        n = self.n if n is None else n
        if self.plain:
            X, y = data.plain_inputs(self.random, n, self.n_features)
            return X, y.round(6) if self.cls is MLPRegressor else (y > 0).astype(int) + (y > 2)
        read = data.classes if self.cls is MLPClassifier else data.targets
        return data.inputs(self.random, n, self.n_features), read(self.random, n)

    def other_size(self):
        return self.random.choice((self.n, self.n, 4, 9))

    @property
    def given(self):
        return [self.X, self.y, self.weight]


def pick(random, usual, wrong):
    """Draw one of the usual values, once in a while a wrong one."""
    return random.choice(usual if random.random() < 0.985 else wrong)


WRONG = (-1, 0, 2.5, "a", [], {}, None, np.nan, np.inf, [1], np.array([1.0, 2.0]), len, True)
WRONG += (10**400,)

WRONG_DATA = tuple(value for value in WRONG if not callable(value))  # what raises there is yours


def model_of(d, random, **fixed):
    """Draw a network, or a pipeline that ends in one; once in a while no estimator."""
    mlp = estimator(random, d.cls, n_iter_no_change=None, **fixed)
    if issparse(d.X):  # scikit-learn's scaler trusts the indices, and may end the process
        return mlp
    wrapped = make_pipeline(MaxAbsScaler(), mlp)
    return random.choice((mlp, mlp, wrapped, *((5, None, d.cls) if random.random() < 0.02 else ())))


def answers(mlp, X):
    """Return all that a fitted network says of some rows."""
    names = ["predict"]
    names += [n for n in ("predict_proba", "decision_function") if hasattr(mlp, n)]
    return [getattr(mlp, name)(X) for name in names]
