"""What a fitted network answers: rows are checked, and go through it chunk by chunk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import assert_all_finite
from sklearn.utils.validation import check_is_fitted, validate_data

from skdl.core.batches import CHUNK, in_chunks
from skdl.core.layers import Pass
from skdl.core.losses import Loss
from skdl.tools.blas import threads_for
from skdl.tools.given import check_sparse, named_errors
from skdl.tools.rows import in_precision, rows_not_finite
from skdl.tools.warning import warn_user

__all__ = ["FLOATS", "Answers"]

Array = np.ndarray
FLOATS = (np.float64, np.float32)  # what is used as it is; all else becomes the first


class Answers:
    """The outputs of a fitted network, or of several; predictions are made of them."""

    def _raw(self, X: Array) -> Array:
        """Return raw outputs: the average over the networks, or over sub-networks of dropout."""
        if hasattr(self, "_members"):
            return sum(member._raw(X) for member in self._members) / len(self._members)
        if not self._n_sub_networks:
            return self._network.raw(X, Pass)
        # Fixed seeds: every row meets the same sub-networks, and always gets the same answer.
        total = 0.0
        for seed in range(self._n_sub_networks):
            total = total + self._network.raw(
                X, lambda seed=seed: Pass(sub_network=True, rng=np.random.default_rng(seed))
            )
        return total / self._n_sub_networks

    def _answer(self, X: Any, answer: str | Callable[[Array, Loss], Array] = "predict") -> Array:
        """Check rows; return what the target makes of their raw outputs, which live in chunks only.

        Whole, they would be read again from memory, where a chunk is still in the cache.
        """
        if not hasattr(self, "_network"):  # asking first is quicker than the check itself
            check_is_fitted(self, "_network")
        X, loss, dtype = self._check_inputs(X), self._loss, self._network.dtype
        link = getattr(self._target, answer) if isinstance(answer, str) else answer
        lost = 0

        def answer_for(rows: Array) -> Array:
            nonlocal lost
            raw = self._raw(rows if rows.dtype == dtype else in_precision(rows, dtype))
            result = link(raw, loss)
            lost += rows_not_finite(raw, result)
            return result

        with np.errstate(all="ignore"):  # what overflows is counted, and said below
            if X.shape[0] <= CHUNK:
                result = np.ascontiguousarray(answer_for(X))
            else:
                with threads_for(CHUNK, self._widths):
                    result = in_chunks(answer_for, X)
        if lost:
            warn_user(
                f"{type(self).__name__}: the outputs for {lost} of {X.shape[0]} rows are not "
                "finite, so what is predicted for them means nothing. Either these rows lie far "
                "outside of the training rows (standardise X, look for wrong units), or the fit "
                "diverged (look at loss_curve_, lower learning_rate)"
            )
        return result

    def _check_inputs(self, X: Any) -> Array:
        """Check rows to predict for."""
        if (
            type(X) is np.ndarray
            and X.dtype in FLOATS
            and X.ndim == 2
            and X.shape[1] == self.n_features_in_
            and len(X) > 0
            and not hasattr(self, "feature_names_in_")
        ):
            # Nothing to convert, no names to compare: 2 times as fast for one row.
            with np.errstate(all="ignore"):
                assert_all_finite(X, estimator_name=type(self).__name__, input_name="X")
            return X
        dtype, owner = "numeric" if isinstance(X, np.memmap) else FLOATS, type(self).__name__
        if issparse(X):
            X = check_sparse(owner, "X", X)
        # Sums of huge numbers may overflow, which is fine.
        with named_errors(owner, "X"), np.errstate(all="ignore"):
            return validate_data(self, X, accept_sparse="csr", dtype=dtype, reset=False)
