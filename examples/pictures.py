"""Draw every display of `skdl.plots` into a folder, on handwritten digits.

Usage: python examples/pictures.py [FOLDER]
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_diabetes, load_digits, make_moons
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, MLPRegressor, diagnose, plots
from skdl.plots import style

X, y = load_digits(return_X_y=True)
X, y = X[:400] / 16, y[:400]


def model(hidden=(32, 32), **settings):
    settings = {"max_iter": 40, "n_iter_no_change": None, "random_state": 0, **settings}
    return Pipeline([("scale", StandardScaler()), ("mlp", MLPClassifier(hidden, **settings))])


def wave(inputs):
    return np.sin(2 * inputs[:, 0])


def noisy_wave(rng):
    inputs = rng.uniform(-2, 2, size=(40, 1))
    return inputs, wave(inputs) + rng.normal(scale=0.3, size=40)


found = diagnose(model((8,)), X, y, cv=3, random_state=0)
trials = found.try_remedies(X, y, random_state=0)
deep = model((24, 24, 24, 24)).fit(X, y)
rates = {f"rate {rate}": model(learning_rate=rate).fit(X, y) for rate in (1e-4, 1e-3, 1e-2)}
linear = model((16, 16), activation="identity", optimizer="sgd", init_scale=0.2, max_iter=80)
# Penalised weights are smooth images; the pixels are not scaled here.
pixels = MLPClassifier((36,), l2=0.03, max_iter=100, n_iter_no_change=None, random_state=0)
early = model(early_stopping=True, max_iter=300, n_iter_no_change=10)
folds = {"cv": 3, "random_state": 0}
curve = MLPRegressor((20,), learning_rate=0.02, l2=0, n_iter_no_change=None, random_state=0)
known = {
    "sampler": noisy_wave,
    "X_test": np.linspace(-2, 2, 101)[:, None],
    "y_mean": wave,
    "noise": 0.3**2,
    "n_datasets": 50,
    "random_state": 0,
}

PICTURES = {  # name: width and height in inches, and what draws it
    "diagnosis": (9.6, 4.4, lambda ax: plots.DiagnosisDisplay.from_diagnosis(found, ax=ax)),
    "learning_curve": (
        4.9,
        3.6,
        lambda ax: plots.LearningCurveDisplay.from_diagnosis(found, ax=ax),
    ),
    "gaps": (4.9, 3.6, lambda ax: plots.GapsDisplay.from_diagnosis(found, ax=ax)),
    "predictions": (
        4.9,
        3.6,
        lambda ax: plots.PredictionsDisplay.from_diagnosis(found, ax=ax),
    ),
    "predictions_of_numbers": (
        4.9,
        3.6,
        lambda ax: plots.PredictionsDisplay.from_estimator(
            LinearRegression(), *load_diabetes(return_X_y=True), random_state=0, ax=ax
        ),
    ),
    "errors": (
        7.2,
        3.0,
        lambda ax: plots.ErrorsDisplay.from_diagnosis(found, image_shape=(8, 8), most=12, ax=ax),
    ),
    "bias_variance": (
        4.9,
        3.6,
        lambda ax: plots.BiasVarianceDisplay.from_estimator(
            curve, param_name="max_iter", param_range=[2, 5, 10, 20, 50, 100, 200], ax=ax, **known
        ),
    ),
    "bias_variance_of_names": (
        4.9,
        3.6,
        lambda ax: plots.BiasVarianceDisplay.from_estimator(
            curve,
            param_name="hidden_layer_sizes",
            param_range=[(), 2, 5, 20, (20, 20)],
            ax=ax,
            **known,
        ),
    ),
    "fits": (
        4.9,
        3.6,
        lambda ax: plots.FitsDisplay.from_estimator(
            curve, sampler=noisy_wave, truth=wave, random_state=0, ax=ax
        ),
    ),
    "fits_boundaries": (
        4.9,
        3.6,
        lambda ax: plots.FitsDisplay.from_estimator(
            MLPClassifier((20,), max_iter=100, n_iter_no_change=None),
            *make_moons(100, noise=0.2, random_state=0),
            random_state=0,
            ax=ax,
        ),
    ),
    "remedies": (
        4.9,
        1.3 + 0.78 * len(trials.to_frame()),
        lambda ax: plots.RemediesDisplay.from_trials(trials, tolerance=found.tolerance, ax=ax),
    ),
    "validation_curve": (
        4.9,
        3.6,
        lambda ax: plots.ValidationCurveDisplay.from_estimator(
            model(),
            X,
            y,
            param_name="mlp__l2",
            param_range=[1e-4, 1e-3, 1e-2, 0.1, 1],
            ax=ax,
            **folds,
        ),
    ),
    "validation_curve_names": (
        4.9,
        3.6,
        lambda ax: plots.ValidationCurveDisplay.from_estimator(
            model(),
            X,
            y,
            param_name="mlp__activation",
            param_range=["relu", "tanh", "sigmoid"],
            ax=ax,
            **folds,
        ),
    ),
    "loss_curves": (
        4.9,
        3.6,
        lambda ax: plots.LossCurvesDisplay.from_estimator(early, X, y, ax=ax),
    ),
    "loss_curves_of_several": (
        4.9,
        3.6,
        lambda ax: plots.LossCurvesDisplay.from_estimators(rates, ax=ax),
    ),
    "learning_rate": (
        4.9,
        3.6,
        lambda ax: plots.LearningRateDisplay.from_estimator(model(), X, y, random_state=0, ax=ax),
    ),
    "loss_landscape_path": (
        5.2,
        3.9,
        lambda ax: plots.LossLandscapeDisplay.from_estimator(model(), X, y, ax=ax),
    ),
    "loss_landscape_random": (
        5.2,
        3.9,
        lambda ax: plots.LossLandscapeDisplay.from_estimator(
            deep, X, y, path=False, random_state=0, ax=ax
        ),
    ),
    "layer_signs": (8.5, 5.4, lambda ax: plots.LayerSignsDisplay.from_estimator(deep, ax=ax)),
    "weights": (4.9, 6.2, lambda ax: plots.WeightsDisplay.from_estimator(deep, ax=ax)),
    "hidden_units": (
        4.9,
        4.4,
        lambda ax: plots.HiddenUnitsDisplay.from_estimator(pixels, X, y, image_shape=(8, 8), ax=ax),
    ),
    "representation": (
        4.7,
        3.9,
        lambda ax: plots.RepresentationDisplay.from_estimator(deep, X, y, ax=ax),
    ),
    "singular_modes": (
        4.9,
        3.6,
        lambda ax: plots.SingularModesDisplay.from_estimator(linear, X, y, ax=ax),
    ),
}

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "pictures")
folder.mkdir(parents=True, exist_ok=True)
for name, (width, height, draw) in PICTURES.items():
    with style.drawing():
        figure = Figure(figsize=(width, height), layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(folder / f"{name}.png", dpi=160)
    print(folder / f"{name}.png")
