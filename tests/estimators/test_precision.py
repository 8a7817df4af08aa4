"""``dtype=``: the precision of training and prediction, whatever that of X."""

import pickle

import numpy as np
import pandas as pd
import pytest
from memory import peak_of
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression

from skdl import MLPClassifier, MLPRegressor
from skdl.core.optimizers import Optimizer

BOTH = (MLPClassifier, MLPRegressor)
FLOATS = ("float32", "float64")
QUICK = {
    "hidden_layer_sizes": (5,),
    "max_iter": 3,
    "n_iter_no_change": None,
    "batch_size": 16,
    "random_state": 0,
}


def _data(cls):
    if cls is MLPClassifier:
        X, y = make_classification(50, 6, n_informative=4, n_classes=3, random_state=0)
    else:
        X, y = make_regression(50, 6, random_state=0)
    return np.round(X, 1), y


def _output(mlp, X):
    return mlp.decision_function(X) if isinstance(mlp, MLPClassifier) else mlp.predict(X)


def _on_disk(X, path):
    stored = np.memmap(path / "X", dtype=X.dtype, mode="w+", shape=X.shape)
    stored[:] = X
    stored.flush()
    return np.memmap(path / "X", dtype=X.dtype, mode="r", shape=X.shape)


def _dtypes(mlp):
    network = mlp._network
    arrays = [*mlp.coefs_, *mlp.intercepts_, network.theta, network.gradient, network.running]
    return {array.dtype.name for array in arrays}


KINDS = {
    "array": lambda X, _: X,
    "Fortran order": lambda X, _: np.asfortranarray(X),
    "CSR": lambda X, _: sparse.csr_array(X),
    "CSC": lambda X, _: sparse.csc_array(X),
    "memory map": _on_disk,
    "pandas": lambda X, _: pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])]),
    "list": lambda X, _: X.tolist(),
}


@pytest.mark.parametrize(
    "settings", [{}, {"early_stopping": True}, {"batch_size": "full"}], ids=str
)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("given", FLOATS)
@pytest.mark.parametrize("wanted", FLOATS)
@pytest.mark.parametrize("cls", BOTH)
def test_the_fit_is_that_of_converted_rows(cls, wanted, given, kind, settings, tmp_path):
    X, y = _data(cls)
    X = X.astype(given)
    rows = KINDS[kind](X, tmp_path)
    mlp = cls(**{**QUICK, **settings}, dtype=wanted).fit(rows, y)
    plain = cls(**{**QUICK, **settings}).fit(X.astype(wanted), y)
    assert _dtypes(mlp) == {wanted}
    found = _output(mlp, rows)
    assert found.dtype == wanted
    close = {"rtol": 1e-4, "atol": 1e-5} if "float32" in (wanted, given) else {"rtol": 1e-9}
    np.testing.assert_allclose(found, _output(plain, X.astype(wanted)), **close)
    np.testing.assert_allclose(mlp.loss_curve_, plain.loss_curve_, rtol=close["rtol"])


@pytest.mark.parametrize("optimizer", Optimizer.registry)
@pytest.mark.parametrize("cls", BOTH)
def test_every_optimizer_works_in_it(cls, optimizer, tmp_path):
    X, y = _data(cls)
    settings = {**QUICK, "optimizer": optimizer, "batch_size": "auto", "dtype": "float32"}
    weight = np.ones(len(y))
    mlp = cls(**settings).fit(_on_disk(X, tmp_path), y, weight)
    assert _dtypes(mlp) == {"float32"}
    plain = cls(**settings).fit(X.astype(np.float32), y, weight)
    np.testing.assert_allclose(_output(mlp, X), _output(plain, X), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("shuffle", [True, False, "once", "replacement"])
@pytest.mark.parametrize("stored", ["uint8", "int16", "float16", "float32", "float64", "bool"])
@pytest.mark.parametrize("dtype", [None, *FLOATS])
def test_any_numbers_on_disk(dtype, stored, shuffle, tmp_path):
    X, y = _data(MLPClassifier)
    X = (X > 0 if stored == "bool" else 5 * np.abs(X)).astype(stored)
    settings = {**QUICK, "shuffle": shuffle, "dtype": dtype}
    own = "float32" if stored == "float32" else "float64"
    mlp = MLPClassifier(**settings).fit(_on_disk(X, tmp_path), y)
    assert _dtypes(mlp) == {dtype or own}
    plain = MLPClassifier(**settings).fit(X.astype(dtype or own), y)
    expected = plain.predict_proba(X)
    np.testing.assert_allclose(mlp.predict_proba(X), expected, rtol=1e-4)
    np.testing.assert_allclose(mlp.predict_proba(_on_disk(X, tmp_path)), expected, rtol=1e-4)


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize(("stored", "dtype"), [("float64", "float32"), ("uint8", None)])
def test_a_memory_map_is_converted_batch_by_batch(stored, dtype, shuffle, early_stopping, tmp_path):
    y = np.arange(2000) % 2
    X = np.memmap(tmp_path / "X", dtype=stored, mode="w+", shape=(2000, 1500))
    X[:] = 1
    validation = {"X_val": np.ones((9, 1500)), "y_val": y[:9]} if early_stopping else {}
    mlp = MLPClassifier(
        (2,),
        max_iter=1,
        n_iter_no_change=None,
        batch_size=20,
        shuffle=shuffle,
        dtype=dtype,
        early_stopping=early_stopping,
    )
    mlp.set_params(n_iter_no_change=None).fit(X[:60], y[:60], **validation)  # imports
    converted = X.size * (4 if dtype else 8)
    assert peak_of(lambda: mlp.fit(X, y, **validation)) < converted / 5
    assert peak_of(lambda: mlp.predict_proba(X)) < converted / 2


@pytest.mark.parametrize("dtype", FLOATS)
def test_a_table_in_memory_is_copied_only_to_be_converted(dtype):
    y = np.arange(2000) % 2
    X = np.ones((2000, 1500), dtype)
    mlp = MLPClassifier((2,), max_iter=1, n_iter_no_change=None, batch_size=20)
    mlp.fit(X[:60], y[:60])
    for wanted in FLOATS:
        mlp.set_params(dtype=wanted)
        copy = X.size * np.dtype(wanted).itemsize if wanted != dtype else 0
        assert peak_of(lambda: mlp.fit(X, y)) < copy + X.nbytes / 5


@pytest.mark.parametrize("container", [np.asarray, sparse.csr_array, _on_disk])
def test_a_number_too_large_is_named(container, tmp_path):
    X, y = _data(MLPRegressor)
    X[3, 2] = 1e39
    rows = container(X, tmp_path) if container is _on_disk else container(X)
    mlp = MLPRegressor(**QUICK, dtype="float32").fit(np.clip(X, None, 9), y)
    message = r"X contains infinity or a value too large .*float32"
    for call in (
        lambda: clone(mlp).fit(rows, y),
        lambda: clone(mlp).fit(np.clip(X, None, 9), y, X_val=rows, y_val=y),
        lambda: MLPRegressor(**QUICK).fit(
            np.clip(X, None, 9).astype(np.float32), y, X_val=rows, y_val=y
        ),
        lambda: mlp.partial_fit(rows, y),
        lambda: mlp.predict(rows),
    ):
        with pytest.raises(ValueError, match=message):
            call()


@pytest.mark.parametrize("dtype", [np.float32, "float16", "single", np.dtype("float32")], ids=repr)
@pytest.mark.parametrize("cls", BOTH)
def test_the_message(cls, dtype):
    with pytest.raises(ValueError) as error:
        cls(dtype=dtype).fit(*_data(cls))
    assert str(error.value).startswith(
        f"{cls.__name__}: dtype must be one of 'float32', 'float64', or None; got {dtype!r}"
    )


# What goes on from an earlier fit.


def _arrays_in(state):
    """Return the arrays of floats in the state of an optimiser."""
    if isinstance(state, np.ndarray):
        return [state] if state.dtype.kind == "f" and state.ndim else []
    inside = state.values() if isinstance(state, dict) else state
    return (
        [a for part in inside for a in _arrays_in(part)]
        if isinstance(state, (dict, list, tuple))
        else []
    )


@pytest.mark.parametrize("first", FLOATS)
@pytest.mark.parametrize("cls", BOTH)
def test_without_a_dtype_a_fit_goes_on_in_its_own(cls, first):
    X, y = _data(cls)
    other = "float64" if first == "float32" else "float32"
    mlp = cls(**QUICK).partial_fit(X.astype(first), y)
    mlp.partial_fit(X.astype(other), y)
    assert _dtypes(mlp) == {first}
    mlp.set_params(warm_start=True).fit(X.astype(other), y)
    assert _dtypes(mlp) == {first}
    mlp.set_params(warm_start=False).fit(X.astype(other), y)
    assert _dtypes(mlp) == {other}


@pytest.mark.parametrize("optimizer", ["adam", "sgd", "rprop", "delta_bar_delta", "lbfgs"])
@pytest.mark.parametrize("first", FLOATS)
@pytest.mark.parametrize("cls", BOTH)
def test_another_dtype_takes_the_weights_over(cls, first, optimizer):
    """The weights are those learned so far, to rounding; the moments start anew."""
    X, y = _data(cls)
    other = "float64" if first == "float32" else "float32"
    settings = {**QUICK, "batch_size": "auto", "optimizer": optimizer, "batch_norm": True}
    mlp = cls(**settings, dtype=first, warm_start=True).fit(X, y)
    mlp.set_params(dtype=other)._fit(X, y, None, (None,) * 3, go_on=True, n_epochs=0)
    assert _dtypes(mlp) == {other}
    before = cls(**settings, dtype=first).fit(X, y)
    np.testing.assert_allclose(_output(mlp, X), _output(before, X), rtol=1e-4, atol=1e-4)
    loss = mlp.loss_curve_[-1]
    mlp.set_params(max_iter=30).fit(X, y)
    assert _dtypes(mlp) == {other}
    assert {array.dtype.name for array in _arrays_in(mlp._progress.optimizer_state)} <= {other}
    assert mlp.n_iter_ > before.n_iter_ and mlp.loss_curve_[-1] < loss


@pytest.mark.parametrize("dtype", [None, *FLOATS])
@pytest.mark.parametrize("cls", BOTH)
def test_pickles_and_clones_keep_it(cls, dtype):
    X, y = _data(cls)
    mlp = cls(**QUICK, dtype=dtype).fit(X, y)
    again = pickle.loads(pickle.dumps(mlp))
    assert again.dtype == clone(mlp).dtype == dtype
    assert _dtypes(again) == _dtypes(mlp) == {dtype or "float64"}
    np.testing.assert_array_equal(_output(again, X), _output(mlp, X))


@pytest.mark.parametrize("cls", BOTH)
def test_validation_rows_are_converted_too(cls):
    X, y = _data(cls)
    curves = [
        cls(**QUICK, dtype="float32", early_stopping=True)
        .fit(X, y, X_val=X_val, y_val=y)
        .validation_loss_curve_
        for X_val in (X, X.astype(np.float32), sparse.csr_array(X))
    ]
    np.testing.assert_allclose(curves[1:], [curves[0]] * 2, rtol=1e-5)
