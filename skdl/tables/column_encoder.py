"""What the encoders of tables have in common: every column becomes numbers on its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self, final

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_array, check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from skdl.tools.given import named_errors
from skdl.tools.warning import warn_of_overflow

__all__ = ["FLOATS", "ColumnEncoder"]

Array = np.ndarray
FLOATS = (np.float64, np.float32)  # what is used as it is; all else becomes the first


class ColumnEncoder(OneToOneFeatureMixin, TransformerMixin, BaseEstimator, ABC):
    """A transformer that learns something of each column, and encodes the column with it.

    A subclass says what is learned, what a column becomes, and how the new columns are called.
    """

    @abstractmethod
    def _learn(self, x: Array, y: Array | None, rng: np.random.RandomState) -> Any:
        """Return what encoding needs to know of a column."""

    @abstractmethod
    def _encode(self, x: Array, learned: Any) -> Array:
        """Return the columns, of shape (n, new columns), that a column becomes."""

    @abstractmethod
    def _names(self, name: str, learned: Any) -> list[str]:
        """Return the names of the columns that a column becomes."""

    def _check_parameters(self) -> None:  # noqa: B027 (a class without parameters has no rules)
        """Raise a ``ValueError`` if a parameter is not allowed."""

    def _check_columns(self, X: Any, y: Any = None, *, fresh: bool) -> tuple[Array, Any]:
        """Return X as an array of numbers, and y as an array where it is given."""
        with named_errors(type(self).__name__, "X"):
            X = validate_data(self, X, dtype=FLOATS, reset=fresh)
        if y is None:
            return X, None
        with named_errors(type(self).__name__, "y", "(rows,) or (rows, outputs)"):
            y = check_array(y, ensure_2d=False, dtype=None, input_name="y")
        check_consistent_length(X, y)
        return X, y

    def _needs_target(self) -> bool:
        """Tell whether y decides what is learned."""
        return False

    @final
    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn of each column what encoding needs.

        Parameters
        ----------
        X : array-like of shape (n, columns)
            Finite numbers.
        y : array-like of shape (n,) or (n, outputs), optional
            Targets, where they decide what is learned.

        Returns
        -------
        self : transformer
        """
        self._check_parameters()
        if not self._needs_target():
            y = None
        elif y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y "
                "is None"
            )
        X, y = self._check_columns(X, y, fresh=True)
        rng = check_random_state(getattr(self, "random_state", None))
        with np.errstate(all="ignore"):
            self._learned = [self._learn(x, y, rng) for x in X.T]
        return self

    @final
    def transform(self, X: Any) -> Array:
        """Encode the columns, one after the other.

        Parameters
        ----------
        X : array-like of shape (n, columns)

        Returns
        -------
        encoded : ndarray of shape (n, new columns)
        """
        check_is_fitted(self, "_learned")
        X, _ = self._check_columns(X, fresh=False)
        pairs = zip(X.T, self._learned, strict=True)
        with np.errstate(all="ignore"):
            encoded = np.hstack([self._encode(x, learned) for x, learned in pairs])
        if np.isfinite(X).all():
            warn_of_overflow(type(self).__name__, encoded)
        return encoded

    @final
    def get_feature_names_out(self, input_features: Any = None) -> Array:
        """Return the names of the columns that come out.

        Parameters
        ----------
        input_features : array-like of str, optional
            Names of the columns that go in; those seen by ``fit`` if it is not given.

        Returns
        -------
        names : ndarray of str
        """
        check_is_fitted(self, "_learned")
        pairs = zip(super().get_feature_names_out(input_features), self._learned, strict=True)
        return np.array(
            [new for name, learned in pairs for new in self._names(name, learned)], object
        )

    def __sklearn_tags__(self) -> Any:
        """Say what data the transformer takes."""
        tags = super().__sklearn_tags__()
        tags.target_tags.required = self._needs_target()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
