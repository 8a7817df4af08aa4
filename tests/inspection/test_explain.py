"""Every name of the library is explained, and every name of another one leads to it."""

from __future__ import annotations

import re

import pytest

import skdl
from skdl import explain
from skdl.core.component import families
from skdl.core.foreign import PARAMETERS as FOREIGN
from skdl.core.foreign import VALUES
from skdl.estimators.parameters.table import PARAMETERS

COMPONENTS = sorted({n for base in families().values() for n in base.registry})


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_is_explained(name):
    told = explain(name)
    assert told.name == name and len(told.text) > 20
    text, page = str(told), told._repr_html_()
    assert text.startswith(f"{name}: a") and "To use it: " in text
    assert not re.search(r":\w+:`", text + page)  # no markup of the docstrings is left
    assert ".. math" not in page and page.count("$") % 2 == 0
    for setting in told.settings:
        assert f"  {setting} = " in text


@pytest.mark.parametrize("name", sorted(set(PARAMETERS) - set(COMPONENTS)))
def test_a_parameter_is_explained(name):
    told = explain(name)
    assert told.name == name and PARAMETERS[name].kind in str(told)
    assert f"{name}=" in told.use


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("xavier", "glorot_uniform"),
        ("msra", "he_normal"),
        ("mse", "squared_error"),
        ("sgd+momentum", "sgd"),
        ("weight decay", "weight_decay"),
        ("Leaky-ReLU", "leaky_relu"),
        ("RMSProp", "rmsprop"),
        ("lr", "learning_rate"),
        ("epochs", "max_iter"),
    ],
)
def test_other_names_lead_to_ours(said, meant):
    assert explain(said).name == meant


@pytest.mark.parametrize("said", sorted({*FOREIGN, *(n for rows in VALUES.values() for n in rows)}))
def test_every_foreign_name_is_known_or_answered(said):
    row = FOREIGN.get(said)
    if row is not None and (row.here == "left out" or row.here.startswith("fit(")):
        with pytest.raises(ValueError, match="explain: name must be that of"):
            explain(said)
    else:
        assert explain(said).name in {*COMPONENTS, *PARAMETERS}


def test_what_is_near_is_offered():
    with pytest.raises(ValueError, match=r"got 'ReLU6' \(the nearest are 'relu'"):
        explain("ReLU6")
    with pytest.raises(ValueError, match=r"got 'adamx' \(the nearest are 'adam"):
        explain("adamx")
    with pytest.raises(ValueError, match="nothing is near"):
        explain("zzzzzz")
    with pytest.raises(ValueError, match="^explain: name must be a str; got 3"):
        explain(3)


def test_what_it_says_to_write_can_be_written():
    for name in COMPONENTS:
        use = explain(name).use
        if re.fullmatch(r"\w+='\w+'.*", use):
            parameter, value = re.match(r"(\w+)='(\w+)'", use).groups()
            assert parameter in PARAMETERS and value == name


def test_it_is_public():
    assert "explain" in skdl.__all__
