"""A diagnosis remembers which rows it is about, but does not carry them into a pickle."""

import pickle

import numpy as np
import pytest
from sklearn.datasets import make_classification

from skdl import MLPClassifier, diagnose


@pytest.fixture(scope="module")
def found():
    X, y = make_classification(120, random_state=0)
    mlp = MLPClassifier((4,), max_iter=5, n_iter_no_change=None, random_state=0)
    return diagnose(mlp, X, y, cv=3, train_sizes=(), baselines=False, random_state=0), X, y


def test_remedies_are_tried_on_the_rows_that_were_diagnosed(found):
    diagnosis, X, y = found
    one = diagnosis.remedies[:1]
    by_itself = diagnosis.try_remedies(remedies=one, random_state=1).to_frame()
    handed_in = diagnosis.try_remedies(X, y, remedies=one, random_state=1).to_frame()
    numbers = by_itself.select_dtypes("number").columns.drop("fit_seconds")
    np.testing.assert_array_equal(by_itself[numbers], handed_in[numbers])


def test_a_pickle_leaves_the_rows_out_and_says_so(found):
    diagnosis = pickle.loads(pickle.dumps(found[0]))
    assert diagnosis.regime == found[0].regime
    with pytest.raises(ValueError, match="Diagnosis: X and y must be given to try_remedies"):
        diagnosis.try_remedies()
