"""Networks to test with, drawn from the registries: a new member is drawn without an edit here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st
from scipy.sparse import csr_array

from skdl.core.activations import Activation
from skdl.core.architecture import Hidden, build
from skdl.core.component import Component, Interval, Rising
from skdl.core.initializers import Initializer
from skdl.core.losses import ClassifierLoss, RegressorLoss
from skdl.core.network import Network
from skdl.core.noise import DropoutInference
from skdl.core.objective import Objective
from skdl.core.penalties import L1, L2

N_ROWS, N_FEATURES = 6, 4


def every_loss() -> list[Any]:
    """Return every loss of both families, once for each of its links."""
    of_classifier = [
        cls().with_link(link) for cls in ClassifierLoss.registry.values() for link in cls.links
    ]
    return of_classifier + [cls() for cls in RegressorLoss.registry.values()]


def loss_id(loss: Any) -> str:
    """Name a loss and its link, for the test's id."""
    return f"{type(loss).__name__}-{getattr(loss, 'link', 'own')}"


def every_activation() -> list[Activation]:
    """Return every activation with its default settings."""
    return [cls() for cls in Activation.registry.values()]


def make_target(loss: Any, n_rows: int, n_targets: int, rng: np.random.Generator) -> np.ndarray:
    """Return targets that the loss accepts: smoothed classes, labels, counts, amounts, numbers."""
    if isinstance(loss, RegressorLoss):
        if loss.target_rule.low == 0:
            return rng.gamma(2.0, 0.7, (n_rows, n_targets))
        return rng.standard_normal((n_rows, n_targets))
    if loss.link == "softmax":
        return 0.9 * np.eye(n_targets)[rng.integers(n_targets, size=n_rows)] + 0.1 / n_targets
    return rng.integers(2, size=(n_rows, n_targets)).astype(float)


@dataclass
class Case:
    """An objective at a generic point, and a batch."""

    objective: Objective
    x: Any
    y: np.ndarray
    weight: np.ndarray | None
    l1: float = 0.0
    l2: float = 0.0

    @property
    def network(self) -> Network:
        return self.objective.network

    @property
    def batch(self) -> tuple[Any, np.ndarray, np.ndarray | None]:
        return self.x, self.y, self.weight


def make_case(
    loss: Any,
    hidden: list[Hidden],
    *,
    n_targets: int = 2,
    weighted: bool = True,
    sparse: bool = False,
    l1: float = 0.0,
    l2: float = 0.01,
    penalize_bias: bool = False,
    output_initializer: Initializer | None = None,
    stack: tuple[int, ...] = (),
    n_rows: int = N_ROWS,
    seed: int = 0,
    **options: Any,
) -> Case:
    """Build a network and a batch; θ is moved a little, so that it lies on no kink."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_rows, N_FEATURES))
    if sparse:
        x = csr_array(x * (rng.random(x.shape) < 0.6))
    y = make_target(loss, n_rows, n_targets, rng)
    weight = None
    if weighted:
        weight = rng.uniform(0.2, 2.0, (n_rows, 1))
        weight /= weight.mean()
    network = build(
        N_FEATURES,
        hidden,
        n_targets * loss.outputs_per_target,
        output_initializer=output_initializer or Initializer.registry["glorot_uniform"](),
        dtype=np.float64,
        stack=stack,
        **options,
    )
    network.initialize(rng)
    network.theta += 0.1 * rng.standard_normal(network.theta.shape)
    objective = Objective(network, loss, [L1(l1), L2(l2)], penalize_bias)
    return Case(objective, x, y, weight, l1, l2)


def make_hidden(
    activation: Activation, units: int = 3, dropout: float = 0.0, noise: float = 0.0
) -> Hidden:
    """Return a hidden layer with the initialiser that suits its activation."""
    initializer = Initializer.registry[activation.initializer]()
    return Hidden(units, activation, initializer, dropout, noise)


# --------------------------------------------------------------------------------------
# Hypothesis


def settings_within(rule: Any) -> st.SearchStrategy:
    """Draw a setting of moderate size that keeps its rule."""
    if isinstance(rule, Rising):
        several = st.lists(settings_within(rule.rule), min_size=2, max_size=4, unique=True)
        return several.map(sorted)
    assert isinstance(rule, Interval)
    low = -2 if math.isinf(rule.low) else rule.low
    high = low + 3 if math.isinf(rule.high) else rule.high
    if rule.integer:
        return st.integers(int(low), int(high))
    margin = (high - low) / 8  # away from the ends, where some functions degenerate
    return st.integers(0, 10).map(lambda i: low + margin + (high - low - 2 * margin) * i / 10)


@st.composite
def members(draw: Any, family: type[Component]) -> Any:
    """Draw a member of a family, with its default settings or with others."""
    cls = family.registry[draw(st.sampled_from(sorted(family.registry)))]
    if not cls.rules or draw(st.booleans()):
        return cls()
    return cls(**{name: draw(settings_within(rule)) for name, rule in cls.rules.items()})


@st.composite
def losses(draw: Any) -> Any:
    """Draw a loss, and its link."""
    loss = draw(members(draw(st.sampled_from([ClassifierLoss, RegressorLoss]))))
    if isinstance(loss, ClassifierLoss):
        loss = loss.with_link(draw(st.sampled_from(loss.links)))
    return loss


@st.composite
def cases(draw: Any, noisy: bool = True) -> Case:
    """Draw a network with any combination of options, and a batch for it."""
    zero_or = lambda value: st.sampled_from([0.0, value])  # noqa: E731
    noise = zero_or if noisy else lambda value: st.just(0.0)
    loss = draw(losses())
    hidden = [
        Hidden(
            draw(st.integers(1, 4)),
            draw(members(Activation)),
            draw(members(Initializer)),
            draw(noise(0.3)),
            draw(noise(0.2)),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    distance = any(layer.activation.pre_activation == "distance" for layer in hidden)
    return make_case(
        loss,
        hidden,
        n_targets=draw(st.integers(2 if getattr(loss, "link", "") == "softmax" else 1, 3)),
        weighted=draw(st.booleans()),
        sparse=draw(st.booleans()),
        l1=draw(zero_or(0.1)),
        l2=draw(zero_or(0.1)),
        penalize_bias=draw(st.booleans()),
        output_initializer=draw(members(Initializer)),
        seed=draw(st.integers(0, 2**16)),
        fit_intercept=draw(st.booleans()),
        bias_init=draw(zero_or(0.1)),
        output_bias=draw(zero_or(0.2)),
        init_scale=draw(st.sampled_from([0.7, 1.0])),
        batch_norm=not distance and draw(st.booleans()),
        batch_norm_momentum=draw(st.sampled_from([0.0, 0.9])),
        activity_l1=draw(zero_or(0.05)),
        input_dropout=draw(noise(0.2)),
        input_noise=draw(noise(0.2)),
        dropout_inference=draw(members(DropoutInference)),
    )
