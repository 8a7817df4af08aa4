"""Names that people bring along: what another library calls something, and what it is called here.

Messages about an unknown parameter or value end with its name here, and the page *Coming from
scikit-learn, Keras, PyTorch* of the documentation is made of these two tables.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple

__all__ = [
    "PARAMETERS",
    "VALUES",
    "Foreign",
    "nearest",
    "parameter_here",
    "plain",
    "value_here",
]


_SKLEARN, _KERAS, _TORCH, _OTHERS = "scikit-learn", "Keras", "PyTorch", "others"


class Foreign(NamedTuple):
    """A name of another library.

    Attributes
    ----------
    library : str
        Who calls it so.
    here : str
        What to write here, as Python writes it.
    because : str
        What differs, if anything does; the end of a sentence.
    """

    library: str
    here: str
    because: str = ""

    def __str__(self) -> str:
        library = f" ({self.library})" if self.library != _OTHERS else ""
        return f"{self.here} here{library}{self.because and ', ' + self.because}"


PARAMETERS: dict[str, Foreign] = {
    # -- scikit-learn
    "solver": Foreign(_SKLEARN, "optimizer"),
    "alpha": Foreign(_SKLEARN, "l2", "which is alpha divided by the rows of a batch"),
    "learning_rate_init": Foreign(_SKLEARN, "learning_rate", "and schedule says how it changes"),
    "power_t": Foreign(_SKLEARN, "schedule=InvScaling(power=0.5)"),
    "nesterovs_momentum": Foreign(_SKLEARN, "nesterov"),
    "beta_1": Foreign(_SKLEARN, "optimizer=Adam(beta_1=0.9)"),
    "beta_2": Foreign(_SKLEARN, "optimizer=Adam(beta_2=0.999)"),
    "epsilon": Foreign(_SKLEARN, "optimizer=Adam(epsilon=1e-8)"),
    "max_fun": Foreign(_SKLEARN, "max_iter", "which counts iterations"),
    # -- Keras
    "units": Foreign(_KERAS, "hidden_layer_sizes"),
    "epochs": Foreign(_KERAS, "max_iter"),
    "validation_split": Foreign(_KERAS, "validation_fraction", "with early_stopping=True"),
    "validation_data": Foreign(_KERAS, "fit(X, y, X_val=…, y_val=…)"),
    "validation_set": Foreign("XGBoost", "fit(X, y, X_val=…, y_val=…)"),
    "eval_set": Foreign("XGBoost", "fit(X, y, X_val=…, y_val=…)"),
    "patience": Foreign(_KERAS, "n_iter_no_change"),
    "min_delta": Foreign(_KERAS, "tol"),
    "restore_best_weights": Foreign(_KERAS, "restore_best"),
    "metrics": Foreign(_KERAS, "monitor", "which early stopping watches"),
    "kernel_initializer": Foreign(_KERAS, "init"),
    "bias_initializer": Foreign(_KERAS, "bias_init"),
    "kernel_regularizer": Foreign(_KERAS, "l2", "or l1"),
    "bias_regularizer": Foreign(_KERAS, "penalize_bias=True"),
    "activity_regularizer": Foreign(_KERAS, "activity_l1"),
    "kernel_constraint": Foreign(_KERAS, "max_norm"),
    "use_bias": Foreign(_KERAS, "fit_intercept"),
    "clipnorm": Foreign(_KERAS, "clip='norm', clip_threshold=1.0"),
    "clipvalue": Foreign(_KERAS, "clip='value', clip_threshold=0.5"),
    "global_clipnorm": Foreign(_KERAS, "clip='global_norm', clip_threshold=1.0"),
    "rate": Foreign(_KERAS, "dropout"),
    "batch_normalization": Foreign(_KERAS, "batch_norm=True"),
    "learning_rate_schedule": Foreign(_KERAS, "schedule"),
    "seed": Foreign(_KERAS, "random_state"),
    # -- PyTorch, and what is built on it
    "criterion": Foreign(_TORCH, "loss"),
    "lr": Foreign(_TORCH, "learning_rate"),
    "betas": Foreign(_TORCH, "optimizer=Adam(beta_1=0.9, beta_2=0.999)"),
    "eps": Foreign(_TORCH, "optimizer=Adam(epsilon=1e-8)"),
    "bias": Foreign(_TORCH, "fit_intercept"),
    "p": Foreign(_TORCH, "dropout"),
    "scheduler": Foreign(_TORCH, "schedule"),
    "lr_scheduler": Foreign(_TORCH, "schedule"),
    "max_grad_norm": Foreign(_TORCH, "clip='global_norm', clip_threshold=1.0"),
    "gradient_clip_val": Foreign("Lightning", "clip='global_norm', clip_threshold=1.0"),
    "max_epochs": Foreign("skorch, Lightning", "max_iter"),
    "train_split": Foreign("skorch", "validation_fraction", "with early_stopping=True"),
    "device": Foreign(_TORCH, "left out", "it runs on the processor"),
    # -- what others say
    "loss_function": Foreign(_OTHERS, "loss"),
    "loss_fn": Foreign(_OTHERS, "loss"),
    "objective": Foreign(_OTHERS, "loss"),
    "activation_function": Foreign(_OTHERS, "activation"),
    "nonlinearity": Foreign(_OTHERS, "activation"),
    "hidden_layers": Foreign(_OTHERS, "hidden_layer_sizes"),
    "hidden_sizes": Foreign(_OTHERS, "hidden_layer_sizes"),
    "hidden_units": Foreign(_OTHERS, "hidden_layer_sizes"),
    "n_hidden": Foreign(_OTHERS, "hidden_layer_sizes"),
    "n_layers": Foreign(_OTHERS, "n_hidden_layers"),
    "num_layers": Foreign(_OTHERS, "n_hidden_layers"),
    "depth": Foreign(_OTHERS, "n_hidden_layers"),
    "n_epochs": Foreign(_OTHERS, "max_iter"),
    "num_epochs": Foreign(_OTHERS, "max_iter"),
    "n_iter": Foreign(_OTHERS, "max_iter"),
    "iterations": Foreign(_OTHERS, "max_iter"),
    "eta": Foreign(_OTHERS, "learning_rate"),
    "learning_rate_decay": Foreign(_OTHERS, "schedule"),
    "minibatch_size": Foreign(_OTHERS, "batch_size"),
    "dropout_rate": Foreign(_OTHERS, "dropout"),
    "drop_rate": Foreign(_OTHERS, "dropout"),
    "l2_reg": Foreign(_OTHERS, "l2"),
    "reg_lambda": Foreign("XGBoost", "l2"),
    "l1_reg": Foreign(_OTHERS, "l1"),
    "reg_alpha": Foreign("XGBoost", "l1"),
    "initializer": Foreign(_OTHERS, "init"),
    "weight_init": Foreign(_OTHERS, "init"),
    "early_stopping_rounds": Foreign("XGBoost", "n_iter_no_change", "with early_stopping=True"),
    "class_weights": Foreign(_OTHERS, "class_weight"),
    "random_seed": Foreign(_OTHERS, "random_state"),
    "n_estimators": Foreign(_SKLEARN, "n_networks"),
    "n_jobs": Foreign(_SKLEARN, "left out", "BLAS has its own threads"),
}

VALUES: dict[str, dict[str, Foreign]] = {
    "activation": {
        "logistic": Foreign(_SKLEARN, "activation='sigmoid'"),
        "linear": Foreign(_KERAS, "activation='identity'"),
        "none": Foreign(_KERAS, "activation='identity'"),
        "swish": Foreign(_KERAS, "activation='silu'"),
    },
    "init": {
        "xavier": Foreign(_TORCH, "init='glorot_uniform'"),
        "xavier_uniform": Foreign(_TORCH, "init='glorot_uniform'"),
        "xavier_normal": Foreign(_TORCH, "init='glorot_normal'"),
        "glorot": Foreign(_OTHERS, "init='glorot_uniform'"),
        "kaiming": Foreign(_TORCH, "init='he_uniform'"),
        "kaiming_uniform": Foreign(_TORCH, "init='he_uniform'"),
        "kaiming_normal": Foreign(_TORCH, "init='he_normal'"),
        "msra": Foreign("Caffe", "init='he_normal'"),
        "he": Foreign(_OTHERS, "init='he_normal'"),
        "lecun": Foreign(_OTHERS, "init='lecun_normal'"),
        "random_uniform": Foreign(_KERAS, "init='uniform'"),
        "random_normal": Foreign(_KERAS, "init='normal'"),
        "gaussian": Foreign(_OTHERS, "init='normal'"),
    },
    "loss": {
        "log_loss": Foreign(_SKLEARN, "loss='cross_entropy'"),
        "binary_crossentropy": Foreign(_KERAS, "loss='cross_entropy'"),
        "categorical_crossentropy": Foreign(_KERAS, "loss='cross_entropy'"),
        "sparse_categorical_crossentropy": Foreign(_KERAS, "loss='cross_entropy'"),
        "cross_entropy_loss": Foreign(_TORCH, "loss='cross_entropy'"),
        "bce": Foreign(_TORCH, "loss='cross_entropy'"),
        "bce_loss": Foreign(_TORCH, "loss='cross_entropy'"),
        "bce_with_logits_loss": Foreign(_TORCH, "loss='cross_entropy'"),
        "nll": Foreign(_TORCH, "loss='cross_entropy'"),
        "nll_loss": Foreign(_TORCH, "loss='cross_entropy'"),
        "deviance": Foreign(_SKLEARN, "loss='cross_entropy'"),
        "svm": Foreign(_OTHERS, "loss='hinge'"),
        "categorical_hinge": Foreign(_KERAS, "loss='hinge'"),
        "hinge_embedding_loss": Foreign(_TORCH, "loss='hinge'"),
        "focal_loss": Foreign(_OTHERS, "loss='focal'"),
        "binary_focal_crossentropy": Foreign(_KERAS, "loss='focal'"),
        "mse": Foreign(_KERAS, "loss='squared_error'"),
        "mse_loss": Foreign(_TORCH, "loss='squared_error'"),
        "mean_squared_error": Foreign(_KERAS, "loss='squared_error'"),
        "rmse": Foreign(_OTHERS, "loss='squared_error'", "which has the same minimum"),
        "squared_loss": Foreign(_SKLEARN, "loss='squared_error'"),
        "l2": Foreign(_OTHERS, "loss='squared_error'"),
        "mae": Foreign(_KERAS, "loss='absolute_error'"),
        "mean_absolute_error": Foreign(_KERAS, "loss='absolute_error'"),
        "l1": Foreign(_OTHERS, "loss='absolute_error'"),
        "l1_loss": Foreign(_TORCH, "loss='absolute_error'"),
        "huber_loss": Foreign(_TORCH, "loss='huber'"),
        "smooth_l1": Foreign(_TORCH, "loss='huber'"),
        "smooth_l1_loss": Foreign(_TORCH, "loss='huber'"),
        "pinball": Foreign(_SKLEARN, "loss='quantile'"),
        "poisson_nll_loss": Foreign(_TORCH, "loss='poisson'"),
        "gaussian_nll_loss": Foreign(_TORCH, "loss='gaussian_nll'"),
    },
    "optimizer": {
        "momentum": Foreign(_OTHERS, "optimizer='sgd', momentum=0.9"),
        "sgd_momentum": Foreign(_OTHERS, "optimizer='sgd', momentum=0.9"),
        "nesterov": Foreign(_OTHERS, "optimizer='sgd', momentum=0.9, nesterov=True"),
        "nag": Foreign(_OTHERS, "optimizer='sgd', momentum=0.9, nesterov=True"),
        "gd": Foreign(_OTHERS, "optimizer='sgd', batch_size='full'"),
        "gradient_descent": Foreign(_OTHERS, "optimizer='sgd', batch_size='full'"),
        "lbfgs_b": Foreign("SciPy", "optimizer='lbfgs'"),
        "conjugate_gradient": Foreign(_OTHERS, "optimizer='cg'"),
    },
    "learning_rate": {
        "constant": Foreign(_SKLEARN, "schedule='constant'"),
        "invscaling": Foreign(_SKLEARN, "schedule='invscaling'"),
        "adaptive": Foreign(_SKLEARN, "schedule='plateau'"),
    },
    "schedule": {
        "adaptive": Foreign(_SKLEARN, "schedule='plateau'"),
        "reduce_on_plateau": Foreign(_OTHERS, "schedule='plateau'"),
        "reduce_lr_on_plateau": Foreign(_TORCH, "schedule='plateau'"),
        "cosine_annealing": Foreign(_OTHERS, "schedule='cosine'"),
        "cosine_annealing_lr": Foreign(_TORCH, "schedule='cosine'"),
        "cosine_decay": Foreign(_KERAS, "schedule='cosine'"),
        "one_cycle_lr": Foreign(_TORCH, "schedule='one_cycle'"),
        "step_lr": Foreign(_TORCH, "schedule='step'"),
        "linear_lr": Foreign(_TORCH, "schedule='linear'"),
        "exponential_lr": Foreign(_TORCH, "schedule='exponential'"),
        "exponential_decay": Foreign(_KERAS, "schedule='exponential'"),
        "inverse_time_decay": Foreign(_KERAS, "schedule='invscaling'"),
    },
    "monitor": {
        "val_loss": Foreign(_KERAS, "monitor='loss'"),
        "val_accuracy": Foreign(_KERAS, "monitor='accuracy'"),
        "val_acc": Foreign(_KERAS, "monitor='accuracy'"),
        "acc": Foreign(_KERAS, "monitor='accuracy'"),
        "auc": Foreign(_KERAS, "monitor='roc_auc'"),
        "mse": Foreign(_KERAS, "monitor='neg_mean_squared_error'"),
        "mae": Foreign(_KERAS, "monitor='neg_mean_absolute_error'"),
    },
    "batch_size": {
        "all": Foreign(_OTHERS, "batch_size='full'"),
        "none": Foreign(_OTHERS, "batch_size='full'", "or 'auto'"),
    },
    "dtype": {
        "single": Foreign("NumPy", "dtype='float32'"),
        "float": Foreign("NumPy", "dtype='float64'"),
        "double": Foreign("NumPy", "dtype='float64'"),
    },
}


def plain(name: str) -> str:
    """Return a name without what people write differently: case, underscores, hyphens, spaces.

    Examples
    --------
    >>> plain("Leaky-ReLU") == plain("leaky_relu")
    True
    """
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _digits(name: str) -> str:
    """Return the digits of a name, which nobody mistypes without a meaning."""
    return "".join(letter for letter in name if letter.isdigit())


def _look_up(name: str, foreign: dict[str, Foreign]) -> Foreign | None:
    """Return the row of a name, however it is written."""
    return {plain(known): row for known, row in foreign.items()}.get(plain(name))


def nearest(name: str, names: Iterable[str], most: int = 1, cutoff: float = 0.75) -> list[str]:
    """Return the names that were probably meant, the nearest first.

    Parameters
    ----------
    name : str
        What came.
    names : iterable of str
        The names that there are.
    most : int, default=1
        How many at most.
    cutoff : float in [0, 1], default=0.75
        How near they must be; 1 is the same but for case and underscores.

    Examples
    --------
    >>> nearest("Leaky-ReLU", ["relu", "leaky_relu"]), nearest("float16", ["float64"])
    (['leaky_relu'], [])
    """
    known = {plain(one): one for one in names}
    near = difflib.get_close_matches(plain(name), known, n=most, cutoff=cutoff)
    return [known[one] for one in near if _digits(one) == _digits(name)]


def parameter_here(name: str, names: Iterable[str]) -> str:
    """Say what an unknown parameter is called here, or which one was probably meant.

    Parameters
    ----------
    name : str
        What came.
    names : iterable of str
        The parameters that there are.

    Returns
    -------
    hint : str
        A sentence; empty if nothing is known.

    See Also
    --------
    value_here : The same for the value of a parameter.

    Examples
    --------
    >>> parameter_here("epochs", ["max_iter", "dropout"])
    'epochs is max_iter here (Keras).'
    >>> parameter_here("dropuot", ["max_iter", "dropout"])
    "Did you mean 'dropout'?"
    """
    if row := _look_up(name, PARAMETERS):
        return f"{name} is {row}."
    near = nearest(name, names)
    return f"Did you mean {near[0]!r}?" if near else ""


def value_here(parameter: str, value: Any, names: Iterable[str]) -> str:
    """Say what an unknown value of a parameter is called here, or which one was probably meant.

    Parameters
    ----------
    parameter : str
        Whose value came.
    value : object
        What came: a name, or a class or an object that has one.
    names : iterable of str
        The names that there are.

    Returns
    -------
    hint : str
        A sentence; empty if nothing is known.

    See Also
    --------
    parameter_here : The same for the name of a parameter.

    Examples
    --------
    >>> value_here("activation", "Logistic", ["relu", "sigmoid"])
    "'Logistic' is activation='sigmoid' here (scikit-learn)."
    >>> value_here("activation", "Relu", ["relu", "sigmoid"])
    "Did you mean 'relu'?"
    """
    named = isinstance(value, str)
    name = value if named else getattr(value, "__name__", type(value).__name__)
    if row := _look_up("None" if value is None else name, VALUES.get(parameter, {})):
        told = f"{value if value is None else repr(name)} is {row}"
        elsewhere = parameter == "loss" and not any(repr(known) in row.here for known in names)
        return f"{told}, of the estimator for the other task." if elsewhere else f"{told}."
    near = nearest(name, names, cutoff=0.75 if named else 1.0)
    return f"Did you mean {near[0]!r}?" if near else ""
