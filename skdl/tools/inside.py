"""Inside an estimator: the model at its end, and the inputs as that model sees them."""

from __future__ import annotations

__all__ = ["feature_names", "find_network", "fitted_network", "is_network"]


def find_network(estimator) -> tuple[object, str]:
    """Return the model at the end of pipelines and target transformers, and its parameters' prefix.

    Examples
    --------
    >>> from sklearn.neural_network import MLPClassifier
    >>> from sklearn.pipeline import Pipeline
    >>> find_network(Pipeline([("mlp", MLPClassifier())]))
    (MLPClassifier(), 'mlp__')
    """
    prefix = ""
    while True:
        if getattr(estimator, "steps", None):  # a Pipeline
            name, estimator = estimator.steps[-1]
        elif getattr(estimator, "regressor", None) is not None:  # a TransformedTargetRegressor
            name, estimator = "regressor", estimator.regressor
        else:
            return estimator, prefix
        prefix += f"{name}__"


def is_network(estimator) -> bool:
    """Say whether the model at the end of the estimator has hidden layers."""
    network = find_network(estimator)[0]
    return hasattr(network, "get_params") and "hidden_layer_sizes" in network.get_params(deep=False)


def fitted_network(estimator, X=None) -> tuple[object, object]:
    """Return the fitted model at the end, and X, if given, after all transformers before it."""
    while True:
        if getattr(estimator, "steps", None):
            if X is not None and len(estimator.steps) > 1:
                X = estimator[:-1].transform(X)
            estimator = estimator.steps[-1][1]
        elif hasattr(estimator, "regressor_"):
            estimator = estimator.regressor_
        else:
            return estimator, X


def feature_names(X) -> list[str]:
    """Name the features: the columns of a data frame, else by their number from 0."""
    if hasattr(X, "columns"):
        return [str(name) for name in X.columns]
    return [f"feature {number}" for number in range(X.shape[1])]
