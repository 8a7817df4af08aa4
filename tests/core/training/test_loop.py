"""Training: against a loop by hand; noise, penalties, batches, how it ends, memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from memory import peak_of
from scipy.sparse import csr_array
from sklearn.linear_model import Lasso
from strategies import Case, make_case, make_hidden

from skdl.core.activations import Tanh
from skdl.core.architecture import build
from skdl.core.batches import EachEpoch, Keep, Once, Sampler, WithReplacement
from skdl.core.clipping import ByGlobalNorm, ByNorm, ByValue, Clipping
from skdl.core.initializers import GlorotUniform
from skdl.core.layers import Pass
from skdl.core.losses import CrossEntropy, SquaredError
from skdl.core.objective import Objective
from skdl.core.optimizers import SGD, Optimizer
from skdl.core.penalties import L1, L2
from skdl.core.schedules import Linear, Plateau, Rise, Schedule
from skdl.core.training.fit import Data, Fit, Progress, Training
from skdl.core.training.loop import Trainer, train
from skdl.core.training.stopping import Stopping
from skdl.core.training.watch import Watch


def new_progress(seed=0):
    return Progress(np.random.default_rng(seed), np.random.default_rng(seed + 1))


def sgd(**settings):
    """Plain gradient descent, rows in order, unless told otherwise."""
    plain = {"learning_rate": 0.1, "momentum": 0.0, "nesterov": False, "sampler": Keep()}
    return Training(SGD(), **{**plain, **settings})


def make_trainer(case, training, progress=None, total=10):
    progress = new_progress() if progress is None else progress
    return Trainer(Fit(case.objective, training, Data(*case.batch), progress, total, total))


def fit(case, training, n_epochs=5, progress=None, **options):
    progress = new_progress() if progress is None else progress
    watch = Watch(case.network, progress, **options)
    data = Data(*case.batch)
    train(Fit(case.objective, training, data, progress, n_epochs, n_epochs, watch))
    return progress


def network_case(n_rows=23, **options):
    return make_case(SquaredError(), [make_hidden(Tanh())], n_rows=n_rows, **options)


# --------------------------------------------------------------------------------------
# Against a loop by hand: x → tanh(x W₁ + b₁) W₂ + b₂, squared error, nothing of skdl.


class ByHand:
    def __init__(self, case):
        self.W1, self.b1, self.W2, self.b2 = (
            a.copy() for a in case.network.arrays(case.network.theta)
        )
        self.parts = [self.W1, self.b1, self.W2, self.b2]
        self.velocity = [np.zeros_like(p) for p in self.parts]

    def loss_and_gradient(self, x, y, weight):
        a = np.tanh(x @ self.W1 + self.b1)
        error = a @ self.W2 + self.b2 - y
        loss = (weight * error**2).sum() / 2 / len(x)
        d = weight * error / len(x)
        dz = d @ self.W2.T * (1 - a**2)
        return loss, [x.T @ dz, dz.sum(0, keepdims=True), a.T @ d, d.sum(0, keepdims=True)]

    def step(self, x, y, weight, rate, momentum, nesterov, l2):
        loss, gradients = self.loss_and_gradient(x, y, weight)
        for i, (part, g) in enumerate(zip(self.parts, gradients, strict=True)):
            g = g + l2 * part if i in (0, 2) else g
            v = self.velocity[i] = momentum * self.velocity[i] - rate * g
            part += momentum * v - rate * g if nesterov else v
        return loss


@pytest.mark.parametrize("momentum, nesterov", [(0.0, False), (0.9, False), (0.9, True)])
@pytest.mark.parametrize("batch_size", [1, 5, 23])
@pytest.mark.parametrize("weighted", [False, True])
def test_sgd_equals_a_loop_by_hand(momentum, nesterov, batch_size, weighted):
    case = network_case(l2=0.05, weighted=weighted)
    hand, x, y = ByHand(case), case.x, case.y
    weight = np.ones((23, 1)) if case.weight is None else case.weight
    training = sgd(momentum=momentum, nesterov=nesterov, batch_size=batch_size, learning_rate=0.05)
    progress = fit(case, training, 4)
    curve = []
    for _ in range(4):
        total = 0
        for i in range(0, 23, batch_size):
            rows = slice(i, i + batch_size)
            n = len(x[rows])
            total += n * hand.step(x[rows], y[rows], weight[rows], 0.05, momentum, nesterov, 0.05)
        curve.append(total / 23)  # the mean of the batches' losses, each at its time
    for ours, theirs in zip(case.network.arrays(case.network.theta), hand.parts, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-10, abs=1e-13)
    assert [r["loss"] for r in progress.history] == pytest.approx(curve, rel=1e-10)


def test_shuffled_epochs_equal_a_loop_by_hand():
    case = network_case(l2=0.0)
    hand = ByHand(case)
    fit(case, sgd(sampler=EachEpoch(), batch_size=5), 3)
    rng = np.random.default_rng(0)
    for _ in range(3):
        order = rng.permutation(23)
        for i in range(0, 23, 5):
            rows = order[i : i + 5]
            hand.step(case.x[rows], case.y[rows], case.weight[rows], 0.1, 0, False, 0)
    for ours, theirs in zip(case.network.arrays(case.network.theta), hand.parts, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-10)


def test_sparse_rows_train_as_dense_ones():
    thetas = []
    for dense in (False, True):
        case = network_case(sparse=True)
        if dense:
            case.x = case.x.toarray()
        fit(case, sgd(sampler=EachEpoch(), batch_size=5), 3)
        thetas.append(case.network.theta)
    assert thetas[0] == pytest.approx(thetas[1], rel=1e-10)


def test_the_record_of_an_epoch():
    case = network_case(l1=0.01, l2=0.1, activity_l1=0.05)
    training = sgd(batch_size=23, learning_rate=0.2, momentum=0.5)
    args = *case.batch, case.network.workspace(23), Pass(training=True, weight=case.weight)
    raw = case.network.raw(case.x)
    loss = case.objective.loss.value(case.y, raw, case.weight)
    case.network.forward(case.x, args[3], args[4])
    activity = case.network.activity_penalty(args[3])
    gradient = case.objective.gradient(*args).copy()
    (record,) = fit(case, training, 1).history
    assert record["epoch"] == 1
    assert record["loss"] == pytest.approx(loss)
    # The penalty of the weights at the end of the epoch, that of the activations on the way.
    assert record["penalty"] == pytest.approx(case.objective.penalty() + activity)
    assert record["learning_rate"] == 0.2 and record["momentum"] == 0.5
    assert record["gradient_norm"] == pytest.approx(np.linalg.norm(gradient))
    assert record["monitored"] == record["loss"]


# --------------------------------------------------------------------------------------
# One step at a time.


class Watched(Trainer):
    """Looks on after every step."""

    def _step(self):
        super()._step()
        self.look()


def watch(case, training, look, n_epochs=3):
    trainer = Watched(Fit(case.objective, training, Data(*case.batch), new_progress(), n_epochs))
    trainer.look = look
    trainer.run()
    return trainer


def test_weight_noise_leaves_the_clean_weights():
    """One step with noise ε moves the clean weights by the gradient at w + ε."""
    case = network_case(l2=0.0)
    start = case.network.theta.copy()
    progress = new_progress()
    noise = np.random.default_rng(1).standard_normal(case.network.n_weights) * 0.3
    fit(case, sgd(batch_size=23, weight_noise=0.3), 1, progress)
    moved = case.network.theta - start
    case.network.theta[...] = start
    case.network.weights[...] += noise
    args = *case.batch, case.network.workspace(23), Pass(training=True, weight=case.weight)
    assert moved == pytest.approx(-0.1 * case.objective.gradient(*args))


def test_weight_noise_with_a_rate_of_almost_nothing_changes_nothing():
    case = network_case()
    start = case.network.theta.copy()
    fit(case, sgd(batch_size=5, weight_noise=0.5, learning_rate=1e-12), 3)
    assert case.network.theta == pytest.approx(start, abs=1e-9)


def test_weight_noise_leaves_the_biases_alone():
    case = network_case()
    n = case.network.n_weights
    seen = []

    class Spy(Objective):
        def loss_gradient(self, *args):
            seen.append(self.network.theta.copy())
            return super().loss_gradient(*args)

    case.objective = Spy(case.network, SquaredError())
    start = case.network.theta.copy()
    fit(case, sgd(batch_size=23, weight_noise=0.5), 1)
    assert np.array_equal(seen[0][n:], start[n:])
    assert (seen[0][:n] != start[:n]).all()


def test_the_largest_norm_holds_after_every_step():
    case = network_case(l2=0.0)
    matrices = [layer.W for layer in case.network.layers if hasattr(layer, "W")]
    norms = []

    def look():
        norms.append(max(np.linalg.norm(W, axis=0).max() for W in matrices))

    watch(case, sgd(batch_size=5, max_norm=0.4, learning_rate=0.5), look)
    assert len(norms) == 15
    assert max(norms) <= 0.4 * (1 + 1e-12)
    assert max(norms) == pytest.approx(0.4)  # it was needed
    biases = [layer.b for layer in case.network.layers if hasattr(layer, "b")]
    assert max(np.abs(b).max() for b in biases) > 0


@pytest.mark.parametrize("penalize_bias", [False, True])
def test_decoupled_decay_multiplies_by_one_minus_rate_times_decay(penalize_bias):
    case = network_case(l2=0.0, penalize_bias=penalize_bias)
    start = case.network.theta.copy()
    twin = network_case(l2=0.0)
    fit(case, sgd(batch_size=23, weight_decay=0.5), 1)
    fit(twin, sgd(batch_size=23), 1)
    factor = np.full(start.size, 1 - 0.1 * 0.5)
    if not penalize_bias:
        factor[case.network.n_weights :] = 1
    step = twin.network.theta - start
    assert case.network.theta == pytest.approx(factor * start + step)


def test_decay_follows_the_schedule_and_not_the_gradient():
    """Under Adam an L2 penalty is divided by the root of the moments; the decay is not."""
    case = network_case(l2=0.0)
    case.y[...] = 0
    case.objective.loss = SquaredError()
    case.network.theta[case.network.n_weights :] = 0
    (Wout,) = [a for a in case.network.arrays(case.network.theta)[2:3]]
    Wout[...] = 0  # raw = 0 = y: no gradient at all, only decay
    start = case.network.weights.copy()
    training = replace(sgd(batch_size=23, weight_decay=0.5), optimizer=Optimizer.registry["adam"]())
    training = replace(training, momentum=None, nesterov=None, schedule=Linear(tau=2, final=0.5))
    fit(case, training, 2)
    assert case.network.weights == pytest.approx(start * (1 - 0.1 * 0.5) * (1 - 0.075 * 0.5))


@pytest.mark.parametrize("name", sorted(Clipping.registry))
def test_the_gradient_is_clipped_before_the_penalty_joins(name):
    clipping = Clipping.registry[name]()
    case = network_case(l2=0.7)
    case.y += 10
    start = case.network.theta.copy()
    args = *case.batch, case.network.workspace(23), Pass(training=True, weight=case.weight)
    case.objective.loss_gradient(*args)
    g = case.network.gradient.copy()
    before = g.copy()
    clipping.apply(g, case.network.arrays(g), 0.05)
    assert not np.allclose(g, before)
    g[: case.network.n_weights] += 0.7 * start[: case.network.n_weights]
    fit(case, sgd(batch_size=23, clipping=clipping, clip_threshold=0.05), 1)
    assert case.network.theta == pytest.approx(start - 0.1 * g)


def test_clipping_bounds_every_step():
    case = network_case(l2=0.0)
    case.y += 100
    last = [case.network.theta.copy()]
    lengths = []

    def look():
        lengths.append(np.linalg.norm(case.network.theta - last[0]))
        last[0] = case.network.theta.copy()

    watch(case, sgd(batch_size=5, clipping=ByGlobalNorm(), clip_threshold=0.5), look)
    assert max(lengths) <= 0.1 * 0.5 * (1 + 1e-9)
    assert max(lengths) == pytest.approx(0.05)


def test_clipping_by_norm_works_on_one_array_at_a_time():
    case = network_case(l2=0.0)
    case.y += 100
    start = case.network.theta.copy()
    fit(case, sgd(batch_size=23, clipping=ByNorm(), clip_threshold=0.5), 1)
    for step in case.network.arrays(case.network.theta - start):
        assert np.linalg.norm(step) <= 0.05 * (1 + 1e-9)
    case = network_case(l2=0.0)
    case.y += 100
    fit(case, sgd(batch_size=23, clipping=ByValue(), clip_threshold=0.5), 1)
    assert np.abs(case.network.theta - start).max() == pytest.approx(0.05)


FIRST_ORDER = {name: cls for name, cls in Optimizer.registry.items() if cls.order == 1}


def with_defaults(optimizer, **settings):
    """Return the training that the estimators make of an optimiser."""
    defaults = {
        name: getattr(optimizer, name) for name in ("learning_rate", "momentum", "nesterov")
    }
    return Training(optimizer, **{**defaults, **settings})


@pytest.mark.parametrize("name", sorted(FIRST_ORDER))
def test_l1_gives_exact_zeros_under_every_optimizer(name):
    """The target depends on one of four inputs; the others' weights end at 0, not near it.

    The rate falls to nothing, so that steps of a fixed length (of Lion) come to rest.
    """
    case = make_case(SquaredError(), [], n_rows=60, n_targets=1, l1=0.2, l2=0.0, weighted=False)
    case.y[...] = 2 * case.x[:, :1]
    optimizer = FIRST_ORDER[name]()
    rate = {"adagrad": 0.3, "adadelta": 1.0}.get(name, 0.02)
    training = with_defaults(
        optimizer, learning_rate=rate, batch_size=60, schedule=Linear(tau=1500, final=0.001)
    )
    fit(case, training, 2000)
    W, _ = case.network.arrays(case.network.theta)
    lasso = Lasso(alpha=0.2, tol=1e-12).fit(case.x, case.y[:, 0])
    assert (lasso.coef_[1:] == 0).all()
    assert (W[1:] == 0).all()
    assert W[0, 0] == pytest.approx(lasso.coef_[0], abs=0.05)


@pytest.mark.parametrize("name", sorted(FIRST_ORDER))
def test_at_the_minimum_under_l1_training_stays_there(name):
    """Where the slope of the loss and that of λ₁|w| cancel, no optimiser's state may build up."""
    case = make_case(SquaredError(), [], n_rows=60, n_targets=1, l1=0.2, l2=0.0, weighted=False)
    case.y[...] = 2 * case.x[:, :1]
    lasso = Lasso(alpha=0.2, tol=1e-12).fit(case.x, case.y[:, 0])
    case.network.theta[...] = [*lasso.coef_, lasso.intercept_]
    optimizer = FIRST_ORDER[name]()
    rate = 0.001 if name == "lion" else optimizer.learning_rate
    fit(case, with_defaults(optimizer, learning_rate=rate, batch_size=60), 2000)
    assert case.network.theta[:4] == pytest.approx(lasso.coef_, abs=0.05)


def test_l1_reaches_the_lasso():
    case = make_case(SquaredError(), [], n_rows=60, n_targets=1, l1=0.15, l2=0.0, weighted=False)
    case.y += case.x[:, :1]
    fit(case, sgd(batch_size=60, momentum=0.5), 2000)
    lasso = Lasso(alpha=0.15, tol=1e-12).fit(case.x, case.y[:, 0])
    W, b = case.network.arrays(case.network.theta)
    assert 0 < (lasso.coef_ == 0).sum() < 4
    assert W[:, 0] == pytest.approx(lasso.coef_, abs=1e-6)
    assert ((W[:, 0] == 0) == (lasso.coef_ == 0)).all()
    assert b[0, 0] == pytest.approx(lasso.intercept_, abs=1e-6)


def test_the_proximal_step_of_sgd_by_hand():
    case = network_case(l1=0.3, l2=0.0)
    start, n = case.network.theta.copy(), case.network.n_weights
    args = *case.batch, case.network.workspace(23), Pass(training=True, weight=case.weight)
    moved = start - 0.1 * case.objective.gradient(*args)
    moved[:n] = np.sign(moved[:n]) * np.maximum(np.abs(moved[:n]) - 0.1 * 0.3, 0)
    fit(case, sgd(batch_size=23), 1)
    assert case.network.theta == pytest.approx(moved)


# --------------------------------------------------------------------------------------
# Schedules.


class Spy(Schedule):
    """Remembers when it was asked."""

    def factor(self, t, total, history=()):
        self.__dict__.setdefault("asked", []).append((t, total, len(history)))
        return 1.0


def test_a_schedule_is_asked_before_every_step_with_the_time_in_epochs():
    case, spy = network_case(n_rows=20), Spy()
    fit(case, sgd(batch_size=8, schedule=spy), 2)
    times = [0, 1 / 3, 2 / 3, 1, 4 / 3, 5 / 3]
    assert [t for t, _, _ in spy.asked] == pytest.approx(times)
    assert [n for _, _, n in spy.asked] == [0, 0, 0, 1, 1, 1]
    assert {total for _, total, _ in spy.asked} == {2}


def test_a_schedule_scales_the_steps():
    case = network_case(l2=0.0)
    progress = fit(case, sgd(batch_size=23, schedule=Linear(tau=2, final=0.0)), 4)
    assert [r["learning_rate"] for r in progress.history] == pytest.approx([0.1, 0.05, 0, 0])
    losses = [r["loss"] for r in progress.history]
    assert losses[0] > losses[1] > losses[2] == losses[3]


def test_the_plateau_reads_the_monitored_loss():
    case = network_case()
    schedule = Plateau(patience=2, gamma=0.5)
    progress = fit(
        case,
        sgd(batch_size=23, schedule=schedule),
        6,
        validate=lambda: {"validation_loss": 1.0},
        monitor="validation_loss",
    )
    rates = [r["learning_rate"] for r in progress.history]
    assert rates == pytest.approx([0.1, 0.1, 0.1, 0.05, 0.05, 0.025])
    assert [r["monitored"] for r in progress.history] == [1.0] * 6


def test_the_momentum_rises():
    case = network_case()
    progress = fit(case, sgd(batch_size=23, momentum=0.9, momentum_schedule=Rise(epochs=4)), 6)
    momenta = [r["momentum"] for r in progress.history]
    assert momenta == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9, 0.9])


# --------------------------------------------------------------------------------------
# Batches.


class Recorder(Objective):
    """Remembers the rows of every batch: the first column of x is the row's number."""

    def loss_gradient(self, x, y, weight, work, run):
        rows = x.toarray() if hasattr(x, "toarray") else x
        self.__dict__.setdefault("batches", []).append(rows[:, 0].astype(int).tolist())
        assert np.array_equal(y[:, 0].astype(int), rows[:, 0].astype(int))
        if weight is not None:
            assert weight[:, 0] == pytest.approx(1 + rows[:, 0])
        return super().loss_gradient(x, y, weight, work, run)


def batches_of(sampler, n_epochs=3, batch_size=4, n_rows=10, sparse=False):
    case = network_case(n_rows=n_rows)
    case.x[:, 0] = case.y[:, 0] = np.arange(n_rows)
    case.weight[:, 0] = 1 + np.arange(n_rows)
    if sparse:
        case.x = csr_array(case.x)
    case.objective = Recorder(case.network, SquaredError())
    training = sgd(sampler=sampler, batch_size=batch_size, learning_rate=1e-9)
    fit(case, training, n_epochs)
    batches = case.objective.batches
    per_epoch = len(batches) // n_epochs
    return [batches[i : i + per_epoch] for i in range(0, len(batches), per_epoch)]


def flat(epoch):
    return [row for batch in epoch for row in batch]


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("name", sorted(Sampler.registry))
def test_every_sampler_fills_an_epoch(name, sparse):
    """x, y and weights of a row stay together (the recorder checks), in batches of 4, 4, 2."""
    for epoch in batches_of(Sampler.registry[name](), sparse=sparse):
        assert [len(batch) for batch in epoch] == [4, 4, 2]


def test_each_epoch_has_its_own_order():
    epochs = [flat(epoch) for epoch in batches_of(EachEpoch())]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_once_shuffles_once():
    epochs = [flat(epoch) for epoch in batches_of(Once())]
    assert epochs[0] == epochs[1] == epochs[2] != list(range(10))
    assert sorted(epochs[0]) == list(range(10))


def test_keep_keeps_the_order():
    assert all(flat(epoch) == list(range(10)) for epoch in batches_of(Keep()))


def test_with_replacement_rows_repeat():
    epochs = [flat(epoch) for epoch in batches_of(WithReplacement())]
    assert all(len(set(epoch)) < 10 for epoch in epochs)
    assert epochs[0] != epochs[1]


def test_a_full_batch_is_not_shuffled_unless_rows_are_drawn_with_replacement():
    for sampler in (EachEpoch(), Once(), Keep()):
        assert all(epoch == [list(range(10))] for epoch in batches_of(sampler, batch_size=10))
    epochs = batches_of(WithReplacement(), batch_size=10)
    assert all(len(set(flat(epoch))) < 10 for epoch in epochs)


def test_a_batch_size_beyond_the_rows_is_the_full_batch():
    assert batches_of(Keep(), batch_size=1000) == [[list(range(10))]] * 3


def test_going_on_is_the_same_as_never_having_stopped():
    """Order of rows, noise, moments and epochs all go on, in any split of the epochs."""
    results = []
    for split in ((6,), (2, 4), (1, 1, 1, 3)):
        case = make_case(SquaredError(), [make_hidden(Tanh(), dropout=0.3)], n_rows=23)
        progress = new_progress()
        training = sgd(sampler=EachEpoch(), batch_size=5, momentum=0.9)
        for n in split:
            fit(case, training, n, progress)
        assert progress.epoch == 6
        assert [r["epoch"] for r in progress.history] == list(range(1, 7))
        results.append(case.network.theta.copy())
    assert np.array_equal(results[0], results[1])
    assert np.array_equal(results[0], results[2])


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_batch_of_weight_zero_teaches_nothing(batch_norm):
    """Plain SGD: the weights after it are those before it."""
    case = network_case(n_rows=10, l2=0.0, batch_norm=batch_norm)
    case.weight[...] = 1
    case.weight[5:] = 0
    thetas = []
    watch(case, sgd(batch_size=5), lambda: thetas.append(case.network.theta.copy()), 1)
    assert np.isfinite(case.network.running).all()
    assert np.array_equal(thetas[0], thetas[1])


# Rows of X that are set aside are never touched, and X is not copied.

SUBSET = np.array([3, 1, 4, 15, 9, 2, 6, 5])


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("batch_size", [3, 8])
@pytest.mark.parametrize("name", sorted(Sampler.registry))
def test_some_rows_of_x_train_as_if_cut_out(name, batch_size, sparse):
    thetas = []
    for cut in (False, True):
        case = network_case(n_rows=20, sparse=sparse)
        y, weight = case.y[SUBSET], case.weight[SUBSET]
        rest = np.setdiff1d(np.arange(20), SUBSET)
        if not sparse:
            case.x[rest] = np.nan
        data = Data(case.x, y, weight, SUBSET)
        assert data.n == 8
        if cut:
            data = data.whole()
            assert data.rows is None and data.X.shape == (8, 4)
        training = sgd(sampler=Sampler.registry[name](), batch_size=batch_size)
        Trainer(Fit(case.objective, training, data, new_progress(), 3)).run()
        thetas.append(case.network.theta)
    assert np.isfinite(thetas[0]).all()
    assert thetas[0] == pytest.approx(thetas[1], rel=1e-12)


def test_data_without_a_choice_of_rows_are_whole():
    case = network_case()
    data = Data(*case.batch)
    assert data.whole() is data
    assert data.n == 23


@pytest.mark.parametrize("container", [np.asarray, csr_array])
@pytest.mark.parametrize("rows", [None, np.array([5, 1])])
def test_whole_data_have_one_precision(rows, container):
    """What a memory map holds in another precision is converted once, not at every step."""
    X = container(np.arange(12.0).reshape(6, 2))
    y = np.zeros((6 if rows is None else 2, 1), np.float32)
    whole = Data(X, y, None, rows).whole()
    assert whole.X.dtype == np.float32 and whole.rows is None
    expected = X if rows is None else X[rows]
    assert abs(whole.X - expected).max() == 0


# --------------------------------------------------------------------------------------
# How it ends.


class Bomb(SquaredError):
    """Squared error whose slope does something in a given step."""

    def __init__(self, at=0, what=None):
        self.at, self.what, self.count = at, what, 0

    def slope(self, y, raw, out=None):
        self.count += 1
        out = super().slope(y, raw, out)
        if self.count == self.at:
            if isinstance(self.what, type):
                raise self.what
            out[...] = self.what
        return out


def bombed(at, what, **options):
    """Five rows a batch, four batches an epoch; the bomb goes off in step ``at``."""
    case = make_case(Bomb(at, what), [make_hidden(Tanh())], n_rows=20, **options)
    thetas = [case.network.theta.copy()]

    def after_epoch(record):
        thetas.append(case.network.theta.copy())
        return False

    return case, thetas, after_epoch


@pytest.mark.parametrize("what", [np.nan, np.inf, 1e200])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_diverged_epoch_is_undone(what, batch_norm):
    case, thetas, after_epoch = bombed(10, what, batch_norm=batch_norm)  # epoch 3
    progress = fit(case, sgd(batch_size=5, momentum=0.9), 5, after_epoch=after_epoch)
    assert progress.stopped == "diverged"
    assert progress.epoch == len(progress.history) == 2
    assert np.array_equal(case.network.theta, thetas[2])
    assert np.isfinite(case.network.running).all()
    assert progress.optimizer_state is None  # its moments are not finite either


def test_a_fit_that_diverges_at_once_keeps_the_start():
    case, thetas, after_epoch = bombed(1, np.nan)
    progress = fit(case, sgd(batch_size=5), 5, after_epoch=after_epoch)
    assert progress.stopped == "diverged"
    assert progress.history == []
    assert np.array_equal(case.network.theta, thetas[0])


def test_a_fit_goes_on_after_it_diverged():
    case, _, after_epoch = bombed(10, np.nan)
    progress = fit(case, sgd(batch_size=5), 5, after_epoch=after_epoch)
    fit(case, sgd(batch_size=5), 3, progress)
    assert progress.stopped == "max_iter"
    assert [r["epoch"] for r in progress.history] == [1, 2, 3, 4, 5]


def test_a_far_too_large_rate_diverges_without_a_warning():
    """Warnings are errors here: an overflow must not leak one."""
    case = make_case(SquaredError(), [], n_rows=20)
    progress = fit(case, sgd(batch_size=5, learning_rate=1e6), 100)
    assert progress.stopped == "diverged"
    assert np.isfinite(case.network.theta).all()


def test_ctrl_c_within_an_epoch():
    case, thetas, after_epoch = bombed(10, KeyboardInterrupt)
    progress = fit(case, sgd(batch_size=5), 5, after_epoch=after_epoch)
    assert progress.stopped == "interrupted"
    assert progress.epoch == len(progress.history) == 2
    assert np.isfinite(case.network.theta).all()
    fit(case, sgd(batch_size=5), 2, progress)  # and the fit can go on
    assert [r["epoch"] for r in progress.history] == [1, 2, 3, 4]


def test_ctrl_c_under_weight_noise_leaves_the_clean_weights():
    """The noise is never part of what was learned."""
    case, thetas, after_epoch = bombed(9, KeyboardInterrupt)  # the first step of epoch 3
    training = sgd(batch_size=5, weight_noise=0.5)
    progress = fit(case, training, 5, after_epoch=after_epoch)
    assert progress.stopped == "interrupted"
    assert np.array_equal(case.network.theta, thetas[2])


def test_ctrl_c_after_the_weights_became_infinite():
    case, thetas, after_epoch = bombed(9, np.nan)
    steps = []

    class Interrupted(Trainer):
        def _step(self):
            super()._step()
            steps.append(1)
            if len(steps) == 10:
                raise KeyboardInterrupt

    progress = new_progress()
    watch = Watch(case.network, progress, after_epoch=after_epoch)
    data, training = Data(*case.batch), sgd(batch_size=5)
    with watch:
        Interrupted(Fit(case.objective, training, data, progress, 5, watch=watch)).run()
    assert progress.stopped == "interrupted"
    assert np.array_equal(case.network.theta, thetas[2])


def test_ctrl_c_between_epochs():
    case = network_case()
    thetas = []

    def after_epoch(record):
        thetas.append(case.network.theta.copy())
        if record["epoch"] == 3:
            raise KeyboardInterrupt
        return False

    progress = fit(case, sgd(batch_size=5), 10, after_epoch=after_epoch)
    assert progress.stopped == "interrupted"
    assert len(progress.history) == 3
    assert np.array_equal(case.network.theta, thetas[2])


def test_ctrl_c_brings_the_best_weights_back():
    case = network_case()
    thetas, validation = [], iter([3.0, 1.0, 2.0, 2.5])

    def after_epoch(record):
        thetas.append(case.network.theta.copy())
        if record["epoch"] == 4:
            raise KeyboardInterrupt
        return False

    stopping = Stopping(n_iter_no_change=10, keep_best=True)
    progress = fit(
        case,
        sgd(batch_size=5),
        10,
        stopping=stopping,
        validate=lambda: {"validation_loss": next(validation)},
        monitor="validation_loss",
        after_epoch=after_epoch,
    )
    assert progress.stopped == "interrupted"
    assert stopping.seen.best_epoch == 2
    assert np.array_equal(case.network.theta, thetas[1])


def test_another_error_is_not_swallowed():
    case, _, _ = bombed(3, ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        fit(case, sgd(batch_size=5), 5)


def test_a_callback_stops():
    case = network_case()
    progress = fit(case, sgd(batch_size=5), 10, after_epoch=lambda record: record["epoch"] == 2)
    assert progress.stopped == "callback"
    assert progress.epoch == len(progress.history) == 2


def test_max_iter_is_the_end_without_a_reason():
    progress = fit(network_case(), sgd(batch_size=5), 3)
    assert progress.stopped == "max_iter"
    assert progress.epoch == 3


def stopped_by(losses, **settings):
    """Feed a validation curve; return the weights after each epoch, and how it ended."""
    case = network_case()
    thetas, curve = [], iter(losses)

    def after_epoch(record):
        thetas.append(case.network.theta.copy())
        return False

    stopping = Stopping(**settings)
    progress = fit(
        case,
        sgd(batch_size=5),
        len(losses),
        stopping=stopping,
        validate=lambda: {"validation_loss": next(curve)},
        monitor="validation_loss",
        after_epoch=after_epoch,
    )
    return case, thetas, progress, stopping


def test_patience_stops_and_restores_the_best():
    case, thetas, progress, stopping = stopped_by(
        [5, 4, 3, 3.5, 2.9999, 3.2, 9, 9, 9], n_iter_no_change=3, tol=1e-3, keep_best=True
    )
    # 2.9999 is the best, but it is no fall by more than tol: the count goes on.
    assert progress.stopped == "converged"
    assert len(thetas) == 6
    assert stopping.seen.best_epoch == 5
    assert np.array_equal(case.network.theta, thetas[4])


def test_without_keeping_the_best_the_last_weights_stay():
    case, thetas, progress, _ = stopped_by([5, 4, 5, 5, 5], n_iter_no_change=3)
    assert progress.stopped == "converged"
    assert np.array_equal(case.network.theta, thetas[4])


def test_n_rises_in_a_row_rewind_n_epochs():
    case, thetas, progress, stopping = stopped_by(
        [5, 4, 6, 3.5, 3.6, 3.7, 3.8, 1], n_iter_no_change=3, rule="rises", keep_best=True
    )
    assert progress.stopped == "converged"
    assert len(thetas) == 7  # 3.6, 3.7, 3.8: the third rise in a row
    assert stopping.seen.best_epoch == 4
    assert np.array_equal(case.network.theta, thetas[3])


def test_a_fall_interrupts_the_rises():
    _, thetas, progress, _ = stopped_by(
        [5, 6, 7, 6.5, 7, 8, 7], n_iter_no_change=3, rule="rises", keep_best=True
    )
    assert progress.stopped == "max_iter"
    assert len(thetas) == 7


def test_no_patience_never_stops():
    _, thetas, progress, _ = stopped_by([1.0] * 15, n_iter_no_change=None)
    assert progress.stopped == "max_iter" and len(thetas) == 15


# --------------------------------------------------------------------------------------
# Memory and types.


def count_workspaces(case, training, n_epochs, monkeypatch):
    sizes = []
    original = type(case.network).workspace
    monkeypatch.setattr(
        type(case.network),
        "workspace",
        lambda self, n, layers=None: sizes.append(n) or original(self, n, layers),
    )
    fit(case, training, n_epochs)
    return sizes


def test_buffers_are_allocated_once_per_batch_size(monkeypatch):
    case = network_case(n_rows=23)
    training = sgd(sampler=EachEpoch(), batch_size=5)
    assert count_workspaces(case, training, 6, monkeypatch) == [5, 3]


def test_one_batch_needs_one_set_of_buffers(monkeypatch):
    assert count_workspaces(network_case(), sgd(batch_size=23), 6, monkeypatch) == [23]


def test_a_full_batch_is_the_data_itself(monkeypatch):
    case = network_case()
    seen = []
    original = Objective.loss_gradient

    def spy(self, x, *args):
        seen.append(x)
        return original(self, x, *args)

    monkeypatch.setattr(Objective, "loss_gradient", spy)
    for sampler in (EachEpoch(), Keep(), Once()):
        fit(case, sgd(sampler=sampler, batch_size=23), 2)
    assert len(seen) == 6
    assert all(np.shares_memory(x, case.x) for x in seen)


def test_batches_in_order_are_views(monkeypatch):
    case = network_case()
    seen = []
    original = Objective.loss_gradient
    monkeypatch.setattr(
        Objective,
        "loss_gradient",
        lambda self, x, *args: seen.append(x) or original(self, x, *args),
    )
    fit(case, sgd(sampler=Keep(), batch_size=5), 1)
    assert all(np.shares_memory(x, case.x) for x in seen)


def wide_case(x):
    """Few parameters, much data."""
    n, features = x.shape
    network = build(features, [], 1, output_initializer=GlorotUniform(), dtype=x.dtype)
    network.initialize(np.random.default_rng(0))
    return Case(Objective(network, SquaredError()), x, np.zeros((n, 1), x.dtype), None)


@pytest.mark.parametrize("batch_size, sampler", [(4000, EachEpoch()), (100, Keep())])
def test_training_makes_no_copy_of_x(batch_size, sampler):
    case = wide_case(np.random.default_rng(0).standard_normal((4000, 500)))
    training = sgd(sampler=sampler, batch_size=batch_size, learning_rate=1e-4)
    assert peak_of(lambda: fit(case, training, 2)) < case.x.nbytes / 10


@pytest.mark.parametrize("name", sorted(Sampler.registry))
def test_a_memory_map_is_never_loaded_whole(name, tmp_path):
    x = np.lib.format.open_memmap(tmp_path / "x.npy", "w+", np.float64, (4000, 500))
    x[:] = np.random.default_rng(0).standard_normal(x.shape)
    x.flush()
    half = np.arange(0, 4000, 2)
    for rows in (None, half):
        case = wide_case(np.load(tmp_path / "x.npy", mmap_mode="r"))
        data = Data(case.x, case.y if rows is None else case.y[rows], None, rows)
        training = sgd(sampler=Sampler.registry[name](), batch_size=50, learning_rate=1e-4)
        trainer = Trainer(Fit(case.objective, training, data, new_progress(), 2))
        assert peak_of(trainer.run) < x.nbytes / 10


def test_sparse_batches_are_never_dense():
    x = csr_array((np.ones(4000), (np.arange(4000), np.arange(4000) % 3000)), shape=(4000, 3000))
    case = wide_case(x)
    training = sgd(sampler=EachEpoch(), batch_size=50, learning_rate=1e-4)
    dense_batch = 50 * 3000 * 8
    assert peak_of(lambda: fit(case, training, 1)) < dense_batch


def test_a_step_allocates_little():
    """After the first epoch, a step lives in the buffers it has: no array of the batch's size."""
    case = make_case(SquaredError(), [make_hidden(Tanh(), 200)], n_rows=2000, weighted=False)
    trainer = make_trainer(case, sgd(batch_size=500, momentum=0.9))
    trainer.epoch()
    rows = slice(0, 500)

    def step():
        work, x = trainer._batch(rows, None)
        trainer._gradient(x, case.y[rows], None, work)
        trainer._step()

    activations = 500 * 200 * 8
    assert peak_of(step) < activations / 4


@pytest.mark.parametrize("name", sorted(FIRST_ORDER))
def test_single_precision_is_kept(name):
    rng = np.random.default_rng(0)
    network = build(
        4,
        [make_hidden(Tanh(), dropout=0.2, noise=0.1)],
        2,
        output_initializer=GlorotUniform(),
        dtype=np.float32,
        batch_norm=True,
        input_noise=0.1,
        activity_l1=0.01,
    )
    network.initialize(rng)
    x, y = rng.standard_normal((2, 20, 4)).astype(np.float32)
    weight = np.ones((20, 1), np.float32)
    case = Case(Objective(network, SquaredError(), [L1(0.01), L2(0.01)]), x, y[:, :2], weight)
    seen = []

    class Typed(Objective):
        def loss_gradient(self, *args):
            raw = super().loss_gradient(*args)
            seen.extend([raw.dtype, self.network.gradient.dtype])
            return raw

    case.objective = Typed(network, SquaredError(), [L1(0.01), L2(0.01)])
    training = with_defaults(
        FIRST_ORDER[name](),
        batch_size=20,
        weight_noise=0.1,
        weight_decay=0.01,
        max_norm=2.0,
        clipping=ByGlobalNorm(),
    )
    progress = fit(case, training, 3)
    assert network.theta.dtype == network.running.dtype == np.float32
    assert set(seen) == {np.dtype(np.float32)}
    arrays = [v for s in progress.optimizer_state for v in s.values() if isinstance(v, np.ndarray)]
    assert all(array.dtype in (np.float32, bool) for array in arrays)
    assert all(isinstance(value, (int, float, list)) for value in progress.history[-1].values())


@pytest.mark.parametrize("name", sorted(FIRST_ORDER))
def test_every_optimizer_learns(name):
    case = make_case(CrossEntropy(), [make_hidden(Tanh(), 8)], n_rows=40, n_targets=3, l2=0.0)
    optimizer = FIRST_ORDER[name]()
    size = 40 if optimizer.full_batch else 10
    progress = fit(case, with_defaults(optimizer, batch_size=size), 60)
    losses = [record["loss"] for record in progress.history]
    assert losses[-1] < losses[0]
    assert progress.stopped == "max_iter"
