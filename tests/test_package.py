"""What a user installs: the version, the files that are no Python, the declared requirements."""

from __future__ import annotations

import ast
import configparser
import importlib
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest

import skdl
import skdl.core
from skdl.core.component import families

TOP = Path(__file__).parents[1]
PACKAGE = TOP / "skdl"

# Import name -> distribution, where the two differ.
DISTRIBUTIONS = {
    "imblearn": "imbalanced-learn",
    "skopt": "scikit-optimize",
    "sklearn": "scikit-learn",
}


def settings():
    """Read setup.cfg."""
    parser = configparser.ConfigParser()
    parser.read_string((TOP / "setup.cfg").read_text("utf-8"))
    return parser


def requirements(extra=None):
    """List the requirement lines of an extra, those of the extras it names included."""
    section = settings()["options" if extra is None else "options.extras_require"]
    lines = section["install_requires" if extra is None else extra].strip().splitlines()
    found = []
    for line in lines:
        ours = re.fullmatch(r"skdl\[(.+)\]", line)
        for name in ours[1].split(",") if ours else []:
            found += requirements(name.strip())
        if not ours:
            found.append(line)
    return found


def names(lines):
    """Return the distributions that requirement lines name."""
    return {re.match(r"[\w.-]+", line)[0].lower() for line in lines}


def third_parties(folder):
    """Map each distribution that the Python files in a folder import to one of the files."""
    found = {}
    beside = (folder, TOP / "docs" / "_ext")  # the tests read what the documentation is made with
    own = {"skdl"} | {path.stem for place in beside for path in place.rglob("*.py")}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            modules = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module]
            known = sys.stdlib_module_names | own | skipped_without(path)
            for top in {module.split(".")[0] for module in modules} - known:
                found[DISTRIBUTIONS.get(top, top)] = path.relative_to(TOP)
    return found


def skipped_without(path):
    """Return what a file of tests can do without: it skips those that need it."""
    return set(re.findall(r'importorskip\("(\w+)"', path.read_text("utf-8")))


def test_the_version_has_one_source():
    assert settings()["metadata"]["version"] == "attr: skdl.__version__"
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+|rc\d+)?", skdl.__version__)
    try:
        installed = importlib.metadata.version("skdl")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("skdl is run from its source, it is not installed")
    assert installed == skdl.__version__


def test_each_file_that_is_no_python_is_package_data():
    patterns = settings()["options.package_data"]["skdl"].split()
    packed = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    files = {
        path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert {path for path in files if path.suffix != ".py"} <= packed
    assert PACKAGE / "py.typed" in packed


def test_each_folder_of_the_package_is_a_package():
    assert {path.parent for path in PACKAGE.rglob("*.py")} == {
        path.parent for path in PACKAGE.rglob("__init__.py")
    }


MEMBERS = {member for family in families().values() for member in family.registry.values()}


@pytest.mark.parametrize("member", sorted(MEMBERS, key=str), ids=lambda member: member.__name__)
def test_a_member_of_a_family_is_imported_from_the_folder_of_the_family(member):
    *folder, file = member.__module__.split(".")
    if len(folder) > 2:  # skdl.core.optimizers.adam; where the family is one file, it is that
        package = importlib.import_module(".".join(folder))
        assert getattr(package, member.__name__) is member
        assert member.__name__ in package.__all__


EXTRAS = [None, *settings()["options.extras_require"]]


@pytest.mark.parametrize("extra", EXTRAS)
def test_each_requirement_has_a_lower_and_an_upper_bound(extra):
    for line in requirements(extra):
        assert re.fullmatch(r"[\w.-]+ >=[\w.]+, <[\w.]+", line), line


def test_what_the_package_imports_is_required():
    extras = requirements("report") + requirements("search") + requirements("fast")
    declared = names(requirements() + extras)
    missing = {name: path for name, path in third_parties(PACKAGE).items() if name not in declared}
    assert missing == {}


def test_what_the_tests_import_is_required():
    declared = names(requirements() + requirements("test"))
    missing = {
        name: path for name, path in third_parties(TOP / "tests").items() if name not in declared
    }
    assert missing == {}


def test_the_python_that_is_asked_for_is_the_same_everywhere():
    wanted = settings()["options"]["python_requires"]
    assert wanted == ">=3.11"
    assert 'target-version = "py311"' in (TOP / "pyproject.toml").read_text("utf-8")
    assert "3.11" in (TOP / "README.md").read_text("utf-8")
