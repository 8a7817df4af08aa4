"""What a reader is told is true: docstrings are whole, the code on the front pages runs."""

from __future__ import annotations

import dataclasses
import doctest
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import claims
import displays
import mathml
import parameters
import pytest
import reading_order
import registries
import shown
from numpydoc.validate import validate

import skdl
from skdl.core.component import Component, families
from skdl.estimators.parameters.table import PARAMETERS

TOP = Path(__file__).parents[1]
MODULES = [
    importlib.import_module(info.name)
    for info in pkgutil.walk_packages(skdl.__path__, "skdl.")
    if not info.name.endswith("__main__")
]
COMPONENTS = {
    f"{family}:{name}": member
    for family, base in families().items()
    for name, member in sorted(base.registry.items())
}


def public():
    """Return what modules define and do not hide, by its full name: classes and functions."""
    found = {}
    for module in MODULES:
        for name, thing in vars(module).items():
            of_interest = inspect.isclass(thing) or inspect.isfunction(thing)
            if of_interest and thing.__module__ == module.__name__ and not name.startswith("_"):
                found[f"{module.__name__}.{name}"] = thing
    return found


PUBLIC = public()


def sections(thing):
    """Split a numpydoc docstring into ``{section: text}``; the part before the first is ``""``."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}$", inspect.getdoc(thing) or "", flags=re.MULTILINE)
    return {"": parts[0].strip(), **dict(zip(parts[1::2], parts[2::2], strict=True))}


def described(text):
    """Return the names that a "Parameters" or "Attributes" section describes, in order."""
    lines = re.findall(r"^(\S[^:\n]*?)(?: ?:.*)?$", text, flags=re.MULTILINE)
    return [name.strip().lstrip("*") for line in lines for name in line.split(",")]


def accepted(thing):
    """Return the names of the parameters that a function or a class takes."""
    names = [name for name in inspect.signature(thing).parameters if name != "self"]
    return [name for name in names if not name.startswith("_")]


def attributes(thing, found):
    """Return what "Attributes" describes and a data class does not have as a field."""
    fields = {field.name for field in dataclasses.fields(thing)}
    return set(described(found.get("Attributes", ""))) - fields


def incomplete(thing, *, whole=False):
    """Say what a docstring lacks: `whole` asks for every numpydoc section that applies."""
    found = sections(thing)
    summary = found[""].split("\n\n")[0]
    complaints = []
    if not summary:
        return ["no docstring"]
    if not summary.rstrip("`").endswith((".", ":", "?")):
        complaints.append("the summary is no sentence")
    result = dataclasses.is_dataclass(thing)  # made by a function, read by its attributes
    names = accepted(thing) if "Parameters" in found or (whole and not result) else []
    told = described(found.get("Parameters", ""))
    builtin = inspect.isclass(thing) and issubclass(thing, (dict, list, tuple))
    if sorted(told) != sorted(names) and not builtin:
        complaints.append(f"Parameters describes {told}; the signature has {names}")
    if whole and not result and "Examples" not in found:
        complaints.append("no Examples")
    if "Examples" in found and ">>>" not in found["Examples"]:
        complaints.append("Examples without an example")
    if result and any(not hasattr(thing, name) for name in attributes(thing, found)):
        complaints.append("Attributes describes what is not there")
    if whole and inspect.isfunction(thing) and not {"Returns", "Yields"} & set(found):
        returns = inspect.signature(thing).return_annotation
        if returns not in (None, "None"):
            complaints.append("no Returns")
    return complaints


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_public_is_documented(name):
    thing = PUBLIC[name]
    assert incomplete(thing) == []
    if inspect.isclass(thing):
        own = [key for key, value in vars(thing).items() if inspect.isfunction(value)]
        bare = [key for key in own if key[0] != "_" and not inspect.getdoc(getattr(thing, key))]
        assert bare == []


@pytest.mark.parametrize("name", COMPONENTS)
def test_a_component_has_its_settings_its_equation_and_an_example(name):
    member = COMPONENTS[name]
    assert incomplete(member, whole=True) == []
    assert member.__doc__ is not None


@pytest.mark.parametrize("name", skdl.__all__)
def test_what_skdl_offers_is_documented_whole(name):
    thing = getattr(skdl, name)
    if inspect.isclass(thing) or inspect.isfunction(thing):
        assert incomplete(thing, whole=True) == []


ABOVE = [  # what users call besides estimators and components
    getattr(package, name)
    for package in (
        skdl.decomposition,
        skdl.diagnosis,
        skdl.inspection,
        skdl.plots,
        skdl.report,
    )
    for name in package.__all__
]


@pytest.mark.parametrize("thing", dict.fromkeys(ABOVE), ids=lambda thing: thing.__name__)
def test_what_stands_above_the_estimators_has_an_example_and_company(thing):
    found = sections(thing)
    assert ">>>" in found.get("Examples", "")
    assert re.search(r"^\S+ : \S", found.get("See Also", ""), flags=re.MULTILINE)


# What users reach by a package, each once, by the first name that reaches it.
FRONT = """core.activations core.losses core.optimizers core.schedules core.layers decomposition
diagnosis inspection plots report search tables lessons""".split()
REACHED = {}
for package in [skdl, *(importlib.import_module(f"skdl.{name}") for name in FRONT)]:
    for name in package.__all__:
        if inspect.isclass(thing := getattr(package, name)) or inspect.isfunction(thing):
            REACHED.setdefault(thing, f"{package.__name__}.{name}")
del REACHED[skdl.core.layers.Memo]  # a name for one of Python's own
# What numpydoc's own rules ask that this house does otherwise, and why.
OTHERWISE = {
    "ES01": "a summary that says all needs no second paragraph",
    "PR03": "parameters that are those of another function stand together, and refer to it",
    "PR04": "so they have no types of their own",
    "PR08": "a description may begin with a value, such as `dropout`'s",
    "RT02": "what is returned has a name",
}


def is_told_by_attributes(thing):
    """Say whether a class is read, or made by a family, rather than by its own parameters."""
    return inspect.isclass(thing) and (
        dataclasses.is_dataclass(thing) or issubclass(thing, (dict, list))
    )


@pytest.mark.parametrize("name", REACHED.values())
def test_numpydoc_finds_nothing_to_mend(name):
    complaints = dict(validate(name)["errors"])
    thing = next(thing for thing, known in REACHED.items() if known == name)
    allowed = set(OTHERWISE) | ({"PR01", "PR02"} if is_told_by_attributes(thing) else set())
    assert {code: text for code, text in complaints.items() if code not in allowed} == {}


def test_numpydoc_finds_a_planted_mistake(monkeypatch):
    assert len(REACHED) > 150
    monkeypatch.setattr(skdl.explain, "__doc__", DOC.replace("Examples", "Warnings"))
    assert {"EX01", "SA01", "PR01"} <= dict(validate("skdl.explain")["errors"]).keys()


def test_every_family_has_members():
    assert len(COMPONENTS) > 50
    assert all(issubclass(member, Component) for member in COMPONENTS.values())


def documented(a, b=1):
    """Add two numbers.

    Parameters
    ----------
    a, b : int
        What to add, for example

        - a price and
        - a fee.

    Returns
    -------
    sum : int

    Examples
    --------
    >>> 1 + 1
    2
    """


DOC = inspect.getdoc(documented)


@pytest.mark.parametrize(
    ("doc", "complaint"),
    [
        (None, "no docstring"),
        (DOC.replace("a, b", "a, c"), "['a', 'c']; the signature has ['a', 'b']"),
        (DOC.replace("a, b :", "a :"), "['a']; the signature has ['a', 'b']"),
        (DOC.replace("numbers.", "numbers"), "no sentence"),
        (DOC.replace("Returns", "Notes"), "no Returns"),
        (DOC.replace("Examples", "Notes"), "no Examples"),
        (DOC.replace(">>> ", ""), "without an example"),
    ],
    ids=["none", "other name", "too few", "summary", "returns", "examples", "no prompt"],
)
def test_a_planted_mistake_in_a_docstring_is_found(doc, complaint):
    assert incomplete(documented, whole=True) == []

    def twin(a, b=1): ...

    twin.__doc__ = doc
    assert any(complaint in text for text in incomplete(twin, whole=True))


def test_an_attribute_that_a_result_does_not_have_is_found():
    @dataclasses.dataclass
    class Result:
        """What was measured.

        Attributes
        ----------
        error : float
            The error.
        """

        error: float

    assert incomplete(Result) == []
    Result.__doc__ = Result.__doc__.replace("error :", "eror :")
    assert incomplete(Result) == ["Attributes describes what is not there"]


def blocks(page, language):
    """Return the fenced code blocks of a Markdown page."""
    text = (TOP / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def run_fresh(code, folder):
    """Run code in a fresh interpreter, where a warning is an error; return what it prints."""
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TOP)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_the_code_of_a_page_runs_from_top_to_bottom(page, tmp_path):
    code = blocks(page, "python")
    assert code
    # Apart from this process: a component that a page adds must not stay in the registries here.
    run_fresh("\n".join(code), tmp_path)


def test_code_that_fails_or_warns_is_found(tmp_path):
    for code in ("1 / 0", "import warnings; warnings.warn('careful')"):
        with pytest.raises(AssertionError):
            run_fresh(code, tmp_path)


EXAMPLES = TOP / "examples"
SCRIPTS = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*.py"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_an_example_is_listed(script):
    assert f"]({script})" in (EXAMPLES / "README.md").read_text("utf-8")


def test_what_a_lesson_says_to_read_is_there():
    lessons = {path.stem: path.read_text("utf-8") for path in EXAMPLES.glob("*/plot_*.py")}
    read = {name: re.findall(r"Now read ``([\w/.]+)``", text) for name, text in lessons.items()}
    assert [name for name, files in read.items() if not files] == []
    assert [file for files in read.values() for file in files if not (TOP / file).exists()] == []


@pytest.mark.parametrize("script", [script for script in SCRIPTS if script != "run.py"])
def test_an_example_runs_in_short_mode(script, tmp_path, monkeypatch):
    monkeypatch.setenv("SKDL_SHORT", "1")
    monkeypatch.setenv("MPLBACKEND", "agg")
    monkeypatch.delenv("DISPLAY", raising=False)  # where there is one, plt.show() warns of agg
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert run_fresh((EXAMPLES / script).read_text("utf-8"), tmp_path)


@pytest.mark.parametrize("page", sorted(path.name for path in (TOP / "docs").glob("*.rst")))
def test_the_examples_of_a_documentation_page_are_true(page):
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    path = str(TOP / "docs" / page)
    assert doctest.testfile(path, module_relative=False, optionflags=flags).failed == 0


def test_the_readme_has_one_command_for_the_main_job_and_one_for_the_tests():
    job, tests = blocks("README.md", "sh")
    for command in (job, tests):
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install ")
        assert command.count("\n") == 1
    assert "-m skdl" in job
    assert "-m pytest" in tests


def pages():
    """Return the Markdown pages of the repository."""
    hidden = {".venv", "build", "node_modules"}
    found = [path.relative_to(TOP) for path in TOP.rglob("*.md")]
    return [str(path) for path in found if not hidden & set(path.parts)]


@pytest.mark.parametrize("page", pages())
def test_a_page_links_to_files_that_exist(page):
    text = (TOP / page).read_text("utf-8")
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) + re.findall(r'src="([^"]+)"', text)
    missing = [link for link in links if "://" not in link]
    assert [link for link in missing if not (TOP / page).parent.joinpath(link).exists()] == []


def test_the_readme_lists_every_parameter_of_the_estimators():
    table = (TOP / "README.md").read_text("utf-8").split("## Parameters", 1)[1].split("\n## ")[0]
    listed = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| [^|]*\|([^|]*)\|", table, re.M))))
    wanted = set(skdl.MLPClassifier().get_params()) | set(skdl.MLPRegressor().get_params())
    assert listed == wanted


ORDER = reading_order.reading_order()
THE_WAY_OF_A_FIT = """
import sys
sys.modules["numba"] = None  # the readable code runs
sys.path.insert(0, "bench")
import walk
print("\\n".join(walk.walked(lambda: walk.fit()()).files))
"""


def off_the_way(files, order):
    """Return the files under ``skdl/`` that are no stop of the reading order."""
    names = [str(Path(file).relative_to(TOP / "skdl")) for file in files]
    return sorted(set(names) - {stop.file for stop in order})


def test_everything_that_a_fit_passes_through_is_in_the_reading_order():
    files = run_fresh(THE_WAY_OF_A_FIT, TOP).split()
    assert len(files) > 10
    assert off_the_way(files, ORDER) == []
    loop = "core/training/loop.py"
    assert off_the_way(files, [stop for stop in ORDER if stop.file != loop]) == [loop]


RENEW = "run: python docs/_ext/reading_order.py"


def miscounted(stop):
    """Whether a stop has another length, by more than a tenth, than the order says."""
    counted = stop.counted()
    return abs(stop.lines - counted) > max(1, counted / 10)


@pytest.mark.parametrize("stop", ORDER, ids=lambda stop: stop.label)
def test_a_stop_has_the_lines_and_takes_the_minutes_that_the_order_says(stop):
    assert not miscounted(stop), f"{stop.counted()} lines; {RENEW}"
    assert stop.minutes == reading_order.minutes_for(stop.lines), RENEW
    assert miscounted(dataclasses.replace(stop, lines=2 * stop.lines + 2))


def test_two_hours_of_reading_end_where_training_ends():
    first, second = list(dict.fromkeys(stop.part for stop in ORDER))[:2]
    for part in (first, second):
        assert abs(sum(stop.minutes for stop in ORDER if stop.part == part) - 60) <= 10
    last = [stop for stop in ORDER if stop.part == second][-1]
    assert last.file == "core/training/watch.py"
    assert sum(stop.minutes for stop in ORDER[: ORDER.index(last) + 1]) == pytest.approx(120, abs=9)


def test_the_readme_repeats_the_reading_order():
    text = (TOP / "README.md").read_text("utf-8")
    assert reading_order.with_tables(text, ORDER) == text, RENEW
    assert reading_order.with_tables(text, ORDER[1:]) != text


def test_counting_again_changes_numbers_only():
    source = reading_order.SOURCE.read_text("utf-8")
    again = reading_order.counted_again(source)
    number = re.compile(r" +\d+ +\d+  ")
    assert number.sub("", again) == number.sub("", source)


def test_lines_of_code_are_counted_without_words():
    source = (
        '"""Opening.\n\nMore."""\n\n# why\nx = """text\nof two lines"""\ndef f():\n    "Say."\n'
    )
    assert reading_order.lines_of_code(source) == 3


EVERY_PAGE = registries.all_pages()


def packages():
    """Return ``skdl`` and every package in it."""
    return [skdl, *(module for module in MODULES if hasattr(module, "__path__"))]


def offered():
    """Return what packages hand on by ``__all__``, without modules and the version."""
    found = {f"{m.__name__}.{name}": getattr(m, name) for m in packages() for name in all_of(m)}
    return {name: thing for name, thing in found.items() if not inspect.ismodule(thing)}


def all_of(module):
    return [name for name in getattr(module, "__all__", ()) if name != "__version__"]


def told_on(pages):
    """Return what the directives of pages describe: modules, classes, functions, data."""
    text = "\n".join(line for page in pages.values() for line in page)
    return set(re.findall(r"^\.\. (?:auto\w+|py:data):: (\S+)$", text, re.MULTILINE))


def without_a_page(things, pages):
    """Return the names of things that no page tells, under none of their names."""
    names = {}
    for name, thing in things.items():
        names.setdefault(id(thing), []).append(name)
    told = told_on(pages)
    return [same[0] for same in names.values() if not told & set(same)]


CORE = {name: thing for name, thing in PUBLIC.items() if name.startswith("skdl.core.")}
OFFERED = offered() | CORE


def test_every_public_name_has_a_page():
    assert len(OFFERED) > 200
    assert without_a_page(OFFERED, EVERY_PAGE) == []


def test_every_module_of_the_core_has_a_page():
    modules = {m.__name__ for m in MODULES if not hasattr(m, "__path__")}
    assert {name for name in modules if name.startswith("skdl.core.")} <= told_on(EVERY_PAGE)


def test_a_public_name_without_a_page_is_found():
    pages = {name: page for name, page in EVERY_PAGE.items() if not name.endswith("WeightsDisplay")}
    assert without_a_page(OFFERED, pages) == ["skdl.plots.WeightsDisplay"]
    assert without_a_page({"skdl.new.Thing": object()}, EVERY_PAGE) == ["skdl.new.Thing"]


def results():
    """Yield ``(who, class)`` for each class of ours that a public function or method returns."""
    ours = {thing.__name__: thing for thing in PUBLIC.values() if inspect.isclass(thing)}
    for name, thing in offered().items():
        members = vars(thing).items() if inspect.isclass(thing) else [(name, thing)]
        for member, value in members:
            function = getattr(value, "fget", None) or getattr(value, "__func__", value)
            words = str(getattr(function, "__annotations__", {}).get("return", ""))
            for word in set(re.findall(r"\w+", words)) & set(ours):
                # What is imported for type checkers only is none of the function's globals.
                returned = getattr(function, "__globals__", {}).get(word, ours[word])
                if returned is ours[word] and not member.startswith("_"):
                    yield f"{name}: {member}", returned


def test_what_public_functions_return_has_a_page():
    told = {path.rpartition(".")[2] for path in told_on(EVERY_PAGE)}
    returned = dict(results())
    assert skdl.Diagnosis in returned.values()
    assert {who: one for who, one in returned.items() if one.__name__ not in told} == {}


def test_every_display_has_a_picture_on_its_page():
    for name in skdl.plots.__all__:
        page = "\n".join(EVERY_PAGE[f"skdl.plots/{name}"])
        assert "image:: /api/generated/pictures/" in page
    assert displays.pictures_of("MissingDisplay") == []


def test_the_gallery_has_every_display_and_every_picture_once_with_its_call():
    page = "\n".join(EVERY_PAGE["displays"])
    everywhere = {name.rpartition(".")[2] for name in PUBLIC if name.endswith("Display")}
    shown_there = re.findall(r":alt: (\w+)", page)
    assert set(shown_there) == everywhere
    drawn = re.findall(r"image:: /api/generated/pictures/(\w+)\.png", page)
    assert sorted(drawn) == sorted(displays.calls())
    assert re.findall(r"plots\.(\w+)\.from_", page) == shown_there


def test_a_call_of_the_gallery_is_shown_without_axes():
    calls = displays.calls()
    assert calls["gaps"] == "plots.GapsDisplay.from_diagnosis(found)"
    assert not [call for call in calls.values() if "ax=" in call]


ENTRIES = {
    (entry, name.removeprefix("parameters/"))
    for name, page in EVERY_PAGE.items()
    for entry in re.findall(r"^   ! single: (.+)$", "\n".join(page), re.MULTILINE)
}


def test_every_name_is_an_entry_as_it_is_written_and_in_separate_words():
    foreign = skdl.core.foreign
    names = {*foreign.PARAMETERS, *(name for rows in foreign.VALUES.values() for name in rows)}
    names |= set(PARAMETERS)
    written = {word for name in names for word in (name, name.replace("_", " "))}
    assert written == {entry for entry, _ in ENTRIES}


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("alpha", "l2"),
        ("epochs", "max_iter"),
        ("learning rate init", "learning_rate"),
        ("weight decay", "weight_decay"),
        ("power_t", "schedule"),
        ("mse", "loss"),
        ("n_jobs", "parameters"),
    ],
)
def test_a_foreign_name_leads_to_the_parameter(name, parameter):
    assert (name, parameter) in ENTRIES


def test_the_page_of_parameters_says_what_each_is_by_default():
    assert parameters.default_of("max_iter") == "``200``"
    assert parameters.default_of("class_weight") == "``None`` in ``MLPClassifier``"
    assert parameters.default_of("loss").count("``MLP") == 2


def test_what_is_shown_is_what_a_run_prints_and_draws():
    text, figures = shown.run(
        ">>> import matplotlib.pyplot as plt\n>>> for i in range(2):\n...     print(i)\n0\n...\n"
        ">>> _ = plt.plot([1, 2])\n"
    )
    assert ">>> for i in range(2):\n...     print(i)\n0\n1\n>>> _ = plt" in text
    assert len(figures) == 1


def test_the_page_of_claims_has_those_of_the_notes_and_those_of_the_lessons():
    found, page = claims.verdicts(), "\n".join(claims.claims_table())
    notes, lessons = page.split(f"\n{claims.OWN}\n")
    assert "* - C24\n" in notes
    assert [said for said in found if f"- {said}\n" in lessons] == list(found)[104:]
    assert ":doc:`A real table, and a network that overfits: what helps?" in lessons


def equations():
    """Return every equation of the docstrings and of the documentation's pages."""
    found = set()
    for path in (*(TOP / "skdl").rglob("*.py"), *(TOP / "docs").glob("*.rst")):
        text = path.read_text("utf-8")
        found |= set(re.findall(r":math:`([^`]+)`", text))
        block = r"^( *)\.\. math::((?: .*)?\n(?:\s*\n)*(?:\1[ \t]+.*\n?)*)"
        found |= {match[2].strip() for match in re.finditer(block, text, re.MULTILINE)}
    return sorted(found)


def test_every_equation_can_be_set():
    assert len(equations()) > 100
    for latex in equations():
        assert mathml.mathml(latex, block=True).lstrip().startswith("<math")


@pytest.mark.parametrize(
    ("latex", "wanted"),
    [
        (r"\tfrac12\sum_k r_k", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\frac 3 4 x", "<mfrac><mn>3</mn><mn>4</mn></mfrac>"),
        (r"\tfrac1B \sum_i", "<mfrac><mn>1</mn><mi>B</mi></mfrac>"),
        (r"\frac{10}{x}", "<mfrac><mn>10</mn><mi>x</mi></mfrac>"),
    ],
)
def test_a_fraction_has_its_own_numerator_and_denominator(latex, wanted):
    text = re.sub(r"\s+|</?mrow>", "", mathml.mathml(latex, block=False))
    assert wanted in re.sub(r"<mfrac[^>]+>", "<mfrac>", text)


def test_what_a_brace_says_stands_below_it():
    text = re.sub(r"\s+", "", mathml.mathml(r"\underbrace{x}_\text{bias} + y_1", block=True))
    assert "<munder><munder><mi>x</mi><mo>⏟</mo></munder><mtext>bias</mtext></munder>" in text
    assert "<msub><mi>y</mi><mn>1</mn></msub>" in text


def test_an_equation_that_cannot_be_set_is_an_error():
    for latex in (r"\nonsense{x}", "x_12"):
        with pytest.raises(ValueError):
            mathml.mathml(latex, block=False)


@pytest.mark.parametrize("estimator", [skdl.MLPClassifier, skdl.MLPRegressor])
def test_the_signature_of_an_estimator_says_what_its_table_says(estimator):
    for name, parameter in inspect.signature(estimator).parameters.items():
        row, allowed = PARAMETERS[name], parameter.annotation.split(" | ")
        may_be_none = row.rule.allows(None) if row.rule else "None" in row.kind
        assert ("None" in allowed) == may_be_none, name
        assert ("str" in allowed) == bool("'" in row.kind or "str" in row.kind), name
        assert ("bool" in allowed) == ("bool" in row.kind), name
        if row.family:
            assert {row.family.__name__, f"{estimator.__name__[3:]}Loss"} & set(allowed), name


# Whose signatures are being written anew, and will be typed with that.
UNTYPED: set[str] = set()


def untyped(function):
    """Return the parameters of a function that have no annotation, and "return"."""
    signature = inspect.signature(function)
    found = [p.name for p in signature.parameters.values() if p.annotation is p.empty]
    no_result = function.__name__ != "__init__" and signature.return_annotation is signature.empty
    return [*(name for name in found if name not in ("self", "cls")), *["return"] * no_result]


def functions_of(thing):
    """Return the public functions of a class, or the function itself, by name."""
    if inspect.isfunction(thing):
        return {thing.__name__: thing}
    members = vars(thing).items() if inspect.isclass(thing) else ()
    plain = {
        name: getattr(value, "fget", None) or getattr(value, "__func__", value)
        for name, value in members
        if name == "__init__" or not name.startswith("_")
    }
    # Without those that dataclasses writes: the fields have their types.
    return {
        name: function
        for name, function in plain.items()
        if inspect.isfunction(function) and "<" not in function.__code__.co_filename
    }


def untyped_members(thing):
    """Return the functions of a class that are not fully typed, nor the ones that they override."""
    bases = [functions_of(base) for base in getattr(thing, "__mro__", ())[1:]]
    return {
        name: untyped(function)
        for name, function in functions_of(thing).items()
        if untyped(function)
        and (name == "__init__" or all(untyped(b[name]) for b in bases if name in b))
    }


ONCE = {id(thing): name for name, thing in offered().items()}  # one name for each


@pytest.mark.parametrize("name", sorted(set(ONCE.values()) - UNTYPED))
def test_public_signatures_are_fully_typed(name):
    assert untyped_members(offered()[name]) == {}


def test_a_signature_without_a_type_is_found():
    class Base:
        def step(self, rate: float) -> None: ...

    class Right(Base):
        def step(self, rate): ...

        def _hidden(self, x): ...

    class Wrong:
        def __init__(self, rate=0.1): ...

        @property
        def length(self): ...

    assert untyped_members(Right) == {}
    assert untyped_members(Wrong) == {"__init__": ["rate"], "length": ["return"]}
    assert untyped_members(documented) == {"documented": ["a", "b", "return"]}
