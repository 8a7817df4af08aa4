"""What a fitted network shows of itself: weights, biases, curves; and what a pickle keeps."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any, Self

import numpy as np
from sklearn.utils.validation import check_is_fitted

from skdl.estimators.fitting.callbacks import FIT_CONTEXT
from skdl.estimators.outline import Outline, outline_of
from skdl.estimators.pickled import named, unnamed, warn_of_version
from skdl.estimators.shown import Shown
from skdl.tools.version import version

__all__ = ["Learned"]

Array = np.ndarray


class Learned(Shown):
    """The attributes of a fitted estimator that are read off its network and its history."""

    def _affine_arrays(self) -> tuple[list[Array], list[Array]]:
        """Return W and b of each layer that has weights, from below, in the unit of y."""
        check_is_fitted(self, "_network")
        layers, dtype = self._network.weighted_layers, self._network.dtype
        W = [layer.W for layer in layers]
        b = [np.zeros(layer.n_out, dtype) if layer.b is None else layer.b[0] for layer in layers]
        W[-1], b[-1] = self._target.output_arrays(W[-1], b[-1], self._loss)
        return W, b

    @property
    def networks_(self) -> list[Any]:
        """The networks, an estimator each; the estimator itself where it has only one."""
        check_is_fitted(self, "_network")
        return getattr(self, "_members", [self])

    @property
    def coefs_(self) -> list[Array]:
        """The weights of each layer, of shape (inputs, units)."""
        return self._affine_arrays()[0]

    @property
    def intercepts_(self) -> list[Array]:
        """The biases of each layer, of shape (units,); zeros where there are none."""
        return self._affine_arrays()[1]

    @property
    def loss_curve_(self) -> list[float]:
        """The training loss of each epoch in ``history_``, without penalties.

        Of calls of ``partial_fit``, the history keeps the last 256: a stream of rows may never end.
        """
        return self.history_.column("loss")

    @property
    def clean_loss_curve_(self) -> list[float]:
        """The loss of some training rows after each epoch, as it predicts (empty unless tracked).

        Beside ``validation_loss_curve_`` it shows the generalisation gap: both are of the network
        without dropout and noise, at the end of the epoch.
        """
        return self.history_.column("clean_loss")

    @property
    def validation_loss_curve_(self) -> list[float]:
        """The validation loss of each epoch (empty without validation rows)."""
        return self.history_.column("validation_loss")

    @property
    def validation_scores_(self) -> list[float]:
        """The validation score of each epoch (empty unless ``monitor`` is a scorer)."""
        return self.history_.column("validation_score")

    def summary(self) -> Outline:
        """Return the outline of the network: layers, parameters, and what was minimised.

        Returns
        -------
        outline : Outline
            It prints as a table, and shows as HTML in a notebook.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from skdl import MLPClassifier
        >>> mlp = MLPClassifier((8,), max_iter=5, n_iter_no_change=None, random_state=0)
        >>> print(mlp.fit(*load_iris(return_X_y=True)).summary())
        MLPClassifier: r(x) has 3 outputs, through softmax, in float64
        <BLANKLINE>
          layer       output   parameters
          inputs           4            0
          Dense            8           40
          relu             8            0
          Dense            3           27
          together                     67
        <BLANKLINE>
        J(w) = mean cross_entropy(y, r(x)) + ½·0.006667·Σw²
        minimised by adam in 5 epochs
        """
        check_is_fitted(self, "_network")
        return outline_of(self)

    def compact(self) -> Self:
        """Forget what only a fit that goes on needs: the moments of the optimiser, the row order.

        After ``fit`` with ``warm_start``, and after ``partial_fit``, they are kept so that the next
        call goes on as if there had been no pause, and a pickle is up to four times as large as the
        weights. After any other ``fit`` there are none.

        Returns
        -------
        self : estimator
            Predicts the same; a fit that goes on starts its moments anew.

        Examples
        --------
        >>> import pickle
        >>> from skdl import MLPRegressor
        >>> mlp = MLPRegressor((200, 200)).partial_fit([[0.0], [1.0]], [0.0, 1.0])
        >>> before = len(pickle.dumps(mlp))
        >>> before > 2.5 * len(pickle.dumps(mlp.compact()))
        True
        """
        check_is_fitted(self, "_network")
        self._progress = dataclasses.replace(self._progress, optimizer_state=None, order=None)
        if hasattr(self, "_members"):  # copies: another ensemble may have the same ones
            self._members = [copy.copy(member).compact() for member in self._members]
        return self

    # -- pickles -----------------------------------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        """Return what is pickled: everything but the surroundings of a fit that is going on."""
        state = {k: v for k, v in super().__getstate__().items() if k not in FIT_CONTEXT}
        return named(state, type(self).__name__) | {"_skdl_version": version()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over a state, and warn if another version of skdl has written it."""
        state = unnamed(state)
        warn_of_version(type(self).__name__, state.pop("_skdl_version", None))
        super().__setstate__(state)
