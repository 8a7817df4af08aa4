r"""The network: layers in a row over one vector of parameters.

All parameters live in one vector θ, the weights of all layers first, then biases and the rest, so
"no penalty on biases" is a slice and an optimiser's step is a pass over one array. Each layer works
on *views* of θ; the gradient and the direction of a Hessian-vector product are vectors of the same
layout. θ may have a leading axis that counts networks: shape (..., n_parameters).

Layers may share a parameter. It has one place in θ, all of them see it, and their gradients add.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from skdl.core.batches import CHUNK
from skdl.core.layers import Layer, Memo, Parameter, Pass

__all__ = ["Network", "Workspace"]

Array = np.ndarray


class Workspace:
    """Layers, and their memos for batches of one size."""

    def __init__(self, layers: list[Layer], memos: list[Memo], n_rows: int) -> None:
        self.layers = layers
        self.memos = memos
        self.n_rows = n_rows
        self.delta: Array | None = None


def _layout(parts: Sequence[tuple[int, Parameter]]) -> tuple[list[tuple[int, Any, slice]], int]:
    """Give every array its slice of a vector, one after the other, and tell where they end."""
    layout, places, end = [], {}, 0
    for layer, parameter in parts:
        source = parameter.transpose_of or parameter
        if source not in places:
            start, end = end, end + parameter.shape[0] * parameter.shape[1]
            places[source] = slice(start, end)
        layout.append((layer, parameter, places[source]))
    return layout, end


class Network:
    """Layers in a row.

    Parameters
    ----------
    layers : list of Layer
        From the input to the raw output.
    dtype : dtype
        float32 or float64.
    stack : tuple of int
        Leading axes: () for one network, (S,) for S networks side by side.

    Attributes
    ----------
    theta : ndarray of shape (..., n_parameters)
        The parameters; ``theta[..., :n_weights]`` are the weights.
    gradient : ndarray of shape (..., n_parameters)
        What :meth:`backward` fills.
    running : ndarray of shape (..., n_statistics)
        Running statistics (of batch normalisation).
    """

    def __init__(self, layers: list[Layer], dtype: Any, stack: tuple[int, ...] = ()) -> None:
        self.layers = layers
        self.dtype = np.dtype(dtype)
        self.stack = stack
        weights, others, statistics, self._penalties = [], [], [], []
        for i, layer in enumerate(layers):
            for parameter in layer.parameters():
                (weights if parameter.is_weight else others).append((i, parameter))
            for statistic in layer.statistics():
                statistics.append((i, statistic))
            if layer.has_penalty:
                self._penalties.append(i)
        _, self.n_weights = _layout(weights)
        self._layout, self.n_parameters = _layout(weights + others)
        self._running_layout, n_statistics = _layout(statistics)
        self._shared: list[tuple[int, Parameter]] = []  # whose array a layer before it has, too
        self._lowest = len(layers) if self._layout else 0  # below it nothing needs a gradient
        starts = set()
        for i, parameter, part in self._layout:
            if part.start in starts:
                self._shared.append((i, parameter))
            starts.add(part.start)
            self._lowest = min(self._lowest, i)
        self.theta = np.zeros((*stack, self.n_parameters), self.dtype)
        self.running = np.zeros((*stack, n_statistics), self.dtype)
        self._bind()

    def move_to(self, theta: Array, running: Array) -> None:
        """Keep all that is learned in these arrays from now on: a row of a stack, say."""
        theta[...], running[...] = self.theta, self.running
        self.theta, self.running = theta, running
        self._bind()

    def _bind(self) -> None:
        """Hand every layer its views."""
        self.gradient = np.zeros_like(self.theta)
        gradients, self._sums = self._gradient_views(self.gradient)
        for prefix, of_layers in (("", self.views(self.theta)), ("d", gradients)):
            for layer, views in zip(self.layers, of_layers, strict=True):
                for name, view in views.items():
                    setattr(layer, prefix + name, view)
        for i, parameter, part in self._running_layout:
            view = self.running[..., part].reshape(*self.stack, *parameter.shape)
            setattr(self.layers[i], parameter.name, view)

    def __getstate__(self) -> dict[str, Any]:
        """Keep θ and the statistics; views and gradients are made again."""
        state = {k: v for k, v in self.__dict__.items() if k not in ("gradient", "layers", "_sums")}
        learned = {p.name for _, p, _ in (*self._layout, *self._running_layout)}
        drop = learned | {"d" + name for name in learned}
        state["layers"] = [
            (type(layer), {k: v for k, v in vars(layer).items() if k not in drop})
            for layer in self.layers
        ]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Rebuild the layers around the vectors."""
        self.__dict__.update(state)
        self.layers = []
        for cls, settings in state["layers"]:
            layer = cls.__new__(cls)
            layer.__dict__.update(settings)
            self.layers.append(layer)
        self._bind()

    def views(self, vector: Array) -> list[dict[str, Array]]:
        """Return, for every layer, its parts of a vector laid out like θ, by name."""
        views: list[dict[str, Array]] = [{} for _ in self.layers]
        for i, parameter, part in self._layout:
            turned = parameter.transpose_of is not None
            shape = parameter.shape[::-1] if turned else parameter.shape
            view = vector[..., part].reshape(*vector.shape[:-1], *shape)
            views[i][parameter.name] = view.swapaxes(-1, -2) if turned else view
        return views

    def arrays(self, vector: Array) -> list[Array]:
        """Return the parts of a vector laid out like θ, one for each parameter array."""
        views = self.views(vector)
        for i, parameter in self._shared:
            del views[i][parameter.name]
        return [view for of_layer in views for view in of_layer.values()]

    def _gradient_views(self, vector: Array) -> tuple[list[dict[str, Array]], list[Any]]:
        """Return the views that layers write a gradient into, and what is to be added up then.

        Layers write over what was there: one that shares a parameter with a layer before it
        writes into an array of its own, which is added to the other's view.
        """
        views, sums = self.views(vector), []
        for i, parameter in self._shared:
            total = views[i][parameter.name]
            own = views[i][parameter.name] = np.zeros(total.shape, total.dtype)
            sums.append((total, own))
        return views, sums

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the starting values of all parameters and statistics."""
        with np.errstate(over="ignore", invalid="ignore"):  # said below
            starts = [layer.initialize(rng) for layer in self.layers]
            for i, parameter, _ in (*self._layout, *self._running_layout):
                if (i, parameter) not in self._shared:
                    getattr(self.layers[i], parameter.name)[...] = starts[i][parameter.name]
        if not np.isfinite(self.theta).all():
            raise ValueError(
                f"{type(self).__name__}: initial weights and biases must be finite in "
                f"{self.dtype}; got infinity or NaN: lower init_scale, bias_init or the settings "
                "of init"
            )

    @property
    def weighted_layers(self) -> list[Layer]:
        """The layers that have a weight matrix ``W``, from below."""
        return [layer for layer in self.layers if layer.has_weights]

    @property
    def weights(self) -> Array:
        """The weights, as a view of θ."""
        return self.theta[..., : self.n_weights]

    @property
    def exact_curvature(self) -> bool:
        """Whether every layer defines the R-operator."""
        return all(layer.exact_curvature for layer in self.layers)

    def snapshot(self, out: tuple[Array, Array] | None = None) -> tuple[Array, Array]:
        """Copy everything that is learned (into ``out`` if it is given)."""
        if out is None:
            return self.theta.copy(), self.running.copy()
        np.copyto(out[0], self.theta)
        np.copyto(out[1], self.running)
        return out

    def restore(self, snapshot: tuple[Array, Array]) -> None:
        """Take back what :meth:`snapshot` copied."""
        np.copyto(self.theta, snapshot[0])
        np.copyto(self.running, snapshot[1])

    def workspace(self, n_rows: int, layers: list[Layer] | None = None) -> Workspace:
        """Allocate the memos for batches of ``n_rows`` rows.

        Other ``layers`` than the network's own do the same on the same parameters and memos,
        only faster (see :mod:`skdl.core.fast`).
        """
        shape = (*self.stack, n_rows)
        memos = [layer.allocate(shape, self.dtype) for layer in self.layers]
        return Workspace(layers or self.layers, memos, n_rows)

    # -- the passes --------------------------------------------------------------------

    def forward(self, x: Array, work: Workspace, run: Pass) -> Array:
        """Return the raw outputs, of shape (..., rows, outputs); the next pass writes over them."""
        for layer, memo in zip(work.layers, work.memos, strict=True):
            x = layer.forward(x, memo, run)
        return x

    def backward(self, d: Array, work: Workspace) -> None:
        """Fill ``gradient``, given ``d = ∂L/∂raw``; d is written over."""
        for i in range(len(self.layers) - 1, self._lowest - 1, -1):
            d = work.layers[i].backward(d, work.memos[i], input_gradient=i > self._lowest)
        for total, own in self._sums:
            total += own

    def hessian_vector(
        self, v: Array, d: Array, rd_of: Callable[[Array], Array], work: Workspace
    ) -> Array:
        r"""Return :math:`R\{\nabla L\} = Hv` after a forward pass (Pearlmutter, 1994).

        Parameters
        ----------
        v : ndarray of shape (..., n_parameters)
            Direction.
        d : ndarray of shape (..., rows, outputs)
            ``∂L/∂raw``.
        rd_of : callable
            Maps ``R{raw}`` to ``R{∂L/∂raw}``, the loss's own Hessian-vector product.
        work : Workspace
            The memos of the forward pass.
        """
        hv = np.zeros_like(v)
        v_views, (hv_views, sums) = self.views(v), self._gradient_views(hv)
        rx = None
        for layer, memo, v_l in zip(self.layers, work.memos, v_views, strict=True):
            rx = layer.r_forward(rx, memo, v_l)
        rd = rd_of(rx)
        for i in range(len(self.layers) - 1, -1, -1):
            d, rd = self.layers[i].r_backward(d, rd, work.memos[i], v_views[i], hv_views[i])
        for total, own in sums:
            total += own
        return hv

    def activity_penalty(self, work: Workspace) -> Any:
        """Return the penalty on the activations of the last pass."""
        if not self._penalties:
            return 0.0
        return sum(self.layers[i].penalty(work.memos[i]) for i in self._penalties)

    def signs(self, work: Workspace) -> dict[str, list[Array]]:
        r"""Return the vital signs after a backward pass: what a look inside the layers tells.

        A network that does not learn shows why: gradients that shrink (or grow) from layer to
        layer, units that are silent for every row, units stuck where their activation is flat.

        Parameters
        ----------
        work : Workspace
            The memos of the pass.

        Returns
        -------
        signs : dict of lists, one number per layer from below (for each network)
            "gradient_norms": :math:`\lVert \partial L/\partial W \rVert` of every layer with
            weights (before a step: of the loss, without the penalties); "weight_norms":
            :math:`\lVert W \rVert`; "dead": for every hidden layer, the fraction of units with
            slope 0 for all rows (of maxout: units of which one piece always wins); "flat": the
            fraction of slopes below 2 % of the activation's steepest.
        """
        signs = {name: [] for name in ("gradient_norms", "weight_norms", "dead", "flat")}
        for layer, memo in zip(self.layers, work.memos, strict=True):
            for name, sign in layer.signs(memo).items():
                signs[name].append(sign)
        return signs

    def hidden(self, X: Array) -> Iterator[Array]:
        """Yield the activations of every hidden layer from below, as when predicting.

        Parameters
        ----------
        X : ndarray or CSR of shape (n, features)
            Inputs, of any floating type.

        Yields
        ------
        a : ndarray of shape (..., n, units)
        """
        a, work = X.astype(self.dtype, copy=False), self.workspace(X.shape[0])
        for layer, memo in zip(self.layers, work.memos, strict=True):
            a = layer.forward(a, memo, Pass())
            if layer.is_hidden:
                yield a

    def raw(self, X: Array, make_pass: Callable[[], Pass] = Pass, chunk: int = CHUNK) -> Array:
        """Return the raw outputs for any number of rows, in bounded memory.

        Parameters
        ----------
        X : ndarray or CSR of shape (n, features)
            Inputs, of any floating type.
        make_pass : callable
            Makes the pass for each chunk of rows; prediction by default.
        chunk : int
            Rows at a time.

        Returns
        -------
        raw : ndarray of shape (..., n, outputs)
        """
        n = X.shape[0]
        out = None
        for start in range(0, n, chunk):
            x = X[start : start + chunk] if n > chunk else X
            x = x.astype(self.dtype, copy=False)
            if start == 0 or x.shape[0] < chunk:
                work = self.workspace(x.shape[0])
            raw = self.forward(x, work, make_pass())
            if n <= chunk:
                return raw
            if out is None:
                out = np.empty((*self.stack, n, raw.shape[-1]), self.dtype)
            out[..., start : start + chunk, :] = raw
        return out
