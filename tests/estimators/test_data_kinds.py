"""Kinds of data: whatever holds the numbers, the predictions are the same."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from memory import peak_of
from scipy import sparse
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning

from skdl import MLPClassifier, MLPRegressor
from skdl.core.activations import Activation
from skdl.core.losses import ClassifierLoss, RegressorLoss
from skdl.core.optimizers import Optimizer

BOTH = (MLPClassifier, MLPRegressor)
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
    X = np.round(X, 1)
    X[X < 0] = 0  # so that sparse means something
    return X, y


def _memory_map(X, tmp_path):
    stored = np.memmap(tmp_path / "X", dtype=X.dtype, mode="w+", shape=X.shape)
    stored[:] = X
    stored.flush()
    return np.memmap(tmp_path / "X", dtype=X.dtype, mode="r", shape=X.shape)


def _polars(X, _):
    polars = pytest.importorskip("polars")
    return polars.DataFrame(X, schema=[f"x{i}" for i in range(X.shape[1])])


KINDS = {
    "Fortran order": lambda X, _: np.asfortranarray(X),
    "every other row of a larger array": lambda X, _: np.repeat(X, 2, axis=0)[::2],
    "read-only": lambda X, _: np.require(X.copy(), requirements=["C"]).view(),
    "CSR matrix": lambda X, _: sparse.csr_matrix(X),
    "CSR array": lambda X, _: sparse.csr_array(X),
    "CSC array": lambda X, _: sparse.csc_array(X),
    "COO array": lambda X, _: sparse.coo_array(X),
    "memory map": _memory_map,
    "list": lambda X, _: X.tolist(),
    "pandas": lambda X, _: pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])]),
    "polars": _polars,
    "object": lambda X, _: X.astype(object),
}


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cls", BOTH)
def test_the_same_numbers_give_the_same_predictions(cls, kind, early_stopping, tmp_path):
    X, y = _data(cls)
    expected = cls(**QUICK, early_stopping=early_stopping).fit(X, y)
    other = KINDS[kind](X, tmp_path)
    if kind == "read-only":
        other.flags.writeable = False
    mlp = cls(**QUICK, early_stopping=early_stopping).fit(other, y)
    np.testing.assert_allclose(_output(mlp, other), _output(expected, X), rtol=1e-9)
    np.testing.assert_allclose(mlp.loss_curve_, expected.loss_curve_, rtol=1e-9)


def _output(mlp, X):
    return mlp.decision_function(X) if isinstance(mlp, MLPClassifier) else mlp.predict(X)


@pytest.mark.parametrize("optimizer", Optimizer.registry)
@pytest.mark.parametrize("cls", BOTH)
def test_sparse_batches_with_every_optimizer(cls, optimizer):
    X, y = _data(cls)
    settings = {**QUICK, "optimizer": optimizer, "batch_size": "auto"}
    dense, thin = cls(**settings).fit(X, y), cls(**settings).fit(sparse.csr_array(X), y)
    np.testing.assert_allclose(_output(thin, X), _output(dense, X), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("kind", ["int64", "int8", "bool", "uint16", "float16"])
@pytest.mark.parametrize("cls", BOTH)
def test_other_numbers_become_float64(cls, kind):
    X, y = _data(cls)
    X = (X > 0).astype(kind) if kind == "bool" else X.astype(kind)
    mlp = cls(**QUICK).fit(X, y)
    assert mlp.coefs_[0].dtype == np.float64
    np.testing.assert_array_equal(_output(mlp, X), _output(mlp, X.astype(float)))


@pytest.mark.parametrize("optimizer", Optimizer.registry)
@pytest.mark.parametrize("cls", BOTH)
def test_float32_stays_float32(cls, optimizer):
    X, y = _data(cls)
    settings = {**QUICK, "optimizer": optimizer, "batch_size": "auto", "l2": 0.1}
    mlp = cls(**settings).fit(X.astype(np.float32), y)
    for array in (*mlp.coefs_, *mlp.intercepts_, mlp._network.theta):
        assert array.dtype == np.float32
    assert _output(mlp, X.astype(np.float32)).dtype == np.float32
    assert _output(mlp, X).dtype == np.float32  # predictions keep the type of the weights
    wide = cls(**settings).fit(X, y)
    np.testing.assert_allclose(_output(mlp, X), _output(wide, X), rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize(
    "settings",
    [
        {"dropout": 0.3},
        {"input_dropout": 0.3},
        {"dropout": 0.3, "dropout_inference": "averaged"},
        {"input_noise": 0.3, "hidden_noise": 0.1, "weight_noise": 0.1},
        {"batch_norm": True},
        {"activation": "prelu"},
        {"activation": "rbf"},
        {"activation": "maxout"},
        {"clip": "global_norm"},
        {"l1": 0.01, "max_norm": 1.0, "activity_l1": 0.01, "weight_decay": 0.1},
        {"early_stopping": True},
    ],
    ids=repr,
)
@pytest.mark.parametrize("cls", BOTH)
def test_float32_stays_float32_with_every_part(cls, settings):
    X, y = _data(cls)
    X = X.astype(np.float32)
    mlp = cls(**QUICK, **settings).fit(X, y, np.ones(len(y)))
    assert mlp._network.theta.dtype == np.float32
    assert _output(mlp, X).dtype == np.float32


def test_sparse_stays_sparse(monkeypatch):
    """Nobody asks for a dense copy of X, neither to train nor to predict."""
    X, y = _data(MLPClassifier)
    X = sparse.csr_array(X)

    def refuse(*args, **kwargs):
        raise AssertionError("X was made dense")

    for method in ("toarray", "todense"):
        monkeypatch.setattr(sparse.csr_array, method, refuse)
    for optimizer in ("adam", "lbfgs", "newton_cg"):
        settings = {**QUICK, "batch_size": "auto", "optimizer": optimizer}
        MLPClassifier(**settings, early_stopping=True).fit(X, y).predict_proba(X)


def test_a_memory_map_is_read_batch_by_batch(tmp_path):
    _, y = _data(MLPClassifier)
    y = np.tile(y, 20)
    wide = np.memmap(tmp_path / "wide", dtype=np.float64, mode="w+", shape=(1000, 2000))
    wide[:] = 1.0
    mlp = MLPClassifier((2,), max_iter=1, n_iter_no_change=None, batch_size=10)
    assert peak_of(lambda: mlp.fit(wide, y)) < wide.nbytes / 2


# Names of features.


def _frame(X, names="abcdef"):
    return pd.DataFrame(X, columns=list(names))


@pytest.mark.parametrize("cls", BOTH)
def test_names_are_kept_and_compared(cls):
    X, y = _data(cls)
    mlp = cls(**QUICK).fit(_frame(X), pd.Series(y))
    assert list(mlp.feature_names_in_) == list("abcdef")
    mlp.predict(_frame(X))
    with pytest.raises(ValueError, match="feature names should match"):
        mlp.predict(_frame(X, "bacdef"))
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        mlp.predict(X)
    with pytest.raises(ValueError, match=f"has 4 features, but {cls.__name__} is expecting 6"):
        mlp.set_params().fit(X, y).predict(X[:, :4])


@pytest.mark.parametrize("cls", BOTH)
def test_own_validation_rows_keep_the_names_too(cls):
    X, y = _data(cls)
    mlp = cls(**QUICK, early_stopping=True, monitor="accuracy" if cls is BOTH[0] else "r2")
    mlp.fit(_frame(X), y, X_val=_frame(X), y_val=y)
    with pytest.raises(ValueError, match="feature names should match"):
        mlp.fit(_frame(X), y, X_val=_frame(X, "bacdef"), y_val=y)


# Targets.

LABELS = {
    "strings": np.array(["b", "a", "c"]),
    "objects": np.array(["b", "a", "c"], dtype=object),
    "bytes of numbers": np.array([3, -1, 7], dtype=np.int8),
    "floats": np.array([2.0, -1.0, 0.0]),
}


@pytest.mark.parametrize("container", [np.asarray, list, pd.Series])
@pytest.mark.parametrize("kind", LABELS)
def test_labels_of_any_kind(kind, container):
    X, y = _data(MLPClassifier)
    labels = LABELS[kind]
    mlp = MLPClassifier(**QUICK).fit(X, container(labels[y]))
    np.testing.assert_array_equal(mlp.classes_, np.unique(labels))
    if container is np.asarray:
        assert mlp.classes_.dtype == labels.dtype
    plain = MLPClassifier(**QUICK).fit(X, np.searchsorted(mlp.classes_, labels[y]))
    np.testing.assert_array_equal(mlp.predict(X), mlp.classes_[plain.predict(X)])


def test_booleans_are_labels():
    X, y = _data(MLPClassifier)
    mlp = MLPClassifier(**QUICK).fit(X, y > 0)
    assert mlp.predict(X).dtype == bool
    assert mlp.predict_proba(X).shape == (50, 2)


def test_categories_of_pandas_are_labels():
    X, y = _data(MLPClassifier)
    mlp = MLPClassifier(**QUICK).fit(X, pd.Series(np.array(["x", "y", "z"])[y], dtype="category"))
    assert set(mlp.predict(X)) <= {"x", "y", "z"}


def test_sparse_label_matrices():
    X, y = _data(MLPClassifier)
    matrix = np.eye(3, dtype=int)[y]
    dense = MLPClassifier(**QUICK).fit(X, matrix)
    thin = MLPClassifier(**QUICK).fit(X, sparse.csr_array(matrix))
    np.testing.assert_array_equal(thin.predict_proba(X), dense.predict_proba(X))


@pytest.mark.parametrize("dtype", [int, np.float32, object, "int8"])
def test_targets_of_any_number_type(dtype):
    X, y = _data(MLPRegressor)
    y = np.round(y / 10)
    expected = MLPRegressor(**QUICK).fit(X, y).predict(X)
    np.testing.assert_allclose(
        MLPRegressor(**QUICK).fit(X, y.astype(dtype)).predict(X), expected, rtol=1e-5
    )


def test_targets_as_frame():
    X, y = _data(MLPRegressor)
    two = np.column_stack((y, -y))
    frame = MLPRegressor(**QUICK).fit(X, pd.DataFrame(two, columns=["p", "q"]))
    plain = MLPRegressor(**QUICK).fit(X, two)
    np.testing.assert_allclose(frame.predict(X), plain.predict(X), rtol=1e-9)


# NaN and infinity.


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("cls", BOTH)
def test_nan_and_infinity_are_refused(cls, method, bad):
    X, y = _data(cls)
    broken = X.copy()
    broken[3, 2] = bad
    with pytest.raises(ValueError, match="X contains (NaN|infinity)"):
        getattr(cls(**QUICK), method)(broken, y)
    with pytest.raises(ValueError, match="X contains (NaN|infinity)"):
        cls(**QUICK).fit(X, y).predict(broken)
    broken_y = y.astype(float)
    broken_y[3] = bad
    with pytest.raises(ValueError, match="y contains (NaN|infinity)"):
        getattr(cls(**QUICK), method)(X, broken_y)
    weight = np.ones(len(y))
    weight[3] = bad
    said = rf"{cls.__name__}: sample_weight: .*contains (NaN|infinity)"
    with pytest.raises(ValueError, match=said):
        getattr(cls(**QUICK), method)(X, y, sample_weight=weight)
    with pytest.raises(ValueError, match="X contains (NaN|infinity)"):
        cls(**QUICK).fit(X, y, X_val=broken, y_val=y)


# Anything goes.


@hypothesis_settings(max_examples=60)
@given(
    data=st.data(),
    n=st.integers(2, 30),
    n_features=st.integers(1, 4),
    hidden=st.lists(st.integers(1, 4), max_size=3),
    dtype=st.sampled_from([np.float32, np.float64, np.int64]),
    thin=st.booleans(),
    batch_size=st.sampled_from([1, 3, "auto", "full"]),
    n_targets=st.sampled_from([0, 1, 3]),
)
@pytest.mark.parametrize("cls", BOTH)
def test_odd_shapes_and_combinations(
    cls, data, n, n_features, hidden, dtype, thin, batch_size, n_targets
):
    """A fit of any shape gives finite predictions of the right shape and type."""
    rng = np.random.default_rng(0)
    X = rng.integers(-3, 4, (n, n_features)).astype(dtype)
    if cls is MLPClassifier:
        y = np.arange(n) % (2 if n_targets < 3 else min(n, 3))
        losses = ClassifierLoss
        if n_targets == 1:
            y = rng.integers(0, 2, (n, 3))
    else:
        y = rng.uniform(0.5, 2, (n, n_targets) if n_targets > 1 else n)
        losses = RegressorLoss
    settings = {
        "activation": [data.draw(st.sampled_from(sorted(Activation.registry))) for _ in hidden],
        "loss": data.draw(st.sampled_from(sorted(losses.registry))),
        "optimizer": data.draw(st.sampled_from(sorted(Optimizer.registry))),
        "fit_intercept": data.draw(st.booleans()),
    }
    if Optimizer.registry[settings["optimizer"]].order == 1:
        settings["learning_rate"] = 1e-3
        if not Optimizer.registry[settings["optimizer"]].full_batch:
            settings["batch_size"] = batch_size
        settings["input_dropout"] = data.draw(st.sampled_from([0.0, 0.3]))
    if not hidden:
        del settings["activation"]
    mlp = cls(tuple(hidden), **settings, max_iter=2, n_iter_no_change=None, random_state=0)
    with warnings.catch_warnings():
        # Such a fit may diverge (exp of a large step), but what it keeps is finite, and so is what
        # it predicts, or it says so.
        warnings.simplefilter("ignore", ConvergenceWarning)
        mlp.fit(sparse.csr_array(X) if thin else X, y)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        prediction = mlp.predict(X)
    assert mlp._network.theta.dtype == (np.float32 if dtype == np.float32 else np.float64)
    assert prediction.shape == y.shape
    lost = np.sum(~np.isfinite(prediction.reshape(n, -1)).all(axis=1))
    assert all(f"for {lost} of {n} rows are not finite" in str(w.message) for w in said)
    assert len(said) == (lost > 0)
    assert np.isfinite(mlp.loss_curve_).all()
