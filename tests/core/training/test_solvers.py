"""The solvers with curvature: known minima, L1, single precision, the record, bad input."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn
from sklearn.linear_model import Lasso, LogisticRegression
from strategies import make_case, make_hidden

from skdl.core.activations import Tanh
from skdl.core.architecture import build
from skdl.core.initializers import Initializer
from skdl.core.layers import Pass
from skdl.core.losses import CrossEntropy, SquaredError
from skdl.core.objective import Objective
from skdl.core.optimizers import Optimizer
from skdl.core.training import solvers as second_order
from skdl.core.training.fit import Data, Fit, Progress, Training
from skdl.core.training.loop import train
from skdl.core.training.solvers import LBFGS, Newton, NewtonCG
from skdl.core.training.stopping import Stopping
from skdl.core.training.watch import Watch

glorot = Initializer.registry["glorot_uniform"]()
SOLVERS = {name: cls for name, cls in Optimizer.registry.items() if cls.order == 2}
every_solver = pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
WITH_L1 = {name: cls for name, cls in SOLVERS.items() if cls.handles_l1}


def fit(case, solver, max_iter=500, tol=1e-9, **options):
    """Minimise; return the progress."""
    progress = Progress(np.random.default_rng(0), np.random.default_rng(0))
    watch = Watch(case.network, progress, **options)
    training = Training(solver, learning_rate=None, tol=tol)
    train(Fit(case.objective, training, Data(*case.batch), progress, max_iter, watch=watch))
    return progress


def linear_case(n_rows=40, dtype=np.float64, loss=None, n_targets=2, **options):
    loss = loss or SquaredError()
    case = make_case(loss, [], n_rows=n_rows, n_targets=n_targets, **options)
    if dtype != np.float64:
        network = build(4, [], n_targets, output_initializer=glorot, dtype=dtype)
        network.theta[...] = case.network.theta
        case.objective = Objective(network, loss, case.objective.penalties)
        case.x, case.y = case.x.astype(dtype), case.y.astype(dtype)
        case.weight = None if case.weight is None else case.weight.astype(dtype)
    return case


def ridge(case):
    """Return W and b of the minimum: (AᵀΩA/B + λI₀) θ = AᵀΩy/B with I₀ sparing the intercept."""
    n = len(case.x)
    A = np.hstack([case.x, np.ones((n, 1))]).astype(np.float64)
    weighted = A if case.weight is None else case.weight * A
    penalty = case.l2 * np.diag([1, 1, 1, 1, 0])
    theta = np.linalg.solve(weighted.T @ A / n + penalty, weighted.T @ case.y / n)
    return theta[:4], theta[4]


def test_the_registry_has_the_solvers_of_the_documentation():
    assert set(SOLVERS) >= {"lbfgs", "bfgs", "cg", "newton_cg", "newton"}
    assert {cls.__name__ for cls in SOLVERS.values()} == set(second_order.__all__) - {"SecondOrder"}


@every_solver
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("sparse", [False, True])
def test_reaches_the_closed_form_of_ridge(solver, weighted, sparse):
    case = linear_case(l2=0.1, weighted=weighted, sparse=sparse)
    dense = case.x.toarray() if sparse else case.x
    progress = fit(case, solver())
    case.x = dense
    W, b = ridge(case)
    learned_W, learned_b = case.network.arrays(case.network.theta)
    assert progress.stopped == "converged"
    assert learned_W == pytest.approx(W, abs=1e-6)
    assert learned_b[0] == pytest.approx(b, abs=1e-6)


@every_solver
def test_single_precision_stays_single_and_comes_close(solver):
    case = linear_case(l2=0.1, dtype=np.float32)
    fit(case, solver(), max_iter=50, tol=1e-4)
    assert case.network.theta.dtype == np.float32
    assert case.network.raw(case.x).dtype == np.float32
    W, b = ridge(case)
    learned_W, learned_b = case.network.arrays(case.network.theta)
    assert learned_W == pytest.approx(W, abs=2e-3)
    assert learned_b[0] == pytest.approx(b, abs=2e-3)


@every_solver
def test_the_minimum_of_a_network_has_no_slope(solver):
    case = make_case(SquaredError(), [make_hidden(Tanh(), 3)], n_rows=30, l2=0.05)
    start = case.network.theta.copy()
    progress = fit(case, solver(), tol=1e-6)
    work = case.network.workspace(30)
    run = Pass(training=True, weight=case.weight)
    gradient = case.objective.gradient(*case.batch, work, run)
    assert progress.stopped == "converged"
    assert np.abs(gradient).max() < 1e-4
    assert np.abs(case.network.theta - start).max() > 0.1


@every_solver
def test_batch_normalised_networks_are_minimised_too(solver):
    case = make_case(SquaredError(), [make_hidden(Tanh(), 3)], n_rows=30, l2=0.05, batch_norm=True)
    progress = fit(case, solver(), max_iter=30, tol=1e-5)
    losses = [record["loss"] + record["penalty"] for record in progress.history]
    assert losses[-1] < losses[0]
    assert np.isfinite(case.network.running).all()


@every_solver
def test_running_statistics_are_those_of_the_data_at_the_end(solver):
    """All rows were seen at once, so predicting them gives the loss that was recorded."""
    case = make_case(SquaredError(), [make_hidden(Tanh(), 3)], n_rows=30, l2=0.05, batch_norm=True)
    case.x[...] = 2 * case.x + 3
    progress = fit(case, solver(), max_iter=5)
    loss = case.objective.loss.value(case.y, case.network.raw(case.x), case.weight)
    assert loss == pytest.approx(progress.history[-1]["loss"], rel=0.01)


# --------------------------------------------------------------------------------------
# The record and the end.


RECORDS = [(cls, l1) for cls in SOLVERS.values() for l1 in (0.0, 0.05)[: 1 + cls.handles_l1]]


@pytest.mark.parametrize("solver, l1", RECORDS, ids=lambda value: getattr(value, "name", value))
def test_the_record_is_that_of_the_parameters_at_the_time(solver, l1):
    case = make_case(SquaredError(), [make_hidden(Tanh(), 3)], n_rows=30, l1=l1, activity_l1=0.01)
    work, run = case.network.workspace(30), Pass(training=True, weight=case.weight)
    seen = []

    def after_epoch(record):
        raw = case.network.forward(case.x, work, run)
        loss = float(case.objective.loss.value(case.y, raw, case.weight))
        penalty = float(case.objective.penalty() + case.network.activity_penalty(work))
        seen.append((loss, penalty))
        return False

    progress = fit(case, solver(), max_iter=8, after_epoch=after_epoch)
    assert [r["epoch"] for r in progress.history] == list(range(1, len(seen) + 1))
    recorded = [(r["loss"], r["penalty"]) for r in progress.history]
    assert np.array(recorded) == pytest.approx(np.array(seen), rel=1e-9)
    if not l1:
        assert (np.diff(np.sum(recorded, axis=1)) <= 1e-9).all()  # every iteration is a gain


@every_solver
def test_stops_after_max_iter(solver):
    case = make_case(SquaredError(), [make_hidden(Tanh(), 4)], n_rows=30)
    progress = fit(case, solver(), max_iter=2, tol=1e-12)
    assert len(progress.history) == progress.epoch == 2
    assert progress.stopped == "max_iter"


@every_solver
def test_a_callback_stops_and_its_weights_stay(solver):
    case = make_case(SquaredError(), [make_hidden(Tanh(), 4)], n_rows=30)
    thetas = []

    def after_epoch(record):
        thetas.append(case.network.theta.copy())
        return record["epoch"] == 2

    progress = fit(case, solver(), after_epoch=after_epoch)
    assert progress.stopped == "callback"
    assert len(progress.history) == 2
    assert np.array_equal(case.network.theta, thetas[-1])


@every_solver
def test_the_best_weights_come_back(solver):
    case = make_case(SquaredError(), [make_hidden(Tanh(), 4)], n_rows=30)
    thetas, validation = [], iter([3.0, 1.0, 2.0, 2.0, 2.0, 2.0])

    def after_epoch(record):
        thetas.append(case.network.theta.copy())
        return False

    stopping = Stopping(n_iter_no_change=2, keep_best=True)
    progress = fit(
        case,
        solver(),
        stopping=stopping,
        validate=lambda: {"validation_loss": next(validation)},
        monitor="validation_loss",
        after_epoch=after_epoch,
    )
    assert progress.stopped == "converged"
    assert len(thetas) == 4 and stopping.seen.best_epoch == 2
    assert np.array_equal(case.network.theta, thetas[1])


@every_solver
def test_ctrl_c_leaves_finite_weights(solver):
    case = make_case(SquaredError(), [make_hidden(Tanh(), 4)], n_rows=30)

    def after_epoch(record):
        if record["epoch"] == 2:
            raise KeyboardInterrupt
        return False

    progress = fit(case, solver(), after_epoch=after_epoch)
    assert progress.stopped == "interrupted"
    assert len(progress.history) == progress.epoch == 2
    assert np.isfinite(case.network.theta).all()


class Interrupted(SquaredError):
    """Squared error during whose nth evaluation somebody presses Ctrl-C."""

    left = 0

    def per_row(self, y, raw):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return super().per_row(y, raw)


@every_solver
def test_ctrl_c_within_an_iteration_leaves_good_weights(solver):
    """No trial point of a line search: the objective is as low as after the last iteration."""
    for n in range(4, 12):
        loss = Interrupted()
        case = make_case(loss, [make_hidden(Tanh(), 4)], n_rows=30)
        args = *case.batch, case.network.workspace(30), Pass(training=True, weight=case.weight)
        best = float(case.objective.value(*args))
        loss.left = n
        progress = fit(case, solver())
        if progress.history:
            best = progress.history[-1]["loss"] + progress.history[-1]["penalty"]
        assert progress.stopped == "interrupted"
        assert case.objective.value(*args) <= best * (1 + 1e-12)


class Exploding(SquaredError):
    """Squared error that turns to NaN after so many evaluations."""

    left = 12

    def per_row(self, y, raw):
        self.left -= 1
        return super().per_row(y, raw) * (1 if self.left > 0 else np.nan)


@every_solver
def test_a_loss_that_is_not_finite_leaves_the_last_good_weights(solver):
    case = make_case(Exploding(), [make_hidden(Tanh(), 4)], n_rows=30)
    thetas = [case.network.theta.copy()]

    def after_epoch(record):
        thetas.append(case.network.theta.copy())
        return False

    progress = fit(case, solver(), after_epoch=after_epoch)
    assert progress.stopped == "diverged"
    assert np.array_equal(case.network.theta, thetas[-1])
    assert all(np.isfinite(record["loss"]) for record in progress.history)


# --------------------------------------------------------------------------------------
# L1.


@pytest.mark.parametrize("solver", WITH_L1.values(), ids=WITH_L1)
@pytest.mark.parametrize("weighted", [False, True])
def test_l1_gives_the_lasso(solver, weighted):
    """½·mean (r − y)² + λ₁ Σ|w| is the objective of Lasso(alpha=λ₁)."""
    case = linear_case(n_rows=60, n_targets=1, l1=0.15, l2=0.0, weighted=weighted)
    case.y += case.x[:, :1]
    progress = fit(case, solver(), tol=1e-10, max_iter=2000)
    weight = None if case.weight is None else case.weight[:, 0]
    lasso = Lasso(alpha=0.15, tol=1e-12, max_iter=100_000).fit(case.x, case.y[:, 0], weight)
    W, b = case.network.arrays(case.network.theta)
    assert progress.stopped == "converged"
    assert 0 < (lasso.coef_ == 0).sum() < 4
    assert W[:, 0] == pytest.approx(lasso.coef_, abs=1e-6)
    assert ((W[:, 0] == 0) == (lasso.coef_ == 0)).all()
    assert b[0, 0] == pytest.approx(lasso.intercept_, abs=1e-6)


@pytest.mark.parametrize("solver", WITH_L1.values(), ids=WITH_L1)
def test_l1_gives_sparse_logistic_regression(solver):
    """Our mean + λ₁ Σ|w| is scikit-learn's sum with C = 1/(n λ₁); saga leaves b unpenalised."""
    rng = np.random.default_rng(0)
    loss = CrossEntropy().with_link("sigmoid")
    case = linear_case(n_rows=200, loss=loss, n_targets=1, l1=0.05, l2=0.0, weighted=False)
    p = 1 / (1 + np.exp(-(2 * case.x[:, 0] - case.x[:, 1])))
    case.y[:, 0] = rng.random(200) < p
    fit(case, solver(), tol=1e-10, max_iter=2000)
    version = tuple(map(int, sklearn.__version__.split(".")[:2]))
    lasso = {"l1_ratio": 1.0} if version >= (1, 8) else {"penalty": "l1"}
    reference = LogisticRegression(
        **lasso, C=1 / (200 * 0.05), solver="saga", tol=1e-10, max_iter=100_000
    ).fit(case.x, case.y[:, 0])
    W, b = case.network.arrays(case.network.theta)
    assert 0 < (reference.coef_ == 0).sum() < 4
    assert W[:, 0] == pytest.approx(reference.coef_[0], abs=1e-4)
    assert ((W[:, 0] == 0) == (reference.coef_[0] == 0)).all()
    assert b[0, 0] == pytest.approx(reference.intercept_[0], abs=1e-4)


def test_newton_damps_a_hessian_that_a_softmax_makes_singular():
    case = linear_case(n_rows=30, loss=CrossEntropy(), n_targets=3, l1=0.0, l2=0.0, weighted=False)
    problem = second_order._SmoothProblem(case.objective, Data(case.x, case.y, None))
    x = problem.start()
    H, damped = problem.hessian(x), Newton()._curvature(problem)["hess"](x)
    assert abs(np.linalg.eigvalsh(H)[0]) < 1e-12  # all classes moved alike: no other probabilities
    assert np.linalg.eigvalsh(damped)[0] > 1e-10
    np.testing.assert_allclose(damped, H, rtol=0, atol=1e-7)


@pytest.mark.parametrize("solver", WITH_L1.values(), ids=WITH_L1)
@pytest.mark.parametrize("penalize_bias", [False, True])
def test_l1_and_l2_together_meet_the_optimality_conditions(solver, penalize_bias):
    """g_j + λ₂ w_j = −λ₁ sign(w_j) where w_j ≠ 0, and |g_j| ≤ λ₁ where it is 0: in a network."""
    case = make_case(
        SquaredError(),
        [make_hidden(Tanh(), 4)],
        n_rows=40,
        l1=0.05,
        l2=0.02,
        penalize_bias=penalize_bias,
    )
    fit(case, solver(), tol=1e-9, max_iter=3000)
    work, run = case.network.workspace(40), Pass(training=True, weight=case.weight)
    g = case.objective.gradient(*case.batch, work, run)
    n, theta = case.objective.penalized.stop, case.network.theta
    w, slope = theta[:n], g[:n]
    assert (w == 0).any() and (w != 0).any()
    assert slope[w != 0] == pytest.approx(-0.05 * np.sign(w[w != 0]), abs=1e-5)
    assert np.abs(slope[w == 0]).max() <= 0.05 + 1e-6
    assert g[n:] == pytest.approx(np.zeros(theta.size - n), abs=1e-5)


@pytest.mark.parametrize("solver", WITH_L1.values(), ids=WITH_L1)
def test_a_huge_l1_leaves_the_mean(solver):
    case = linear_case(l1=100.0, l2=0.0, weighted=False)
    fit(case, solver())
    W, b = case.network.arrays(case.network.theta)
    assert not W.any()
    assert b[0] == pytest.approx(case.y.mean(axis=0), abs=1e-6)


# --------------------------------------------------------------------------------------
# Settings, messages.


def test_newton_refuses_large_networks_with_a_way_out():
    case = make_case(SquaredError(), [make_hidden(Tanh(), 4)])
    n = case.network.n_parameters
    theta = case.network.theta.copy()
    message = (
        rf"Newton: the network must have at most max_parameters={n - 1} parameters; got {n}\. "
        r"Use optimizer='newton_cg' or 'lbfgs'\."
    )
    with pytest.raises(ValueError, match=message):
        fit(case, Newton(max_parameters=n - 1))
    assert np.array_equal(case.network.theta, theta)
    assert fit(case, Newton(max_parameters=n), max_iter=2).history


def test_newton_needs_few_steps_on_a_parabola():
    """A quadratic objective is its own model; only the trust region has to grow."""
    case = linear_case(l2=0.1)
    progress = fit(case, Newton())
    assert progress.stopped == "converged"
    assert len(progress.history) <= 5
    assert len(fit(linear_case(l2=0.1), SOLVERS["cg"]()).history) > len(progress.history)


def test_newton_cg_uses_the_products_of_the_network():
    """It asks for Hv, never for differences, where products are exact."""
    case = linear_case(l2=0.1)
    calls = []
    exact = case.objective.hessian_vector
    case.objective.hessian_vector = lambda v, *args: calls.append(v.size) or exact(v, *args)
    fit(case, NewtonCG())
    assert calls and set(calls) == {case.network.n_parameters}


def test_the_history_size_reaches_the_solver():
    """With all of the past, L-BFGS needs fewer iterations than with one step of it."""
    lengths = []
    for size in (1, 30):
        case = make_case(SquaredError(), [make_hidden(Tanh(), 6)], n_rows=60)
        lengths.append(len(fit(case, LBFGS(history_size=size), tol=1e-6, max_iter=3000).history))
    assert lengths[1] < lengths[0]


@every_solver
def test_a_tighter_tolerance_takes_longer_and_ends_lower(solver):
    ends, lengths = [], []
    for tol in (1e-1, 1e-7):
        case = make_case(SquaredError(), [make_hidden(Tanh(), 4)], n_rows=40, l2=0.05)
        progress = fit(case, solver(), tol=tol)
        ends.append(progress.history[-1]["loss"] + progress.history[-1]["penalty"])
        lengths.append(len(progress.history))
    assert lengths[0] < lengths[1]
    assert ends[1] < ends[0]
