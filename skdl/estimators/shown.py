"""How a network shows itself in a notebook: scikit-learn's diagram, with its layers below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.utils import estimator_html_repr

from skdl.estimators.outline import outline_of

__all__ = ["Shown"]


class Shown(BaseEstimator):
    """Adds the outline of a fitted network to what scikit-learn shows of an estimator."""

    def _as_html(self) -> str:
        diagram = estimator_html_repr(self)
        return diagram + outline_of(self)._repr_html_() if hasattr(self, "_network") else diagram

    # Notebooks ask for either; ``set_config(display="text")`` turns both off.
    @property
    def _repr_html_(self) -> Callable[[], str]:
        super()._repr_html_  # noqa: B018 - raises where no HTML is wanted
        return self._as_html

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, str]:
        bundle = super()._repr_mimebundle_(**kwargs)
        return bundle | {"text/html": self._as_html()} if "text/html" in bundle else bundle
