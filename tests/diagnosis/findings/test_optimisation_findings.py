"""Is it the optimiser? Each sign on a record built to show it, and on networks that are bad so."""

import warnings

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor, diagnose
from skdl.diagnosis.findings import optimisation as signs
from skdl.diagnosis.findings.optimisation import SIGNS, find_bad_training
from skdl.diagnosis.findings.training_record import TrainingRecord, read_record

FALLING = np.linspace(2, 1, 50).tolist()
JUMPING = [2.0, *[0.5, 0.8] * 20]
SETTLED = [*np.geomspace(2, 0.5, 20), *[0.5] * 30]


def record(loss=SETTLED, ended="converged", **more):
    return TrainingRecord(loss, ended, 50, **more)


CASES = {  # name of the sign: records that show it, and records that nearly do
    "diverged": ([record(ended="diverged")], [record()]),
    "oscillating": (
        [record(JUMPING)],
        [record(), record([2, 1, 0.5, 0.51] * 1), record([2.0, *[0.50, 0.52] * 20])],
    ),
    "blown up": (
        [record([9.0, *SETTLED], null_loss=2.0)],
        [record([5.0, *SETTLED], null_loss=2.0), record([9.0, *SETTLED])],
    ),
    "still falling": (
        [record(FALLING, "max_iter"), record([2.0], "max_iter"), record([2, 1.999], "max_iter")],
        [
            record(FALLING),
            record(SETTLED, "max_iter"),
            record(np.geomspace(2, 1e-3, 50).tolist(), "max_iter"),
        ],
    ),
    "dead units": ([record(dead=[0.1, 0.6])], [record(dead=[0.1, 0.4]), record()]),
    "saturated units": ([record(flat=[0.9])], [record(flat=[0.3])]),
    "vanishing gradients": (
        [record(relative_gradients=[0.001, 0.01, 0.03])],
        [record(relative_gradients=[0.003, 0.03]), record(relative_gradients=[1.0])],
    ),
    "exploding gradients": (
        [record(relative_gradients=[3.0, 0.1, 0.1])],
        [record(relative_gradients=[1.0, 0.1])],
    ),
}


@pytest.mark.parametrize("name", SIGNS)
def test_a_sign_is_seen_where_it_is_and_only_there(name):
    shown, hidden = CASES[name]
    for one in shown:
        (finding,) = [f for f in find_bad_training([one] * 4) if f.name == name]
        assert finding.about == "optimiser"
        assert finding.evidence.endswith(".") and "{" not in finding.evidence
    for one in hidden:
        assert name not in [f.name for f in find_bad_training([one] * 4)]


def test_half_of_the_fits_make_a_finding_and_are_counted():
    some = [record(dead=[0.8]), record(), record(dead=[0.6]), None]
    (finding,) = find_bad_training(some)
    assert finding.evidence.startswith("70 % of the units of hidden layer 1 are silent")
    assert finding.evidence.endswith("(in 2 of 3 fits).")
    assert find_bad_training([record(dead=[0.8]), record(), record()]) == []


def test_numbers_in_the_sentence():
    (finding,) = find_bad_training([record([*[1.0] * 18, 0.9, 0.8], "max_iter")])
    assert "largest number of epochs, 20," in finding.evidence
    assert "by 15 % over the last tenth" in finding.evidence


def test_when_the_training_error_is_low_only_divergence_is_told():
    many = [record(JUMPING, ended="diverged", dead=[0.9])]
    assert [f.name for f in find_bad_training(many, high_bias=False)] == ["diverged"]


@pytest.mark.parametrize(
    ("rate", "dead", "error", "stuck"),
    [
        (1.0, 0.0, 0.88, True),
        (1e-6, 0.0, 0.88, True),
        (1e-3, 0.9, 0.88, True),
        (1e-3, 0.0, 0.88, False),  # nothing says that it is the optimiser
        (1.0, 0.0, 0.5, False),  # it has learnt something
    ],
)
def test_stuck_needs_a_training_error_of_a_constant_and_a_reason(rate, dead, error, stuck):
    one = record(rate=rate, usual_rate=1e-3, dead=[dead])
    found = find_bad_training([one], training_error=error, constant_error=0.9)
    assert ("stuck" in [f.name for f in found]) == stuck


def test_record_of_our_network():
    X, y = load_digits(return_X_y=True)
    X, y = X[:200] / 16, y[:200]
    network = MLPClassifier((20, 10), activation=["relu", "tanh"], max_iter=5, random_state=0)
    with pytest.warns(ConvergenceWarning):
        network.fit(X, y)
    found = read_record(network, y)
    assert found.loss == network.loss_curve_
    assert (found.ended, found.max_iter) == ("max_iter", 5)
    assert found.rate == found.usual_rate
    assert found.null_loss == pytest.approx(np.log(10), rel=0.01)
    assert found.flat[0] == 0.0  # a rectifier is flat on one side only: that is no fault
    assert len(found.dead) == 2 and len(found.relative_gradients) == 3
    last = network.history_[-1]
    assert read_record(network, y, "the loss is no longer finite").ended == "diverged"
    network.history_[:] = [last]
    assert read_record(network, y).relative_gradients == pytest.approx(
        np.divide(last["gradient_norms"], last["weight_norms"])
    )


def test_record_of_scikit_learns_network_and_of_none():
    X, y = load_digits(return_X_y=True)
    network = SklearnMLPClassifier((5,), max_iter=3, learning_rate_init=0.5, random_state=0)
    with pytest.warns(ConvergenceWarning):
        network.fit(X[:100], y[:100])
    found = read_record(network, y[:100])
    assert found.loss == network.loss_curve_ and found.ended == "max_iter"
    assert (found.rate, found.dead) == (0.5, [])
    assert read_record(StandardScaler(), y) is None


def names(model, X, y, **settings):
    found = diagnose(
        model, X, y, n_repeats=1, cv=3, train_sizes=(), baselines=False, random_state=0, **settings
    )
    return [f.name for f in found.findings if f.about == "optimiser"], found


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"max_iter": 3}, "still falling"),
        ({"learning_rate": 1.0, "hidden_layer_sizes": (20, 20)}, "blown up"),
        ({"optimizer": "sgd", "learning_rate": 2.0, "max_iter": 40}, "oscillating"),
        ({"activation": "tanh", "init_scale": 30.0, "max_iter": 20}, "saturated units"),
        (
            {
                "hidden_layer_sizes": (20,) * 5,
                "activation": "sigmoid",
                "max_iter": 20,
                "learning_rate": 1e-3,
            },
            "vanishing gradients",
        ),
    ],
    ids=str,
)
def test_networks_that_are_bad_by_their_training(settings, expected):
    X, y = load_digits(return_X_y=True)
    model = make_pipeline(StandardScaler(), MLPClassifier(random_state=0, **settings))
    seen, found = names(model, X[:400], y[:400])
    assert expected in seen
    assert found.explanation.startswith("It is the optimiser")
    first = [t.action for t in signs_treatments(seen)]
    assert found.remedies[0].action in first and found.remedies[0].treats in seen


def signs_treatments(names):
    from skdl.diagnosis.remedies.propose import called_by

    return [treatment for name in names for treatment in called_by(name)]


def test_a_healthy_network_shows_no_sign_even_where_it_is_too_small():
    X, y = load_digits(return_X_y=True)
    model = make_pipeline(StandardScaler(), MLPClassifier((2,), random_state=0))
    seen, found = names(model, X[:400], y[:400])
    assert seen == []
    assert found.bias.value > 0.2
    assert "the network is too small" in found.explanation
    assert found.remedies[0].action == "Make the network larger"


def test_signs_are_read_through_pipelines_and_target_transformers():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 3)), rng.normal(size=90)
    model = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), MLPRegressor(max_iter=2, random_state=0))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        seen, found = names(model, X, y + X[:, 0])
    assert seen == ["still falling"]
    assert "regressor__mlpregressor__max_iter" in found.remedies[0]


def test_thresholds_are_what_the_module_says():
    assert (signs.FALL, signs.DEAD, signs.FLAT) == (0.05, 0.5, 0.5)


FALLING = np.geomspace(2, 0.5, 50).tolist()


@pytest.mark.parametrize(
    ("loss", "ended", "held_out", "expected"),
    [
        (FALLING, "max_iter", False, True),
        (FALLING, "converged", False, True),  # its tolerance was too large
        (FALLING, "converged", True, False),  # rows of its own ended it
        (FALLING, "max_iter", True, True),  # those rows did not
        (FALLING, "diverged", False, False),
        (SETTLED, "max_iter", False, False),
        (np.geomspace(2, 1e-3, 50).tolist(), "max_iter", False, False),  # nothing is left to fall
        ([0.7], "max_iter", False, True),
        ([], "max_iter", False, False),
    ],
)
def test_a_fit_is_unfinished_if_it_ended_while_its_loss_fell(loss, ended, held_out, expected):
    assert record(loss, ended, validation_loss=loss if held_out else []).unfinished == expected
