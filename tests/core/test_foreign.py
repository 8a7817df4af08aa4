"""Names of other libraries: each row of the tables is true, and each message tells it."""

from __future__ import annotations

import re

import pytest

from skdl import MLPClassifier, MLPRegressor
from skdl.core.foreign import PARAMETERS, VALUES, parameter_here, value_here
from skdl.core.optimizers import SGD, Adam
from skdl.core.schedules import InvScaling
from skdl.estimators.parameters.settable import signature_of

BOTH = (MLPClassifier, MLPRegressor)
OWN = set(signature_of(MLPClassifier)) | set(signature_of(MLPRegressor))
X, Y = [[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]], [0, 1, 0, 1, 0, 1]
CLASSES = {"Adam": Adam, "InvScaling": InvScaling}


def settings(here):
    """Return the settings that a row says to write, as Python reads them."""
    return eval(f"dict({here})", CLASSES)


def fitted(settings):
    """Fit with the settings the estimators that have them; return how many did."""
    done = 0
    for cls in BOTH:
        loss = settings.get("loss")
        if loss is None or loss in cls._loss_family.registry:
            watch = {"early_stopping": True, "validation_fraction": 0.4}
            extra = watch if "monitor" in settings else {}
            y = Y if cls is MLPClassifier else [float(v) for v in range(1, 7)]
            scorer = settings.get("monitor", "")
            if cls is MLPRegressor and scorer in ("accuracy", "roc_auc"):
                continue
            if cls is MLPClassifier and scorer.startswith("neg_mean"):
                continue
            cls((2,), max_iter=1, n_iter_no_change=None, **{**settings, **extra}).fit(X, y)
            done += 1
    return done


@pytest.mark.parametrize("name", PARAMETERS)
def test_what_a_parameter_is_called_here_is_a_parameter(name):
    row = PARAMETERS[name]
    if row.here == "left out":
        assert row.because
    elif row.here.startswith("fit("):
        assert re.findall(r"(\w+)=", row.here) == ["X_val", "y_val"]
    elif "=" in row.here:
        assert set(settings(row.here)) <= OWN
        MLPClassifier(**settings(row.here))
    else:
        assert row.here in OWN
    assert name not in OWN


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    ("parameter", "name"), [(p, name) for p, rows in VALUES.items() for name in rows]
)
def test_what_a_value_is_called_here_can_be_fitted(parameter, name):
    assert parameter in OWN
    assert fitted(settings(VALUES[parameter][name].here)) >= 1


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("cls", BOTH)
def test_the_constructor_and_set_params_tell_the_parameter(cls, name):
    said = f"{name} is {PARAMETERS[name].here} here"
    with pytest.raises(TypeError) as error:
        cls(**{name: 1})
    assert said in str(error.value)
    with pytest.raises(ValueError, match="Valid parameters are") as invalid:
        cls().set_params(**{name: 1})
    assert said.partition("__")[2] in str(invalid.value) or said in str(invalid.value)


@pytest.mark.parametrize(
    ("parameter", "name"), [(p, name) for p, rows in VALUES.items() for name in rows]
)
def test_fit_tells_the_value_however_it_is_written(parameter, name):
    here = VALUES[parameter][name].here
    upper = "".join(part.capitalize() for part in name.split("_"))
    for value in (name, upper, name.upper().replace("_", "-")):
        with pytest.raises(ValueError, match=r"^MLPClassifier: \w+ must be ") as error:
            MLPClassifier(**{parameter: value, "early_stopping": parameter == "monitor"}).fit(X, Y)
        assert f"; got {value!r}. {value!r} is {here} here" in str(error.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"dropuot": 0.2}, "Did you mean 'dropout'?"),
        ({"hidden_layer_size": 3}, "Did you mean 'hidden_layer_sizes'?"),
        ({"solver": "adam", "lr": 1}, "lr is learning_rate here (PyTorch). solver is optimizer"),
    ],
)
def test_a_slip_is_told_what_was_meant(given, said):
    for cls in BOTH:
        with pytest.raises(TypeError, match="unexpected keyword argument") as error:
            cls(**given)
        assert said in str(error.value)


def test_a_name_from_nowhere_gets_no_guess():
    assert parameter_here("zzz", OWN) == "" == value_here("activation", "zzz", ["relu", "tanh"])
    with pytest.raises(TypeError, match=r"unexpected keyword argument 'zzz'$"):
        MLPClassifier(zzz=3)
    for value in (3, object(), 2.5, ["relu"], {}):
        assert value_here("activation", value, ["relu", "dict", "list"][:1]) == ""


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"activation": "Relu"}, "got 'Relu'. Did you mean 'relu'?"),
        ({"optimizer": "SGD"}, "got 'SGD'. Did you mean 'sgd'?"),
        ({"optimizer": SGD}, ". That is the class; an instance is SGD()"),
        ({"early_stopping": "rise"}, "Did you mean 'rises'?"),
        ({"activation": ["tanh", "Swish"], "hidden_layer_sizes": (2, 2)}, "activation='silu' here"),
    ],
)
def test_a_slip_in_a_value_is_told_what_was_meant(settings, said):
    with pytest.raises(ValueError, match="must be") as error:
        MLPClassifier(**settings).fit(X, Y)
    assert said in str(error.value)


def test_a_loss_of_the_other_task_says_so():
    with pytest.raises(ValueError, match="of the estimator for the other task"):
        MLPRegressor(loss="binary_crossentropy").fit(X, Y)
    with pytest.raises(ValueError, match=r"is loss='cross_entropy' here \(Keras\)\.$"):
        MLPClassifier(loss="binary_crossentropy").fit(X, Y)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"epochs": 3}, "epochs is max_iter here (Keras)."),
        ({"validation_data": (X, Y)}, "validation_data is fit(X, y, X_val=…, y_val=…) here"),
        ({"batch_size": 2}, "batch_size is a parameter of MLPClassifier(batch_size=…)."),
        ({"zzz": 2}, "unexpected keyword argument 'zzz'"),
    ],
)
def test_fit_tells_where_an_argument_belongs(arguments, said):
    with pytest.raises(TypeError, match="unexpected keyword argument") as error:
        MLPClassifier().fit(X, Y, **arguments)
    assert str(error.value).endswith(said) or said in str(error.value)


def test_several_layers_are_a_tuple():
    with pytest.raises(TypeError, match=r"are one tuple: MLPClassifier\(\(64, 32\)\)\.$"):
        MLPClassifier(64, 32)
    with pytest.raises(TypeError, match=r"All others are given by name\.$"):
        MLPClassifier((64,), "relu")


def test_an_error_of_a_callback_is_left_as_it_is():
    def wrong(estimator, record):
        raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        MLPClassifier((2,), callbacks=[wrong]).fit(X, Y)


def test_a_class_of_ones_own_has_the_hints_and_keeps_its_parameters():
    class Mine(MLPClassifier):
        def __init__(self, hidden_layer_sizes=(3,), *, twist=1):
            super().__init__(hidden_layer_sizes)
            self.twist = twist

    assert list(signature_of(Mine)) == ["hidden_layer_sizes", "twist"]
    with pytest.raises(TypeError, match="Did you mean 'twist'"):
        Mine(twists=2)
