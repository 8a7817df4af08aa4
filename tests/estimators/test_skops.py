"""skops: what a network consists of are types of skdl, and it comes back whole."""

from __future__ import annotations

import numpy as np
import pytest
import skops.io
from sklearn.datasets import load_diabetes, load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor
from skdl.core.activations import Activation
from skdl.core.losses import ClassifierLoss, RegressorLoss
from skdl.core.optimizers import Optimizer

QUICK = {"max_iter": 2, "n_iter_no_change": None, "random_state": 0}
IRIS, DIABETES = load_iris(return_X_y=True), load_diabetes(return_X_y=True)
WHOLE = MLPClassifier(
    (6, 5),
    n_networks=2,
    early_stopping=True,
    dropout=0.2,
    input_noise=0.1,
    batch_norm=True,
    schedule="cosine",
    track="clean",
    **QUICK,
)
NETWORKS = [
    make_pipeline(StandardScaler(), MLPClassifier(**QUICK)),
    WHOLE,
    *[MLPClassifier((4,), activation=name, **QUICK) for name in Activation.registry],
    *[MLPClassifier((4,), optimizer=name, **QUICK) for name in Optimizer.registry],
    *[MLPClassifier((4,), loss=name, **QUICK) for name in ClassifierLoss.registry],
    *[MLPRegressor((4,), loss=name, **QUICK) for name in RegressorLoss.registry],
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("model", NETWORKS, ids=repr)
def test_it_comes_back_with_types_of_skdl_alone(model):
    X, y = DIABETES if isinstance(model, MLPRegressor) else IRIS
    model.fit(X, y)
    kept = skops.io.dumps(model)
    unknown = skops.io.get_untrusted_types(data=kept)
    assert {name for name in unknown if not name.startswith("skdl.")} <= {"numpy.dtype"}
    assert len(unknown) <= 20
    again = skops.io.loads(kept, trusted=unknown)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
