"""Calls of functions that look at a network, compare numbers, explain names, and read tables."""

from __future__ import annotations

import datetime

import fuzz_data as data
import numpy as np
import pandas as pd
from fuzz_drawn import WRONG, WRONG_DATA, answers, model_of, pick
from fuzz_parameters import estimator, value_of

from skdl import MLPClassifier, MLPRegressor, explain, search_space, tabular_pipeline
from skdl import inspection as of
from skdl.core.component import families
from skdl.decomposition import bias_variance_sweep
from skdl.estimators.parameters.table import PARAMETERS
from skdl.tables import DateEncoder, PeriodicEncoder, PiecewiseLinearEncoder, SmoothClipScaler

SEEDS = (0, None), (-1, "a", 2.5, [])


def shown(thing):
    """Print something as a terminal and a notebook do."""
    repr(thing)
    str(thing)
    if hasattr(thing, "_repr_html_"):
        thing._repr_html_()
    if hasattr(thing, "to_frame"):
        thing.to_frame()


def inspection(d, random):
    """Look at a fitted network."""
    model, other = model_of(d, random), d.more(random.choice((d.n, d.n, 4)))
    X, y = random.choice(((d.X, d.y), other))
    rows, weight = (model, X, y), d.weight if random.random() < 0.3 else None
    seed, weighted = pick(random, *SEEDS), {"sample_weight": weight}
    settings = {
        "k": pick(random, (1, 2, np.int64(3), 99), WRONG),
        "v": pick(random, ("ones", "ones", "short"), WRONG_DATA),
        "batch_sizes": pick(random, ((1, 4), [2], np.array([1, 2])), WRONG),
        "n_batches": pick(random, (2, 5), WRONG),
        "n_chords": pick(random, (1, 4), WRONG),
        "radius": pick(random, (1.0, 1e-3, 1e300), WRONG),
        "every": pick(random, (1, 2, 5), WRONG),
        "layer": pick(random, (None, 0, 1, -1, 9), WRONG),
        "coverage": pick(random, (0.5, 0.9), WRONG),
        "resolution": pick(random, (2, 3), WRONG),
    }

    def product():
        gradient = of.loss_and_gradient(*rows)[1]
        v = settings["v"]
        if isinstance(v, str) and v in ("ones", "short"):
            v = np.ones(len(gradient) - (v == "short"))
        return [gradient, of.hessian_vector_product(*rows, v, weight)]

    def watched():
        _, snapshots = of.fit_watched(*rows, every=settings["every"])
        of.loss_landscape(*rows, snapshots=snapshots, resolution=settings["resolution"])
        return [snapshots.singular_values(settings["layer"])]

    def of_layers():
        hidden = of.hidden_activations(model, X)
        for activations in hidden:
            of.similarity(activations)  # NaN beside a constant row, as it says
        return hidden

    def summary():
        mlp = model[-1] if hasattr(model, "steps") else model
        if not isinstance(mlp, (MLPClassifier, MLPRegressor)):
            return []
        shown(mlp.summary())
        shown(mlp.history_)
        return []

    def interval():
        asked = isinstance(model, MLPRegressor)
        return [model.predict_interval(X, settings["coverage"])] if asked else []

    def noise():
        options = {name: settings[name] for name in ("batch_sizes", "n_batches")}
        return [of.gradient_noise(*rows, **options, random_state=seed)]

    def chords():
        options = {name: settings[name] for name in ("n_chords", "radius")}
        return [shown(of.chord_test(*rows, weight, **options, random_state=seed)) or 0.0]

    asked = {
        "gradient": lambda: list(of.loss_and_gradient(*rows, **weighted)),
        "product": product,
        "eigenvalues": lambda: [
            shown(of.hessian_eigenvalues(*rows, k=settings["k"], **weighted)) or 0.0
        ],
        "noise": noise,
        "chords": chords,
        "norms": lambda: [of.layer_norms(model).select_dtypes("number")],
        "hidden": of_layers,
        "watched": watched,
        "trace": lambda: [shown(of.trace(*rows, weight)) or 0.0],
        "summary": summary,
        "interval": interval if d.cls is MLPRegressor and not hasattr(model, "steps") else summary,
    }
    ask = asked[random.choice(list(asked))]

    def call():
        if hasattr(model, "fit"):
            model.fit(d.X, d.y)
        return ask()

    return [*d.given, *other], call


NAMES = [*PARAMETERS, *(name for family in families().values() for name in family.registry)]
NO_NAMES = ("", " ", "nix", "Adam!", 5, None, [], {}, 2.5, "a" * 300, "$x$", b"adam", np.nan)


def function(d, random):
    """Call a function that needs no fit: distributions, names, spaces, an untrained network."""
    mlp = estimator(random, d.cls)
    shape = random.choice(((3,), (2, 4), (1,), (0,), (2, 0)))
    rng = np.random.default_rng(random.getrandbits(32))
    p, q = (
        rng.dirichlet(np.ones(max(shape[-1], 1)), shape[:-1]) if np.prod(shape) else np.ones(shape)
        for _ in range(2)
    )
    p, q = (pick(random, (p, p.tolist(), q, np.eye(3)), (*WRONG_DATA, [[0.5], [0.2, 0.3]])), q)
    unit = pick(random, ("nats", "bits"), WRONG)
    word = random.choice(NAMES) if random.random() < 0.8 else random.choice(NO_NAMES)
    if random.random() < 0.2 and isinstance(word, str):
        word = random.choice((word.upper(), word[:-1], word + "x", word.replace("_", " ")))
    optimizers = pick(random, (("sgd",), ("sgd", "adam"), ["rmsprop"]), WRONG)
    prefix = pick(random, (None, "", "mlp__"), WRONG)
    asked = {
        "entropy": lambda: [of.entropy(p, unit=unit)],
        "divergence": lambda: (
            [of.entropy(p), of.entropy(q)]
            and [0.0 * (of.kl_divergence(p, q, unit=unit) - of.cross_entropy(p, p, unit=unit)) > 1]
        ),
        "explain": lambda: [shown(explain(word)) or 0.0],
        "space": lambda: [shown(search_space(mlp, optimizers=optimizers, prefix=prefix)) or 0.0],
        "untrained": lambda: [shown(mlp) or 0.0, *answers(mlp, d.X)],
        "similarity": lambda: [shown(of.similarity(d.X)) or 0.0],
        "norms": lambda: [of.layer_norms(mlp)],
    }
    return [*d.given, p, q], asked[random.choice(list(asked))]


def sweep(d, random):
    """Split the error over the values of a parameter."""
    model = model_of(d, random)
    name = random.choice(("l2", "dropout", "activation", "learning_rate", "hidden_layer_sizes"))
    values = [value_of(random, d.cls, name) for _ in range(random.choice((1, 2, 2)))]
    if hasattr(model, "steps"):
        name = f"{model.steps[-1][0]}__{name}"
    options = {
        "param_name": pick(random, (name,), ("nix", 5, None, [], "nix__l2")),
        "param_range": pick(random, (values,), (5, None, [], "a", {})),
        "n_datasets": pick(random, (2, 3), (-1, 0, 1, 2.5, "a", [], None, True)),
        "random_state": pick(random, *SEEDS),
        "noise": pick(random, (None, None, 0.1), WRONG),
        "loss": pick(random, ("auto", "auto", "squared_error", "zero_one", "log_loss"), WRONG),
    }

    def call():
        found = bias_variance_sweep(model, d.X, d.y, **options)
        str(found)
        return [
            found.select_dtypes("number").drop(columns=[options["param_name"]], errors="ignore")
        ]

    return [*d.given, options], call


# --------------------------------------------------------------------------------------


def _column(random, n):
    """Draw a column of a table."""
    rng = np.random.default_rng(random.getrandbits(32))
    match random.choice(("number", "number", "drawn", "text", "category", "date", "bool", "odd")):
        case "number":
            return rng.standard_normal(n)
        case "drawn":
            return data.typed(random, data.numbers(random, (n,)))
        case "text":
            words = random.choice(
                (["a", "b"], ["a", None, "c"], ["", " ", "é"], list("abcdefghij"))
            )
            return [random.choice(words) for _ in range(n)]
        case "category":
            return pd.Categorical([random.choice("ab") for _ in range(n)])
        case "date":
            start = np.datetime64(
                random.choice(("1970-01-01", "2020-02-28", "1600-01-01", "2500-01-01"))
            )
            when = start + rng.integers(0, 10**4, n).astype("timedelta64[h]")
            if random.random() < 0.3 and n:
                when[0] = np.datetime64("NaT")
            return when.astype(random.choice(("M8[s]", "M8[ms]", "M8[s]")))
        case "bool":
            return rng.random(n) > 0.5
    odd = ([None] * n, [datetime.date(2020, 1, 1)] * n, [[1]] * n, [{}] * n, [1 + 1j] * n)
    return random.choice((*odd, [1, *["a"] * n][:n], [pd.NaT] * n, [np.inf] * n, [10**400] * n))


def table(d, random):
    """Encode the columns of a table, or learn from it."""
    n, m = d.n, random.choice((1, 2, 3))
    columns = [_column(random, n) for _ in range(m)]
    names = random.choice(([f"x{i}" for i in range(m)], list(range(m)), ["a"] * m))

    def framed(columns):
        frame = pd.concat(
            [pd.Series(data.objects(c) if isinstance(c, list) else c) for c in columns],
            axis=1,
        )
        frame.columns = names
        return frame

    X = framed(columns) if random.random() < 0.7 else d.X
    new = X
    if random.random() < 0.3:
        new = framed([_column(random, n) for _ in range(m)]) if X is not d.X else d.more()[0]
    encoder = random.choice(
        (
            DateEncoder(),
            SmoothClipScaler(pick(random, (3.0, 1e-3, 1e300), WRONG)),
            PeriodicEncoder(
                n_frequencies=pick(random, (1, 2, 5), WRONG),
                period=pick(random, (None, 7, 24.0), WRONG),
                scale=pick(random, (0.2, 1.0), WRONG),
                random_state=pick(random, *SEEDS),
            ),
            PiecewiseLinearEncoder(
                n_bins=pick(random, (1, 2, 16), WRONG),
                bins=pick(random, ("quantile", "tree", "uniform"), WRONG),
            ),
        )
    )
    learner = pick(random, (estimator(random, d.cls),), (5, None, "a", MLPClassifier))

    def encode():
        encoder.fit(X, d.y)
        encoder.get_feature_names_out()
        shown(encoder)
        encoded = encoder.transform(new)
        return [encoded] if d.plain and new is d.X else []

    def learn():
        return answers(tabular_pipeline(learner).fit(X, d.y), new)

    return [*d.given, X, new], random.choice((encode, learn))
