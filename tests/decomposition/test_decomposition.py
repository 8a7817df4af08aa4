"""The decomposition against closed forms, brute force, its own identities and mlxtend."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_wine
from sklearn.dummy import DummyRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from skdl.decomposition.decomposition import bias_variance_decomposition
from skdl.decomposition.target import Target
from skdl.decomposition.terms import DECOMPOSITIONS

TERMS = ["error", "noise", "bias", "variance"]
WINE = load_wine(return_X_y=True)
NAMES = np.array(["barolo", "grignolino", "barbera"])[WINE[1]]


# -- closed forms: y = f(x) + noise at fixed inputs, and a prediction that is linear in y

N, SIGMA = 30, 0.3
DESIGN = np.linspace(-1, 1, N)[:, None]
PLACES = np.array([-0.95, -0.5, 0.05, 0.6, 1.0])[:, None]


def truth(X):
    return np.sin(3 * X[:, 0])


def fresh(rng):
    return DESIGN, truth(DESIGN) + rng.normal(scale=SIGMA, size=N)


def polynomial(degree, penalty=0.0):
    """Return an estimator and the matrix A of its prediction A y."""
    powers = np.arange(degree + 1)
    Phi, places = DESIGN**powers, PLACES**powers
    A = places @ np.linalg.solve(Phi.T @ Phi + penalty * np.eye(degree + 1), Phi.T)
    model = (
        Ridge(penalty, fit_intercept=False) if penalty else LinearRegression(fit_intercept=False)
    )
    return make_pipeline(PolynomialFeatures(degree), model), A


def neighbours(k):
    nearest = np.argsort(abs(PLACES - DESIGN[:, 0]), axis=1)[:, :k]
    A = np.zeros((len(PLACES), N))
    np.put_along_axis(A, nearest, 1 / k, axis=1)
    return KNeighborsRegressor(k), A


LINEAR = {
    "line": polynomial(1),
    "cubic": polynomial(3),
    "degree 9": polynomial(9),
    "ridge": polynomial(9, penalty=1.0),
    "1 neighbour": neighbours(1),
    "7 neighbours": neighbours(7),
}


@pytest.mark.parametrize("name", LINEAR)
def test_squared_error_against_the_closed_form(name):
    estimator, A = LINEAR[name]
    bias = (A @ truth(DESIGN) - truth(PLACES)) ** 2
    variance = SIGMA**2 * (A**2).sum(axis=1)
    J = 200
    found = bias_variance_decomposition(
        estimator,
        sampler=fresh,
        X_test=PLACES,
        y_mean=truth,
        noise=SIGMA**2,
        n_datasets=J,
        random_state=0,
    )
    # Row by row: a variance of J normal predictions has the relative standard error √(2/(J−1)).
    assert_allclose(found.samples_["variance"], variance, rtol=4 * np.sqrt(2 / (J - 1)))
    # (√bias + error of the mean)², the standard error of the mean being √(variance/J)
    se = np.sqrt(4 * bias * variance / J + 2 * (variance / J) ** 2)
    assert (abs(found.samples_["bias"] - bias) < 4 * se).all()
    errors = found.terms_["standard_error"]
    assert abs(found.bias - bias.mean()) < 4 * errors["bias"]
    assert abs(found.variance - variance.mean()) < 4 * errors["variance"]
    assert found.noise == pytest.approx(SIGMA**2)
    assert errors["noise"] == 0


def test_few_data_sets_do_not_inflate_the_bias():
    estimator, A = LINEAR["degree 9"]
    bias = ((A @ truth(DESIGN) - truth(PLACES)) ** 2).mean()
    variance = SIGMA**2 * (A**2).sum(axis=1).mean()
    runs = {True: [], False: []}
    for unbiased, found in runs.items():
        for seed in range(64):
            result = bias_variance_decomposition(
                estimator,
                sampler=fresh,
                X_test=PLACES,
                y_mean=truth,
                n_datasets=3,
                unbiased=unbiased,
                random_state=seed,
            )
            found.append((result.bias, result.variance))
    se = np.std(runs[True], axis=0) / 8
    assert (abs(np.mean(runs[True], axis=0) - (bias, variance)) < 4 * se).all()
    expected = bias + variance / 3, variance * 2 / 3
    assert (abs(np.mean(runs[False], axis=0) - expected) < 4 * se).all()


def test_standard_errors_are_the_spread_between_runs():
    estimator, _ = LINEAR["cubic"]
    found = [
        bias_variance_decomposition(
            estimator, sampler=fresh, X_test=PLACES, y_mean=truth, n_datasets=25, random_state=seed
        ).terms_
        for seed in range(40)
    ]
    spread = pd.concat([f["value"] for f in found], axis=1).std(axis=1)
    told = pd.concat([f["standard_error"] for f in found], axis=1).mean(axis=1)
    for term in ("error", "bias", "variance"):
        assert told[term] == pytest.approx(spread[term], rel=0.35)


# -- identities, for each loss

ESTIMATORS = {
    "squared_error": DecisionTreeRegressor(max_depth=3, random_state=0),
    "zero_one": DecisionTreeClassifier(max_depth=2, random_state=0),
    "zero_one_kohavi_wolpert": DecisionTreeClassifier(max_depth=2, random_state=0),
    "log_loss": GaussianNB(),
}


def test_every_loss_has_an_estimator_here():
    assert set(ESTIMATORS) == set(DECOMPOSITIONS)


def class_probabilities(X):
    """Made-up probabilities of three classes, far from sure."""
    p = np.exp(StandardScaler().fit(WINE[0]).transform(X)[:, :3] / 2)
    return p / p.sum(axis=1, keepdims=True)


def decompose(loss, **settings):
    y = WINE[0][:, 0] if loss == "squared_error" else NAMES
    arguments = {"loss": loss, "n_datasets": 25, "random_state": 0, **settings}
    return bias_variance_decomposition(ESTIMATORS[loss], WINE[0][:, 1:8], y, **arguments)


def mean_of(loss):
    if loss == "squared_error":
        return lambda X: 13 + X[:, 0] / 10
    p = class_probabilities(WINE[0])
    return p  # one row for each of X: the function picks those that it holds out


@pytest.mark.parametrize("sampler", ["bootstrap", "subsample"])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("loss", DECOMPOSITIONS)
def test_the_terms_add_up_at_every_row_and_on_average(loss, known, sampler):
    found = decompose(loss, sampler=sampler, y_mean=mean_of(loss) if known else None)
    net = "net_" if loss == "zero_one" else ""
    for frame in (found.samples_, found.terms_["value"]):
        total = frame[f"{net}noise"] + frame["bias"] + frame[f"{net}variance"]
        assert_allclose(total, frame["error"], rtol=1e-12, atol=1e-13)
    assert_allclose([getattr(found, term) for term in TERMS], found.terms_["value"][TERMS])
    assert_allclose(found.samples_[TERMS].mean(), found.terms_["value"][TERMS])
    assert (found.noise > 0) == known
    assert len(found.samples_) == len(found.main_prediction_) == 45


@pytest.mark.parametrize("loss", DECOMPOSITIONS)
def test_the_error_is_the_mean_loss_of_all_predictions(loss):
    found = decompose(loss)
    y = (WINE[0][:, 0] if loss == "squared_error" else NAMES)[found.samples_.index]
    if loss == "squared_error":
        losses = (found.predictions_ - y) ** 2
    elif loss == "log_loss":
        column = np.searchsorted(found.classes_, y)
        losses = -found.predictions_[:, np.arange(len(y)), column]
    else:
        losses = found.predictions_ != y
    assert found.error == pytest.approx(losses.mean())
    assert_allclose(found.samples_["error"], losses.mean(axis=0), atol=1e-14)
    se = losses.mean(axis=1).std() / np.sqrt(25)
    assert found.terms_.loc["error", "standard_error"] == pytest.approx(se, rel=0.2)


@pytest.mark.parametrize("loss", DECOMPOSITIONS)
def test_a_model_that_never_changes_has_no_variance(loss):
    found = decompose(loss, sampler="subsample", train_size=1.0, n_datasets=5)
    assert found.variance == pytest.approx(0, abs=1e-12)
    assert found.error == pytest.approx(found.bias)


def test_large_predictions_keep_their_variance():
    rng = np.random.default_rng(0)
    f = 1e8 + rng.normal(size=(50, 4, 1))
    terms = DECOMPOSITIONS["squared_error"](f, Target(f[0]), True)
    variance = terms.terms(terms.statistic.mean(axis=0))["variance"]
    assert_allclose(variance, f[..., 0].var(axis=0, ddof=1), rtol=1e-6)


# -- zero-one and log loss against brute force over target and prediction

P = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7], [1.0, 0.0, 0.0]])  # of the target, at three rows
VOTES = np.array([[1, 1, 1, 0, 2, 0, 1], [2, 2, 0, 2, 2, 1, 1], [0, 0, 0, 1, 1, 0, 2]]).T


def brute_force(p, votes):
    """Domingos' definitions, with sums over the pairs of a target and a prediction."""
    votes = votes.tolist()
    best, main = int(np.argmax(p)), max(sorted(set(votes)), key=votes.count)
    pairs = [(t, y, p[t] / len(votes)) for t in range(len(p)) for y in votes]
    share = [votes.count(k) / len(votes) for k in range(len(p))]

    def probability(event, given=lambda t, y: True):
        all_of_it = sum(w for t, y, w in pairs if given(t, y))
        return sum(w for t, y, w in pairs if given(t, y) and event(t, y)) / all_of_it

    N, V, B = 1 - p[best], 1 - share[main], float(main != best)
    c1 = np.nan
    if N > 0:
        hit = probability(lambda t, y: y == t, lambda t, y: y != best and t != best)
        c1 = share[best] - (1 - share[best]) * hit
    c2 = -probability(lambda t, y: y == best, lambda t, y: y != main) if B else 1.0
    return {
        "error": probability(lambda t, y: t != y),
        "noise": N,
        "bias": B,
        "variance": V,
        "c1": c1,
        "c2": c2,
    }


def test_domingos_against_brute_force():
    decomposition = DECOMPOSITIONS["zero_one"](VOTES, Target(P), False)
    terms = decomposition.terms(decomposition.statistic.mean(axis=0))
    for row in range(3):
        for name, value in brute_force(P[row], VOTES[:, row]).items():
            assert_allclose(terms[name][row], value, rtol=1e-12, err_msg=name)
    assert_allclose(terms["net_variance"], terms["c2"] * terms["variance"])
    assert terms["bias"].tolist() == [1, 0, 0]


def test_two_classes_have_the_factors_of_domingos():
    p, votes = np.array([[0.8, 0.2], [0.3, 0.7]]), np.array([[1, 1, 0, 1], [1, 1, 1, 0]]).T
    decomposition = DECOMPOSITIONS["zero_one"](votes, Target(p), False)
    share = decomposition.statistic.mean(axis=0)
    terms = decomposition.terms(share)
    assert_allclose(terms["c1"], [2 * 0.25 - 1, 2 * 0.75 - 1])  # 2 P(y = y*) - 1
    assert_allclose(terms["c2"], [-1, 1])
    assert_allclose(
        terms["net_variance"], terms["unbiased_variance"] - terms["biased_variance"], atol=1e-15
    )


def test_kohavi_and_wolpert_by_hand():
    # One row: votes (1/4, 3/4), target (0.9, 0.1).
    decomposition = DECOMPOSITIONS["zero_one_kohavi_wolpert"](
        np.array([[1], [0], [1], [1]]), Target(np.array([[0.9, 0.1]])), False
    )
    terms = decomposition.terms(decomposition.statistic.mean(axis=0))
    assert terms["noise"][0] == pytest.approx(0.09)
    assert terms["variance"][0] == pytest.approx((1 - 1 / 16 - 9 / 16) / 2)
    assert terms["bias"][0] == pytest.approx(0.65**2)
    assert terms["error"][0] == pytest.approx(0.25 * 0.1 + 0.75 * 0.9)


def test_log_loss_by_hand():
    q = np.array([[[0.5, 0.5]], [[0.1, 0.9]]])
    p = np.array([[0.2, 0.8]])
    decomposition = DECOMPOSITIONS["log_loss"](np.log(q), Target(p), False)
    terms = decomposition.terms(decomposition.statistic.mean(axis=0))
    unnormalised = np.sqrt(q[0] * q[1])
    centre = unnormalised / unnormalised.sum()
    assert_allclose(decomposition.main, centre)
    assert terms["noise"][0] == pytest.approx(-(p * np.log(p)).sum())
    assert terms["bias"][0] == pytest.approx((p * np.log(p / centre)).sum())
    each = [(centre * np.log(centre / one)).sum() for one in q]
    assert terms["variance"][0] == pytest.approx(np.mean(each))


# -- what is known about the noise


def noisy_classes(rng, n=400):
    X = rng.uniform(size=(n, 1))
    y = (rng.uniform(size=n) < probability_of_yes(X)).astype(int)
    return X, np.array(["no", "yes"])[y]


def probability_of_yes(X):
    return 0.2 + 0.6 * (X[:, 0] > 0.5)


def test_neighbours_estimate_the_noise_of_a_regression():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(1500, 2)) * [1, 1000]  # units do not matter
    y = np.sin(3 * X[:, 0]) + X[:, 1] / 1000 + rng.normal(scale=0.5, size=1500)
    found = bias_variance_decomposition(
        LinearRegression(), X, y, noise="nearest_neighbors", n_datasets=10, random_state=0
    )
    assert found.noise == pytest.approx(0.25, rel=0.15)
    without = bias_variance_decomposition(LinearRegression(), X, y, n_datasets=10, random_state=0)
    assert found.bias == pytest.approx(without.bias - found.noise)
    assert found.variance == without.variance and without.noise == 0
    assert "part of the bias" in str(without) and "part of the bias" not in str(found)


def test_neighbours_estimate_the_noise_of_classes():
    X, y = noisy_classes(np.random.default_rng(0), 3000)
    found = bias_variance_decomposition(
        DecisionTreeClassifier(max_depth=1),
        X,
        y,
        loss="zero_one_kohavi_wolpert",
        noise="nearest_neighbors",
        n_datasets=5,
        random_state=0,
    )
    assert found.noise == pytest.approx(0.2 * 0.8, rel=0.1)  # (1 - Σp²)/2 for two classes


@pytest.mark.parametrize("loss", ["zero_one_kohavi_wolpert", "log_loss"])
def test_known_probabilities_and_a_known_noise_agree_on_average(loss):
    noise = {"zero_one_kohavi_wolpert": 0.16, "log_loss": -0.2 * np.log(0.2) - 0.8 * np.log(0.8)}
    X_test, y_test = noisy_classes(np.random.default_rng(1), 4000)
    arguments = {
        "sampler": noisy_classes,
        "X_test": X_test,
        "y_test": y_test,
        "loss": loss,
        "n_datasets": 10,
        "random_state": 0,
    }
    model = DecisionTreeClassifier(max_depth=1)
    exact = bias_variance_decomposition(model, y_mean=probability_of_yes, **arguments)
    moved = bias_variance_decomposition(model, noise=noise[loss], **arguments)
    assert exact.noise == pytest.approx(noise[loss]) == moved.noise
    assert exact.variance == moved.variance
    assert exact.bias == pytest.approx(moved.bias, abs=0.03)


def test_the_noise_of_a_regression_follows_from_its_mean():
    rng = np.random.default_rng(0)
    X_test = rng.uniform(-1, 1, size=(2000, 1))
    y_test = truth(X_test) + rng.normal(scale=SIGMA, size=2000)
    found = bias_variance_decomposition(
        DummyRegressor(), sampler=fresh, X_test=X_test, y_test=y_test, y_mean=truth, n_datasets=5
    )
    assert found.noise == pytest.approx(((y_test - truth(X_test)) ** 2).mean())
    assert found.noise == pytest.approx(SIGMA**2, rel=0.1)


def test_arrays_for_all_rows_of_X_follow_the_split():
    X, y = WINE[0][:, 1:4], WINE[0][:, 0]
    noise = np.arange(len(y)) / 100
    found = bias_variance_decomposition(Ridge(), X, y, noise=noise, n_datasets=3, random_state=0)
    assert_allclose(found.samples_["noise"], found.samples_.index / 100)


# -- mlxtend, on the same splits


@pytest.mark.parametrize(("loss", "theirs"), [("squared_error", "mse"), ("zero_one", "0-1_loss")])
def test_against_mlxtend(loss, theirs):
    evaluate = pytest.importorskip("mlxtend.evaluate")
    X, y = WINE[0][:, 1:], WINE[1] if loss == "zero_one" else WINE[0][:, 0]
    train, test = np.arange(len(y)) % 3 > 0, np.arange(len(y)) % 3 == 0
    J, splits = 30, np.random.RandomState(7)

    def same_splits(rng):
        rows = splits.choice(np.arange(train.sum()), size=train.sum(), replace=True)
        return X[train][rows], y[train][rows]

    found = bias_variance_decomposition(
        ESTIMATORS[loss],
        sampler=same_splits,
        X_test=X[test],
        y_test=y[test],
        loss=loss,
        n_datasets=J,
        unbiased=False,
    )
    expected = evaluate.bias_variance_decomp(
        ESTIMATORS[loss],
        X[train],
        y[train],
        X[test],
        y[test],
        loss=theirs,
        num_rounds=J,
        random_seed=7,
    )
    assert_allclose([found.error, found.bias, found.variance], expected, rtol=1e-12)


# -- inputs of all kinds, and the same answer however it is run


def test_the_number_of_jobs_changes_nothing():
    results = [decompose("zero_one", n_datasets=6, n_jobs=jobs) for jobs in (1, 2)]
    pd.testing.assert_frame_equal(results[0].samples_, results[1].samples_)
    pd.testing.assert_frame_equal(results[0].terms_, results[1].terms_)
    other = decompose("zero_one", n_datasets=6, random_state=1)
    assert not other.terms_.equals(results[0].terms_)


def test_data_frames_sparse_matrices_and_several_outputs():
    X, y, model = WINE[0][:, 3:], WINE[0][:, :2], KNeighborsRegressor()
    runs = [
        bias_variance_decomposition(model, inputs, outputs, n_datasets=4, random_state=0)
        for inputs, outputs in [(X, y), (pd.DataFrame(X), pd.DataFrame(y)), (csr_matrix(X), y)]
    ]
    for run in runs:
        assert run.error == pytest.approx(runs[0].error, rel=1e-4)
        assert run.main_prediction_.shape == (45, 2)
    single = [
        bias_variance_decomposition(model, X, y[:, k], n_datasets=4, random_state=0) for k in (0, 1)
    ]
    assert runs[0].variance == pytest.approx(np.mean([s.variance for s in single]))
    assert single[0].predictions_.shape == (4, 45)


def test_labels_stay_labels():
    found = decompose("zero_one")
    assert set(found.main_prediction_) <= set(NAMES)
    assert found.classes_.tolist() == sorted(set(NAMES))


def test_a_class_that_a_data_set_lacks_is_improbable_not_impossible():
    def sampler(rng):
        X = rng.normal(size=(20, 1))
        lacking = rng.uniform() < 0.5
        return X, np.where(X[:, 0] > 0, "b", "a" if lacking else "c")

    found = bias_variance_decomposition(
        KNeighborsClassifier(),
        sampler=sampler,
        X_test=[[-1.0], [1.0]],
        y_test=["a", "b"],
        loss="log_loss",
        n_datasets=20,
        random_state=0,
    )
    assert found.classes_.tolist() == ["a", "b", "c"]
    assert np.isfinite(found.error) and found.error > 1
    assert_allclose(found.main_prediction_.sum(axis=1), 1)


def test_evaluation_rows_are_drawn_where_none_are_given():
    found = bias_variance_decomposition(
        LogisticRegression(),
        sampler=noisy_classes,
        y_mean=probability_of_yes,
        n_datasets=3,
        random_state=0,
    )
    assert len(found.samples_) == 400 and found.loss == "zero_one"
    assert found.noise == pytest.approx(0.2)


def test_a_warning_is_passed_on_once():
    net = MLPRegressor(hidden_layer_sizes=(2,), max_iter=2, random_state=0)
    with pytest.warns(ConvergenceWarning) as caught:
        bias_variance_decomposition(net, *_small(), n_datasets=3, random_state=0)
    assert len(caught) == 1 and caught[0].filename == __file__


def _small():
    return WINE[0][:, 1:4], WINE[0][:, 0]


def test_what_a_person_reads():
    found = decompose("zero_one", y_mean=mean_of("zero_one"))
    text, page = str(found), found._repr_html_()
    assert text.startswith("zero_one: 25 data sets, 45 evaluation rows\n")
    for name in ("error", "= net_noise", "+ bias", "+ net_variance"):
        assert name in text and name in page
    assert f"{found.error:.4g}" in text and f"{found.error:.4g}" in page
    assert "±" in page


class Constant(ClassifierMixin, BaseEstimator):
    """A classifier without probabilities."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "hinge"}, "loss must be one of 'auto', 'squared_error'"),
        ({"loss": "squared_error"}, "loss must be a loss for classes with a classifier"),
        ({"estimator": Constant(), "loss": "log_loss"}, "has no predict_proba; got 'log_loss'"),
        ({"estimator": LinearSVC(), "loss": "log_loss"}, "has no predict_proba; got 'log_loss'"),
        ({"n_datasets": 1}, "n_datasets must be an integer >= 2; got 1"),
        ({"unbiased": True}, "unbiased must be False or None with loss='zero_one'"),
        ({"sampler": "jackknife"}, "sampler must be 'bootstrap', 'subsample' or a callable"),
        ({"sampler": noisy_classes}, "X must be None with a sampler that makes"),
        ({"X": None}, "X and y must be given with sampler='bootstrap'"),
        ({"y_test": NAMES}, "X_test must be given with y_test"),
        ({"X_test": WINE[0]}, "y_test must be given with X_test"),
        ({"X_test": WINE[0], "y_test": NAMES, "test_size": 0.2}, "test_size must be None unless"),
        ({"train_size": 1.5}, "train_size must be 1 or more of the 133 rows"),
        ({"noise": 0.1}, "noise must be None with loss='zero_one', which needs y_mean"),
        ({"noise": "guess"}, "noise must be a number, an array or 'nearest_neighbors'"),
        ({"noise": "nearest_neighbors"}, "noise must be None with loss='zero_one'"),
        ({"noise": 0.1, "y_mean": class_probabilities(WINE[0])}, "noise must be None beside"),
        ({"noise": -0.1, "loss": "log_loss"}, "noise must be 'nearest_neighbors', or one number"),
        ({"y_mean": np.ones((len(NAMES), 3))}, "y_mean must be probabilities of the classes"),
        ({"y_mean": np.ones((len(NAMES), 2))}, r"y_mean must be of shape \(45, 3\)"),
    ],
)
def test_bad_input_is_named(change, message):
    arguments = {"estimator": DecisionTreeClassifier(), "X": WINE[0], "y": NAMES, "n_datasets": 2}
    with pytest.raises(ValueError, match=f"^bias_variance_decomposition: .*{message}"):
        bias_variance_decomposition(**{**arguments, **change})
