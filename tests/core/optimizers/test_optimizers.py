"""First-order optimisers: step by step against the formulas of their papers, and PyTorch's.

The formulas are written down here once more, from the papers and for one number after the other, in
the paper's own order of operations. A rate or momentum is a function of the step t = 0, 1, 2, …
"""

import pickle
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from memory import peak_of
from rules import settings_of

from skdl.core.optimizers import Optimizer, SignAdaptive
from skdl.core.penalties import L1, soft_threshold
from skdl.core.training.update import Block, step_with_corners

FIRST_ORDER = {name: cls for name, cls in Optimizer.registry.items() if cls.order == 1}
every_optimizer = pytest.mark.parametrize("name", FIRST_ORDER)
PROXIMAL = [name for name, cls in FIRST_ORDER.items() if not issubclass(cls, SignAdaptive)]
WITH_MOMENTUM = [name for name, cls in FIRST_ORDER.items() if cls.momentum is not None]
few = run(max_examples=8)

# Rates for the small problems below; the default elsewhere.
RATES = {
    "sgd": 0.02,
    "delta_bar_delta": 0.02,
    "rprop": 0.02,
    "adagrad": 0.5,
    "adadelta": 1.0,
    "lion": 0.01,
}
DEFAULT_RATE = 0.05


def rate_of(name):
    return RATES.get(name, DEFAULT_RATE)


def gradients(n_steps=8, n=5, seed=0):
    """A sequence of gradients with changes of sign, exact zeros and a wide range of sizes."""
    g = np.random.default_rng(seed).normal(size=(n_steps, n)) * 10.0 ** np.arange(-2, n - 2)
    g[:, 0] = 0  # a parameter without influence
    g[2, 1] = 0  # one that rests for a step
    g[:, 2] = np.abs(g[:, 2])  # one whose gradient keeps its sign
    return g


def trajectory(optimizer, theta, gradients, rate, momentum=None, nesterov=None, dtype=float):
    """θ after every step."""
    theta = np.array(theta, dtype)
    state, steps = optimizer.init(theta), []
    for t, g in enumerate(gradients):
        extra = () if momentum is None else (momentum(t), nesterov)
        optimizer.step(theta, np.array(g, dtype), state, rate(t), *extra)
        steps.append(theta.copy())
    return np.array(steps)


# -- the papers -----------------------------------------------------------------------------------
# Each takes the gradients of ONE parameter and returns its values after every step.


def sgd(o, x, gradients, rate, momentum, nesterov):
    """Polyak's momentum; Nesterov's in the form where x is the point of the gradient."""
    v, out = 0.0, []
    for t, g in enumerate(gradients):
        v = momentum(t) * v - rate(t) * g
        x = x + momentum(t) * v - rate(t) * g if nesterov else x + v
        out.append(x)
    return out


def delta_bar_delta(o, x, gradients, rate, momentum, nesterov):
    """Jacobs (1988), equations 4 and 5, with κ as a fraction of the starting rate."""
    epsilon, bar, kappa, out = 1.0, 0.0, o.kappa, []
    for t, g in enumerate(gradients):
        if bar * g > 0:
            epsilon = epsilon + kappa
        elif bar * g < 0:
            epsilon = epsilon - o.phi * epsilon
        x = x - rate(t) * epsilon * g
        bar = (1 - o.theta) * g + o.theta * bar
        out.append(x)
    return out


def rprop(o, x, gradients, rate, momentum, nesterov):
    """Igel and Hüsken (2000), algorithm iRprop−."""
    delta, previous, out = 1.0, 0.0, []
    for t, g in enumerate(gradients):
        if previous * g > 0:
            delta = min(delta * o.increase, o.largest)
        elif previous * g < 0:
            delta = max(delta * o.decrease, o.smallest)
            g = 0.0
        if g > 0:
            x = x - rate(t) * delta
        elif g < 0:
            x = x + rate(t) * delta
        previous = g
        out.append(x)
    return out


def adagrad(o, x, gradients, rate, momentum, nesterov):
    """Duchi, Hazan and Singer (2011), the diagonal form with δ added to the root."""
    out = []
    for t, g in enumerate(gradients):
        s = sqrt(sum(float(h) ** 2 for h in gradients[: t + 1]))
        x = x - rate(t) * g / (o.delta + s)
        out.append(x)
    return out


def adadelta(o, x, gradients, rate, momentum, nesterov):
    """Zeiler (2012), algorithm 1, its step times ε."""
    mean_g2, mean_dx2, out = 0.0, 0.0, []
    for t, g in enumerate(gradients):
        mean_g2 = o.rho * mean_g2 + (1 - o.rho) * g**2
        dx = -sqrt(mean_dx2 + o.delta) / sqrt(mean_g2 + o.delta) * g
        mean_dx2 = o.rho * mean_dx2 + (1 - o.rho) * dx**2
        x = x + rate(t) * dx
        out.append(x)
    return out


def rmsprop(o, x, gradients, rate, momentum, nesterov):
    """Goodfellow, Bengio and Courville (2016), algorithms 8.5 and 8.6."""
    r, v, out = 0.0, 0.0, []
    for t, g in enumerate(gradients):
        r = o.rho * r + (1 - o.rho) * g * g
        step = -rate(t) / sqrt(o.delta + r) * g
        v = momentum(t) * v + step
        x = x + momentum(t) * v + step if nesterov else x + v
        out.append(x)
    return out


def moments(o, gradients):
    """m and v of Kingma and Ba (2014) before correction, as weighted sums, for t = 1, 2, …"""
    for t in range(1, len(gradients) + 1):
        past = gradients[:t]
        m = (1 - o.beta_1) * sum(o.beta_1 ** (t - i) * g for i, g in enumerate(past, 1))
        v = (1 - o.beta_2) * sum(o.beta_2 ** (t - i) * g**2 for i, g in enumerate(past, 1))
        yield t, past[-1], m, v


def adam(o, x, gradients, rate, momentum, nesterov):
    """Kingma and Ba (2014), the efficient form at the end of section 2."""
    out = []
    for t, _, m, v in moments(o, gradients):
        alpha_t = rate(t - 1) * sqrt(1 - o.beta_2**t) / (1 - o.beta_1**t)
        x = x - alpha_t * m / (sqrt(v) + o.epsilon)
        out.append(x)
    return out


def adamax(o, x, gradients, rate, momentum, nesterov):
    """Kingma and Ba (2014), algorithm 2; ε̂ is ours, for gradients that are 0."""
    u, out = 0.0, []
    for t, g, m, _ in moments(o, gradients):
        u = max(o.beta_2 * u, abs(g))
        x = x - rate(t - 1) / (1 - o.beta_1**t) * m / (u + o.epsilon)
        out.append(x)
    return out


def nadam(o, x, gradients, rate, momentum, nesterov):
    """Dozat (2016), algorithm 2, with a constant μ."""
    mu, out = o.beta_1, []
    for t, g, m, n in moments(o, gradients):
        g_hat = g / (1 - mu**t)
        m_hat = m / (1 - mu ** (t + 1))
        n_hat = n / (1 - o.beta_2**t)
        m_bar = (1 - mu) * g_hat + mu * m_hat
        x = x - rate(t - 1) * m_bar / (sqrt(n_hat) + o.epsilon)
        out.append(x)
    return out


def amsgrad(o, x, gradients, rate, momentum, nesterov):
    """Reddi, Kale and Kumar (2018), algorithm 2."""
    v_hat, out = 0.0, []
    for t, _, m, v in moments(o, gradients):
        v_hat = max(v_hat, v)
        x = x - rate(t - 1) * m / (sqrt(v_hat) + o.epsilon)
        out.append(x)
    return out


def lion(o, x, gradients, rate, momentum, nesterov):
    """Chen et al. (2023), algorithm 2, without its weight decay."""
    m, out = 0.0, []
    for t, g in enumerate(gradients):
        c = o.beta_1 * m + (1 - o.beta_1) * g
        x = x - rate(t) * ((c > 0) - (c < 0))
        m = o.beta_2 * m + (1 - o.beta_2) * g
        out.append(x)
    return out


PAPERS = {
    "sgd": sgd,
    "delta_bar_delta": delta_bar_delta,
    "rprop": rprop,
    "adagrad": adagrad,
    "adadelta": adadelta,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamax": adamax,
    "nadam": nadam,
    "amsgrad": amsgrad,
    "adamw": adam,  # its decay is the training loop's
    "lion": lion,
}


def by_the_paper(optimizer, theta, gradients, rate, momentum=None, nesterov=False):
    """θ after every step, one parameter at a time."""
    paper = PAPERS[optimizer.name]
    columns = [
        paper(optimizer, x, gradients[:, j].tolist(), rate, momentum or (lambda t: 0.0), nesterov)
        for j, x in enumerate(theta)
    ]
    return np.array(columns).T


def constant(value):
    return lambda t: value


def changing(value):
    return lambda t: value * (1.0, 0.7, 0.7, 1.3, 0.1)[t % 5]


def rising(t):
    return 0.5 + 0.05 * t


THETA = np.array([1.0, -1.0, 0.5, 2.0, -3.0])


def test_every_optimizer_has_its_paper():
    assert set(PAPERS) == set(FIRST_ORDER)


@every_optimizer
@pytest.mark.parametrize("rate", [constant(0.1), changing(0.1)], ids=["constant", "changing"])
@given(data=st.data())
@few
def test_steps_are_those_of_the_paper(name, rate, data):
    bounds = {"smallest": 0.4, "largest": 1.5} if name == "rprop" else {}
    optimizer = data.draw(settings_of(FIRST_ORDER[name], **bounds))
    g = gradients()
    momentum = {"momentum": constant(0.0), "nesterov": False} if name in WITH_MOMENTUM else {}
    ours = trajectory(optimizer, THETA, g, rate, **momentum)
    expected = by_the_paper(optimizer, THETA, g, rate)
    np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-13)
    assert np.abs(np.diff(ours, axis=0)).max() > 0


@pytest.mark.parametrize("name", WITH_MOMENTUM)
@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("rate", [constant(0.1), changing(0.1)], ids=["constant", "changing"])
@pytest.mark.parametrize("momentum", [constant(0.9), rising], ids=["constant", "rising"])
def test_steps_with_momentum_are_those_of_the_paper(name, nesterov, rate, momentum):
    optimizer, g = FIRST_ORDER[name](), gradients(10)
    ours = trajectory(optimizer, THETA, g, rate, momentum, nesterov)
    expected = by_the_paper(optimizer, THETA, g, rate, momentum, nesterov)
    np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-13)
    plain = by_the_paper(optimizer, THETA, g, rate, momentum, not nesterov)
    assert np.abs(ours - plain).max() > 1e-3


@pytest.mark.parametrize("momentum", [constant(0.9), rising], ids=["constant", "rising"])
def test_nesterov_takes_the_gradient_where_the_momentum_leads(momentum):
    """Sutskever et al. (2013), equations 3 and 4: v = αv − ε∇f(x + αv), x = x + v.

    Our θ is the point of the gradient, x + αv.
    """
    A, rate = np.diag([1.0, 5.0, 20.0]), 0.02
    x, v = np.array([1.0, -2.0, 0.5]), np.zeros(3)
    theta, optimizer = x.copy(), FIRST_ORDER["sgd"]()
    state = optimizer.init(theta)
    for t in range(8):
        look_ahead = x + momentum(t) * v
        if momentum(1) == momentum(
            0
        ):  # where α changes, x + αv is not the same point before and after
            np.testing.assert_allclose(theta, look_ahead, rtol=1e-12)
        v = momentum(t) * v - rate * A @ look_ahead
        x = x + v
        optimizer.step(theta, A @ theta, state, rate, momentum(t), True)


def test_velocity_settles_at_the_limit_of_the_book():
    """Under a constant gradient: ε‖g‖ / (1 − α), ten times the plain step at α = 0.9."""
    optimizer, theta = FIRST_ORDER["sgd"](), np.zeros(1)
    state = optimizer.init(theta)
    for _ in range(400):
        before = theta.copy()
        optimizer.step(theta, np.array([2.0]), state, 0.1, 0.9, False)
    np.testing.assert_allclose(before - theta, 0.1 * 2 / (1 - 0.9), rtol=1e-10)


def test_adam_first_moves_by_its_rate_whatever_the_gradient():
    g = 10.0 ** np.arange(-3, 4)
    for name in ("adam", "adamw", "adamax", "lion", "rprop", "adagrad"):
        theta = np.zeros(7)
        optimizer = FIRST_ORDER[name]()
        optimizer.step(theta, g, optimizer.init(theta), 0.1)
        np.testing.assert_allclose(theta, -0.1, rtol=1e-3, err_msg=name)


def test_rprop_wants_its_smallest_step_below_its_largest():
    FIRST_ORDER["rprop"](smallest=1.0, largest=1.0).validate()
    with pytest.raises(ValueError, match="^RProp: (smallest|largest) must be "):
        FIRST_ORDER["rprop"](smallest=2.0, largest=1.0).validate()


def test_adamw_is_adam_with_a_decay():
    assert FIRST_ORDER["adamw"].weight_decay == 0.01
    assert all(cls.weight_decay == 0 for name, cls in FIRST_ORDER.items() if name != "adamw")


def test_documented_default_rates():
    """Those of the papers, but twice theirs for Adam and its relatives, as their docstring says."""
    rates = {name: cls.learning_rate for name, cls in FIRST_ORDER.items()}
    assert rates["sgd"] == rates["adagrad"] == rates["rprop"] == 0.01
    assert rates["adam"] == rates["adamw"] == rates["nadam"] == rates["amsgrad"] == 0.002
    assert rates["adamax"] == 0.002 and rates["rmsprop"] == 0.001 and rates["lion"] == 0.0003
    assert rates["adadelta"] == 1.0
    assert FIRST_ORDER["sgd"].momentum == 0.9 and FIRST_ORDER["rmsprop"].momentum == 0


# -- PyTorch --------------------------------------------------------------------------------------

TINY = 1e-30  # PyTorch adds its ε elsewhere; without it the formulas are the same
TORCH = {
    "sgd": ("SGD", {}, {}),
    "rprop": ("Rprop", {}, {"step_sizes": (1e-5 * 0.1, 500 * 0.1)}),
    "adagrad": ("Adagrad", {"delta": 1e-10}, {"eps": 1e-10}),
    "adadelta": ("Adadelta", {"rho": 0.9, "delta": 1e-6}, {"rho": 0.9, "eps": 1e-6}),
    "rmsprop": ("RMSprop", {"delta": TINY}, {"alpha": 0.9, "eps": TINY}),
    "adam": ("Adam", {"epsilon": TINY}, {"eps": TINY}),
    "adamw": ("AdamW", {"epsilon": TINY}, {"eps": TINY, "weight_decay": 0.0}),
    "adamax": ("Adamax", {"epsilon": TINY}, {"eps": TINY}),
    # Its decay of μ, made infinitely fast, leaves the constant μ = β₁.
    "nadam": ("NAdam", {}, {"momentum_decay": 1e9}),
}


CASES = [
    *((name, {}) for name in TORCH),
    ("sgd", {"momentum": 0.8}),
    ("sgd", {"momentum": 0.8, "nesterov": True}),
    ("rmsprop", {"momentum": 0.8}),
]


@pytest.mark.parametrize(("name", "extra"), CASES)
def test_steps_are_pytorchs(name, extra):
    torch = pytest.importorskip("torch")
    theirs, settings, options = TORCH[name]
    g = gradients(12)[:, 1:]  # 0/0 where the gradient is 0 from the start
    momentum = ()
    if name in WITH_MOMENTUM:
        momentum = (constant(extra.get("momentum", 0.0)), extra.get("nesterov", False))
    ours = trajectory(FIRST_ORDER[name](**settings), THETA[1:], g, constant(0.1), *momentum)
    theta = torch.tensor(THETA[1:], dtype=torch.float64, requires_grad=True)
    their_optimizer = getattr(torch.optim, theirs)([theta], lr=0.1, **options, **extra)
    rtol = 1e-5 if name == "nadam" else 1e-10  # PyTorch keeps the product of the μ in float32
    for step, gradient in zip(ours, g, strict=True):
        theta.grad = torch.tensor(gradient)
        their_optimizer.step()
        np.testing.assert_allclose(step, theta.detach().numpy(), rtol=rtol, atol=1e-12)


# -- small problems -------------------------------------------------------------------------------


def minimise(name, gradient, start, n_steps, rate=None, momentum=0.9):
    optimizer = FIRST_ORDER[name]()
    theta = np.array(start, float)
    state, rate = optimizer.init(theta), rate_of(name) if rate is None else rate
    extra = (momentum, bool(optimizer.nesterov)) if name in WITH_MOMENTUM else ()
    for _ in range(n_steps):
        optimizer.step(theta, gradient(theta), state, rate, *extra)
    return theta


@every_optimizer
def test_solves_a_parabola(name):
    h, minimum = np.array([0.5, 1.0, 10.0]), np.array([1.0, -2.0, 3.0])
    n_steps = 6000 if name == "adadelta" else 1500
    theta = minimise(name, lambda x: h * (x - minimum), np.zeros(3), n_steps)
    np.testing.assert_allclose(theta, minimum, atol=0.03)


def rosenbrock(x):
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def rosenbrock_gradient(x):
    u = x[1] - x[0] ** 2
    return np.array([-2 * (1 - x[0]) - 400 * x[0] * u, 200 * u])


@every_optimizer
def test_finds_its_way_along_rosenbrocks_valley(name):
    rates = {"sgd": 2e-4, "delta_bar_delta": 2e-4, "lion": 2e-3, "rmsprop": 2e-3, "adadelta": 0.02}
    n_steps = 20_000 if name == "adadelta" else 6000
    start = np.array([-1.2, 1.0])
    theta = minimise(name, rosenbrock_gradient, start, n_steps, rates.get(name))
    assert rosenbrock(start) == pytest.approx(24.2)
    assert rosenbrock(theta) < 0.01
    assert theta[0] > 0.8  # round the bend


# -- L1: the proximal step ------------------------------------------------------------------------

# Settings under which the optimiser settles when the gradient does not go to 0, as it does not at a
# solution of the lasso: steps that grow for as long as the gradient keeps its sign must be bounded.
SETTLES = {
    "adadelta": {"delta": 1e-2},
}


@every_optimizer
def test_the_proximal_step_ends_at_the_lasso(name):
    """min ½h(w − a)² + λ|w|: exactly 0 where |ah| ≤ λ, else a − sign(a) λ/h."""
    a = np.array([2.0, -1.0, 0.3, -0.2, 0.0, 1.0])
    h = np.array([1.0, 2.0, 1.0, 1.5, 1.0, 0.5])
    l1 = 0.4
    lasso = np.sign(a) * np.maximum(np.abs(a) - l1 / h, 0)
    optimizer = FIRST_ORDER[name](**SETTLES.get(name, {}))
    theta = np.array([0.5, 0.5, -0.5, 1.0, 0.7, 0.1])
    state = optimizer.init(theta)
    block = Block(theta, np.empty(6), state, slice(0, 6), corner_terms=[L1(l1)])
    rate = {"adadelta": 1.0, "adagrad": 0.5}.get(name, 0.005)
    momentum = (0.5,) if name in WITH_MOMENTUM else ()
    extra = (*momentum, True) if momentum else (None, None)
    for _ in range(6000):
        block.g[...] = h * (theta - a)
        step_with_corners(optimizer, block, rate, *extra)
    np.testing.assert_array_equal(theta[lasso == 0], 0)
    np.testing.assert_allclose(theta, lasso, atol=5e-3)
    assert (lasso == 0).sum() == 3


@pytest.mark.parametrize("name", PROXIMAL)
@given(data=st.data())
@few
def test_the_effective_rate_is_the_step_per_unit_of_a_gradient_that_stays(name, data):
    optimizer = data.draw(settings_of(FIRST_ORDER[name]))
    g, theta = np.array([0.5, -3.0, 20.0]), np.zeros(3)
    state = optimizer.init(theta)
    momentum = (0.9,) if name in WITH_MOMENTUM else ()
    extra = (*momentum, False) if momentum else ()
    for _ in range(1000):
        before = theta.copy()
        optimizer.step(theta, g, state, 0.01, *extra)
    eta = np.broadcast_to(optimizer.effective_rate(g, state, 0.01, *momentum), (3,))
    # Adadelta's own means still move; the decay near 1 of a drawn setting has not settled either.
    np.testing.assert_allclose(before - theta, eta * g, rtol=5e-3)


@pytest.mark.parametrize("name", PROXIMAL)
def test_the_effective_rate_of_a_gradient_that_was_always_zero_is_harmless(name):
    """Such a weight has no say in the loss: L1 takes it to 0, and nothing overflows on the way."""
    optimizer = FIRST_ORDER[name]()
    for dtype in (np.float32, np.float64):
        theta = np.array([0.3, -0.3], dtype)
        state, g = optimizer.init(theta), np.array([0.0, 1.0], dtype)
        for _ in range(60):
            optimizer.step(theta, g, state, 1.0)
            eta = np.broadcast_to(optimizer.effective_rate(g, state, 1.0), (2,))
            assert not np.isnan(eta * 0.1).any() and (eta >= 0).all()
            soft_threshold(theta, eta * 0.1)
        assert theta[0] == 0
        assert np.isfinite(theta).all()


# -- the state ------------------------------------------------------------------------------------


@every_optimizer
def test_a_step_changes_theta_and_state_alone_and_in_place(name):
    optimizer, theta = FIRST_ORDER[name](), THETA.copy()
    params, g = dict(vars(optimizer)), gradients()[0]
    state = optimizer.init(theta)
    np.testing.assert_array_equal(theta, THETA)
    arrays = {k: id(v) for k, v in state.items() if isinstance(v, np.ndarray)}
    assert set(optimizer.slots) <= set(arrays)
    before = g.copy()
    assert optimizer.step(theta, g, state, 0.1) is None
    if name in PROXIMAL:
        optimizer.effective_rate(g, state, 0.1)
    np.testing.assert_array_equal(g, before)
    assert {k: id(v) for k, v in state.items() if isinstance(v, np.ndarray)} == arrays
    assert vars(optimizer) == params  # settings only: nothing is learned by the object
    assert not np.array_equal(theta, THETA)


@every_optimizer
def test_one_object_serves_two_fits(name):
    optimizer, g = FIRST_ORDER[name](), gradients()
    alone = trajectory(optimizer, THETA, g, constant(0.1))
    a, b = THETA.copy(), -THETA
    states = optimizer.init(a), optimizer.init(b)
    for gradient in g:
        optimizer.step(a, gradient, states[0], 0.1)
        optimizer.step(b, 3 * gradient, states[1], 0.1)
    np.testing.assert_array_equal(a, alone[-1])


@every_optimizer
def test_training_can_stop_be_saved_and_go_on(name):
    optimizer, g = FIRST_ORDER[name](), gradients(10)
    whole = trajectory(optimizer, THETA, g, constant(0.1))
    theta = THETA.copy()
    state = optimizer.init(theta)
    for t, gradient in enumerate(g):
        if t == 5:
            optimizer, theta, state = pickle.loads(pickle.dumps((optimizer, theta, state)))
        optimizer.step(theta, gradient, state, 0.1)
        np.testing.assert_array_equal(theta, whole[t])


@every_optimizer
def test_float32_stays_and_agrees(name):
    optimizer, g = FIRST_ORDER[name](), gradients()
    theta = THETA.astype(np.float32)
    state = optimizer.init(theta)
    for gradient in g.astype(np.float32):
        # Rates come as Python numbers, NumPy's, or an array for many networks.
        for rate in (0.1, np.float64(0.1), np.array([0.1])):
            optimizer.step(theta, gradient, state, rate)
            eta = optimizer.effective_rate(gradient, state, rate) if name in PROXIMAL else 0.1
            assert not isinstance(eta, np.ndarray) or eta.size == 1 or eta.dtype == np.float32
    arrays = [value for value in state.values() if isinstance(value, np.ndarray)]
    assert {a.dtype for a in [theta, *arrays] if a.dtype != bool} == {np.dtype(np.float32)}
    thrice = np.repeat(g, 3, axis=0)
    exact = trajectory(optimizer, THETA, thrice, constant(0.1))[-1]
    np.testing.assert_allclose(theta, exact, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "nesterov"),
    [*((name, False) for name in FIRST_ORDER), *((name, True) for name in WITH_MOMENTUM)],
)
def test_two_networks_at_once_equal_one_after_the_other(name, nesterov):
    cls, g = FIRST_ORDER[name], np.stack([gradients(seed=1), gradients(seed=2)], axis=1)
    rates, momenta = np.array([[0.1], [0.03]]), np.array([[0.9], [0.5]])
    has_momentum = name in WITH_MOMENTUM
    optimizer, theta = cls(), np.stack([THETA, -THETA])
    state = optimizer.init(theta)
    for gradient in g:
        extra = (momenta, nesterov) if has_momentum else ()
        optimizer.step(theta, gradient, state, rates, *extra)
    if name in PROXIMAL:
        eta = np.broadcast_to(
            optimizer.effective_rate(g[-1], state, rates, *extra[:1]), theta.shape
        )
    for i in range(2):
        one = np.array([THETA, -THETA][i])
        of_one = optimizer.init(one)
        for gradient in g[:, i]:
            extra = (momenta[i, 0], nesterov) if has_momentum else ()
            optimizer.step(one, gradient, of_one, rates[i, 0], *extra)
        np.testing.assert_allclose(theta[i], one, rtol=1e-13, atol=1e-14)
        if name in PROXIMAL:
            expected = optimizer.effective_rate(g[-1, i], of_one, rates[i, 0], *extra[:1])
            np.testing.assert_allclose(eta[i], np.broadcast_to(expected, 5), rtol=1e-12)


@every_optimizer
def test_a_step_allocates_nothing(name):
    """No array of the length of θ, not even a mask of one byte each.

    Those that follow the signs of full-batch gradients take one step an epoch: they may make a few.
    """
    optimizer, theta = FIRST_ORDER[name](), np.ones(200_000)
    g = np.random.default_rng(0).normal(size=theta.size)
    state = optimizer.init(theta)
    extra = (0.9, True) if name in WITH_MOMENTUM else ()
    for _ in range(2):
        optimizer.step(theta, g, state, 0.1, *extra)
    most = 4 * theta.nbytes if optimizer.full_batch else theta.size // 10
    assert peak_of(lambda: optimizer.step(theta, g, state, 0.1, *extra)) < most
