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

import skdl

ROOT = Path(skdl.__file__).parent
SOURCES = {
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    ): path.read_text("utf-8")
    for path in sorted(ROOT.rglob("*.py"))
}

# From left to right: a module may import from its own place and from those before it. "*" is what
# is not named elsewhere: the estimators and their parts, and in the core the families.
HOUSE = (
    ("core", "progress"),
    ("*",),
    ("diagnosis", "search"),
    ("plots",),
    ("report",),
    ("__main__",),
)
CORE = (
    ("component",),
    ("*",),
    ("layers", "distance", "normalization", "regularizers", "convolution"),
    ("network", "fast"),
    ("architecture", "objective", "vital_signs"),
    ("update",),
    ("training",),
    ("second_order", "gradient_check", "side_by_side"),
)

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

MOST_LINES = 400
# The files that may be longer, each with the reason.
LONGER: dict[str, str] = {}


class Import(NamedTuple):
    """One imported name: where it is imported, what, and whether inside a function."""

    module: str
    line: int
    name: str
    in_function: bool

    def __str__(self):
        return f"{self.module}:{self.line} imports {self.name}"


def imports(sources):
    """Yield every import; ``from a import b`` is ``a.b``, but ``a`` where b is a name of ours."""
    for module, source in sources.items():
        tree = ast.parse(source)
        functions = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        inner = {id(child) for function in functions for child in ast.walk(function)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                package = node.module or ""
                if node.level:
                    is_package = any(other.startswith(module + ".") for other in sources)
                    parents = module.split(".")
                    parents = parents[: len(parents) - node.level + is_package]
                    package = ".".join([*parents, *filter(None, [node.module])])
                full = [f"{package}.{alias.name}" for alias in node.names]
                ours = package.split(".")[0] == "skdl"
                names = [name if name in sources or not ours else package for name in full]
            else:
                continue
            for name in dict.fromkeys(names):
                yield Import(module, node.lineno, name, id(node) in inner)


def within(name, package):
    """Whether `name` is `package` or lies in it."""
    return name == package or name.startswith(package + ".")


def place(name, order):
    """Return the position of `name` in `order`: its own, or that of "*"."""
    named = [position for position, names in enumerate(order) if name in names]
    return named[0] if named else order.index(("*",))


def check_direction(sources):
    """Imports point one way, in the package and inside its core."""
    complaints = []
    for found in imports(sources):
        if not within(found.name, "skdl"):
            continue
        importer, imported = found.module.split("."), found.name.split(".")
        if len(importer) > 1:
            if len(imported) == 1:
                complaints.append(f"{found}: only users import from the top")
                continue
            here, there = place(importer[1], HOUSE), place(imported[1], HOUSE)
            if there > here:
                complaints.append(f"{found}: against the direction of the house")
        if importer[1:2] == imported[1:2] == ["core"] and min(len(importer), len(imported)) > 2:
            if place(imported[2], CORE) > place(importer[2], CORE):
                complaints.append(f"{found}: against the direction of the core")
        elif importer[1:2] == ["core"] and imported[1:2] != ["core"]:
            complaints.append(f"{found}: the core stands on its own")
    return complaints


def check_no_cycle(sources):
    """No two modules import each other, not even by way of a third or inside a function."""
    graph = {module: set() for module in sources}
    for found in imports(sources):
        # A package's __init__ gathers what its modules define; they reach each other directly.
        if (
            within(found.name, "skdl")
            and found.name in graph
            and not within(found.module, found.name)
        ):
            graph[found.module].add(found.name)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return [f"a cycle of imports: {' -> '.join(error.args[1])}"]
    return []


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
        if (
            in_core
            and within(found.name, "scipy.optimize")
            and found.module != "skdl.core.second_order"
        ):
            complaints.append(f"{found}: only skdl.core.second_order optimises with SciPy")
        if top == "matplotlib" and not within(found.module, "skdl.plots"):
            complaints.append(f"{found}: only skdl.plots draws")
        if not found.in_function and any(within(found.name, heavy) for heavy in LAZY):
            complaints.append(f"{found}: import it inside the function that uses it")
    return complaints


def check_size(sources):
    """A file that grows past the limit has a second idea in it."""
    return [
        f"{module} has {source.count(chr(10))} lines, more than {MOST_LINES}"
        for module, source in sources.items()
        if source.count("\n") > MOST_LINES and module not in LONGER
    ]


def unneeded(longer, sources):
    """Return the allowances for files that are short by now, or gone."""
    return [name for name in longer if sources.get(name, "").count("\n") <= MOST_LINES]


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
    check_public_scikit_learn,
    check_third_parties,
    check_size,
    check_opening,
]


@pytest.mark.parametrize("check", CHECKS)
def test_the_source_keeps_the_rule(check):
    assert check(SOURCES) == []


SMALL = {
    "skdl": "from skdl.mlp import MLPClassifier",
    "skdl.core": "",
    "skdl.core.component": "from sklearn.base import BaseEstimator",
    "skdl.core.losses": "from .component import Component\nimport numpy as np",
    "skdl.core.layers": "from skdl.core.losses import Loss",
    "skdl.core.network": "from . import layers",
    "skdl.core.training": "from ..core.network import Network",
    "skdl.core.second_order": "from skdl.core.training import train",
    "skdl.mlp": "from skdl.core.training import train\nfrom skdl import core",
    "skdl.diagnosis": "from .report import Report",
    "skdl.diagnosis.report": "from skdl.mlp import MLPClassifier\ndef f():\n    import pandas",
    "skdl.plots": "from skdl.diagnosis import diagnose\ndef f():\n    import matplotlib.pyplot",
    "skdl.__main__": "from skdl.plots import draw",
}

MISTAKES = [
    (check_direction, "skdl.core.component", "from .losses import Loss", "direction of the core"),
    (check_direction, "skdl.core.losses", "from skdl.core import layers", "direction of the core"),
    (
        check_direction,
        "skdl.core.layers",
        "def f():\n    from .training import train",
        "direction of the core",
    ),
    (
        check_direction,
        "skdl.core.network",
        "from skdl.mlp import MLPClassifier",
        "direction of the house",
    ),
    (check_direction, "skdl.mlp", "from skdl.diagnosis import diagnose", "direction of the house"),
    (check_direction, "skdl.diagnosis.report", "import skdl.plots", "direction of the house"),
    (
        check_direction,
        "skdl.plots",
        "from . import __main__\nimport skdl.__main__",
        "direction of the house",
    ),
    (check_direction, "skdl.mlp", "from skdl import MLPClassifier", "only users"),
    (check_direction, "skdl.core.losses", "from .training import train", "direction of the core"),
    (check_direction, "skdl.core.training", "from . import second_order", "direction of the core"),
    (
        check_direction,
        "skdl.core.losses",
        "from skdl.progress import progress_bar",
        "stands on its own",
    ),
    (check_no_cycle, "skdl.core.losses", "from . import twin", "cycle"),
    (
        check_public_scikit_learn,
        "skdl.mlp",
        "from sklearn.utils._param_validation import Interval",
        "private",
    ),
    (check_public_scikit_learn, "skdl.mlp", "import sklearn._loss", "private"),
    (check_public_scikit_learn, "skdl.mlp", "from sklearn.base import _fit_context", "private"),
    (check_public_scikit_learn, "skdl.core.losses", "from sklearn.base import clone", "at most"),
    (check_public_scikit_learn, "skdl.core.losses", "import sklearn.utils", "at most"),
    (
        check_third_parties,
        "skdl.core.losses",
        "def f():\n    import pandas",
        "NumPy and SciPy only",
    ),
    (
        check_third_parties,
        "skdl.core.losses",
        "def f():\n    from scipy import optimize",
        "second_order",
    ),
    (check_third_parties, "skdl.mlp", "def f():\n    import matplotlib", "only skdl.plots"),
    (check_third_parties, "skdl.plots", "import matplotlib.pyplot as plt", "inside the function"),
    (
        check_third_parties,
        "skdl.mlp",
        "class A:\n    from pandas import DataFrame",
        "inside the function",
    ),
    (check_third_parties, "skdl.mlp", "if True:\n    import tqdm", "inside the function"),
    (check_size, "skdl.mlp", "x = 1\n" * (MOST_LINES + 1), "lines"),
    (check_opening, "skdl.mlp", "x = 1", "what it is for"),
]


@pytest.mark.parametrize("check", [check for check in CHECKS if check is not check_opening])
def test_a_rule_accepts_what_is_right(check):
    assert check(SMALL) == []


@pytest.mark.parametrize(("check", "module", "source", "complaint"), MISTAKES)
def test_a_rule_finds_a_planted_mistake(check, module, source, complaint):
    twin = {"skdl.core.twin": "def f():\n    from skdl.core.losses import Loss"}
    found = check({**SMALL, **twin, module: source})
    assert any(complaint in text and module in text for text in found), found


def test_each_allowance_is_needed():
    assert unneeded(LONGER, SOURCES) == []
    assert unneeded(["skdl.mlp", "skdl.gone"], SMALL) == ["skdl.mlp", "skdl.gone"]


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
