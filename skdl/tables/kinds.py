"""What each column of a table is, and its cells as numbers, words or moments.

A table is a frame of pandas or polars, or an array. Every column has one kind, which is decided on
the training rows:

- *number*: numbers and durations;
- *date*: dates and times;
- *few*, *many*: categories, with up to ``FEW`` different values or with more;
- *empty*: no value at all.

Text is refused: what it should become depends on what it says.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import issparse

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

__all__ = ["FEW", "Columns", "kind_of", "moments", "numbers", "words"]

Array = np.ndarray
OWNER = "tabular_pipeline"
FEW = 30  # categories that have a column each
INFERRED = {
    **dict.fromkeys(("integer", "floating", "mixed-integer-float", "decimal"), "number"),
    **dict.fromkeys(("timedelta64", "timedelta"), "number"),
    **dict.fromkeys(("datetime64", "datetime", "date", "period"), "date"),
    **dict.fromkeys(("string", "boolean", "mixed-integer", "mixed", "categorical"), "category"),
}


@dataclass(frozen=True)
class Columns:
    """The columns of one kind, as a selector for :class:`sklearn.compose.ColumnTransformer`.

    Parameters
    ----------
    kind : {'number', 'date', 'few', 'many'}

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"size": [1.5, None], "colour": ["red", "blue"], "old": [True, False]})
    >>> Columns("number")(X), Columns("few")(X)
    ([0], [1, 2])
    """

    kind: str

    def __call__(self, X: Any) -> list[int]:
        """Return the places of the columns."""
        kinds = [kind_of(name, column) for name, column in _columns(X)]
        return [place for place, kind in enumerate(kinds) if kind == self.kind]


def _columns(X: Any) -> Iterator[tuple[Any, pd.Series]]:
    """Yield name and cells of each column."""
    import pandas as pd

    if isinstance(X, pd.DataFrame):
        for place, name in enumerate(X.columns):
            yield name, X.iloc[:, place]
    elif hasattr(X, "columns"):  # a frame of polars
        for name in X.columns:
            yield name, _from_polars(X[name])
    elif issparse(X):
        raise TypeError(f"{OWNER}: X must be a frame or a dense array; got {type(X).__name__}")
    else:
        for place, column in enumerate(np.asarray(X).T):
            yield place, pd.Series(column)


def _from_polars(column: Any) -> pd.Series:
    """Return a column of polars as one of pandas, without what only pyarrow could convert."""
    import pandas as pd

    dtype = str(column.dtype)
    if dtype.startswith("Decimal"):
        column = column.cast(float)
    if dtype.startswith("Datetime"):
        column = column.dt.replace_time_zone(None)  # the clock of its own zone
    if dtype.startswith(("Float", "Int", "UInt", "Decimal", "Date", "Duration")):
        return pd.Series(column.to_numpy())
    return pd.Series(column.to_list(), dtype=object)


def kind_of(name: Any, column: pd.Series) -> str:
    """Decide what a column is.

    Parameters
    ----------
    name : object
        Is told where the column is refused.
    column : Series

    Returns
    -------
    kind : {'number', 'date', 'few', 'many', 'empty'}

    Raises
    ------
    ValueError
        If the column holds text, or no values that could be compared.

    Examples
    --------
    >>> import pandas as pd
    >>> kind_of("size", pd.Series([1, None, 2.5], dtype=object))
    'number'
    >>> kind_of("name", pd.Series([f"Nr. {i}" for i in range(99)]))
    Traceback (most recent call last):
    ValueError: tabular_pipeline: column 'name' holds 99 different texts in 99 rows; drop it ...
    """
    import pandas as pd

    known = column.dropna()
    if known.empty:
        return "empty"
    is_category = isinstance(column.dtype, pd.CategoricalDtype)
    kind = "category" if is_category else INFERRED.get(pd.api.types.infer_dtype(known))
    # Cells of a type of its own: lists, bytes, objects, or of several types.
    strange = known[
        [not isinstance(v, (str, bool, np.bool_, int, float, np.number)) for v in known]
    ]
    if kind is None or (kind == "category" and len(strange)):
        cell = strange.iloc[0] if len(strange) else known.iloc[0]
        raise ValueError(
            f"{OWNER}: column {name!r} must hold numbers, dates, truth values or words; got "
            f"{type(cell).__name__}, such as {cell!r}"
        )
    if kind != "category":
        return kind
    distinct = known.astype(object).map(_word).nunique()
    if not is_category and distinct > max(FEW, len(known) / 2):
        raise ValueError(_text_advice(name, distinct, len(known)))
    return "few" if distinct <= FEW else "many"


def _text_advice(name: Any, distinct: int, n: int) -> str:
    return (
        f"{OWNER}: column {name!r} holds {distinct} different texts in {n} rows; drop it if it "
        "names the row, parse it if it holds dates or numbers (pandas.to_datetime, "
        "pandas.to_numeric), turn its words into columns (TfidfVectorizer), or say that it is a "
        f"category: X[{name!r}].astype('category')"
    )


def numbers(X: Any) -> Array:
    """Return cells as numbers, nan where one is missing; a duration is its seconds.

    Parameters
    ----------
    X : frame or array of shape (n, columns)

    Returns
    -------
    numbers : ndarray of shape (n, columns), float64

    Raises
    ------
    ValueError
        If a cell is no number, or infinite.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers(pd.DataFrame({"a": [1, None], "b": pd.to_timedelta([2, 3], unit="s")}))
    array([[ 1.,  2.],
           [nan,  3.]])
    """
    import pandas as pd

    result = []
    for name, column in _columns(X):
        if pd.api.types.infer_dtype(column, skipna=True).startswith("timedelta"):
            column = pd.to_timedelta(column).dt.total_seconds()
        try:
            values = pd.to_numeric(column).to_numpy(dtype=np.float64, na_value=np.nan)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValueError(
                f"{OWNER}: column {name!r} must hold numbers, as when it was fitted ({error})"
            ) from error
        if np.isinf(values).any():
            raise ValueError(
                f"{OWNER}: column {name!r} must hold finite numbers; got infinity in row "
                f"{np.isinf(values).argmax()}. Make it missing (nan), or cap it"
            )
        result.append(values)
    return np.column_stack(result)


def words(X: Any) -> Array:
    """Return cells as words, None where one is missing.

    A whole number is written alike whatever its type, since a missing value somewhere in the column
    makes 1 a 1.0.

    Parameters
    ----------
    X : frame or array of shape (n, columns)

    Returns
    -------
    words : ndarray of shape (n, columns), object

    Examples
    --------
    >>> import pandas as pd
    >>> words(pd.DataFrame({"a": [1, None], "b": [True, "x"]})).tolist()
    [['1', 'True'], [None, 'x']]
    """
    columns = [column for _, column in _columns(X)]
    table = np.empty((len(columns[0]), len(columns)), object)
    for place, column in enumerate(columns):
        missing = column.isna()
        cells = zip(column.astype(object), missing, strict=True)
        table[:, place] = [None if gap else _word(cell) for cell, gap in cells]
    return table


def _word(cell: Any) -> str:
    is_whole = isinstance(cell, (float, np.floating)) and float(cell).is_integer()
    return str(int(cell)) if is_whole else str(cell)


def moments(X: Any, owner: str = OWNER) -> Any:
    """Return dates as seconds since 1970 by the clock of their own zone, nan where missing.

    Parameters
    ----------
    X : frame or array of shape (n, columns)
        Dates; an array of numbers is taken for seconds already.
    owner : str, default='tabular_pipeline'
        Who is named in messages.

    Returns
    -------
    seconds : DataFrame or array-like of shape (n, columns)

    Raises
    ------
    ValueError
        If a cell of a frame is no date.

    Examples
    --------
    >>> import pandas as pd
    >>> moments(pd.DataFrame({"day": pd.to_datetime(["1970-01-02", None])}))
           day
    0  86400.0
    1      NaN
    """
    import pandas as pd

    if not hasattr(X, "columns"):
        cells = np.ravel(np.asarray(X))
        if INFERRED.get(pd.api.types.infer_dtype(cells, skipna=True)) != "date":
            return X  # numbers, or what no date can be made of
    names, columns = zip(*_columns(X), strict=True)
    seconds = np.column_stack(
        [_seconds(owner, name, column) for name, column in zip(names, columns, strict=True)]
    )
    return pd.DataFrame(seconds, columns=names) if hasattr(X, "columns") else seconds


def _seconds(owner: str, name: Any, column: pd.Series) -> Array:
    """Return the dates of one column as seconds since 1970."""
    import pandas as pd

    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if pd.api.types.is_complex_dtype(column):
        raise ValueError(f"{owner}: column {name!r} must hold dates; got complex numbers")
    if pd.api.types.is_numeric_dtype(column):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    known = column.dropna()
    if len(known) and INFERRED.get(pd.api.types.infer_dtype(known)) != "date":
        told = repr(known.iloc[0])
        raise ValueError(f"{owner}: column {name!r} must hold dates; got {told}")
    if column.dtype == object:
        column = pd.Series([_plain(cell) for cell in column], dtype=object)
    dates = pd.to_datetime(column)
    if dates.dt.tz is not None:
        dates = dates.dt.tz_localize(None)
    ticks = dates.to_numpy("datetime64[us]")
    return np.where(np.isnat(ticks), np.nan, ticks.astype(np.int64) / 1e6)


def _plain(cell: Any) -> Any:
    """Return a moment without its zone, but with its clock; a period by its start."""
    if hasattr(cell, "to_timestamp"):
        cell = cell.to_timestamp()
    if isinstance(cell, datetime.datetime) and cell.tzinfo is not None:
        return cell.replace(tzinfo=None)
    return cell
