"""Preparation of a data frame for a network: every column becomes standardised numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from sklearn.compose import ColumnTransformer

__all__ = ["numeric_columns", "preparation"]


def numeric_columns(X: pd.DataFrame) -> list[str]:
    """Return the names of the columns of a data frame that hold numbers."""
    from pandas.api.types import is_numeric_dtype

    return [name for name in X.columns if is_numeric_dtype(X[name])]


def preparation(X: pd.DataFrame, text: Sequence[str] = ()) -> ColumnTransformer:
    """Make the pipeline step that turns the columns of `X` into standardised numbers.

    Numbers: median imputation with a marker where something is missing, then standardised.
    Categories: one-hot, categories in fewer than 1 % of the rows taken together.
    Text: its 100 most frequent words, weighted by TF-IDF.

    Parameters
    ----------
    X : DataFrame
    text : sequence of str, default=()
        The columns that hold text.

    Returns
    -------
    ColumnTransformer

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> X = pd.DataFrame({"size": [1.0, np.nan, 3.0], "colour": ["red", "blue", "red"]})
    >>> preparation(X).fit_transform(X).shape  # size, size is missing, blue, red
    (3, 4)
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    numeric = numeric_columns(X)
    categorical = [name for name in X.columns if name not in numeric and name not in text]
    numbers = Pipeline(
        [
            ("impute", SimpleImputer(strategy="median", add_indicator=True)),
            ("scale", StandardScaler()),
        ]
    )
    categories = OneHotEncoder(
        handle_unknown="infrequent_if_exist", min_frequency=0.01, sparse_output=False
    )
    words = TfidfVectorizer(max_features=100, token_pattern=r"(?u)\b\w+\b")
    steps = [("numbers", numbers, numeric), ("categories", categories, categorical)]
    steps += [(f"words of {name}".replace("__", "_"), words, name) for name in text]
    return ColumnTransformer([step for step in steps if step[2]], sparse_threshold=0)
