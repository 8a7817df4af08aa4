"""The workloads of ``epoch.py``, and who competes: one network, one optimiser, the same batches."""

from __future__ import annotations

import copy
import warnings
from dataclasses import dataclass
from importlib.util import find_spec
from unittest import mock

import numpy as np
from sklearn import neural_network
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

import skdl

try:
    import torch
except ImportError:
    torch = None

ALPHA = 1e-4  # scikit-learn's default penalty; it divides it by the batch size, so we do too
RATE = 1e-3


@dataclass(frozen=True)
class Workload:
    """Data and network; ``epochs`` per timed fit, about a quarter of a second or more of work.

    ``part`` is how many of the rows a timed epoch goes through (0: all). The steps are the same
    whatever their number, so times are scaled up; short fits taken in turn see the same noise.
    """

    rows: int
    features: int
    hidden: tuple[int, ...]
    outputs: int  # 1 means regression
    batch: int
    epochs: int
    note: str
    part: int = 0
    rate: float = RATE

    @property
    def shape(self) -> str:
        """Say what it is in one line."""
        layers = " → ".join(map(str, (self.features, *self.hidden, self.outputs)))
        return f"{self.rows} × {layers}, batch {self.batch}"

    @property
    def scale(self) -> float:
        """How many times longer an epoch through all rows is."""
        return self.rows / self.part if self.part else 1.0

    def data(self, dtype) -> tuple[np.ndarray, np.ndarray]:
        """Return standardised inputs, and class numbers or a target of unit scale."""
        if self.features == 64:
            X, y = load_digits(return_X_y=True)
            return scale(X).astype(dtype), y
        rng = np.random.default_rng(0)
        n = self.part or self.rows
        X = rng.standard_normal((n, self.features), dtype=np.float32).astype(dtype)
        hidden = np.tanh(X @ rng.normal(size=(self.features, 20)).astype(dtype) * 0.1)
        if self.outputs == 1:
            return X, scale(hidden.sum(axis=1) + rng.normal(size=n)).astype(dtype)
        return X, (hidden @ rng.normal(size=(20, self.outputs))).argmax(axis=1)


WORKLOADS = {
    "S32": Workload(1797, 64, (100,), 10, 32, 20, "digits"),
    "S200": Workload(1797, 64, (100,), 10, 200, 40, "digits"),
    "R": Workload(20_000, 100, (64, 64), 1, 64, 2, "generated, regression"),
    "M": Workload(60_000, 784, (256, 256), 10, 128, 1, "generated, like MNIST", part=15_360),
    "L": Workload(
        60_000, 784, (1024, 1024), 10, 512, 1, "generated, like MNIST", part=10_240, rate=3e-4
    ),  # at 1e-3 so wide a network is chaotic: losses would differ by the order of the rows alone
}


class ScikitLearn:
    """Its MLP, for a fixed number of epochs, from given weights; ``fit`` is what is timed."""

    name = "scikit-learn"

    def __init__(self, workload, dtype, epochs: int, shuffle=True, epsilon=1e-8) -> None:
        cls = neural_network.MLPRegressor if workload.outputs == 1 else neural_network.MLPClassifier
        self.mlp = cls(
            hidden_layer_sizes=workload.hidden,
            alpha=ALPHA,
            batch_size=workload.batch,
            learning_rate_init=workload.rate,
            epsilon=epsilon,
            max_iter=1,
            tol=0,
            n_iter_no_change=10**9,
            shuffle=shuffle,
            warm_start=True,
            random_state=0,
        )
        rng, n = np.random.default_rng(0), max(500, workload.batch)
        y = rng.normal(size=n).astype(dtype)
        if workload.outputs > 1:
            y = np.arange(n) % workload.outputs
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            # A first fit, to a few rows, makes the weights from which all competitors start.
            self.mlp.fit(rng.normal(size=(n, workload.features)).astype(dtype), y)
        self.mlp.set_params(max_iter=epochs)
        self.epochs = epochs

    def fresh(self):
        """Return what one timed fit starts from."""
        return copy.deepcopy(self.mlp)

    def fit(self, mlp, X, y):
        """Train."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            mlp.fit(X, y)

    def weights(self, mlp):
        """Return the weights and the biases."""
        return mlp.coefs_, mlp.intercepts_


class Fast(ScikitLearn):
    """Ours with what Numba compiles, taken over from scikit-learn's with its weights."""

    name = "skdl[fast]"

    def __init__(self, *arguments, **kwargs) -> None:
        super().__init__(*arguments, **kwargs)
        regression = isinstance(self.mlp, neural_network.MLPRegressor)
        ours = skdl.MLPRegressor if regression else skdl.MLPClassifier
        converted = ours.from_sklearn(self.mlp)
        l2 = ALPHA / self.mlp.batch_size
        self.mlp = converted.set_params(n_iter_no_change=None, tol=1e-4, l2=l2)


class Skdl(Fast):
    """Ours in NumPy alone, whatever is installed."""

    name = "skdl"

    def fit(self, mlp, X, y):
        """Train."""
        with mock.patch("skdl.core.fast.compiled_loops", lambda: None):
            super().fit(mlp, X, y)


class PyTorch(ScikitLearn):
    """PyTorch in eager mode with the fused Adam, written as its tutorials do, data in memory."""

    name = "PyTorch"

    def __init__(
        self, workload, dtype, epochs: int, shuffle=True, epsilon=1e-8, threads: int = 1
    ) -> None:
        super().__init__(workload, dtype, epochs, shuffle, epsilon)
        self.workload, self.shuffle = workload, shuffle
        self.threads = threads
        layers: list = []
        for W, b in zip(self.mlp.coefs_, self.mlp.intercepts_, strict=True):
            linear = torch.nn.Linear(*W.shape)
            linear.weight.data = torch.from_numpy(W.T.astype(dtype)).contiguous()
            linear.bias.data = torch.from_numpy(b.astype(dtype))
            layers += [linear, torch.nn.ReLU()]
        self.model = torch.nn.Sequential(*layers[:-1])

    def fresh(self):
        """Return what one timed fit starts from, and set the size of PyTorch's own pool."""
        torch.set_num_threads(self.threads)
        return copy.deepcopy(self.model)

    def fit(self, model, X, y):
        """Train; the loss of each epoch is recorded, as the others do."""
        X, y = torch.from_numpy(X), torch.from_numpy(y)
        regression = self.workload.outputs == 1
        weights = [p for p in model.parameters() if p.ndim == 2]
        biases = [p for p in model.parameters() if p.ndim == 1]
        groups = [
            {"params": weights, "weight_decay": ALPHA / self.workload.batch},
            {"params": biases},
        ]
        adam = torch.optim.Adam(groups, lr=self.workload.rate, eps=self.mlp.epsilon, fused=True)
        history = []
        for _ in range(self.epochs):
            order, total = torch.randperm(len(X)) if self.shuffle else torch.arange(len(X)), 0.0
            for rows in order.split(self.workload.batch):
                raw = model(X[rows])
                if regression:
                    loss = 0.5 * torch.nn.functional.mse_loss(raw[:, 0], y[rows])
                else:
                    loss = torch.nn.functional.cross_entropy(raw, y[rows])
                adam.zero_grad()
                loss.backward()
                adam.step()
                total += loss.detach() * len(rows)
            history.append(float(total) / len(X))

    def weights(self, model):
        """Return the weights and the biases."""
        linear = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
        arrays = [
            (layer.weight.detach().numpy().T, layer.bias.detach().numpy()) for layer in linear
        ]
        return [W for W, _ in arrays], [b for _, b in arrays]


class MatrixProducts:
    """The limit: nothing but the matrix products of a fit, into buffers made once."""

    name = "limit"

    def __init__(self, workload: Workload, dtype, epochs: int) -> None:
        self.workload, self.epochs = workload, epochs
        sizes = (workload.features, *workload.hidden, workload.outputs)
        draw = np.random.default_rng(0).standard_normal
        self.W = [draw(shape).astype(dtype) * 0.1 for shape in zip(sizes, sizes[1:], strict=False)]
        self.a = [draw((workload.batch, size)).astype(dtype) for size in sizes]
        self.d = [a.copy() for a in self.a]
        self.dW = [np.empty_like(W) for W in self.W]

    def fresh(self):
        """Nothing is learned here."""
        return None

    def fit(self, _, X, y):
        """Multiply."""
        for _ in range(self.epochs):
            for start in range(0, len(X), self.workload.batch):
                m = min(self.workload.batch, len(X) - start)
                a, d = [v[:m] for v in self.a], [v[:m] for v in self.d]
                self.forward(a, d)
                self.backward(a, d)

    def forward(self, a, d) -> None:
        """Take the products of a forward pass (into d, so that a stays as it was drawn)."""
        for i, W in enumerate(self.W):
            np.matmul(a[i], W, d[i + 1])

    def backward(self, a, d) -> None:
        """Take the products of a backward pass."""
        for i in range(len(self.W) - 1, -1, -1):
            np.matmul(a[i].T, d[i + 1], self.dW[i])
            if i:
                np.matmul(d[i + 1], self.W[i].T, d[i])


class PyTorchProducts(MatrixProducts):
    """The same products by PyTorch: what is the doing of its library of products, not of ours."""

    name = "PyTorch's products"

    def __init__(self, workload: Workload, dtype, epochs: int, threads: int = 1) -> None:
        super().__init__(workload, dtype, epochs)
        self.threads = threads
        for arrays in (self.W, self.a, self.d, self.dW):
            arrays[:] = [torch.from_numpy(array) for array in arrays]

    def fresh(self):
        """Set the size of PyTorch's own pool."""
        torch.set_num_threads(self.threads)

    def forward(self, a, d) -> None:
        """Take the products of a forward pass."""
        for i, W in enumerate(self.W):
            torch.mm(a[i], W, out=d[i + 1])

    def backward(self, a, d) -> None:
        """Take the products of a backward pass."""
        for i in range(len(self.W) - 1, -1, -1):
            torch.mm(a[i].T, d[i + 1], out=self.dW[i])
            if i:
                torch.mm(d[i + 1], self.W[i].T, out=d[i])


def loss_of(workload: Workload, weights, X, y) -> float:
    """Return the loss over all rows, in float64: the same code for all competitors."""
    a = X.astype(float)
    coefs, intercepts = weights
    for i, (W, b) in enumerate(zip(coefs, intercepts, strict=True)):
        a = a @ W.astype(float) + b.astype(float)
        if i < len(coefs) - 1:
            a = np.maximum(a, 0)
    if workload.outputs == 1:
        return float(0.5 * np.mean((a[:, 0] - y) ** 2))
    a -= a.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(a).sum(axis=1)) - a[np.arange(len(y)), y]))


def competitors() -> list[type]:
    """Return who is here, ours first."""
    optional = [(Fast, find_spec("numba") is not None), (PyTorch, torch is not None)]
    return [Skdl, ScikitLearn] + [cls for cls, is_here in optional if is_here]
