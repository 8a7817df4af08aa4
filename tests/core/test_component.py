"""Every component of every family: settings, rules and their messages, documentation."""

import ast
import copy
import importlib
import inspect
import math
import pickle
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as run
from hypothesis import strategies as st
from rules import illegal, legal, settings_of
from sklearn.base import clone

import skdl.core
from skdl import MLPClassifier
from skdl.core import component as component_module
from skdl.core.activations import Activation, LeakyReLU
from skdl.core.component import (
    Boolean,
    Component,
    Each,
    Either,
    Function,
    Instance,
    Interval,
    Nothing,
    OneOf,
    address,
    check_parameter,
    families,
    resolve,
    shown,
)
from skdl.core.optimizers import Adam, Optimizer
from skdl.core.schedules import Cosine, WarmUp
from skdl.estimators.parameters.table import PARAMETERS

FAMILIES = families()
MEMBERS = [
    pytest.param(cls, id=f"{family}-{name}")
    for family, base in FAMILIES.items()
    for name, cls in base.registry.items()
]
every_family = pytest.mark.parametrize("family", FAMILIES.values(), ids=FAMILIES)
every_member = pytest.mark.parametrize("cls", MEMBERS)


def parameters(cls):
    """The parameters of a class, by name."""
    if cls.__init__ is Component.__init__ or cls.__init__ is object.__init__:
        return {}
    return {k: v for k, v in inspect.signature(cls.__init__).parameters.items() if k != "self"}


# -- every family, every member -------------------------------------------------------------------


def test_the_families_are_found_and_none_is_empty():
    assert {
        "Activation",
        "Initializer",
        "ClassifierLoss",
        "RegressorLoss",
        "Optimizer",
        "Schedule",
        "MomentumSchedule",
        "Clipping",
        "DropoutInference",
        "Sampler",
    } <= set(FAMILIES)
    assert all(base.registry for base in FAMILIES.values())


@every_family
def test_names_and_classes_agree(family):
    for name, cls in family.registry.items():
        assert cls.name == name
        assert issubclass(cls, family)
    assert len(set(family.registry.values())) == len(family.registry)


@every_family
def test_an_unknown_name_lists_those_that_are_allowed(family):
    class Net:
        pass

    names = ", ".join(repr(name) for name in family.registry)
    instance = f". That is the class; an instance is {family.__name__}()"
    for value in ("no such thing", "", 3, None, family, object):
        hint = instance if value is family else ""
        with pytest.raises(ValueError) as error:
            resolve(Net(), "setting", family, value)
        assert str(error.value) == (
            f"Net: setting must be one of {names}, or an instance of {family.__name__}; "
            f"got {value!r}{hint}"
        )


@every_family
def test_a_member_of_another_family_is_refused(family):
    other = Optimizer if family is Activation else Activation
    stranger = next(iter(other.registry.values()))()
    with pytest.raises(ValueError, match="must be one of .* or an instance of"):
        resolve(None, "setting", family, stranger)


@every_member
def test_the_default_is_legal_and_a_name_gives_it(cls):
    member = cls()
    assert member.validate() is member
    family = next(base for base in FAMILIES.values() if issubclass(cls, base))
    resolved = resolve(None, "setting", family, cls.name)
    assert type(resolved) is cls
    assert resolved.get_params() == member.get_params()
    assert resolve(None, "setting", family, member) is member
    assert resolve(None, "setting", family, cls.name) is not resolved


@every_member
def test_init_only_stores(cls):
    for name in parameters(cls):
        given = object()
        assert getattr(cls(**{name: given}), name) is given


def told(params):
    """The parameters, components among them by what they say of themselves."""
    return {k: repr(v) if isinstance(v, Component) else v for k, v in params.items()}


@every_member
@given(data=st.data())
@run(max_examples=10)
def test_settings_survive_clone_pickle_repr_and_set_params(cls, data):
    member = data.draw(settings_of(cls)).validate()
    params = member.get_params()
    assert set(member.get_params(deep=False)) == set(parameters(cls))
    for twin in (
        clone(member),
        copy.deepcopy(member),
        pickle.loads(pickle.dumps(member)),
        cls().set_params(**params),
        eval(repr(member), {c.__name__: c for c in cls.registry.values()}),
    ):
        assert type(twin) is cls
        assert twin is not member
        assert told(twin.validate().get_params()) == told(params)
    assert member.get_params() == params


@every_member
def test_set_params_refuses_what_it_does_not_know(cls):
    with pytest.raises(ValueError, match="Invalid parameter 'no_such_setting'"):
        cls().set_params(no_such_setting=1)


RULES = [
    pytest.param(cls, parameter, rule, id=f"{cls.__name__}-{parameter}")
    for base in FAMILIES.values()
    for cls in base.registry.values()
    for parameter, rule in cls.rules.items()
]


@pytest.mark.parametrize(("cls", "parameter", "rule"), RULES)
def test_every_rule_is_enforced_with_an_exact_message(cls, parameter, rule):
    family = next(base for base in FAMILIES.values() if issubclass(cls, base))
    values = illegal(rule)
    assert values
    for value in values:
        member = cls(**{parameter: value})  # only stored: nothing is raised here
        message = f"{cls.__name__}: {parameter} must be {rule}; got {shown(value)}"
        for check in (member.validate, lambda m=member: resolve(None, "x", family, m)):
            with pytest.raises(ValueError) as error:
                check()
            assert str(error.value) == message


@every_member
def test_no_parameter_goes_unchecked(cls):
    assert set(cls.rules) <= set(parameters(cls))
    nonsense = object()
    for name in parameters(cls):
        with pytest.raises(ValueError) as error:
            cls(**{name: nonsense}).validate()
        text = str(error.value)
        assert text.startswith(f"{cls.__name__}: {name} must be ")
        assert text.endswith(f"; got {nonsense!r}")


@every_member
def test_a_member_is_documented(cls):
    doc = cls.__dict__.get("__doc__") or ""
    text = inspect.cleandoc(doc)
    summary = text.split("\n\n")[0]
    assert summary.endswith((".", ".`")), summary
    assert "Examples\n--------\n>>>" in text
    if parameters(cls):
        section = text.split("Parameters\n----------\n")[1].split("\n\n")[0]
        named = [line for line in section.split("\n") if not line.startswith(" ")]
        documented = [name.strip() for line in named for name in line.split(" : ")[0].split(",")]
        assert documented == list(parameters(cls))
    else:
        assert "Parameters\n" not in text


@every_member
def test_documented_defaults_are_the_defaults(cls):
    text = inspect.cleandoc(cls.__doc__)
    for name, parameter in parameters(cls).items():
        line = next(
            line
            for line in text.split("\n")
            if " : " in line and name in line.split(" : ")[0].split(", ")
        )
        names, kind = line.split(" : ")
        if parameter.default is None:
            assert "optional" in kind
        else:
            said = kind.split("default=")[1].split(" and ")
            value = ast.literal_eval(said[names.split(", ").index(name)])
            assert value == parameter.default


@every_member
def test_a_member_is_exported_by_its_module(cls):
    module = inspect.getmodule(cls)
    assert cls.__name__ in module.__all__
    assert module.__name__.startswith("skdl.core.")


@pytest.mark.parametrize("name", Optimizer.registry)
def test_an_optimizer_says_what_none_means(name):
    cls = Optimizer.registry[name]
    if cls.order == 2:
        assert cls.full_batch
        assert cls.learning_rate is None and cls.momentum is None and cls.nesterov is None
    else:
        assert isinstance(cls.learning_rate, float) and 0 < cls.learning_rate <= 1
        assert (cls.momentum is None) == (cls.nesterov is None)
    assert 0 <= cls.weight_decay < 1
    assert "learning_rate" in inspect.getdoc(Optimizer)


def test_the_package_offers_its_modules():
    for name in skdl.core.__all__:
        assert inspect.ismodule(getattr(skdl.core, name))


# -- the rules themselves -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (Interval(), "a number"),
        (Interval(integer=True), "an integer"),
        (Interval(0), ">= 0"),
        (Interval(0, closed="neither"), "> 0"),
        (Interval(1, integer=True), "an integer >= 1"),
        (Interval(0, 1), "in [0, 1]"),
        (Interval(0, 1, closed="left"), "in [0, 1)"),
        (Interval(0, 1, closed="right"), "in (0, 1]"),
        (Interval(0.5, 1, closed="neither"), "in (0.5, 1)"),
        (Interval(2, 9, integer=True), "an integer in [2, 9]"),
        (Boolean(), "True or False"),
        (Nothing(), "None"),
        (OneOf(("a", 1)), "one of 'a', 1"),
        (Each(Interval(0)), "a list of values, each >= 0"),
        (Either(Interval(0), Nothing()), ">= 0, or None"),
    ],
)
def test_a_rule_says_what_is_allowed(rule, text):
    assert str(rule) == text


@pytest.mark.parametrize(
    ("rule", "yes", "no"),
    [
        (Interval(0, 1), [0, 1, 0.5, np.float32(1), np.int64(0)], [-1e-9, 1.1, Fraction(1, 2)]),
        (Interval(0, 1, closed="left"), [0, 0.999], [1, 1.0, np.float64(1)]),
        (Interval(0, 1, closed="right"), [1e-300, 1], [0, -0.0]),
        (Interval(0, 1, closed="neither"), [0.5], [0, 1]),
        (Interval(), [-1e300, 0, 10**9], [math.nan, math.inf, -math.inf, "1", None, True, 1j]),
        (Interval(1, integer=True), [1, np.int32(7)], [0, 1.0, np.float64(2), True, np.True_]),
        (Boolean(), [True, False, np.True_], [0, 1, None, "True"]),
        (Nothing(), [None], [0, False, ""]),
        (OneOf(("auto", 1)), ["auto", 1, np.str_("auto")], [True, 1.0, "Auto", None]),
        (Instance(dict), [{}, {1: 2}], [dict, [], None]),
        (Function(), [len, dict], [3, "len", None]),
        (Each(Interval(0)), [[0], (1, 2.5)], [[], (), [1, -1], 3, "12", None, {1: 2}]),
        (Either(Interval(0), Nothing(), OneOf(("full",))), [0, None, "full"], [-1, "half", True]),
    ],
)
def test_a_rule_allows_what_it_says(rule, yes, no):
    assert [v for v in yes if not rule.allows(v)] == []
    assert [v for v in no if rule.allows(v)] == []


@given(data=st.data())
def test_legal_and_illegal_values_of_this_file_are_told_apart(data):
    """The helpers above are what many tests draw from: they agree with the rules."""
    rule = data.draw(
        st.sampled_from(
            [
                Interval(0),
                Interval(0, 1, closed="neither"),
                Interval(2, integer=True),
                Interval(0, 3, closed="right", integer=True),
                Each(Interval(0, 1)),
                Either(Interval(0, closed="neither"), Nothing()),
                OneOf(("a", "b")),
                Boolean(),
            ]
        )
    )
    assert rule.allows(data.draw(legal(rule)))
    assert not any(rule.allows(value) for value in illegal(rule))


def test_check_parameter_names_owner_parameter_rule_and_value():
    class MLPClassifier:
        pass

    rule = Interval(0, 1, closed="left")
    assert check_parameter(MLPClassifier(), "dropout", 0.5, rule) is None
    with pytest.raises(ValueError) as error:
        check_parameter(MLPClassifier(), "dropout", 1.5, rule)
    assert str(error.value) == "MLPClassifier: dropout must be in [0, 1); got 1.5"


# -- adding a family and a member -----------------------------------------------------------------


@pytest.fixture
def guest_book(monkeypatch):
    """Families and members of a test leave with it."""
    monkeypatch.setattr(component_module, "_families", dict(component_module._families))
    for base in FAMILIES.values():
        monkeypatch.setattr(base, "registry", dict(base.registry))


def test_one_class_adds_a_member(guest_book):
    class Square(Activation, name="square"):
        rules = {"scale": Interval(0, closed="neither")}

        def __init__(self, scale=1.0):
            self.scale = scale

    assert type(resolve(None, "activation", Activation, "square")) is Square
    with pytest.raises(ValueError, match=r"Square: scale must be > 0; got 0"):
        resolve(None, "activation", Activation, Square(scale=0))
    with pytest.raises(ValueError, match="'square', or an instance of Activation; got 'cube'"):
        resolve(None, "activation", Activation, "cube")


def test_a_class_without_a_name_is_in_no_registry(guest_book):
    before = dict(Activation.registry)

    class MyLeaky(LeakyReLU):
        pass

    assert Activation.registry == before
    assert MyLeaky.name is None
    mine = MyLeaky(alpha=0.3)
    assert resolve(None, "activation", Activation, mine) is mine


def test_a_new_family_has_a_registry_of_its_own(guest_book):
    class Colour(Component, family=True):
        pass

    class Red(Colour, name="red"):
        pass

    assert families()["Colour"] is Colour
    assert Colour.registry == {"red": Red}
    assert "red" not in Activation.registry


def test_families_hands_out_a_copy():
    families().clear()
    assert families() == FAMILIES


def test_nested_settings_are_reached_and_checked():
    warm = WarmUp(epochs=2, then=Cosine(final=0.1))
    assert warm.get_params()["then__final"] == 0.1
    warm.set_params(then__final=0.2)
    assert warm.then.final == 0.2
    with pytest.raises(ValueError, match=r"^Cosine: final must be in \[0, 1\]; got 2"):
        warm.set_params(then__final=2).validate()
    with pytest.raises(ValueError, match="^WarmUp: then must be a Schedule, or None; got"):
        WarmUp(then="cosine").validate()


@every_member
def test_the_address_of_a_member_is_where_a_user_imports_it_from(cls):
    """The class is there, its family too, and no shorter path leads to it."""
    module = importlib.import_module(address(cls))
    assert getattr(module, cls.__name__) is cls
    assert cls.__module__.startswith(module.__name__)
    outer = sys.modules.get(module.__name__.rpartition(".")[0])
    assert getattr(outer, cls.__name__, None) is not cls


def test_the_address_of_what_nobody_hands_on_is_its_own_module():
    class Own: ...

    assert address(Own) == __name__
    assert address(Adam) == "skdl.core.optimizers"
    assert address(MLPClassifier) == "skdl"


# Text from NumPy: the items of np.array(["auto", "full"]), as a search over an array hands them on.


def texts_of(rule):
    """All texts that a rule allows, wherever they stand in it."""
    match rule:
        case OneOf():
            return [value for value in rule.values if isinstance(value, str)]
        case Each():
            return texts_of(rule.rule)
        case Either():
            return [text for one in rule.rules for text in texts_of(one)]
    return []


TEXTS = [
    pytest.param(row.rule, text, id=f"{name}-{text}")
    for name, row in PARAMETERS.items()
    if row.rule is not None
    for text in texts_of(row.rule)
]


@pytest.mark.parametrize(("rule", "text"), TEXTS)
def test_a_rule_allows_numpys_text(rule, text):
    item = np.array([text, "something longer"])[0]
    assert type(item) is np.str_
    assert rule.allows(item)


@pytest.mark.parametrize(
    ("family", "name"),
    [(family, name) for family in FAMILIES.values() for name in family.registry],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_family_knows_numpys_text(family, name):
    item = np.array([name, "something longer"])[0]
    assert type(resolve(None, "parameter", family, item)) is family.registry[name]
