"""Inputs and targets in every form end up the same, in every function that takes them."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import make_classification, make_regression

from skdl import MLPClassifier, MLPRegressor, bias_variance_decomposition, diagnose
from skdl.inspection import find_learning_rate
from skdl.search import GridSearchCV

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

SETTINGS = {"hidden_layer_sizes": (3,), "max_iter": 2, "n_iter_no_change": None, "random_state": 0}
X, LABELS = make_classification(40, 4, random_state=0)
NUMBERS = make_regression(40, 4, noise=5.0, random_state=0)[1].round(3)

TAKE = {
    "fit": lambda mlp, y: mlp.fit(X, y).predict(X),
    "diagnose": lambda mlp, y: (
        diagnose(
            mlp, X, y, cv=2, n_repeats=1, baselines=False, train_sizes=(), random_state=0
        ).validation_error.value
    ),
    "decomposition": lambda mlp, y: (
        bias_variance_decomposition(mlp, X, y, n_datasets=2, random_state=0).error
    ),
    "range test": lambda mlp, y: find_learning_rate(mlp, X, y, random_state=0).losses,
    "search": lambda mlp, y: (
        GridSearchCV(mlp, {"l2": [0.1, 0.2]}, cv=2).fit(X, y).cv_results_["mean_test_score"]
    ),
}


def objects(values):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def forms(y):
    """The same target, in other containers and types."""
    yield "column", y[:, None]
    yield "frame", pd.DataFrame({"y": y})
    yield "series", pd.Series(y, index=range(100, 140))
    yield "list", y.tolist()
    yield "sparse", csr_array(y[:, None])
    yield "big-endian", y.astype(y.dtype.newbyteorder(">"))


def number_forms(y):
    """The same numbers, of other types."""
    yield "decimals", objects([Decimal(repr(v)) for v in y.tolist()])
    yield "fractions", objects([Fraction(repr(v)) for v in y.tolist()])
    yield "floats among objects", objects(y.tolist())
    yield "longdouble", y.astype(np.longdouble)


CASES = [
    pytest.param(cls, take, y, form, id=f"{cls.__name__}-{take}-{name}")
    for cls, y, every in (
        (MLPClassifier, LABELS, [*forms(LABELS)]),
        (MLPRegressor, NUMBERS, [*forms(NUMBERS), *number_forms(NUMBERS)]),
    )
    for name, form in every
    for take in TAKE
    if not (take == "search" and name in ("sparse", "decimals", "fractions"))  # scikit-learn's own
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
@pytest.mark.parametrize(("cls", "take", "y", "form"), CASES)
def test_a_target_in_another_form_is_the_same(cls, take, y, form):
    came = np.ravel(TAKE[take](cls(**SETTINGS), form))
    np.testing.assert_allclose(came, np.ravel(TAKE[take](cls(**SETTINGS), y)), rtol=1e-6)


NO_NUMBERS = {
    "text": np.arange(40).astype(str),
    "text among objects": objects(["1.5"] * 40),
    "bytes": np.full(40, b"1"),
    "dates": np.full(40, np.datetime64("2020-01-01")),
    "durations": np.arange(40).astype("timedelta64[s]"),
    "dates among objects": objects([datetime.date(2020, 1, 1)] * 40),
    "pandas dates": pd.Series(pd.date_range("2020", periods=40)),
    "categories": pd.Series(list("ab") * 20).astype("category"),
    "too large": objects([10**400] * 40),
    "lists": objects([[1]] * 40),
    "complex": NUMBERS + 1j,
    "a number": 5.0,
    "a word": "target",
    "a dict": {0: 1.0},
    "masked": np.ma.masked_array(NUMBERS, NUMBERS > 0),
    "ragged": [[1.0], [2.0, 3.0]] * 20,
}


@pytest.mark.parametrize("take", ["fit", "diagnose", "decomposition", "range test"])
@pytest.mark.parametrize("name", NO_NUMBERS)
def test_what_is_no_number_is_named(take, name):
    with pytest.raises(ValueError, match=r"^(MLPRegressor|diagnose|\w+): y must "):
        TAKE[take](MLPRegressor(**SETTINGS), NO_NUMBERS[name])


NO_INPUTS = {
    "dicts": objects([{}] * 40)[:, None],
    "lists": objects([[1]] * 40)[:, None],
    "words": np.full((40, 1), "word"),
    "too large": objects([10**400] * 40)[:, None],
}


@pytest.mark.parametrize("name", NO_INPUTS)
@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_inputs_that_are_no_numbers_are_named(cls, name):
    with pytest.raises((ValueError, TypeError), match=f"^{cls.__name__}: X must be an array of"):
        cls(**SETTINGS).fit(NO_INPUTS[name], LABELS)
    mlp = cls(**SETTINGS).fit(X[:, :1], LABELS)
    with pytest.raises((ValueError, TypeError), match=f"^{cls.__name__}: X must be an array of"):
        mlp.predict(NO_INPUTS[name])


@pytest.mark.parametrize("cls", [MLPClassifier, MLPRegressor])
def test_broken_indices_do_not_reach_compiled_code(cls):
    broken = csr_array(X)
    broken.indices[3] = 10**6
    with pytest.raises(ValueError, match=f"^{cls.__name__}: X must be a sparse matrix whose"):
        cls(**SETTINGS).fit(broken, LABELS)
    with pytest.raises(ValueError, match=f"^{cls.__name__}: X must be a sparse matrix whose"):
        cls(**SETTINGS).fit(X, LABELS).predict(broken)


def test_a_matrix_of_other_values_is_no_matrix_of_labels():
    for values in ([[1, 2], [2, 1]], [[-1, 1], [1, -1]]):
        with pytest.raises(ValueError, match="y must be one column of classes or a 0/1 matrix"):
            MLPClassifier(**SETTINGS).fit(X, np.tile(values, (20, 1)))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
@pytest.mark.parametrize("columns", [1, 3])
def test_labels_keep_their_number(columns):
    labels = np.stack([LABELS, 1 - LABELS], 1)
    other = np.zeros((40, columns), int) if columns == 3 else np.stack([LABELS], 1)
    mlp = MLPClassifier(**SETTINGS).partial_fit(X, labels)
    with pytest.raises(ValueError, match="MLPClassifier: y must "):
        mlp.partial_fit(X, other)
    with pytest.raises(ValueError, match="MLPClassifier: y must "):
        MLPClassifier(early_stopping=True, **SETTINGS).fit(X, labels, X_val=X, y_val=other)


@pytest.mark.parametrize("classes", [[0, 2], ["a", "b"], [0, 1, 2], 5, "ab", [[0, 1]], {}])
def test_classes_are_those_of_the_first_call(classes):
    mlp = MLPClassifier(**SETTINGS).partial_fit(X, LABELS, classes=[0, 1])
    mlp.partial_fit(X, LABELS, classes=np.array([1, 0]))  # the same, in another order
    with pytest.raises(ValueError, match="^MLPClassifier: classes must be "):
        mlp.partial_fit(X, LABELS, classes=classes)


def test_sparse_validation_rows_beside_dense_rows():
    y_val = LABELS[:9]
    for make in (np.asarray, csr_array):
        mlp = MLPClassifier(**SETTINGS | {"n_iter_no_change": 2}, early_stopping=True, n_networks=2)
        found = mlp.fit(X, LABELS, X_val=make(X[:9]), y_val=y_val).decision_function(X)
        search = GridSearchCV(mlp.set_params(n_networks=1), {"l2": [0.1, 0.2]}, cv=2)
        search.fit(X, LABELS, X_val=make(X[:9]), y_val=y_val)
        scores = search.cv_results_["mean_test_score"]
        if make is np.asarray:
            dense = found, scores
        mlp.set_params(n_networks=2)
    np.testing.assert_allclose(found, dense[0], rtol=1e-6)
    np.testing.assert_allclose(scores, dense[1])
