r"""Optimisers: how the gradient becomes a step.

An optimiser object holds settings only. What it learns about the landscape (velocities, moments) is
its *state*, made by :meth:`Optimizer.init` and handed to every :meth:`Optimizer.step`, so training
can stop, be saved and go on, and one object can serve many fits.

All parameters of a network lie in one vector θ, so a step is a handful of passes over one array.
Every pass writes in place or into a scratch array of the state: a step allocates nothing.

The learning rate ε and the momentum α are handed to each step, because schedules change them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from skdl.core.component import Component, Interval

__all__ = [
    "SGD",
    "AMSGrad",
    "AdaDelta",
    "AdaGrad",
    "AdaMax",
    "Adam",
    "AdamW",
    "DeltaBarDelta",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSProp",
    "RProp",
]

Array = np.ndarray
State = dict[str, Any]

_decay = Interval(0, 1, closed="left")
_positive = Interval(0, closed="neither")


class Optimizer(Component, family=True):
    """The family that ``optimizer=`` chooses from.

    Attributes
    ----------
    learning_rate, momentum, nesterov, weight_decay
        What the estimator's parameter of that name means when it is None; a momentum or
        ``nesterov`` of None says that the optimiser has no such thing.
    full_batch : bool
        Whether every step needs the gradient of all rows.
    slots : tuple of str
        Names of the arrays, in the shape of θ, that make up the state.
    order : int
        1 for the optimisers of this module; 2 for those of :mod:`skdl.core.second_order`.
    """

    learning_rate: ClassVar[float | None] = None
    momentum: ClassVar[float | None] = None
    nesterov: ClassVar[bool | None] = None
    weight_decay: ClassVar[float] = 0.0
    full_batch: ClassVar[bool] = False
    slots: ClassVar[tuple[str, ...]] = ()
    order: ClassVar[int] = 1

    def init(self, theta: Array) -> State:
        """Return the state before the first step.

        Parameters
        ----------
        theta : ndarray of shape (..., n_parameters)
            The parameters.
        """
        state = {name: np.zeros_like(theta) for name in self.slots}
        return {**state, "t": 0, "scratch": np.empty_like(theta)}

    def step(
        self,
        theta: Array,
        g: Array,
        state: State,
        rate: float | Array,
        momentum: float | Array | None = None,
        nesterov: bool | None = None,
    ) -> None:
        """Change ``theta`` in place, and the state with it.

        Parameters
        ----------
        theta, g : ndarray of shape (..., n_parameters)
            Parameters and gradient.
        state : dict
            From :meth:`init`.
        rate, momentum : float, or ndarray of shape (..., 1)
            ε and α of this step.
        nesterov : bool
            Whether the momentum looks ahead.
        """
        raise NotImplementedError

    def effective_rate(
        self, g: Array, state: State, rate: float | Array, momentum: float | Array | None = None
    ) -> float | Array:
        """Return η, the length of the step per unit of a gradient that stays as it is.

        A proximal step needs it (see :mod:`skdl.core.penalties`). Called right after
        :meth:`step`; an array result may be the state's scratch array.
        """
        raise NotImplementedError


def _accumulate(mean: Array, x: Array, decay: float, scratch: Array) -> None:
    """Update a running mean in place: ``mean = decay·mean + (1 − decay)·x``."""
    mean *= decay
    np.multiply(x, 1 - decay, scratch)
    mean += scratch


def _accumulate_square(mean: Array, x: Array, decay: float, scratch: Array) -> None:
    """Update a running mean of squares in place: ``mean = decay·mean + (1 − decay)·x²``."""
    mean *= decay
    np.multiply(x, x, scratch)
    scratch *= 1 - decay
    mean += scratch


def _move(theta: Array, d: Array, state: State, momentum: Any, nesterov: Any) -> None:
    r"""Add momentum to the plain step ``d`` (in scratch) and move θ.

    .. math:: v \leftarrow \alpha v + d, \qquad
              \theta \leftarrow \theta + v \;\text{ or, looking ahead, }\; \theta + \alpha v + d

    With Nesterov's look-ahead, θ stands for the point where the gradient is taken.
    """
    if momentum is None:
        theta += d
        return
    v = state["v"]
    v *= momentum
    v += d
    if nesterov:
        theta += d
        np.multiply(v, momentum, d)
        theta += d
    else:
        theta += v


class SGD(Optimizer, name="sgd"):
    r"""Stochastic gradient descent with momentum.

    .. math:: v \leftarrow \alpha v - \epsilon g, \qquad \theta \leftarrow \theta + v

    Under a constant gradient the velocity settles at :math:`\epsilon \lVert g\rVert / (1 - \alpha)`.
    With ``nesterov`` the gradient is taken where the momentum is about to lead.

    References
    ----------
    Polyak (1964); Nesterov (1983); Sutskever, Martens, Dahl and Hinton (2013), "On the importance
    of initialization and momentum in deep learning".

    Examples
    --------
    >>> theta, sgd = np.array([1.0]), SGD()
    >>> sgd.step(theta, np.array([2.0]), sgd.init(theta), rate=0.1, momentum=0.9, nesterov=False)
    >>> theta.tolist()
    [0.8]
    """

    learning_rate = 0.01
    momentum = 0.9
    nesterov = True
    slots = ("v",)

    def step(self, theta, g, state, rate, momentum=0.0, nesterov=False):
        """Take one step."""
        np.multiply(g, -rate, state["scratch"])
        _move(theta, state["scratch"], state, momentum, nesterov)

    def effective_rate(self, g, state, rate, momentum=0.0):
        """Return ``ε / (1 − α)``."""
        return rate / (1 - momentum)


class DeltaBarDelta(Optimizer, name="delta_bar_delta"):
    r"""Delta-bar-delta: every parameter has its own rate, which grows while the sign of g persists.

    .. math:: \epsilon_j \leftarrow \begin{cases}
        \epsilon_j + \kappa\epsilon & \bar\delta_j g_j > 0 \\
        (1 - \phi)\,\epsilon_j & \bar\delta_j g_j < 0 \end{cases}, \qquad
        \theta_j \leftarrow \theta_j - \epsilon_j g_j, \qquad
        \bar\delta \leftarrow \vartheta\bar\delta + (1 - \vartheta) g

    Needs the gradient of all rows: the signs of noisy gradients say nothing.

    Parameters
    ----------
    kappa : float, default=0.05
        Growth, as a fraction of the learning rate ε.
    phi : float, default=0.1
        Shrinkage, in (0, 1).
    theta : float, default=0.7
        Decay of the average gradient :math:`\bar\delta`.

    References
    ----------
    Jacobs (1988), "Increased rates of convergence through learning rate adaptation".

    Examples
    --------
    >>> theta, dbd = np.array([1.0]), DeltaBarDelta()
    >>> dbd.step(theta, np.array([2.0]), dbd.init(theta), rate=0.1)
    >>> theta.tolist()
    [0.8]
    """

    learning_rate = 0.05
    full_batch = True
    slots = ("mean",)
    rules: ClassVar = {
        "kappa": Interval(0, closed="left"),
        "phi": Interval(0, 1, closed="neither"),
        "theta": _decay,
    }

    def __init__(self, kappa: float = 0.05, phi: float = 0.1, theta: float = 0.7):
        self.kappa = kappa
        self.phi = phi
        self.theta = theta

    def init(self, theta):
        """Start with every rate equal to ε: gains of 1."""
        return {**super().init(theta), "gain": np.ones_like(theta)}

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        gain, mean, scratch = state["gain"], state["mean"], state["scratch"]
        np.multiply(mean, g, scratch)
        np.copyto(gain, gain + self.kappa, where=scratch > 0)
        np.copyto(gain, gain * (1 - self.phi), where=scratch < 0)
        np.multiply(gain, g, scratch)
        scratch *= rate
        theta -= scratch
        _accumulate(mean, g, self.theta, scratch)

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε_j``."""
        return np.multiply(state["gain"], rate, state["scratch"])


class RProp(Optimizer, name="rprop"):
    r"""Resilient propagation: only the sign of the gradient counts, each parameter has its own step.

    .. math:: \Delta_j \leftarrow \begin{cases}
        \eta^+ \Delta_j & g_j g_j' > 0 \\ \eta^- \Delta_j & g_j g_j' < 0 \end{cases}, \qquad
        \theta_j \leftarrow \theta_j - \Delta_j\,\mathrm{sign}(g_j)

    where g' is the previous gradient; a parameter whose gradient changed sign rests for one step
    (the variant iRprop−). Needs the gradient of all rows. Steps start at the learning rate.

    Parameters
    ----------
    increase, decrease : float, default=1.2 and 0.5
        :math:`\eta^+ > 1` and :math:`\eta^- < 1`.
    smallest, largest : float, default=1e-5 and 500
        Bounds of the steps, in units of the learning rate.

    References
    ----------
    Riedmiller and Braun (1993); Igel and Hüsken (2000), "Improving the Rprop learning algorithm".

    Examples
    --------
    >>> theta, rprop = np.array([1.0]), RProp()
    >>> rprop.step(theta, np.array([200.0]), rprop.init(theta), rate=0.1)
    >>> theta.tolist()
    [0.9]
    """

    learning_rate = 0.01
    full_batch = True
    slots = ("previous",)
    rules: ClassVar = {
        "increase": Interval(1, closed="neither"),
        "decrease": Interval(0, 1, closed="neither"),
        "smallest": _positive,
        "largest": _positive,
    }

    def __init__(self, increase=1.2, decrease=0.5, smallest=1e-5, largest=500.0):
        self.increase = increase
        self.decrease = decrease
        self.smallest = smallest
        self.largest = largest

    def init(self, theta):
        """Start with every step equal to ε: gains of 1."""
        return {**super().init(theta), "gain": np.ones_like(theta)}

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        gain, previous, scratch = state["gain"], state["previous"], state["scratch"]
        np.multiply(g, previous, scratch)
        np.multiply(gain, self.increase, gain, where=scratch > 0)
        np.multiply(gain, self.decrease, gain, where=scratch < 0)
        np.clip(gain, self.smallest, self.largest, gain)
        previous[...] = g
        np.copyto(previous, 0, where=scratch < 0)
        np.sign(previous, scratch)
        scratch *= gain
        scratch *= rate
        theta -= scratch

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``Δ_j / |g_j|``, and 0 for a parameter that rests."""
        scratch, previous = state["scratch"], state["previous"]
        np.abs(previous, scratch)
        resting = scratch == 0
        np.maximum(scratch, np.finfo(scratch.dtype).tiny, out=scratch)
        np.divide(rate * state["gain"], scratch, scratch)
        scratch[resting & (g != 0)] = 0
        return scratch


class AdaGrad(Optimizer, name="adagrad"):
    r"""AdaGrad: rates shrink with the sum of all squared gradients so far.

    .. math:: r \leftarrow r + g^2, \qquad
              \theta \leftarrow \theta - \frac{\epsilon}{\delta + \sqrt r}\, g

    Parameters
    ----------
    delta : float, default=1e-7
        Keeps the division defined.

    References
    ----------
    Duchi, Hazan and Singer (2011), "Adaptive subgradient methods".

    Examples
    --------
    >>> theta, adagrad = np.array([1.0]), AdaGrad()
    >>> adagrad.step(theta, np.array([200.0]), adagrad.init(theta), rate=0.1)
    >>> theta.round(6).tolist()
    [0.9]
    """

    learning_rate = 0.01
    slots = ("r",)
    rules: ClassVar = {"delta": _positive}

    def __init__(self, delta: float = 1e-7):
        self.delta = delta

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        r, scratch = state["r"], state["scratch"]
        np.multiply(g, g, scratch)
        r += scratch
        np.sqrt(r, scratch)
        scratch += self.delta
        np.divide(g, scratch, scratch)
        scratch *= rate
        theta -= scratch

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε / (δ + √r)``."""
        scratch = np.sqrt(state["r"], state["scratch"])
        scratch += self.delta
        return np.divide(rate, scratch, scratch)


class AdaDelta(Optimizer, name="adadelta"):
    r"""AdaDelta: the ratio of two running root mean squares replaces the learning rate.

    .. math:: r \leftarrow \rho r + (1-\rho) g^2, \quad
              d = -\frac{\sqrt{u + \delta}}{\sqrt{r + \delta}}\, g, \quad
              u \leftarrow \rho u + (1-\rho) d^2, \quad \theta \leftarrow \theta + \epsilon d

    Parameters
    ----------
    rho : float, default=0.95
        Decay of both means.
    delta : float, default=1e-6
        Starts the first steps and keeps the division defined.

    References
    ----------
    Zeiler (2012), "ADADELTA: an adaptive learning rate method" (where ε = 1).

    Examples
    --------
    >>> theta, adadelta = np.array([1.0]), AdaDelta()
    >>> adadelta.step(theta, np.array([2.0]), adadelta.init(theta), rate=1.0)
    >>> theta.round(5).tolist()
    [0.99553]
    """

    learning_rate = 1.0
    slots = ("r", "u", "d")
    rules: ClassVar = {"rho": _decay, "delta": _positive}

    def __init__(self, rho: float = 0.95, delta: float = 1e-6):
        self.rho = rho
        self.delta = delta

    def _ratio(self, state, out):
        np.add(state["u"], self.delta, out)
        out /= state["r"] + self.delta
        return np.sqrt(out, out)

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        d, scratch = state["d"], state["scratch"]
        _accumulate_square(state["r"], g, self.rho, scratch)
        self._ratio(state, d)
        d *= g
        _accumulate_square(state["u"], d, self.rho, scratch)
        d *= rate
        theta -= d

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε √(u + δ) / √(r + δ)``."""
        out = self._ratio(state, state["scratch"])
        out *= rate
        return out


class RMSProp(Optimizer, name="rmsprop"):
    r"""RMSProp: like AdaGrad, but it forgets; with or without (Nesterov) momentum.

    .. math:: r \leftarrow \rho r + (1-\rho) g^2, \qquad
              v \leftarrow \alpha v - \frac{\epsilon}{\sqrt{\delta + r}}\, g, \qquad
              \theta \leftarrow \theta + v

    Parameters
    ----------
    rho : float, default=0.9
        Decay of the mean square.
    delta : float, default=1e-6
        Keeps the division defined.

    References
    ----------
    Hinton (2012), Coursera lecture 6; Goodfellow, Bengio and Courville (2016), algorithms 8.5, 8.6.

    Examples
    --------
    >>> theta, rmsprop = np.array([1.0]), RMSProp(rho=0.75)
    >>> rmsprop.step(theta, np.array([2.0]), rmsprop.init(theta), rate=0.1, momentum=0.0)
    >>> theta.round(4).tolist()
    [0.8]
    """

    learning_rate = 0.001
    momentum = 0.0
    nesterov = False
    slots = ("r", "v")
    rules: ClassVar = {"rho": _decay, "delta": _positive}

    def __init__(self, rho: float = 0.9, delta: float = 1e-6):
        self.rho = rho
        self.delta = delta

    def step(self, theta, g, state, rate, momentum=0.0, nesterov=False):
        """Take one step."""
        scratch = state["scratch"]
        _accumulate_square(state["r"], g, self.rho, scratch)
        np.add(state["r"], self.delta, scratch)
        np.sqrt(scratch, scratch)
        np.divide(g, scratch, scratch)
        scratch *= -rate
        _move(theta, scratch, state, momentum, nesterov)

    def effective_rate(self, g, state, rate, momentum=0.0):
        """Return ``ε / ((1 − α) √(δ + r))``."""
        scratch = np.add(state["r"], self.delta, state["scratch"])
        np.sqrt(scratch, scratch)
        return np.divide(rate / (1 - momentum), scratch, scratch)


class _Moments(Optimizer):
    """What Adam and its relatives share: running means of g and of g²."""

    learning_rate = 0.001
    slots = ("m", "v")
    rules: ClassVar = {"beta_1": _decay, "beta_2": _decay, "epsilon": _positive}

    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8):
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def _update_moments(self, g, state):
        """Update m and v, count the step, and return the scratch array."""
        scratch = state["scratch"]
        _accumulate(state["m"], g, self.beta_1, scratch)
        _accumulate_square(state["v"], g, self.beta_2, scratch)
        state["t"] += 1
        return scratch

    def _corrected_rate(self, state, rate):
        """Return ``ε √(1 − β₂ᵗ) / (1 − β₁ᵗ)``: the correction for moments that start at 0."""
        t = state["t"]
        return rate * (1 - self.beta_2**t) ** 0.5 / (1 - self.beta_1**t)

    def _denominator(self, v, out):
        """Return ``√v + ε`` in ``out``."""
        np.sqrt(v, out)
        out += self.epsilon
        return out

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε √(1 − β₂ᵗ) / (√v + δ)``: under a constant gradient m tends to g."""
        scratch = self._denominator(state["v"], state["scratch"])
        return np.divide(rate * (1 - self.beta_2 ** state["t"]) ** 0.5, scratch, scratch)


class Adam(_Moments, name="adam"):
    r"""Adam: momentum and rescaling by running means of g and g², corrected for their start at 0.

    .. math:: m \leftarrow \beta_1 m + (1-\beta_1) g, \quad
              v \leftarrow \beta_2 v + (1-\beta_2) g^2, \quad
              \theta \leftarrow \theta - \epsilon
              \frac{\sqrt{1-\beta_2^t}}{1-\beta_1^t} \frac{m}{\sqrt v + \hat\epsilon}

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the two means, in [0, 1).
    epsilon : float, default=1e-8
        :math:`\hat\epsilon`, keeps the division defined.

    References
    ----------
    Kingma and Ba (2014), "Adam: a method for stochastic optimization", in the efficient form given
    at the end of section 2 (as in scikit-learn).

    Examples
    --------
    >>> theta, adam = np.array([1.0]), Adam()
    >>> adam.step(theta, np.array([200.0]), adam.init(theta), rate=0.1)
    >>> theta.round(6).tolist()
    [0.9]
    """

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        scratch = self._update_moments(g, state)
        self._denominator(state["v"], scratch)
        np.divide(state["m"], scratch, scratch)
        scratch *= self._corrected_rate(state, rate)
        theta -= scratch


class AdamW(Adam, name="adamw"):
    r"""Adam with decoupled weight decay: ``weight_decay`` is 0.01 unless it is given.

    The decay multiplies the weights by :math:`1 - \epsilon\lambda` beside Adam's step, so that it is
    not divided by :math:`\sqrt v` as the gradient of an L2 penalty is.

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the two means, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the division defined.

    References
    ----------
    Loshchilov and Hutter (2019), "Decoupled weight decay regularization".

    Examples
    --------
    >>> AdamW.weight_decay
    0.01
    """

    weight_decay = 0.01


class AdaMax(_Moments, name="adamax"):
    r"""AdaMax: Adam with the infinity norm in place of the root mean square.

    .. math:: u \leftarrow \max(\beta_2 u, |g|), \qquad
              \theta \leftarrow \theta - \frac{\epsilon}{1-\beta_1^t}\frac{m}{u + \hat\epsilon}

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the mean and of the maximum, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the division defined.

    References
    ----------
    Kingma and Ba (2014), section 7.1.

    Examples
    --------
    >>> theta, adamax = np.array([1.0]), AdaMax()
    >>> adamax.step(theta, np.array([200.0]), adamax.init(theta), rate=0.1)
    >>> theta.round(6).tolist()
    [0.9]
    """

    learning_rate = 0.002
    slots = ("m", "u")

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        m, u, scratch = state["m"], state["u"], state["scratch"]
        _accumulate(m, g, self.beta_1, scratch)
        u *= self.beta_2
        np.abs(g, scratch)
        np.maximum(u, scratch, out=u)
        state["t"] += 1
        np.add(u, self.epsilon, scratch)
        np.divide(m, scratch, scratch)
        scratch *= rate / (1 - self.beta_1 ** state["t"])
        theta -= scratch

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε / (u + ε̂)``."""
        scratch = np.add(state["u"], self.epsilon, state["scratch"])
        return np.divide(rate, scratch, scratch)


class Nadam(_Moments, name="nadam"):
    r"""Nadam: Adam that looks ahead, as Nesterov's momentum does.

    .. math:: \theta \leftarrow \theta - \frac{\epsilon}{\sqrt{\hat v} + \hat\epsilon}
              \left( \frac{\beta_1 m}{1-\beta_1^{t+1}} + \frac{(1-\beta_1) g}{1-\beta_1^t} \right),
              \qquad \hat v = \frac{v}{1-\beta_2^t}

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the two means, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the division defined.

    References
    ----------
    Dozat (2016), "Incorporating Nesterov momentum into Adam" (with a constant β₁).

    Examples
    --------
    >>> theta, nadam = np.array([1.0]), Nadam()
    >>> nadam.step(theta, np.array([200.0]), nadam.init(theta), rate=0.1)
    >>> theta.round(6).tolist()
    [0.852632]
    """

    slots = ("m", "v", "ahead")

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        scratch, ahead = self._update_moments(g, state), state["ahead"]
        t, beta = state["t"], self.beta_1
        np.multiply(state["m"], beta / (1 - beta ** (t + 1)), ahead)
        np.multiply(g, (1 - beta) / (1 - beta**t), scratch)
        ahead += scratch
        np.multiply(state["v"], 1 / (1 - self.beta_2**t), scratch)
        self._denominator(scratch, scratch)
        ahead /= scratch
        ahead *= rate
        theta -= ahead


class AMSGrad(_Moments, name="amsgrad"):
    r"""AMSGrad: Adam whose rates never grow again.

    .. math:: \hat v \leftarrow \max(\hat v, v), \qquad
              \theta \leftarrow \theta - \epsilon \frac{m}{\sqrt{\hat v} + \hat\epsilon}

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.999
        Decay of the two means, in [0, 1).
    epsilon : float, default=1e-8
        Keeps the division defined.

    References
    ----------
    Reddi, Kale and Kumar (2018), "On the convergence of Adam and beyond" (without bias correction).

    Examples
    --------
    >>> theta, amsgrad = np.array([1.0]), AMSGrad()
    >>> amsgrad.step(theta, np.array([200.0]), amsgrad.init(theta), rate=0.1)
    >>> theta.round(4).tolist()
    [0.6838]
    """

    slots = ("m", "v", "largest")

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        scratch = self._update_moments(g, state)
        np.maximum(state["largest"], state["v"], out=state["largest"])
        self._denominator(state["largest"], scratch)
        np.divide(state["m"], scratch, scratch)
        scratch *= rate
        theta -= scratch

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε / (√v̂ + ε̂)``."""
        scratch = self._denominator(state["largest"], state["scratch"])
        return np.divide(rate, scratch, scratch)


class Lion(Optimizer, name="lion"):
    r"""Lion: the sign of an interpolated momentum; every parameter moves by ε at each step.

    .. math:: \theta \leftarrow \theta - \epsilon\,\mathrm{sign}(\beta_1 m + (1-\beta_1) g), \qquad
              m \leftarrow \beta_2 m + (1-\beta_2) g

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9 and 0.99
        Weight of the momentum in the step, and its decay.

    References
    ----------
    Chen et al. (2023), "Symbolic discovery of optimization algorithms".

    Examples
    --------
    >>> theta, lion = np.array([1.0]), Lion()
    >>> lion.step(theta, np.array([200.0]), lion.init(theta), rate=0.1)
    >>> theta.tolist()
    [0.9]
    """

    learning_rate = 0.0003
    slots = ("m", "c")
    rules: ClassVar = {"beta_1": _decay, "beta_2": _decay}

    def __init__(self, beta_1: float = 0.9, beta_2: float = 0.99):
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def step(self, theta, g, state, rate, momentum=None, nesterov=None):
        """Take one step."""
        m, c, scratch = state["m"], state["c"], state["scratch"]
        np.multiply(m, self.beta_1, c)
        np.multiply(g, 1 - self.beta_1, scratch)
        c += scratch
        np.sign(c, scratch)
        scratch *= rate
        theta -= scratch
        _accumulate(m, g, self.beta_2, scratch)

    def effective_rate(self, g, state, rate, momentum=None):
        """Return ``ε / |c|``: the step is ``−(ε / |c|)·c``."""
        scratch = np.abs(state["c"], state["scratch"])
        np.maximum(scratch, np.finfo(scratch.dtype).tiny, out=scratch)
        return np.divide(rate, scratch, scratch)
