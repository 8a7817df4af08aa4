"""Inside an estimator: where the network sits in pipelines, target transformers and searches.

Whatever has to look into an estimator does it here: for the network and the prefix of its
parameters, for the fitted network and the inputs as it sees them, for all parts on the way.
"""

from __future__ import annotations

from typing import Any

from skdl.tools.checks import refuse

__all__ = [
    "feature_names",
    "find_network",
    "fitted_network",
    "fitted_network_of_skdl",
    "is_network",
    "names_inside",
    "parts",
    "transformers_of",
]


def parts(estimator: Any, *, exactly: bool = False) -> list[tuple[str, Any]]:
    """List an estimator and what it trains last, one inside the other, outermost first.

    Parameters
    ----------
    estimator : estimator
        A model, a pipeline or a transformer of the target.
    exactly : bool, default=False
        Whether only scikit-learn's own ``Pipeline`` and ``TransformedTargetRegressor`` are opened:
        a class that inherits from them, or looks like them, may do something else at the end. The
        fitted part stands for the one it was cloned from.

    Returns
    -------
    parts : list of (str, estimator)
        Each part with the prefix that its parameters have in the estimator.

    Examples
    --------
    >>> from sklearn.compose import TransformedTargetRegressor
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import Pipeline
    >>> estimator = Pipeline([("model", TransformedTargetRegressor(Ridge()))])
    >>> [(prefix, type(part).__name__) for prefix, part in parts(estimator)]
    [('', 'Pipeline'), ('model__', 'TransformedTargetRegressor'), ('model__regressor__', 'Ridge')]
    """
    prefix, found = "", [("", estimator)]
    while True:
        step = _next_exactly(estimator) if exactly else _next(estimator)
        if step is None:
            return found
        name, estimator = step
        prefix += f"{name}__"
        found.append((prefix, estimator))


def _next(estimator: Any) -> tuple[str, Any] | None:
    """Return what an estimator trains last and its name there; None where it trains itself."""
    if getattr(estimator, "steps", None):  # a Pipeline
        return estimator.steps[-1]
    if getattr(estimator, "regressor", None) is not None:  # a TransformedTargetRegressor
        return "regressor", estimator.regressor
    return None


def _next_exactly(estimator: Any) -> tuple[str, Any] | None:
    """Return the same, where the class is known to do nothing else."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.pipeline import Pipeline

    if type(estimator) is Pipeline and estimator.steps:
        return estimator.steps[-1]
    if type(estimator) is TransformedTargetRegressor:
        return "regressor", getattr(estimator, "regressor_", estimator.regressor)
    return None


def find_network(estimator: Any) -> tuple[Any, str]:
    """Return the model at the end of pipelines and target transformers, and its parameters' prefix.

    Examples
    --------
    >>> from sklearn.neural_network import MLPClassifier
    >>> from sklearn.pipeline import Pipeline
    >>> find_network(Pipeline([("mlp", MLPClassifier())]))
    (MLPClassifier(), 'mlp__')
    """
    prefix, network = parts(estimator)[-1]
    return network, prefix


def is_network(estimator: Any) -> bool:
    """Say whether the model at the end of the estimator has hidden layers."""
    network = find_network(estimator)[0]
    return hasattr(network, "get_params") and "hidden_layer_sizes" in network.get_params(deep=False)


def transformers_of(pipeline: Any) -> Any:
    """Return the steps of a pipeline before its model, as they act on new rows.

    Samplers (imbalanced-learn's, steps with ``fit_resample``) act on training rows only: they are
    left out.

    Parameters
    ----------
    pipeline : Pipeline
        Of scikit-learn or imbalanced-learn, fitted or not.

    Returns
    -------
    transformers : Pipeline
        The same objects.

    Examples
    --------
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> transformers_of(make_pipeline(StandardScaler(), Ridge()))
    Pipeline(steps=[('standardscaler', StandardScaler())])
    """
    from sklearn.pipeline import Pipeline

    steps = pipeline.steps[:-1]
    if steps and not any(hasattr(step, "fit_resample") for _, step in steps):
        return pipeline[:-1]
    kept = [(name, step) for name, step in steps if not hasattr(step, "fit_resample")]
    return Pipeline(kept or [("unchanged", "passthrough")])


def fitted_network(estimator: Any, X: Any = None, *, in_search: bool = True) -> tuple[Any, Any]:
    """Return the fitted model inside pipelines, searches and target transformers, and its inputs.

    Parameters
    ----------
    estimator : estimator
        A fitted model, or what is wrapped around one.
    X : array-like of shape (n_rows, n_features), default=None
        Inputs of the outermost; the steps before the model are applied to them.
    in_search : bool, default=True
        Whether to look into a search, too: the model is then its best one.

    Returns
    -------
    model : estimator
    X : array-like, or None

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import FunctionTransformer
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> negative = make_pipeline(FunctionTransformer(np.negative), DecisionTreeClassifier())
    >>> fitted_network(negative.fit([[1.0], [2.0]], [0, 1]), np.array([[3.0]]))
    (DecisionTreeClassifier(), array([[-3.]]))
    """
    while True:
        if in_search and hasattr(estimator, "best_estimator_"):
            estimator = estimator.best_estimator_
        elif getattr(estimator, "steps", None):
            if X is not None and len(estimator.steps) > 1:
                X = transformers_of(estimator).transform(X)
            estimator = estimator.steps[-1][1]
        elif hasattr(estimator, "regressor_"):
            estimator = estimator.regressor_
        else:
            return estimator, X


def fitted_network_of_skdl(estimator: Any, X: Any = None, *, owner: str) -> tuple[Any, Any]:
    """Return what :func:`fitted_network` does, or say who needs a network of skdl and what came."""
    from sklearn.utils.validation import check_is_fitted

    mlp, X = fitted_network(estimator, X)
    if not hasattr(type(mlp), "validation_loss_curve_"):
        refuse(owner, "estimator", "a network of skdl", mlp, TypeError)
    check_is_fitted(mlp)
    return mlp, X


def feature_names(X: Any) -> list[str]:
    """Name the features: the columns of a data frame, else by their number from 0.

    Examples
    --------
    >>> import numpy as np
    >>> feature_names(np.zeros((3, 2)))
    ['feature 0', 'feature 1']
    """
    if hasattr(X, "columns"):
        return [str(name) for name in X.columns]
    return [f"feature {number}" for number in range(X.shape[1])]


def names_inside(estimator: Any, names: list[str]) -> list[str] | None:
    """Name the inputs of the model at the end; None where the transformers before it do not.

    A column that comes out of a transformer bears the name of the one that went in only if the
    transformer says so: it may have been moved, or made of several.

    Parameters
    ----------
    estimator : estimator
        Fitted.
    names : list of str
        The names of the outermost inputs.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.compose import make_column_transformer
    >>> from sklearn.linear_model import Ridge
    >>> from sklearn.pipeline import make_pipeline
    >>> swap = make_column_transformer(("passthrough", [1]), ("passthrough", [0]))
    >>> swapped = make_pipeline(swap, Ridge()).fit(np.eye(3, 2), [1.0, 2.0, 3.0])
    >>> names_inside(swapped, ["age", "income"])
    ['income', 'age']
    """
    told: list[str] | None = names
    while True:
        if getattr(estimator, "steps", None):
            if told is not None and len(estimator.steps) > 1:
                told = _names_out(transformers_of(estimator), told)
            estimator = estimator.steps[-1][1]
        elif hasattr(estimator, "regressor_"):
            estimator = estimator.regressor_
        else:
            return told


def _names_out(transformer: Any, names: list[str]) -> list[str] | None:
    """Return the names of what comes out, without the prefix of the part that each came through."""
    try:
        found = [str(name) for name in transformer.get_feature_names_out(names)]
    except Exception:  # another's transformer, which need not know names
        return None
    short = [name.split("__", 1)[-1] for name in found]
    known = tuple(names)
    plain = not any("__" in name for name in names) and len(set(short)) == len(short)
    return [s if plain and s.startswith(known) else n for s, n in zip(short, found, strict=True)]
