"""The loss landscape: closed forms, directions, the path, what it leaves alone."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_regression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from skdl.estimators.classifier import MLPClassifier
from skdl.estimators.regressor import MLPRegressor
from skdl.inspection.landscape import filter_normalised, loss_landscape, path_directions
from skdl.inspection.network import LossSurface, Snapshots, fit_watched

X, y = load_iris(return_X_y=True)


def network(hidden=(6,), epochs=10, **settings):
    mlp = MLPClassifier(hidden, max_iter=epochs, n_iter_no_change=None, random_state=0)
    return mlp.set_params(**settings)


def test_the_landscape_of_least_squares_is_the_known_parabola():
    A, b = make_regression(40, 3, noise=5.0, random_state=0)
    mlp = MLPRegressor((), scale_target=False, max_iter=5, n_iter_no_change=None, random_state=0)
    mlp.fit(A, b)
    found = loss_landscape(mlp, A, b, resolution=7, extent=2.0, random_state=0)
    surface = LossSurface(mlp, A, b)
    # One weight matrix of shape (3, 1), then the bias.
    np.testing.assert_array_equal(surface.parameters[:3], mlp.coefs_[0][:, 0])
    Z = np.column_stack((A, np.ones(len(A))))
    factor = surface(surface.parameters) / np.mean((mlp.predict(A) - b) ** 2)
    for i, beta in enumerate(found.beta):
        for j, alpha in enumerate(found.alpha):
            theta = surface.parameters + alpha * found.directions[0] + beta * found.directions[1]
            expected = factor * np.mean((Z @ theta - b) ** 2)
            assert found.loss[i, j] == pytest.approx(expected, rel=1e-10)
    assert factor in (pytest.approx(0.5), pytest.approx(1.0))


def test_the_centre_is_the_loss_of_the_fit():
    model = make_pipeline(StandardScaler(), network()).fit(X, y)
    found = loss_landscape(model, X, y, resolution=5, random_state=0)
    p = model.predict_proba(X)[np.arange(len(y)), y]
    assert found.loss[2, 2] == pytest.approx(-np.log(p).mean(), rel=1e-12)
    assert found.alpha[2] == found.beta[2] == 0
    assert found.path is None


def test_weights_count_in_the_loss():
    mlp, weight = network().fit(X, y), np.where(y == 0, 5.0, 1.0)
    p = mlp.predict_proba(X)[np.arange(len(y)), y]
    surface = LossSurface(mlp, X, y, weight)
    expected = -np.average(np.log(p), weights=weight)
    assert surface(surface.parameters) == pytest.approx(expected, rel=1e-12)


def test_in_a_random_direction_each_unit_is_as_long_as_in_the_network():
    mlp = network((6, 5), batch_norm=True).fit(X, y)
    surface = LossSurface(mlp, X, y)
    direction = filter_normalised(surface, np.random.default_rng(0))
    for W, d in zip(mlp.coefs_, surface.weights(direction), strict=True):
        np.testing.assert_allclose(np.linalg.norm(d, axis=0), np.linalg.norm(W, axis=0))
        d[...] = 0
    assert not direction.any()  # biases and the rest stay where they are


def test_a_random_plane_does_not_depend_on_how_a_relu_network_is_scaled():
    mlp = network((6,)).fit(X, y)
    first = loss_landscape(mlp, X, y, resolution=3, random_state=0)
    mlp.coefs_[0][...] *= 10.0
    mlp._network.layers[0].b[...] *= 10.0
    mlp.coefs_[1][...] /= 10.0
    second = loss_landscape(mlp, X, y, resolution=3, random_state=0)
    np.testing.assert_allclose(first.loss, second.loss)


def test_directions_of_a_path_are_orthonormal_and_show_all_of_a_plane():
    rng = np.random.default_rng(0)
    plane = np.linalg.qr(rng.standard_normal((20, 2)))[0].T
    steps = rng.standard_normal((9, 2)) @ plane
    directions, explained = path_directions(steps)
    np.testing.assert_allclose(directions @ directions.T, np.eye(2), atol=1e-12)
    np.testing.assert_allclose(steps @ directions.T @ directions, steps, atol=1e-12)
    assert explained.sum() == pytest.approx(1) and explained[0] >= explained[1]
    assert (directions @ steps[0] >= 0).all()


def test_the_path_lies_in_the_picture_and_ends_at_the_fit():
    fitted, seen = fit_watched(make_pipeline(StandardScaler(), network()), X, y)
    found = loss_landscape(fitted, X, y, snapshots=seen, resolution=5)
    assert found.path.shape == (10, 2) and found.epochs == list(range(1, 11))
    np.testing.assert_allclose(found.path[-1], 0, atol=1e-12)
    for axis, coordinates in zip((found.alpha, found.beta), found.path.T, strict=True):
        assert axis[0] < coordinates.min() and coordinates.max() < axis[-1]
    steps = np.array(seen.parameters) - seen.parameters[-1]
    np.testing.assert_allclose(found.path, steps @ found.directions.T)
    assert 0.5 < found.explained.sum() <= 1 + 1e-12


def test_the_estimator_is_not_changed():
    mlp = network().fit(X, y)
    before = [W.copy() for W in (*mlp.coefs_, *mlp.intercepts_)]
    loss_landscape(mlp, X, y, resolution=3, random_state=0)
    for now, then in zip((*mlp.coefs_, *mlp.intercepts_), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_what_cannot_be_drawn_is_refused():
    mlp = network().fit(X, y)
    with pytest.raises(TypeError, match="LossSurface: estimator must be a network of skdl; got"):
        loss_landscape(DecisionTreeClassifier().fit(X, y), X, y)
    with pytest.raises(ValueError, match="resolution must be an integer >= 3; got 2"):
        loss_landscape(mlp, X, y, resolution=2)
    with pytest.raises(ValueError, match="extent must be > 0, or None; got -1"):
        loss_landscape(mlp, X, y, extent=-1)
    with pytest.raises(ValueError, match="snapshots must hold three epochs or more; got 0"):
        loss_landscape(mlp, X, y, snapshots=Snapshots())
    _, other = fit_watched(network((3,)), X, y)
    with pytest.raises(ValueError, match="snapshots must be of this network"):
        loss_landscape(mlp, X, y, snapshots=other)
