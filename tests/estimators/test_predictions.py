"""Predictions: in blocks they are what they are in one piece, and need no more memory."""

import numpy as np
import pytest
from memory import peak_of
from scipy import sparse
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression
from sklearn.exceptions import NotFittedError

from skdl import MLPClassifier, MLPRegressor
from skdl.core.batches import CHUNK

N = 2 * CHUNK + 3
QUICK = {"hidden_layer_sizes": (5,), "max_iter": 2, "n_iter_no_change": None, "random_state": 0}


def _problem(kind):
    """Return rows, targets and the class that learns them."""
    if kind == "labels":
        X, y = make_multilabel_classification(N, 6, n_classes=3, random_state=0)
        return X - X.mean(axis=0), y, MLPClassifier
    if kind.startswith("classes"):
        X, y = make_classification(
            N, 6, n_informative=4, n_classes=int(kind.split()[1]), random_state=0
        )
        return X, np.array(["a", "b", "c"])[y], MLPClassifier
    return *make_regression(N, 6, n_targets=int(kind.split()[1]), random_state=0), MLPRegressor


CASES = {
    "classes 2": {},
    "classes 3": {},
    "labels": {},
    "targets 1": {},
    "targets 3": {},
    "classes 2, softmax": {"output_activation": "softmax"},
    "classes 3, sigmoid": {"output_activation": "sigmoid"},
    "classes 3, hinge": {"loss": "hinge"},
    "classes 3, batch norm": {"batch_norm": True},
    "classes 3, averaged": {"dropout": 0.3, "dropout_inference": "averaged"},
    "targets 3, averaged": {"dropout": 0.3, "dropout_inference": "averaged"},
    "targets 2, normal": {"loss": "gaussian_nll"},
    "targets 1, normal": {"loss": "gaussian_nll"},
}
METHODS = ("predict", "decision_function", "predict_proba", "predict_log_proba")


def _answers(mlp, X):
    """Return everything that a model says of some rows."""
    answers = {name: getattr(mlp, name)(X) for name in METHODS if hasattr(mlp, name)}
    if mlp.loss == "gaussian_nll":
        answers["mean"], answers["std"] = mlp.predict(X, return_std=True)
    return answers


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_blocks_give_what_few_rows_give(case, dtype):
    X, y, cls = _problem(case.split(",")[0])
    mlp = cls(**QUICK, **CASES[case], dtype=dtype).fit(X, y)
    whole = _answers(mlp, X)
    pieces = [_answers(mlp, X[start : start + 200]) for start in range(0, N, 200)]
    thin = _answers(mlp, sparse.csr_array(X))
    assert len(whole) >= 1
    for name, found in whole.items():
        expected = np.concatenate([piece[name] for piece in pieces])
        assert found.shape == expected.shape and found.dtype == expected.dtype
        assert found.flags.c_contiguous and len(found) == N
        if found.dtype.kind == "f":
            assert found.dtype == dtype
            close = {"rtol": 1e-4, "atol": 1e-5} if dtype == "float32" else {"rtol": 1e-9}
            np.testing.assert_allclose(found, expected, **close)
            np.testing.assert_allclose(thin[name], expected, **close)
        else:
            assert (found == expected).mean() > 0.99


@pytest.mark.parametrize("case", CASES)
def test_one_row_is_one_of_many(case):
    X, y, cls = _problem(case.split(",")[0])
    mlp = cls(**QUICK, **CASES[case]).fit(X, y)
    whole, one = _answers(mlp, X), _answers(mlp, X[700:701])
    for name, found in one.items():
        assert found.shape == (1, *whole[name].shape[1:])
        if found.dtype.kind == "f":
            np.testing.assert_allclose(found[0], whole[name][700], rtol=1e-9)
        else:
            np.testing.assert_array_equal(found[0], whole[name][700])


def test_the_standard_deviation_beside_the_mean():
    X, y, cls = _problem("targets 2")
    mlp = cls(**QUICK, loss="gaussian_nll").fit(X, y)
    mean, std = mlp.predict(X, return_std=True)
    np.testing.assert_array_equal(mean, mlp.predict(X))
    raw = mlp._raw(X)
    expected = np.exp(raw[:, 2:] / 2) * mlp.target_std_
    np.testing.assert_allclose(std, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "settings", [{}, {"dropout": 0.5, "dropout_inference": "averaged"}], ids=str
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("method", METHODS)
def test_memory_is_the_answer_and_a_block(method, dtype, settings):
    """Nothing of the size of all activations, nor a second array of the size of the answer."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40_000, 5)).astype(dtype), np.arange(40_000) % 20
    mlp = MLPClassifier((50,), max_iter=1, n_iter_no_change=None, **settings)
    mlp.fit(X[:100], y[:100])
    predict = getattr(mlp, method)
    predict(X[:1000])
    answer = predict(X).nbytes * (2 if method == "predict" else 1)  # numbers, then labels
    blocks = 8 * CHUNK * (50 + 20) * X.itemsize
    assert peak_of(lambda: predict(X)) < answer + blocks < 40_000 * 50 * X.itemsize


# The short way past the checks is taken only where the checks would find nothing.


def _spied(monkeypatch):
    calls = []
    import skdl.estimators.answers

    original = skdl.estimators.answers.validate_data

    def counted(*args, **kwargs):
        calls.append(1)
        return original(*args, **kwargs)

    monkeypatch.setattr(skdl.estimators.answers, "validate_data", counted)
    return calls


def test_plain_rows_are_checked_once_for_being_finite(monkeypatch):
    X, y, cls = _problem("classes 3")
    mlp = cls(**QUICK).fit(X, y)
    calls = _spied(monkeypatch)
    short = mlp.predict_proba(X)
    assert not calls
    np.testing.assert_array_equal(mlp.predict_proba(X.tolist()), short)
    assert calls


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_ways_say_the_same_of_bad_rows(dtype, bad):
    X, y, cls = _problem("classes 3")
    mlp = cls(**QUICK).fit(X, y)
    broken = X.astype(dtype)
    broken[700, 2] = bad
    said = []
    for rows in (broken, np.asfortranarray(broken)[:, ::-1][:, ::-1], broken.astype(object)):
        with pytest.raises(ValueError, match="Input X contains") as error:
            mlp.predict(rows)
        said.append(str(error.value).split("\n")[0].split(" or a value")[0])
    assert len(set(said)) == 1


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.zeros((3, 5)), "X has 5 features, but MLPClassifier is expecting 6 features"),
        (np.zeros((0, 6)), r"Found array with 0 sample\(s\)"),
        (np.zeros(6), "Expected 2D array, got 1D array"),
        (np.zeros((2, 3, 6)), "Found array with dim 3"),
        (np.zeros((2, 6), complex), "Complex data not supported"),
    ],
    ids=lambda value: str(getattr(value, "shape", "")),
)
def test_other_rows_go_the_long_way(rows, message):
    X, y, cls = _problem("classes 3")
    mlp = cls(**QUICK).fit(X, y)
    with pytest.raises(ValueError, match=message):
        mlp.predict(rows)


@pytest.mark.parametrize("method", METHODS)
def test_nothing_is_predicted_before_a_fit(method):
    with pytest.raises(NotFittedError, match="This MLPClassifier instance is not fitted yet"):
        getattr(MLPClassifier(), method)(np.zeros((3, 2)))
    with pytest.raises(NotFittedError):
        MLPRegressor().predict(np.zeros((3, 2)), return_std=True)


@pytest.mark.parametrize("dtype", ["int64", "float16", "bool", "uint8", ">f8"])
def test_other_numbers_are_converted(dtype):
    X, y, cls = _problem("classes 3")
    mlp = cls(**QUICK).fit(X, y)
    rows = X.astype(dtype)
    np.testing.assert_allclose(
        mlp.predict_proba(rows), mlp.predict_proba(rows.astype(float)), rtol=1e-12
    )
