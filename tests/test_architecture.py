"""The rules of the house, read from the source itself.

Each rule is a function from ``{module name: source}`` to a list of complaints. It is run on
``skdl`` and, to show that it can fail, on small modules with a planted mistake.
"""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from reading_order import lines_of_code

import skdl

ROOT = Path(skdl.__file__).parent
PACKAGES = {".".join(path.parent.relative_to(ROOT.parent).parts) for path in ROOT.rglob("*.py")}
SOURCES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    ): path.read_text("utf-8")
    for path in sorted(ROOT.rglob("*.py"))
}

# From left to right: a module may import from its own place and from those before it.
HOUSE = (
    ("tools", "core"),
    ("estimators",),
    ("together", "inspection", "tables", "lessons"),
    ("search", "decomposition"),
    ("diagnosis",),
    ("plots",),
    ("report",),
    ("command_line",),
    ("__main__",),
)
# The same inside the core; "*" is what is not named elsewhere: the families of components.
CORE = (
    ("foreign",),
    ("component",),
    ("*",),
    ("layers",),
    ("network", "fast"),
    ("architecture", "objective"),
    ("training",),
    ("gradient_check",),
)
# Arrows that run back up, each declared, inside a function, and with its reason.
DECLARED = {
    ("skdl.estimators.fitting.history", "skdl.plots"): "a record draws itself: history_.plot()",
    ("skdl.diagnosis.result", "skdl.plots"): "a diagnosis draws itself: diagnosis.plot()",
    ("skdl.diagnosis.result", "skdl.report"): "a diagnosis writes its page: diagnosis.to_html()",
}
# Families hand their members on: who is not of the family imports from the folder.
FAMILIES = tuple(f"skdl.core.{name}" for name in "activations losses schedules optimizers".split())

# What may be imported only inside a function, so that `import skdl` stays cheap.
LAZY = (
    "pandas",
    "matplotlib",
    "jinja2",
    "numba",
    "tqdm",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.model_selection",
)

MOST_LINES = 250
# The files that may have more lines of code, each with the reason.
LONGER: dict[str, str] = {
    "skdl.estimators.parameters.table": "one row for each parameter",
}
IN_THE_ROOT = {"__init__.py", "__main__.py", "py.typed"}


class Import(NamedTuple):
    """One imported name: where it is imported, what, and whether inside a function.

    `for_types` are imports under ``if TYPE_CHECKING``, which never run: readers, type checkers and
    the rules of direction see them, but they cost nothing.
    """

    module: str
    line: int
    name: str
    in_function: bool
    for_types: bool = False

    def __str__(self):
        return f"{self.module}:{self.line} imports {self.name}"


def is_package(module, sources):
    return any(other.startswith(module + ".") for other in sources) or module in PACKAGES


def absolute(node, module, sources):
    """Return the package that ``from … import`` names, also where it is relative."""
    package = node.module or ""
    if node.level:
        parents = module.split(".")
        parents = parents[: len(parents) - node.level + is_package(module, sources)]
        package = ".".join([*parents, *filter(None, [node.module])])
    return package


def is_dynamic(node):
    """Whether a node is a call of ``import_module`` or ``__import__``, under any spelling."""
    if not isinstance(node, ast.Call):
        return False
    called = (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )
    return called in ("import_module", "__import__")


def named_at_run_time(node, tree):
    """Return what ``import_module`` may load: its own text, or every module that the file names."""
    first = node.args[0] if node.args else None
    if isinstance(first, ast.Constant):
        return [str(first.value)]
    texts = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
    return sorted(
        {t for t in texts if isinstance(t, str) and t.startswith("skdl.") and " " not in t}
    )


def is_type_checking(test):
    """Whether the test of an ``if`` is true only for type checkers."""
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def imports(sources):
    """Yield every import; ``from a import b`` is ``a.b``, but ``a`` where b is a name of ours."""
    for module, source in sources.items():
        tree = ast.parse(source)
        functions = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        ]
        inner = {id(child) for function in functions for child in ast.walk(function)}
        checked = [n for n in ast.walk(tree) if isinstance(n, ast.If) and is_type_checking(n.test)]
        typed = {id(child) for branch in checked for n in branch.body for child in ast.walk(n)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                package = absolute(node, module, sources)
                full = [f"{package}.{alias.name}" for alias in node.names]
                ours = package.split(".")[0] == "skdl"
                names = [name if name in sources or not ours else package for name in full]
            elif is_dynamic(node):
                names = named_at_run_time(node, tree)
            else:
                continue
            for name in dict.fromkeys(names):
                yield Import(module, node.lineno, name, id(node) in inner, id(node) in typed)


def within(name, package):
    """Whether `name` is `package` or lies in it."""
    return name == package or name.startswith(package + ".")


def place(name, order):
    """Return the position of `name` in `order`: its own, or that of "*"; None if it has none."""
    named = [position for position, names in enumerate(order) if name in names]
    if named:
        return named[0]
    return order.index(("*",)) if ("*",) in order else None


def is_declared(found):
    runs_late = found.in_function or found.for_types
    return runs_late and (found.module, found.name) in DECLARED


def check_direction(sources):
    """Imports point one way, in the package and inside its core."""
    complaints = []
    for found in imports(sources):
        if not within(found.name, "skdl") or is_declared(found):
            continue
        importer, imported = found.module.split("."), found.name.split(".")
        if len(importer) == 1:
            continue  # the top hands on what lies below
        if len(imported) == 1:
            complaints.append(f"{found}: only users import from the top")
            continue
        here, there = place(importer[1], HOUSE), place(imported[1], HOUSE)
        if here is None or there is None:
            complaints.append(f"{found}: one of them has no place in the house")
            continue
        if there > here or (there == here and importer[1] != imported[1]):
            complaints.append(f"{found}: against the direction of the house")
        if importer[1:2] == imported[1:2] == ["core"] and min(len(importer), len(imported)) > 2:
            if place(imported[2], CORE) > place(importer[2], CORE):
                complaints.append(f"{found}: against the direction of the core")
    return complaints


def check_no_cycle(sources):
    """No two modules import each other, not even by way of a third or inside a function."""
    graph = {module: set() for module in sources}
    for found in imports(sources):
        # A package's __init__ gathers what its modules define; they reach each other directly.
        own = within(found.module, found.name) or within(found.name, found.module)
        if found.name in graph and not (own or found.for_types or is_declared(found)):
            graph[found.module].add(found.name)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return [f"a cycle of imports: {' -> '.join(error.args[1])}"]
    return []


def check_front_doors(sources):
    """Who is not of a family takes its members from the family's folder."""
    return [
        f"{found}: take it from {family}"
        for found in imports(sources)
        for family in FAMILIES
        if found.name.startswith(family + ".") and not within(found.module, family)
    ]


def check_public_scikit_learn(sources):
    """Nothing private of scikit-learn; in the core, BaseEstimator at most."""
    complaints = []
    for found in imports(sources):
        parts = found.name.split(".")
        if parts[0] != "sklearn":
            continue
        if any(part.startswith("_") and not part.startswith("__") for part in parts):
            complaints.append(f"{found}: private to scikit-learn")
        if within(found.module, "skdl.core") and found.name != "sklearn.base.BaseEstimator":
            complaints.append(f"{found}: the core uses at most sklearn.base.BaseEstimator")
    return complaints


OPTIMISES = ("skdl.core.training.solvers", "skdl.core.losses.constants")


def check_third_parties(sources):
    """The core is NumPy and SciPy; only plots draw; what is heavy is imported when used."""
    complaints = []
    for found in imports(sources):
        top = found.name.split(".")[0]
        in_core = within(found.module, "skdl.core")
        allowed = {*sys.stdlib_module_names, "numpy", "scipy", "sklearn", "skdl"}
        if found.module == "skdl.core.fast":  # the one file that compiles
            allowed.add("numba")
        if in_core and top not in allowed:
            complaints.append(f"{found}: the core is NumPy and SciPy only")
        if in_core and top == "skdl" and not within(found.name, "skdl.core"):
            complaints.append(f"{found}: the core stands on its own")
        if in_core and within(found.name, "scipy.optimize") and found.module not in OPTIMISES:
            complaints.append(f"{found}: only {' and '.join(OPTIMISES)} optimise with SciPy")
        if found.for_types:
            continue
        if top == "matplotlib" and not within(found.module, "skdl.plots"):
            complaints.append(f"{found}: only skdl.plots draws")
        if not found.in_function and any(within(found.name, heavy) for heavy in LAZY):
            complaints.append(f"{found}: import it inside the function that uses it")
    return complaints


def check_size(sources):
    """A file that grows past the limit has a second idea in it."""
    return [
        f"{module} has {lines_of_code(source)} lines of code, more than {MOST_LINES}"
        for module, source in sources.items()
        if lines_of_code(source) > MOST_LINES and module not in LONGER
    ]


def unneeded(longer, sources):
    """Return the allowances for files that are short by now, or gone."""
    return [name for name in longer if lines_of_code(sources.get(name, "")) <= MOST_LINES]


def check_opening(sources):
    """A module opens by saying in plain words what it is for."""
    return [
        f"{module} does not say what it is for"
        for module, text in sources.items()
        if not opens_well(text)
    ]


def opens_well(source):
    return bool((ast.get_docstring(ast.parse(source)) or "").strip())


CHECKS = [
    check_direction,
    check_no_cycle,
    check_front_doors,
    check_public_scikit_learn,
    check_third_parties,
    check_size,
    check_opening,
]


@pytest.mark.parametrize("check", CHECKS)
def test_the_source_keeps_the_rule(check):
    assert check(SOURCES) == []


def test_no_line_is_kept_from_the_formatter():
    skipped = [module for module, source in SOURCES.items() if "# fmt:" in source]
    assert skipped == []


def test_the_root_holds_packages_only():
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == {name for names in HOUSE[:-1] for name in names}
    assert {path.name for path in ROOT.iterdir() if path.is_file()} == IN_THE_ROOT


def test_each_declared_arrow_is_there():
    found = {(one.module, one.name) for one in imports(SOURCES) if is_declared(one)}
    assert found == set(DECLARED)


SMALL = {
    "skdl": "from skdl.estimators.base import BaseMLP",
    "skdl.core": "",
    "skdl.core.component": "from sklearn.base import BaseEstimator",
    "skdl.core.losses": "from skdl.core.losses.base import Loss",
    "skdl.core.losses.base": "from ..component import Component\nimport numpy as np",
    "skdl.core.layers": "",
    "skdl.core.layers.dense": "from skdl.core.losses import Loss",
    "skdl.core.network": "from . import layers",
    "skdl.core.training": "from skdl.core.training import loop",
    "skdl.core.training.loop": "from ...core.network import Network",
    "skdl.core.training.solvers": "from skdl.core.training.loop import Trainer",
    "skdl.core.gradient_check": "from skdl.core.training.loop import Trainer",
    "skdl.tools.progress": "",
    "skdl.estimators": "",
    "skdl.estimators.base": "from skdl.core.training.loop import Trainer\nfrom skdl import core",
    "skdl.diagnosis": "from .result import Result",
    "skdl.diagnosis.result": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas, matplotlib\n"
        "from skdl.estimators.base import BaseMLP\nfrom importlib import import_module\n"
        "def f():\n    import pandas\n    import_module('skdl.plots')"
    ),
    "skdl.plots": "from skdl.diagnosis import diagnose\ndef f():\n    import matplotlib.pyplot",
    "skdl.__main__": "from skdl.plots import draw",
}

DYNAMIC = "import importlib\ndef f(name):\n    importlib.import_module({})"
CORE_WAY, HOUSE_WAY = "direction of the core", "direction of the house"
MISTAKES = [
    (check_direction, "skdl.core.component", "from .losses import Loss", CORE_WAY),
    (check_direction, "skdl.core.losses.base", "from skdl.core import layers", CORE_WAY),
    (check_direction, "skdl.core.losses.base", "from ..training.loop import Trainer", CORE_WAY),
    (check_direction, "skdl.core.losses.base", "from ..training import loop", CORE_WAY),
    (
        check_direction,
        "skdl.core.layers.dense",
        "def f():\n    from ..training.loop import Trainer",
        CORE_WAY,
    ),
    (check_direction, "skdl.core.layers", "f = lambda: __import__('skdl.core.network')", CORE_WAY),
    (check_direction, "skdl.core.layers", DYNAMIC.format("'skdl.core.network'"), CORE_WAY),
    (
        check_direction,
        "skdl.core.layers",
        "HOME = {'a': 'skdl.core.network'}\n" + DYNAMIC.format("HOME[name]"),
        CORE_WAY,
    ),
    (check_direction, "skdl.core.training.loop", "from skdl.core import gradient_check", CORE_WAY),
    (check_direction, "skdl.core.network", "from skdl.estimators.base import BaseMLP", HOUSE_WAY),
    (check_direction, "skdl.estimators.base", "from skdl.diagnosis import diagnose", HOUSE_WAY),
    (check_direction, "skdl.diagnosis.result", "import skdl.plots", HOUSE_WAY),
    (
        check_direction,
        "skdl.diagnosis",
        "from importlib import import_module\nimport_module('skdl.plots')",
        HOUSE_WAY,
    ),
    (check_direction, "skdl.plots", "from . import __main__\nimport skdl.__main__", HOUSE_WAY),
    (check_direction, "skdl.core.losses", "import skdl.tools.progress", HOUSE_WAY),
    (check_direction, "skdl.estimators.base", "from skdl import BaseMLP", "only users"),
    (check_direction, "skdl.loose", "import skdl.core", "no place"),
    (check_no_cycle, "skdl.core.losses.base", "from . import twin", "cycle"),
    (check_no_cycle, "skdl.core.losses.base", DYNAMIC.format("'skdl.core.losses.twin'"), "cycle"),
    (check_front_doors, "skdl.core.network", "import skdl.core.losses.base", "take it from"),
    (
        check_public_scikit_learn,
        "skdl.estimators.base",
        "from sklearn.utils._param_validation import Interval",
        "private",
    ),
    (check_public_scikit_learn, "skdl.estimators.base", "import sklearn._loss", "private"),
    (
        check_public_scikit_learn,
        "skdl.estimators.base",
        "from sklearn.base import _fit_context",
        "private",
    ),
    (check_public_scikit_learn, "skdl.core.losses", "from sklearn.base import clone", "at most"),
    (check_public_scikit_learn, "skdl.core.losses", "import sklearn.utils", "at most"),
    (check_third_parties, "skdl.core.losses", "def f():\n    import pandas", "SciPy only"),
    (check_third_parties, "skdl.core.losses", "import skdl.tools.progress", "on its own"),
    (
        check_third_parties,
        "skdl.core.losses",
        "def f():\n    from scipy import optimize",
        "only skdl.core.training.solvers",
    ),
    (
        check_third_parties,
        "skdl.estimators.base",
        "def f():\n    import matplotlib",
        "only skdl.plots",
    ),
    (check_third_parties, "skdl.plots", "import matplotlib.pyplot as plt", "inside the function"),
    (
        check_third_parties,
        "skdl.estimators.base",
        "class A:\n    from pandas import DataFrame",
        "inside the function",
    ),
    (
        check_third_parties,
        "skdl.estimators.base",
        "if True:\n    import tqdm",
        "inside the function",
    ),
    (
        check_third_parties,
        "skdl.estimators.base",
        "if TYPE_CHECKING:\n    x = 1\nelse:\n    import tqdm",
        "inside the function",
    ),
    (
        check_direction,
        "skdl.estimators.base",
        "if TYPE_CHECKING:\n    from skdl.diagnosis import diagnose",
        HOUSE_WAY,
    ),
    (check_size, "skdl.estimators.base", "x = 1\n" * (MOST_LINES + 1), "lines of code"),
    (check_opening, "skdl.estimators.base", "x = 1", "what it is for"),
]


@pytest.mark.parametrize("check", [check for check in CHECKS if check is not check_opening])
def test_a_rule_accepts_what_is_right(check):
    assert check(SMALL) == []


@pytest.mark.parametrize(("check", "module", "source", "complaint"), MISTAKES)
def test_a_rule_finds_a_planted_mistake(check, module, source, complaint):
    twin = {"skdl.core.losses.twin": "def f():\n    from skdl.core.losses.base import Loss"}
    found = check({**SMALL, **twin, module: source})
    assert any(complaint in text and module in text for text in found), found


def test_words_do_not_make_a_file_long():
    assert check_size({"a": '"""' + "word\n" * 400 + '"""\n' + "x = 1\n" * MOST_LINES}) == []


def test_each_allowance_is_needed():
    assert unneeded(LONGER, SOURCES) == []
    short = ["skdl.estimators.base", "skdl.gone"]
    assert unneeded(short, SMALL) == short


def modules_after(statement):
    """What a fresh interpreter has loaded after `statement`."""
    code = f"import sys\n{statement}\nprint('\\n'.join(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return set(result.stdout.split())


@pytest.mark.parametrize("statement", ["import skdl", "from skdl import MLPClassifier"])
def test_importing_costs_little_more_than_importing_the_base_of_scikit_learn(statement):
    added = modules_after(statement) - modules_after("import sklearn.base")
    heavy = (*LAZY, "sklearn.metrics")
    assert [name for name in added if any(within(name, package) for package in heavy)] == []


def test_the_look_at_what_is_loaded_sees_a_heavy_import():
    assert "sklearn.model_selection" in modules_after("import sklearn.model_selection")
