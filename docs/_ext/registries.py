"""A Sphinx extension that writes the API pages from what skdl offers and from its registries.

Before Sphinx reads the pages, this writes under ``api/generated``:

- ``PACKAGE.rst`` for ``skdl`` and each package in it that hands on names (``__all__``), a table of
  them, and ``PACKAGE/NAME.rst`` for each of them; a display has its pictures there;
- ``core.rst``, the network by hand and the order to read in, and ``core/MODULE.rst`` for each
  module of ``skdl.core``: its opening words, a table of the members of each family that it defines,
  then every class and function;
- ``displays.rst``: a gallery of all pictures of the displays;
- ``parameters.rst`` and ``parameters/NAME.rst``: the parameters, with their names elsewhere;
- ``components.rst``: the families, and all their members with their equations;
- ``curvature.inc``: which members have exact Hessian-vector products;
- ``coming_from.inc``: the names of other libraries, and those here.

So a new component, a new display or a new name in an ``__all__`` is documented without an edit
here, and ``tests/test_docs.py`` fails when a public name has no page.
"""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import displays
import parameters
import reading_order
from displays import image, pictures_of
from rst import heading, table, toctree

import skdl
import skdl.core
from skdl.core import foreign
from skdl.core.activations import Identity
from skdl.core.architecture import Hidden, build
from skdl.core.component import families
from skdl.core.initializers import Zeros

MODULES = {"skdl": skdl} | {
    info.name: importlib.import_module(info.name)
    for info in pkgutil.walk_packages(skdl.__path__, "skdl.")
    if not info.name.endswith("__main__")
}


def is_package(module):
    return hasattr(module, "__path__")


def is_code(thing):
    """Whether a thing is a class or a function of ours, and no other name for something else."""
    ours = getattr(thing, "__module__", "").split(".")[0] == "skdl"
    return ours and (inspect.isclass(thing) or inspect.isfunction(thing))


def is_core(module):
    return (module.__name__ + ".").startswith("skdl.core.")


def offered(module):
    """Return what a module hands on, by name, without submodules and the version."""
    found = {name: getattr(module, name) for name in getattr(module, "__all__", ())}
    return {
        name: thing
        for name, thing in found.items()
        if not inspect.ismodule(thing) and name != "__version__"
    }


def import_paths():
    """Return the path by which a user imports each thing: the shortest, from a package if any."""
    paths = {}

    def distance(module):
        return not is_package(module), module.__name__.count(".")

    for module in sorted(MODULES.values(), key=distance):
        for name, thing in offered(module).items():
            paths.setdefault(id(thing), f"{module.__name__}.{name}")
    return paths


PATHS = import_paths()


def summary_of(thing):
    """Return the first paragraph of a docstring, as one line."""
    return " ".join(inspect.cleandoc(thing.__doc__ or "").split("\n\n")[0].split())


def summary_with_equation(thing):
    """Return the summary, and the first equation set apart where it holds none itself."""
    summary = summary_of(thing)
    doc = inspect.cleandoc(thing.__doc__ or "") + "\n"
    block = re.search(r"^\.\. math::((?: .*)?\n(?:\s*\n)*(?:[ \t]+.*\n?)*)", doc, re.MULTILINE)
    if ":math:" in summary or not block:
        return summary
    return f"{summary} :math:`{' '.join(block[1].split()).rstrip('.,')}`"


def path_of(thing):
    return PATHS.get(id(thing)) or f"{thing.__module__}.{thing.__qualname__}"


def reference(thing):
    role = "class" if inspect.isclass(thing) else "func" if inspect.isfunction(thing) else "data"
    return f":{role}:`~{path_of(thing)}`"


def description(thing):
    if not is_code(thing):
        return [f".. py:data:: {path_of(thing)}", f"   :value: {thing!r}", ""]
    kind = "class" if inspect.isclass(thing) else "function"
    return [f".. auto{kind}:: {path_of(thing)}", ""]


def members_table(family):
    """Return the table of a family: the name to give, the class, what it is."""
    rows = [
        (f"``{name}``", reference(member), summary_with_equation(member))
        for name, member in family.registry.items()
    ]
    return table(("name", "class", "what it is"), rows)


# --------------------------------------------------------------------------------------
# The packages, name by name.


def package_pages():
    """Yield the pages of ``skdl`` and of every package in it, but for the core."""
    packages = [m for m in MODULES.values() if is_package(m) and offered(m) and not is_core(m)]
    for module in packages:
        names = []
        for name, thing in offered(module).items():
            if path_of(thing) != f"{module.__name__}.{name}":
                continue  # it has its page elsewhere
            page = f"{module.__name__}/{name}"
            pictures = [line for picture in pictures_of(name) for line in image(picture)]
            names.append(page)
            yield page, [*heading(name), *pictures, *description(thing)]
        page = [*heading(module.__name__), *inspect.cleandoc(module.__doc__).splitlines(), ""]
        rows = [(reference(thing), summary_of(thing)) for thing in offered(module).values()]
        if module.__name__ == "skdl.plots":
            page += ["Pictures of all of them: :doc:`displays`.", ""]
        yield (
            module.__name__,
            [*page, *table(("name", "what it is"), rows), *toctree(names)],
        )


# --------------------------------------------------------------------------------------
# The core, in the order in which to read it.


def core_modules():
    """Return the modules of the core by name: a folder comes where its first stop is."""
    order = [stop.file for stop in reading_order.reading_order()]
    stops = [file.removesuffix(".py").replace("/", ".") for file in order]

    def position(name):
        folder = name.split(".")[:2]
        first = [i for i, stop in enumerate(stops) if stop.split(".")[:2] == folder]
        own = stops.index(name) if name in stops else len(stops)
        return min(first, default=len(stops)), own, name

    modules = [m for m in MODULES.values() if is_core(m) and not is_package(m)]
    names = [module.__name__.removeprefix("skdl.") for module in modules]
    return {name: MODULES[f"skdl.{name}"] for name in sorted(names, key=position)}


def read_what(stop):
    """Return what a stop says to read, with a link where the file has a page."""
    page = stop.file.removesuffix(".py")
    linked = f":doc:`{stop.file} <{page}>`" if page.startswith("core/") else f"``{stop.file}``"
    return ": ".join([linked, *filter(None, [", ".join(f"``{name}``" for name in stop.names)])])


def with_links(docstring):
    """Return the docstring of the core, its tables with links to the pages of the stops."""
    lines, rows = [], []
    for line in docstring.splitlines():
        row = reading_order.ROW.match(line)
        if row:
            stop = reading_order.stop_of(row)
            rows.append((read_what(stop), stop.lines, stop.minutes, stop.why))
        elif line.startswith(("====", "read  ")):
            if rows and line.startswith("===="):
                lines += table(("read", "lines", "minutes", "for"), rows)
                rows = []
        else:
            lines.append(line)
    return lines


def core_pages():
    """Yield the pages of the core."""
    modules = core_modules()
    pages = {name: name.replace(".", "/") for name in modules}
    rows = [(f":doc:`{pages[name]}`", summary_of(module)) for name, module in modules.items()]
    yield (
        "core",
        [
            *heading("The core"),
            *with_links(inspect.cleandoc(skdl.core.__doc__)),
            "",
            *heading("Module by module", "-"),
            *table(("module", "what it is"), rows),
            *toctree(pages.values()),
        ],
    )
    for name, module in modules.items():
        title = name.removeprefix("core.").replace(".", "/")
        page = [*heading(title), f".. automodule:: {module.__name__}", "   :no-members:", ""]
        for family in families().values():
            if family.__module__ == module.__name__ and family.registry:
                page += [*heading(f"Members of {family.__name__}", "-"), *members_table(family)]
        page += heading("Classes and functions", "-")
        for thing in own_things(module):
            page += description(thing)
        yield pages[name], page


def own_things(module):
    """Return the classes and functions that a module defines, and the other things it has."""
    own = [t for t in vars(module).values() if getattr(t, "__module__", None) == module.__name__]
    public = [thing for thing in own if is_code(thing) and not thing.__name__.startswith("_")]
    folder = MODULES[module.__name__.rpartition(".")[0]]
    others = {name: thing for name, thing in offered(folder).items() if name in vars(module)}
    return public + [t for t in {**offered(module), **others}.values() if not is_code(t)]


def components_page():
    """Yield the page of all families."""
    page = [
        *heading("All components"),
        "A parameter takes a component's name, for its default settings, or an instance, for the",
        'finer ones: ``optimizer="adam"`` or ``optimizer=Adam(beta_1=0.8)``.',
        "",
    ]
    for name, family in sorted(families().items()):
        if family.registry:
            page += [*heading(name, "-"), f"{reference(family)}: {summary_of(family)}", ""]
            page += members_table(family)
    yield "components", page


def is_exact(activation, **options):
    """Tell whether a network with these hidden units has exact Hessian-vector products."""
    hidden = [Hidden(2, activation, Zeros())]
    return build(2, hidden, 1, output_initializer=Zeros(), dtype=float, **options).exact_curvature


def curvature_table():
    """Return what second_order.rst includes: which parts have exact Hessian-vector products."""
    exact = {
        f"activation={name}": is_exact(member())
        for name, member in families()["Activation"].registry.items()
    }
    exact["batch_norm"] = is_exact(Identity(), batch_norm=True)
    exact["activity_l1"] = is_exact(Identity(), activity_l1=1.0)
    for family in ("ClassifierLoss", "RegressorLoss"):
        for name, member in families()[family].registry.items():
            exact[f"loss={name}"] = member.exact_curvature
    rows = [
        (title, ", ".join(f"``{name}``" for name, value in exact.items() if value is wanted))
        for title, wanted in (("exact", True), ("by differences", False))
    ]
    return table(("product", "where the network or the loss has"), rows)


def foreign_table():
    """Return what coming_from.rst includes: the names of other libraries, and those here."""
    parameters = [(row.library, f"``{name}``", row) for name, row in foreign.PARAMETERS.items()]
    values = [
        (row.library, f"``{parameter}='{name}'``", row)
        for parameter, rows in foreign.VALUES.items()
        for name, row in rows.items()
    ]
    rows = []
    for title, part in (("parameters", parameters), ("values", values)):
        rows += heading(title.capitalize(), "-")
        cells = [
            (library, theirs, f"``{row.here}``{row.because and ', ' + row.because}")
            for library, theirs, row in part
        ]
        rows += table(("said by", "there", "here"), cells)
    return rows


def all_pages():
    """Return the lines of every generated page, by its name."""
    written = (package_pages(), core_pages(), components_page(), parameters.pages())
    return {"displays": displays.page()} | {name: page for some in written for name, page in some}


def write_pages(app, config):
    """Write every page that changed, and remove those of things that are gone."""
    folder = Path(app.srcdir) / "api" / "generated"
    pages = all_pages()
    files = {folder / f"{name}.rst": lines for name, lines in pages.items()}
    files[folder / "curvature.inc"] = curvature_table()
    files[folder / "coming_from.inc"] = foreign_table()
    for path, lines in files.items():
        text = "\n".join(lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    for path in {*folder.rglob("*.rst"), *folder.rglob("*.inc")} - set(files):
        path.unlink()


def skip_routing(app, what, name, obj, skip, options):
    """Leave out scikit-learn's own ``set_..._request`` methods: its guide to metadata has them."""
    return True if re.fullmatch(r"set_\w+_request", name) else None


def setup(app):
    """Tell Sphinx what to call, and when."""
    app.connect("config-inited", write_pages)  # before Sphinx looks which pages there are
    app.connect("autodoc-skip-member", skip_routing)
    return {"parallel_read_safe": True}
