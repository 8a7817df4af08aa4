"""The look inside a network: what is seen agrees with what the network predicts."""

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_iris, make_regression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier as SklearnMLP
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdl.core.activations import Activation
from skdl.estimators.classifier import MLPClassifier
from skdl.estimators.regressor import MLPRegressor
from skdl.inspection.network import (
    LossSurface,
    Snapshots,
    fit_watched,
    hidden_activations,
    similarity,
)
from skdl.tools.inside import fitted_network

X, y = load_iris(return_X_y=True)


def network(hidden=(6, 4), **settings):
    mlp = MLPClassifier(hidden, max_iter=3, n_iter_no_change=None, random_state=0)
    return mlp.set_params(**settings)


@pytest.mark.parametrize("activation", sorted(Activation.registry))
@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_output_layer_makes_the_prediction_of_the_last_activations(activation, batch_norm):
    if batch_norm and activation == "rbf":
        pytest.skip("a distance is not normalised")
    model = make_pipeline(StandardScaler(), network(activation=activation, batch_norm=batch_norm))
    model.set_params(mlpclassifier__dropout=0.5).fit(X, y)
    mlp = model[-1]
    first, last = hidden_activations(model, X)
    assert first.shape == (150, 6) and last.shape == (150, 4)
    raw = last @ mlp.coefs_[-1] + mlp.intercepts_[-1]
    np.testing.assert_allclose(raw, model.decision_function(X), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_networks_of_scikit_learn_are_seen_through_their_weights(activation):
    theirs = SklearnMLP((6, 4), activation=activation, max_iter=300, tol=1e-1, random_state=0)
    theirs.fit(X, y)
    last = hidden_activations(theirs, X)[-1]
    raw = last @ theirs.coefs_[-1] + theirs.intercepts_[-1]
    np.testing.assert_array_equal(theirs.classes_[raw.argmax(axis=1)], theirs.predict(X))


def test_what_is_no_network_is_refused():
    with pytest.raises(TypeError, match="hidden_activations: estimator must be a fitted network"):
        hidden_activations(DecisionTreeClassifier().fit(X, y), X)
    with pytest.raises(TypeError, match="fit_watched: estimator must be a network of skdl"):
        fit_watched(DecisionTreeClassifier(), X, y)


def test_fitted_network_finds_the_network_in_a_search_over_a_pipeline():
    search = GridSearchCV(
        make_pipeline(StandardScaler(), network()), {"mlpclassifier__l2": [0.1, 1.0]}, cv=2
    ).fit(X, y)
    mlp, Z = fitted_network(search, X)
    assert mlp is search.best_estimator_[-1]
    np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-12)


def test_similarity_is_the_correlation_of_rows():
    A = np.random.default_rng(0).standard_normal((5, 7))
    np.testing.assert_allclose(similarity(A), np.corrcoef(A))
    A[2] = 3.0
    assert np.isnan(similarity(A)[2]).all() and np.isfinite(similarity(A)[0, 1])


@pytest.mark.parametrize("every", [1, 2, 3])
def test_snapshots_keep_the_weights_of_their_epochs(every):
    seen = Snapshots(every)
    mlp = network(max_iter=5, callbacks=[seen]).fit(X, y)
    assert seen.epochs == list(range(1, 6, every))
    shorter = network(max_iter=seen.epochs[1]).fit(X, y)
    for W, then in zip(shorter.coefs_, seen.coefs[1], strict=True):
        np.testing.assert_array_equal(W, then)
    sizes = {len(theta) for theta in seen.parameters}
    assert sizes == {sum(a.size for a in (*mlp.coefs_, *mlp.intercepts_))}


def test_snapshots_refuse_what_they_cannot_do():
    with pytest.raises(ValueError, match="every must be an int >= 1; got 0"):
        Snapshots(0)
    with pytest.raises(ValueError, match="pass it to a fit first"):
        Snapshots().singular_values()


def test_a_watched_fit_is_the_same_fit_and_keeps_the_callbacks_of_the_user():
    told = []

    def tell(estimator, record):
        told.append(record["epoch"])

    model = make_pipeline(StandardScaler(), network(callbacks=[tell]))
    fitted, seen = fit_watched(model, X, y)
    assert told == [1, 2, 3] and seen.epochs == [1, 2, 3]
    assert model[-1].callbacks == [tell] and not hasattr(model[-1], "coefs_")
    np.testing.assert_array_equal(fitted.predict_proba(X), model.fit(X, y).predict_proba(X))


def test_a_network_inside_a_target_transformer_is_watched_but_its_loss_is_another():
    A, b = make_regression(60, 3, random_state=0)
    mlp = MLPRegressor((4,), max_iter=3, n_iter_no_change=None, random_state=0)
    fitted, seen = fit_watched(TransformedTargetRegressor(mlp, transformer=StandardScaler()), A, b)
    assert seen.epochs == [1, 2, 3]
    with pytest.raises(TypeError, match="TransformedTargetRegressor"):
        LossSurface(fitted, A, b)
