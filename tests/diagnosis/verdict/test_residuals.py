"""What is learned from residuals is what the model missed, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, LogisticRegression

from skdl.diagnosis.verdict.residuals import add_learned_residual, residual_learners

LEARNERS = list(residual_learners(100))


def rows(n, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)), rng.normal(size=n)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_missed_bend_is_found(name):
    (X, noise), (X_new, noise_new) = rows(800, 0), rows(400, 1)
    y, y_new = X[:, 0] ** 2 + 0.3 * noise, X_new[:, 0] ** 2 + 0.3 * noise_new
    line = LinearRegression().fit(X, y)
    predicted = line.predict(X_new)[:, None]
    learner = residual_learners(800)[name]
    corrected = add_learned_residual(learner, X, (y - line.predict(X))[:, None], X_new, predicted)
    before, after = (np.mean((p[:, 0] - y_new) ** 2) for p in (predicted, corrected))
    assert after < before / 4


@pytest.mark.parametrize("name", LEARNERS)
def test_noise_alone_is_not_improved_on(name):
    (X, y), (X_new, y_new) = rows(800, 0), rows(400, 1)
    line = LinearRegression().fit(X, y)
    predicted = line.predict(X_new)[:, None]
    learner = residual_learners(800)[name]
    corrected = add_learned_residual(learner, X, (y - line.predict(X))[:, None], X_new, predicted)
    assert np.mean((corrected[:, 0] - y_new) ** 2) > np.mean((predicted[:, 0] - y_new) ** 2)


@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_of_classes_the_corrections_add_up_to_nothing_and_help(name, n_classes):
    (X, _), (X_new, _) = rows(900, 0), rows(300, 1)
    y, y_new = (np.digitize(np.abs(x[:, 0]), [0.5, 1.0][: n_classes - 1]) for x in (X, X_new))
    model = LogisticRegression().fit(X, y)
    residual = np.eye(n_classes)[y] - model.predict_proba(X)
    predicted = model.predict_proba(X_new)
    learner = residual_learners(900)[name]
    corrected = add_learned_residual(learner, X, residual, X_new, predicted)
    np.testing.assert_allclose(corrected.sum(axis=1), 1)
    before, after = (np.mean(p.argmax(axis=1) != y_new) for p in (predicted, corrected))
    assert after < before / 2


@pytest.mark.parametrize("name", LEARNERS)
def test_few_rows_are_enough_to_run(name):
    (X, y), (X_new, _) = rows(21, 0), rows(5, 1)
    predicted = np.zeros((5, 1))
    learner = residual_learners(21)[name]
    assert add_learned_residual(learner, X, y[:, None], X_new, predicted).shape == (5, 1)
