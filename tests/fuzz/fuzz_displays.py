"""Displays, drawn from data, networks and settings that are drawn."""

from __future__ import annotations

import matplotlib
from fuzz_drawn import WRONG, WRONG_DATA, model_of, pick
from fuzz_parameters import value_of
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import skdl.plots

SEEDS = (0, None), (-1, "a", 2.5, [])


def _diagnosed(random):
    return {
        "cv": pick(random, (2, 2, 3), (*WRONG, 999)),
        "n_repeats": pick(random, (1,), WRONG),
        "random_state": pick(random, *SEEDS),
        "bayes_error": pick(random, (0.0, 0.1), WRONG),
        "scoring": pick(random, (None, None, "accuracy", "r2", "neg_log_loss"), WRONG_DATA),
    }


def _curve(random):
    return {**_diagnosed(random), "train_sizes": pick(random, ((0.5, 0.9), [0.6]), WRONG)}


def _settings(display, name, values, random):
    """Draw what ``from_estimator`` of a display takes beside the estimator and the rows."""
    sweep = {
        "param_name": pick(random, (name,), ("nix", 5, None)),
        "param_range": pick(random, (values,), (5, None, [], "a")),
    }
    seed, sets = pick(random, *SEEDS), pick(random, (2, 3), (0, 2.5, "a", None))
    match display.__name__:
        case "BiasVarianceDisplay":
            return {**sweep, "n_datasets": sets, "random_state": seed}
        case "FitsDisplay":
            truth = pick(random, (None, lambda inputs: inputs[:, 0]), WRONG_DATA)
            return {"n_datasets": sets, "random_state": seed, "truth": truth}
        case "DiagnosisDisplay" | "ErrorsDisplay" | "GapsDisplay" | "PredictionsDisplay":
            return {**_diagnosed(random), "train_sizes": ()}
        case "LearningCurveDisplay":
            return _curve(random)
        case "RemediesDisplay":
            return {**_diagnosed(random), "train_sizes": ()}
        case "ValidationCurveDisplay":
            return {**sweep, **_diagnosed(random)}
        case "HiddenUnitsDisplay":
            return {
                "image_shape": pick(random, (None, None, (1, 1), (1, 2), (2, 2)), WRONG),
                "n_units": pick(random, (1, 2, 16), WRONG),
                "feature_names": pick(random, (None, None, ["a"], list("ab"), ["$", "_"]), WRONG),
            }
        case "LayerSignsDisplay":
            usual = (tuple(skdl.plots.layer_signs.SIGNS), ("dead",), ["weight_norms", "flat"])
            return {"signs": pick(random, usual, WRONG)}
        case "LearningRateDisplay":
            return {"n_steps": pick(random, (10, 12), WRONG), "random_state": seed}
        case "LossCurvesDisplay":
            return {
                "along": pick(random, ("epoch", "step", "seconds"), WRONG),
                "of": pick(random, ("loss", "error"), WRONG),
                "scale": pick(random, ("auto", "linear", "log"), WRONG),
            }
        case "LossLandscapeDisplay":
            return {
                "path": pick(random, (True, False), WRONG),
                "resolution": pick(random, (2, 3, 5), WRONG),
                "random_state": seed,
            }
        case "RepresentationDisplay":
            return {
                "layer": pick(random, (-1, 0, 1), WRONG),
                "max_rows": pick(random, (400, 5, 2), WRONG),
            }
        case "SingularModesDisplay":
            return {
                "layer": pick(random, (None, 0, 1), WRONG),
                "n_modes": pick(random, (1, 8), WRONG),
            }
        case "WeightsDisplay":
            return {"bins": pick(random, (60, 1, 5), WRONG)}
    raise NotImplementedError(display)


def display(d, random):
    """Draw one of the displays, into axes of its own or into given ones."""
    cls = getattr(skdl.plots, random.choice(skdl.plots.__all__))
    if cls.__name__ == "FitsDisplay":
        d.n_features = random.choice((1, 2, 2, 3))
        d.X, d.y = d.more()
    model = model_of(d, random)
    name = random.choice(("l2", "dropout", "activation", "learning_rate", "hidden_layer_sizes"))
    values = [value_of(random, d.cls, name) for _ in range(random.choice((1, 2, 3)))]
    if hasattr(model, "steps"):
        name = f"{model.steps[-1][0]}__{name}"
    settings = _settings(cls, name, values, random)
    fitted, given_axes = random.random() < 0.5, random.random() < 0.5
    width = random.choice((3.3, 6.0))

    def call():
        import matplotlib.pyplot as plt

        matplotlib.use("agg")
        if fitted and hasattr(model, "fit"):
            model.fit(d.X, d.y)
        figure = Figure(figsize=(width, width), layout="constrained")
        FigureCanvasAgg(figure)
        try:
            ax = figure.add_subplot() if given_axes else None
            drawn = cls.from_estimator(model, d.X, d.y, ax=ax, **settings)
            drawn.figure_.canvas.draw()
            repr(drawn)
        finally:
            plt.close("all")
        return []

    return d.given, call
