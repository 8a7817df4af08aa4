"""Remedies: valid for the very estimator, starting from its settings, only where they apply."""

import itertools
import pickle
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import make_classification
from sklearn.model_selection import ParameterGrid, RandomizedSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.neural_network import MLPRegressor as SklearnMLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

import skdl
from skdl import MLPClassifier, MLPRegressor
from skdl.core.optimizers import Optimizer
from skdl.diagnosis import Remedy
from skdl.diagnosis.findings.finding import Finding
from skdl.diagnosis.gaps import REGIMES
from skdl.diagnosis.remedies.propose import FIRST_TO_MEND, TREATMENTS, propose
from skdl.tools.inside import find_network

NETWORKS = [
    MLPClassifier(),
    MLPRegressor(),
    MLPClassifier(hidden_layer_sizes=()),
    MLPClassifier(hidden_layer_sizes=20, n_hidden_layers=2),
    MLPClassifier(hidden_layer_sizes=(1,), dropout=0.5, l2=1.0, early_stopping=True),
    MLPClassifier(hidden_layer_sizes=[8, 4], dropout=[0.5, 0.2], activation=["relu", "tanh"]),
    MLPClassifier(optimizer="lbfgs"),
    MLPClassifier(optimizer="rprop", batch_norm=True),
    SklearnMLPClassifier(),
    SklearnMLPRegressor(solver="lbfgs"),
    Pipeline([("scale", StandardScaler()), ("mlp", MLPClassifier())]),
    Pipeline([("scale", StandardScaler()), ("mlp", TransformedTargetRegressor(MLPRegressor()))]),
    TransformedTargetRegressor(make_pipeline(StandardScaler(), SklearnMLPRegressor())),
]


@pytest.mark.parametrize("regime", [*REGIMES, "no fault shown"])
@pytest.mark.parametrize("estimator", NETWORKS, ids=repr)
def test_each_remedy_can_be_set_and_changes_something(estimator, regime):
    remedies = propose(estimator, regime, more_rows_help=True)
    assert 2 <= len(remedies) <= 5
    for remedy in remedies:
        assert remedy.action and remedy.reason.endswith(".") and remedy.source
        assert remedy.regime in ("underfitting", "overfitting", "neither")
        for name, values in remedy.items():
            now = estimator.get_params()[name]
            assert any(value != now for value in values)
            for value in values:
                clone(estimator).set_params(**{name: value})
    with_parameters = [remedy for remedy in remedies if remedy]
    assert bool(with_parameters) == (regime != "neither")


@pytest.mark.parametrize("regime", ["underfitting", "overfitting", "both"])
@pytest.mark.parametrize("network", [e for e in NETWORKS if hasattr(e, "batch_norm")], ids=repr)
def test_every_value_can_be_fitted_and_has_an_effect(network, regime):
    X, y = make_classification(40, random_state=0)
    for remedy in propose(network, regime):
        for changes in ParameterGrid(dict(remedy)):
            changed = clone(network).set_params(random_state=0, **changes)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                changed.set_params(max_iter=2).fit(X, y)
            assert not [w for w in caught if "no effect" in str(w.message)]


@pytest.mark.parametrize("cut_short", [True, False])
def test_underfitting_starts_from_the_current_settings(cut_short):
    findings = [Finding("still falling", "optimiser", "It fell.")] if cut_short else []
    network = MLPClassifier(hidden_layer_sizes=(30, 20), max_iter=7, l2=0.5, dropout=0.3)
    remedies = propose(make_pipeline(network), "underfitting", findings=findings)
    actions = [remedy.action for remedy in remedies]
    assert (actions[0] == "Train longer") == cut_short
    changes = {name: values for remedy in remedies for name, values in remedy.items()}
    assert changes["mlpclassifier__hidden_layer_sizes"] == [(60, 40), (60, 40, 40)]
    assert changes["mlpclassifier__l2"] == [0.005, 0.05]
    assert changes["mlpclassifier__dropout"] == [0.0]
    assert not cut_short or changes["mlpclassifier__max_iter"] == [35]


def test_overfitting_starts_from_the_current_settings():
    network = MLPClassifier(hidden_layer_sizes=(30,), l2=0.01, dropout=0.2)
    changes = {k: v for remedy in propose(network, "overfitting") for k, v in remedy.items()}
    assert changes["l2"] == [0.03, 0.1]
    assert changes["dropout"] == [0.5]


@pytest.mark.parametrize(
    ("network", "values"),
    [
        (MLPClassifier(l2=0.0), [0.01, 0.1]),
        (MLPClassifier(l2=1e-4), [0.01, 0.1]),
        (MLPClassifier(l2=0.02), [0.06, 0.2]),
        (MLPClassifier(), [0.0006, 0.002]),  # automatic: as suits the rows, however many
        (SklearnMLPClassifier(), [0.01, 0.1]),
    ],
    ids=repr,
)
def test_a_penalty_that_suits_the_rows_is_raised_a_little_after_averaging(network, values):
    remedies = propose(network, "overfitting", l2=0.0002)
    name = "alpha" if "alpha" in network.get_params() else "l2"
    assert next(remedy[name] for remedy in remedies if name in remedy) == values
    first = "Penalise large weights" if values == [0.01, 0.1] else "Average several networks"
    assert remedies[0].action == first


@pytest.mark.parametrize(
    ("network", "averages"),
    [
        (MLPClassifier(early_stopping=True), True),
        (MLPClassifier(), True),  # the penalty suits the rows already
        (MLPClassifier(l2=0.0), False),  # what costs nothing comes first
        (MLPClassifier(early_stopping=True, n_networks=3), False),
        (MLPClassifier((), early_stopping=True), False),  # without hidden units all come out alike
        (SklearnMLPClassifier(early_stopping=True), False),
    ],
    ids=repr,
)
def test_networks_are_averaged_where_something_lighter_is_in_use(network, averages):
    changes = {k: v for r in propose(network, "overfitting", l2=0.01) for k, v in r.items()}
    assert ("n_networks" in changes) == averages
    assert not averages or changes["n_networks"] == [5]


def test_learning_rates_lie_around_the_optimisers_default():
    remedies = propose(MLPClassifier(optimizer="adam"), "underfitting")
    (rates,) = [r["learning_rate"] for r in remedies if "learning_rate" in r]
    usual = Optimizer.registry["adam"].learning_rate
    assert rates == pytest.approx([0.1 * usual, 0.3 * usual, 3 * usual, 10 * usual])


def test_second_order_solvers_get_no_rate_no_noise_no_early_stopping():
    for regime in ("underfitting", "overfitting", "both"):
        names = {name for r in propose(MLPClassifier(optimizer="lbfgs"), regime) for name in r}
        assert not names & {"learning_rate", "dropout", "early_stopping", "batch_norm"}


def test_the_larger_gap_is_treated_first():
    for bias_first, regime in ((True, "underfitting"), (False, "overfitting")):
        assert propose(MLPClassifier(), "both", bias_first=bias_first)[0].regime == regime


@pytest.mark.parametrize("regime", [*REGIMES, "no fault shown"])
def test_other_models_get_general_advice(regime):
    remedies = propose(KNeighborsClassifier(), regime, more_rows_help=False)
    assert remedies and not any(remedies)


def test_more_rows_only_while_they_help():
    def actions(help_):
        return [r.action for r in propose(MLPClassifier(), "overfitting", more_rows_help=help_)]

    assert "Collect more rows" in actions(True)
    assert "Collect more rows" not in actions(False) + actions(None)


@pytest.mark.filterwarnings("ignore:.*has learned nothing:sklearn.exceptions.ConvergenceWarning")
def test_remedies_are_valid_param_distributions():
    X, y = make_classification(60, random_state=0)
    network = MLPClassifier((2,), tol=1.0, random_state=0)
    pipeline = Pipeline([("scale", StandardScaler()), ("mlp", network)])
    remedies = propose(pipeline, "overfitting", more_rows_help=True)
    search = RandomizedSearchCV(pipeline, remedies, n_iter=3, cv=2, random_state=0)
    search = clone(search).fit(X, y)
    allowed = {name for remedy in remedies for name in remedy}
    assert all(set(params) <= allowed for params in search.cv_results_["params"])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_prefix_through_pipeline_and_target_transformer():
    estimator = Pipeline(
        [("a", StandardScaler()), ("mlp", TransformedTargetRegressor(MLPRegressor()))]
    )
    network, prefix = find_network(estimator)
    assert isinstance(network, MLPRegressor) and prefix == "mlp__regressor__"


def test_a_remedy_survives_pickling():
    remedy = propose(MLPClassifier(), "overfitting")[0]
    copy = pickle.loads(pickle.dumps(remedy))
    assert isinstance(copy, Remedy) and copy == remedy
    assert (copy.action, copy.reason, copy.source) == (remedy.action, remedy.reason, remedy.source)
    assert np.all([isinstance(values, list) for values in copy.values()])


# --- every entry of the registry ---

CLOSING = ("unfinished", "bias alone", "more rows help", "more rows do not help", "no fault shown")
FINDINGS = "".join(
    path.read_text("utf-8")
    for path in (Path(skdl.__file__).parent / "diagnosis" / "findings").glob("*.py")
)
ALL_KINDS = [
    *NETWORKS,
    MLPClassifier(init_scale=3.0, activation="sigmoid", optimizer="sgd", learning_rate=100.0),
    KNeighborsClassifier(),
]


def is_found(name):
    """Say whether some finding has this name: it is written in the source of the findings."""
    article, beaten = "beaten by ", name.startswith("beaten by ")
    return f'"{name.removeprefix(article) if beaten else name}"' in FINDINGS


@pytest.mark.parametrize("treatment", TREATMENTS, ids=lambda t: t.change.__name__)
def test_an_entry_says_all_that_there_is_to_say(treatment):
    assert treatment.regime in ("underfitting", "overfitting", "neither")
    assert treatment.action and not treatment.action.endswith(".")
    assert treatment.reason.endswith(".")
    assert re.search(r"\((et al\. )?\d{4}\)", treatment.source)
    assert treatment.change.__doc__.strip().endswith(".")
    assert treatment.calls
    for call in treatment.calls:
        assert call in (*REGIMES, *CLOSING) or is_found(call)
        assert call not in REGIMES or call == treatment.regime


def test_only_what_is_found_is_mended():
    assert len(set(FIRST_TO_MEND)) == len(FIRST_TO_MEND)
    assert [name for name in FIRST_TO_MEND if not is_found(name)] == []
    assert not is_found("dead ends")
    called = {call for treatment in TREATMENTS for call in treatment.calls}
    assert set(FIRST_TO_MEND) <= called
    assert {call for call in called - set(REGIMES) if is_found(call)} <= {
        *FIRST_TO_MEND,
        "beaten by a linear model",
    }


@pytest.mark.parametrize("treatment", TREATMENTS, ids=lambda t: t.change.__name__)
def test_every_entry_is_proposed_to_somebody(treatment):
    about = {name: "optimiser" for name in FIRST_TO_MEND} | {"beaten by a linear model": "baseline"}
    found = [Finding(c, about[c], "It is so.") for c in treatment.calls if c in about]
    regimes = [treatment.regime, "no fault shown" if treatment.regime == "neither" else "both"]
    proposed = [
        remedy
        for estimator, regime, help_, findings in itertools.product(
            ALL_KINDS, regimes, (None, True, False), ([], found)
        )
        for remedy in propose(
            estimator, regime, findings=findings, more_rows_help=help_, n_classes=2
        )
        if (remedy.action, remedy.reason) == (treatment.action, treatment.reason)
    ]
    assert proposed
    for remedy in proposed:
        assert (remedy.regime, remedy.source) == (treatment.regime, treatment.source)


@pytest.mark.parametrize("regime", ["underfitting", "overfitting", "both", "no fault shown"])
def test_an_unfinished_training_goes_on_in_one_of_the_trials(regime):
    network = MLPClassifier((8,), max_iter=7)
    longer = [r for r in propose(network, regime, unfinished=True) if r.action == "Train longer"]
    assert [remedy["max_iter"] for remedy in longer] == [[35]]
    assert "Train longer" not in [r.action for r in propose(network, regime, settled=True)]


def test_slow_training_is_not_what_mends_overfitting_first():
    fell = Finding("still falling", "optimiser", "It fell.")
    for regime, first in (("overfitting", False), ("underfitting", True)):
        actions = [r.action for r in propose(MLPClassifier((8,)), regime, findings=[fell])]
        assert (actions[0] == "Train longer") == first and "Train longer" in actions


@pytest.mark.parametrize("regime", ["underfitting", "overfitting", "both"])
@pytest.mark.parametrize("estimator", NETWORKS, ids=repr)
def test_advice_can_be_pasted_and_makes_the_change_that_is_tried(estimator, regime):
    for finding in (None, *FIRST_TO_MEND):
        found = [Finding(finding, "optimiser", "It is so.")] if finding else []
        for remedy in propose(estimator, regime, findings=found, unfinished=True):
            tried = remedy.candidates(estimator)
            assert bool(remedy.code) == bool(tried)
            if tried:
                names = {"model": clone(estimator)}
                exec(remedy.code, names)
                assert repr(names["model"]) == repr(tried[0][1])


def test_a_remedy_of_ones_own_may_set_anything():
    """Whether a step is put in is known from the remedy, not guessed from a name."""
    own = Remedy(
        {"features__n_steps": [3, 4]}, action="See", regime="both", reason="R.", source="S"
    )
    assert own.change == "features__n_steps=3 or 4"
    assert own.code == "model.set_params(features__n_steps=3)  # or 4"


def test_what_is_mended_later_is_not_more_than_what_is_mended_first():
    signs = ("oscillating", "blown up", "dead units", "saturated units", "still falling")
    found = [Finding(name, "optimiser", "It is so.") for name in signs]
    for remedies in (
        propose(MLPClassifier((8,)), "overfitting", findings=found),
        propose(MLPClassifier((8,)), "overfitting"),
    ):
        assert len(remedies) <= 3 + 4


def test_an_automatic_penalty_is_raised_from_what_it_was_in_the_fits():
    """Half of y is noise, which a network learns by heart: holding it back is worth a trial."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(150, 10)), rng.normal(size=150)
    mlp = MLPRegressor((100,), max_iter=150, n_iter_no_change=None, random_state=0)
    found = skdl.diagnose(mlp, X, y + X[:, 0], cv=3, n_repeats=1, bayes_error=0.5, random_state=0)
    values = next(r["l2"] for r in found.remedies if "l2" in r)
    rows = 100  # of a training fold
    assert values == [pytest.approx(factor * 2.5 / rows) for factor in (3, 10)]
