"""The network: one vector and its views, copies of it, prediction in blocks."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from scipy.sparse import csr_array, csr_matrix
from strategies import Case, cases, every_activation, make_case, make_hidden

from skdl.core.activations import ReLU, Tanh
from skdl.core.architecture import build
from skdl.core.initializers import Initializer
from skdl.core.layers import Dense, Pass
from skdl.core.losses import SquaredError
from skdl.core.objective import Objective

few = settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)


def rich_case(**options):
    """Every kind of parameter: weights, biases, slopes, γ and β, and running statistics."""
    hidden = [make_hidden(activation) for activation in every_activation()]
    hidden = [h for h in hidden if h.activation.pre_activation != "distance"][-4:]
    hidden.append(make_hidden(next(a for a in every_activation() if a.learned_slope is not None)))
    return make_case(SquaredError(), hidden, batch_norm=True, **options)


def train_pass(case, x=None):
    x = case.x if x is None else x
    run = Pass(training=True, weight=case.weight, rng=np.random.default_rng(0))
    work = case.network.workspace(x.shape[0])
    return case.objective.loss_gradient(x, case.y, case.weight, work, run)


# --------------------------------------------------------------------------------------
# Layout.


@few
@given(case=cases())
def test_weights_come_first_and_nothing_is_left_out(case):
    network = case.network
    Ws = [layer.W for layer in network.weighted_layers]
    assert network.n_weights == sum(W.size for W in Ws)
    assert np.array_equal(network.weights, np.concatenate([W.ravel() for W in Ws]))
    assert network.weights.base is network.theta
    parameters = [p for layer in network.layers for p in layer.parameters()]
    assert network.n_parameters == network.theta.size
    assert network.n_parameters == sum(p.shape[0] * p.shape[1] for p in parameters)
    assert len(network.arrays(network.theta)) == len(parameters)
    # Every entry belongs to exactly one view.
    label = np.arange(network.n_parameters)
    seen = np.concatenate([a.ravel() for a in network.arrays(label)])
    assert sorted(seen.tolist()) == label.tolist()


@pytest.mark.parametrize("stack", [(), (3,)], ids=str)
def test_views_share_memory_with_the_vectors(stack):
    case = rich_case(stack=stack)
    network = case.network
    names = set()
    for layer in network.layers:
        for p in layer.parameters():
            names.add(p.name)
            for prefix, vector in (("", network.theta), ("d", network.gradient)):
                view = getattr(layer, prefix + p.name)
                assert view.shape == (*stack, *p.shape)
                assert np.shares_memory(view, vector)
        for p in layer.statistics():
            assert np.shares_memory(getattr(layer, p.name), network.running)
    assert names == {"W", "b", "slope", "gamma", "beta"}


def test_views_are_named_by_layer():
    case = rich_case()
    vector = np.arange(float(case.network.n_parameters))
    for layer, views in zip(case.network.layers, case.network.views(vector), strict=True):
        assert list(views) == [p.name for p in layer.parameters()]
        assert all(np.shares_memory(view, vector) for view in views.values())


def test_the_vector_moves_the_prediction():
    case = rich_case(n_rows=50)
    before = case.network.raw(case.x).copy()
    for part in case.network.arrays(case.network.theta):
        part += 0.1
        after = case.network.raw(case.x).copy()
        assert not np.allclose(before, after)
        before = after


# --------------------------------------------------------------------------------------
# Copies.


def test_snapshot_and_restore():
    case = rich_case()
    network = case.network
    raw, learned = network.raw(case.x).copy(), network.snapshot()
    theta, running = network.theta, network.running
    train_pass(case)
    network.theta += 1
    assert not np.array_equal(learned[1], network.running)
    assert not np.allclose(raw, network.raw(case.x))
    assert not np.shares_memory(learned[0], network.theta)
    network.restore(learned)
    assert np.array_equal(raw, network.raw(case.x))
    assert network.theta is theta and network.running is running  # views stay bound
    out = network.snapshot(learned)
    assert out is learned
    network.theta += 1
    network.snapshot(learned)
    assert np.array_equal(learned[0], network.theta)


COPIES = {
    "pickle": lambda network: pickle.loads(pickle.dumps(network)),
    "deepcopy": copy.deepcopy,
    "twice": lambda network: copy.deepcopy(pickle.loads(pickle.dumps(network))),
}


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("stack", [(), (3,)], ids=str)
def test_a_copy_predicts_alike_and_is_bound_to_its_own_vector(duplicate, stack):
    case = rich_case(stack=stack)
    train_pass(case)  # running statistics other than at the start
    raw = case.network.raw(case.x).copy()
    twin = duplicate(case.network)
    assert np.array_equal(twin.raw(case.x), raw)
    for part in twin.arrays(twin.theta):
        part += 0.1
    assert not np.allclose(twin.raw(case.x), raw)
    changed = twin.raw(case.x).copy()
    twin.running *= 2
    assert not np.allclose(twin.raw(case.x), changed)
    assert np.array_equal(case.network.raw(case.x), raw)  # the original knows nothing of it
    for layer in twin.layers:
        for p in layer.parameters():
            assert np.shares_memory(getattr(layer, p.name), twin.theta)
            assert np.shares_memory(getattr(layer, "d" + p.name), twin.gradient)
            assert not np.shares_memory(getattr(layer, p.name), case.network.theta)


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_copy_learns_alike(duplicate):
    case = rich_case()
    twin = Case(Objective(duplicate(case.network), SquaredError()), *case.batch)
    train_pass(case)
    assert not twin.network.gradient.any()
    train_pass(twin)
    assert np.abs(twin.network.gradient).max() > 0
    assert np.array_equal(twin.network.gradient, case.network.gradient)
    assert np.array_equal(twin.network.running, case.network.running)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_pickle_is_no_larger_than_what_was_learned(dtype):
    glorot = Initializer.registry["glorot_uniform"]()
    network = build(
        200, [make_hidden(ReLU(), 300)], 10, output_initializer=glorot, dtype=dtype, batch_norm=True
    )
    network.initialize(np.random.default_rng(0))
    network.raw(np.zeros((500, 200)))
    learned = network.theta.nbytes + network.running.nbytes
    assert learned <= len(pickle.dumps(network)) <= learned + 4000


# --------------------------------------------------------------------------------------
# Prediction.


@few
@given(case=cases())
def test_blocks_equal_one_pass(case):
    whole = case.network.raw(case.x).copy()
    assert whole.shape[0] == case.x.shape[0]
    for chunk in (1, 4, 6, 100):
        assert case.network.raw(case.x, chunk=chunk) == pytest.approx(whole, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("stack", [(), (3,)], ids=str)
@pytest.mark.parametrize("container", [np.asarray, csr_array, csr_matrix])
def test_blocks_of_many_rows(stack, container):
    case = make_case(SquaredError(), [make_hidden(Tanh())], n_rows=5000, stack=stack)
    x = container(case.x)
    blocks = case.network.raw(x)  # three blocks, the last one smaller
    whole = case.network.raw(x, chunk=5000)
    assert blocks.shape == whole.shape == (*stack, 5000, 2)
    assert blocks == pytest.approx(whole, rel=1e-12, abs=1e-14)


def test_every_block_meets_the_same_sub_network():
    case = make_case(SquaredError(), [make_hidden(Tanh(), dropout=0.5)], n_rows=20)
    case.x[...] = case.x[0]  # equal rows: equal predictions, if the mask is the same

    def sub_network():
        return Pass(sub_network=True, rng=np.random.default_rng(1))

    raw = case.network.raw(case.x, sub_network, chunk=6)
    assert raw == pytest.approx(np.broadcast_to(raw[0], raw.shape), abs=1e-14)
    assert not np.allclose(raw, case.network.raw(case.x))


def test_a_memory_map_is_predicted_in_blocks(tmp_path):
    case = make_case(SquaredError(), [make_hidden(Tanh())], n_rows=300)
    path = tmp_path / "x.npy"
    np.save(path, case.x)
    x = np.load(path, mmap_mode="r")
    assert isinstance(x, np.memmap)
    assert case.network.raw(x, chunk=64) == pytest.approx(case.network.raw(case.x))


def test_single_precision():
    glorot = Initializer.registry["glorot_uniform"]()
    hidden = [make_hidden(activation, 2) for activation in every_activation()]
    single, double = (
        build(4, hidden, 2, output_initializer=glorot, dtype=dtype)
        for dtype in (np.float32, np.float64)
    )
    for network in (single, double):
        network.initialize(np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((5, 4))
    assert single.theta.dtype == single.gradient.dtype == np.float32
    raws = [single.raw(x), single.raw(x.astype(np.float32)), single.raw(csr_array(x))]
    for raw in raws:
        assert raw.dtype == np.float32
        assert raw == pytest.approx(double.raw(x), rel=1e-3, abs=1e-3)
    work = single.workspace(5)
    raw = single.forward(x.astype(np.float32), work, Pass(training=True))
    single.backward(raw.copy(), work)
    assert np.isfinite(single.gradient).all() and np.abs(single.gradient).max() > 0
    for buffers in work.memos:
        for name, array in vars(buffers).items():
            assert getattr(array, "dtype", np.float32) == np.float32, name


def test_inputs_of_another_type_are_converted():
    case = make_case(SquaredError(), [make_hidden(Tanh())])
    x = case.x.astype(np.float32)
    assert case.network.raw(x).dtype == np.float64
    assert case.network.raw(x) == pytest.approx(case.network.raw(case.x), abs=1e-5)


# --------------------------------------------------------------------------------------
# Starting values, buffers, the lowest layer.


def test_initial_values_follow_the_generator_only():
    case = rich_case()
    thetas = []
    for seed in (0, 0, 1):
        case.network.initialize(np.random.default_rng(seed))
        thetas.append(case.network.theta.copy())
    assert np.array_equal(thetas[0], thetas[1])
    assert not np.allclose(thetas[0], thetas[2])


def test_initialising_again_resets_the_running_statistics():
    case = rich_case()
    case.network.initialize(np.random.default_rng(0))
    start = case.network.running.copy()
    train_pass(case)
    case.network.initialize(np.random.default_rng(0))
    assert np.array_equal(case.network.running, start)


def test_a_pass_writes_into_the_same_buffers_again():
    case = rich_case()
    work = case.network.workspace(case.x.shape[0])
    run = Pass(training=True, weight=case.weight)
    first = case.objective.loss_gradient(case.x, case.y, case.weight, work, run)
    arrays = {
        (i, name): array
        for i, b in enumerate(work.memos)
        for name, array in vars(b).items()
        if isinstance(array, np.ndarray) and name not in ("omega", "scale")
    }
    second = case.objective.loss_gradient(case.x, case.y, case.weight, work, run)
    assert first is second
    for (i, name), array in arrays.items():
        assert np.shares_memory(getattr(work.memos[i], name), array)


def test_nothing_is_differentiated_below_the_lowest_parameter():
    """The gradient of the inputs is never computed: it would cost what that of the weights does."""
    case = make_case(
        SquaredError(), [make_hidden(Tanh(), 5)], input_noise=0.1, input_dropout=0.1, n_rows=7
    )
    work = case.network.workspace(7)
    run = Pass(training=True, weight=case.weight, rng=np.random.default_rng(0))
    case.objective.loss_gradient(case.x, case.y, case.weight, work, run)
    dense = [
        b.dx
        for layer, b in zip(case.network.layers, work.memos, strict=True)
        if isinstance(layer, Dense)
    ]
    assert dense[0] is None
    assert dense[1].shape == (7, 5)


def test_a_network_without_hidden_layers_is_linear():
    case = make_case(SquaredError(), [])
    W, b = case.network.arrays(case.network.theta)
    assert case.network.raw(case.x) == pytest.approx(case.x @ W + b)


@pytest.mark.parametrize("name", sorted(a.name for a in every_activation()))
def test_the_flag_of_exact_curvature_is_that_of_its_layers(name):
    activation = next(a for a in every_activation() if a.name == name)
    network = make_case(SquaredError(), [make_hidden(activation)]).network
    assert network.exact_curvature == (activation.pre_activation != "distance")
    assert not make_case(
        SquaredError(), [make_hidden(Tanh())], batch_norm=True
    ).network.exact_curvature
