"""Inputs, targets and weights of every shape, type and container, sound ones and broken ones.

Whatever is drawn comes from one ``random.Random``, so that a number names a case, and hypothesis
can shrink it by handing in a ``Random`` of its own.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
from scipy import sparse

DTYPES = ("f8", "f4", "f2", "i8", "i1", "u1", "?", ">f8", ">i4", "g", "O")
SPARSE = (
    sparse.csr_array,
    sparse.csc_array,
    sparse.coo_array,
    sparse.csr_matrix,
    sparse.lil_matrix,
    sparse.dok_array,
)


def numbers(random, shape):
    """Draw a float64 array: each column of another size, some constant, some repeated."""
    rng = np.random.default_rng(random.getrandbits(32))
    values = rng.standard_normal(shape)
    for column in values.reshape(len(values), -1).T if len(values) else ():
        kind = random.choice(
            ("usual",) * 6 + ("constant", "equal", "whole", "large", "tiny", "far")
        )
        match kind:
            case "constant":
                column[:] = random.choice((0.0, 1.0, -3.5, 1e300))
            case "equal":
                column[:] = column[0]
                column[: len(column) // 2] = 1.0
            case "whole":
                column[:] = np.round(3 * column)
            case "large":
                column *= 10.0 ** random.choice((6, 30, 155, 300))
            case "tiny":
                column *= 10.0 ** random.choice((-6, -30, -160, -310))
            case "far":
                column += 10.0 ** random.choice((6, 9, 15))
    if values.size and random.random() < 0.03:
        values.flat[random.randrange(values.size)] = random.choice((np.nan, np.inf, -np.inf))
    return values


def typed(random, values):
    """Bring numbers into some type, as far as it can hold them."""
    kind = np.dtype(random.choice(("f8",) * 8 + DTYPES))
    if kind.kind in "iub":
        with np.errstate(invalid="ignore"):
            return np.clip(np.nan_to_num(values), 0, 100).astype(kind)
    with np.errstate(over="ignore"):
        return values.astype(kind)


def contained(random, values):
    """Put an array into some container."""
    kind = random.choice(
        ("array",) * 8
        + ("fortran", "strided", "reversed", "list", "tuple", "frame", "polars", "masked")
        + ("sparse", "sparse", "read-only")
    )
    plain = values.dtype.kind in "fiu" and values.dtype.itemsize <= 8 and values.dtype.isnative
    if kind == "fortran":
        return np.asfortranarray(values)
    if kind == "strided":
        return np.repeat(values, 2, axis=0)[::2]
    if kind == "reversed":
        return values[::-1]
    if kind == "list":
        return values.tolist()
    if kind == "tuple":
        return tuple(values.tolist())
    if kind == "frame" and values.ndim <= 2 and values.dtype.isnative:  # pandas wants that
        frame = pd.DataFrame(values.astype("f8") if values.dtype == "g" else values)
        return frame if random.random() < 0.3 else frame.rename(columns="x{}".format)
    if kind == "polars" and values.ndim == 2 and plain and values.dtype != "f2":
        return pl.DataFrame({f"x{i}": column for i, column in enumerate(values.T)})
    if kind == "masked":
        mask = np.zeros(values.shape, bool)
        if values.size and random.random() < 0.3:
            mask.flat[0] = True
        return np.ma.masked_array(values, mask)
    if kind == "sparse" and values.ndim == 2 and plain and values.dtype != "f2":
        matrix = random.choice(SPARSE)(values)
        if random.random() < 0.1 and getattr(matrix, "indices", np.empty(0)).size:
            matrix.indices[0] = random.choice((-1, 99, 2**30))
        return matrix
    if kind == "read-only":
        values = values.copy()
        values.flags.writeable = False
    return values


NO_INPUTS = (
    None,
    5,
    "text",
    {},
    {"a": [1.0]},
    [[1.0], [2.0, 3.0]],
    [[[1.0]]],
    [["a", "b"], ["c", "d"]],
    [[{}, 1.0], [2.0, 3.0]],
    [[[1], 1.0], [2.0, 3.0]],
    [[10**400, 1.0], [2.0, 3.0]],
    [[None, 1.0], [2.0, 3.0]],
    [1.0, 2.0, 3.0],
    np.array([[1 + 1j, 2.0], [2.0, 3.0]]),
    np.array([["2020-01-01"], ["2021-01-01"]], dtype="datetime64[D]"),
    np.empty((0, 2)),
    np.empty((2, 0)),
    pd.DataFrame({"a": [[1, 2], [3]], "b": [1.0, 2.0]}),
    pd.DataFrame({"a": ["x", "y"], "b": [1.0, 2.0]}),
    pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [1.0, 2.0]}),
)


def inputs(random, n, n_features):
    """Draw X with n rows; once in a while something that is no X at all."""
    if random.random() < 0.02:
        return random.choice(NO_INPUTS)
    return contained(random, typed(random, numbers(random, (n, n_features))))


def plain_inputs(random, n, n_features):
    """Draw usual numbers, and for each row the sum of its numbers."""
    X = np.random.default_rng(random.getrandbits(32)).standard_normal((n, n_features))
    return X, X.sum(axis=1)


def objects(values):
    """Return an array of Python objects, never one of lists."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def classes(random, n):
    """Draw n class labels, or a matrix of labels, in some form."""
    k = random.choice((1, 2, 2, 2, 3, 3, 5))
    y = np.array([random.randrange(k) for _ in range(n)], dtype=int)
    match random.choice(
        ("int",) * 16
        + ("text", "text", "bool", "float", "negative", "labels", "labels", "column", "series")
        + ("category", "frame", "sparse", "polars", "list", "object", "big", "sparse labels")
        + ("wrong matrix", "nonsense")
    ):
        case "text":
            return np.array([f"class {c}" for c in y])
        case "bool":
            return y > 0
        case "float":
            return y.astype(random.choice(("f4", "f8", "g", ">f8")))
        case "negative":
            return 2 * y - 1
        case "labels":
            return np.stack([y > 0, y % 2], 1).astype(int)
        case "sparse labels":
            return random.choice(SPARSE)(np.stack([y > 0, y % 2], 1).astype(int))
        case "wrong matrix":
            return np.stack([y, y + 1], 1)
        case "column":
            return y[:, None]
        case "series":
            return pd.Series(y, index=range(10, 10 + n))
        case "category":
            return pd.Series(y.astype(str)).astype("category")
        case "frame":
            return pd.DataFrame({"y": y})
        case "sparse":
            return random.choice(SPARSE)(y[:, None])
        case "polars":
            return pl.Series(y)
        case "list":
            return y.tolist()
        case "object":
            return objects(y.tolist())
        case "big":
            return y + 2**62
        case "nonsense":
            return _nonsense_target(random, n)
    return y


def targets(random, n):
    """Draw n numbers, or several columns of them, in some form."""
    y = numbers(random, (n,))
    match random.choice(
        ("float",) * 16
        + ("typed", "typed", "columns", "column", "series", "frame", "sparse", "polars", "list")
        + ("decimal", "fraction", "object", "positive", "counts", "nonsense")
    ):
        case "typed":
            return typed(random, y)
        case "columns":
            return numbers(random, (n, 2))
        case "column":
            return y[:, None]
        case "series":
            return pd.Series(y, index=range(10, 10 + n))
        case "frame":
            return pd.DataFrame({"y": y})
        case "sparse":
            return random.choice(SPARSE)(y[:, None])
        case "polars":
            return pl.Series(y)
        case "list":
            return y.tolist()
        case "decimal":
            return objects([Decimal(repr(v)) for v in y.tolist()])
        case "fraction":
            return objects([Fraction(v).limit_denominator(99) for v in np.nan_to_num(y).tolist()])
        case "object":
            return objects(y.tolist())
        case "positive":
            return np.abs(y) + 0.1
        case "counts":
            return np.array([random.randrange(5) for _ in range(n)])
        case "nonsense":
            return _nonsense_target(random, n)
    return y


def _nonsense_target(random, n):
    """Draw something that is no target."""
    return random.choice(
        (
            None,
            5,
            "text",
            {},
            {i: 1 for i in range(n)},
            np.arange(n).astype(str),
            np.full(n, b"1"),
            np.full(n, np.datetime64("2020-01-01")),
            np.arange(n).astype("timedelta64[s]"),
            objects([datetime.date(2020, 1, 1)] * n),
            objects([10**400] * n),
            objects([None] * n),
            objects([pd.NA, *[1] * n][:n]),
            objects([[1]] * n),
            objects([{}] * n),
            objects([0, "a"] * n)[:n],
            np.ones(n) + 1j,
            np.ones((n, 2, 2)),
            np.ones((n, 0)),
            np.ones(n + 1),
            np.full(n, np.nan),
            np.ma.masked_array(np.ones(n), [True] * n),
            [[1], [2, 3]],
            pd.Series([pd.NA, *[0, 1] * n][:n], dtype="Int64"),
        )
    )


def weights(random, n):
    """Draw weights of n rows; mostly none."""
    if random.random() < 0.8:
        return None
    usual = np.array([random.random() for _ in range(n)])
    if random.random() < 0.5:
        return usual
    return random.choice(
        (usual, usual.tolist(), usual.astype("f4"), pd.Series(usual), np.ones(n), usual > 0.5)
        + (np.zeros(n), -usual, np.full(n, np.nan), np.ones(n + 1), np.ones((n, 1)))
        + (np.full(n, 1e308), np.full(n, 1e-320), "balanced", {}, 5, np.full(n, None))
        + (sparse.csr_array(np.ones((n, 1))), np.ones(n) + 1j, np.full(n, "a"))
    )
