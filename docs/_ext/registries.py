"""A Sphinx extension that writes the API pages from what skdl offers and from its registries.

Before Sphinx reads the pages, this writes under ``api/generated``:

- ``public/NAME.rst`` for each name in ``skdl.__all__`` and ``skdl.search.__all__``, and
  ``public.rst``, a table of them;
- ``core/MODULE.rst`` for each module of ``skdl.core``: its opening words, a table of the members of
  each family that it defines, then every class and function; and ``core.rst``, a table of them;
- ``components.rst``: the families, and all their members with their equations;
- ``curvature.inc``: which members have exact Hessian-vector products.

So a new component, or a new name in ``skdl.__all__``, is documented without an edit here.
"""

import importlib
import inspect
import re
from pathlib import Path

import skdl
import skdl.core
import skdl.search
from skdl.core.activations import Identity
from skdl.core.architecture import Hidden, build
from skdl.core.component import families
from skdl.core.initializers import Zeros


def is_documented(thing):
    return inspect.isclass(thing) or inspect.isfunction(thing)


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


def heading(text, mark="="):
    return [text, mark * len(text), ""]


def toctree(names):
    return [".. toctree::", "   :hidden:", "", *(f"   {name}" for name in names), ""]


def table(columns, rows):
    """Return a list-table; each cell is one line of reStructuredText."""
    lines = [".. list-table::", "   :header-rows: 1", "   :class: components", ""]
    for row in (columns, *rows):
        first, *rest = row
        lines += [f"   * - {first}", *(f"     - {cell}" for cell in rest)]
    return [*lines, ""]


def reference(thing):
    role = "class" if inspect.isclass(thing) else "func"
    return f":{role}:`~{path_of(thing)}`"


def path_of(thing):
    """Return the path by which a user imports a class or a function."""
    name = thing.__qualname__
    if thing.__module__.startswith("skdl.core."):
        return f"{thing.__module__}.{name}"
    return f"skdl.{name}" if name in skdl.__all__ else f"skdl.search.{name}"


def description(thing):
    directive = "autoclass" if inspect.isclass(thing) else "autofunction"
    return [f".. {directive}:: {path_of(thing)}", ""]


def members_table(family):
    """Return the table of a family: the name to give, the class, what it is."""
    rows = [
        (f"``{name}``", reference(member), summary_with_equation(member))
        for name, member in family.registry.items()
    ]
    return table(("name", "class", "what it is"), rows)


def public_pages():
    """Yield the pages of what ``skdl`` and ``skdl.search`` offer."""
    things = [getattr(skdl, name) for name in skdl.__all__]
    others = [name for name in skdl.search.__all__ if name not in skdl.__all__]
    things += [getattr(skdl.search, name) for name in others]
    things = [thing for thing in things if is_documented(thing)]
    # What lies in the core has its place on the page of its module.
    pages = [thing for thing in things if not thing.__module__.startswith("skdl.core.")]
    names = [f"public/{thing.__name__}" for thing in pages]
    rows = [(reference(thing), summary_of(thing)) for thing in things]
    yield (
        "public",
        [*heading("What skdl offers"), *table(("name", "what it is"), rows), *toctree(names)],
    )
    for name, thing in zip(names, pages, strict=True):
        yield name, [*heading(thing.__name__), *description(thing)]


def core_pages():
    """Yield the pages of the modules of the core, in the order that its docstring names."""
    files = sorted(path.stem for path in Path(skdl.core.__file__).parent.glob("[a-z]*.py"))
    in_order = [name for name in re.findall(r"``(\w+)``", skdl.core.__doc__) if name in files]
    names = in_order + [name for name in files if name not in in_order]
    modules = {name: importlib.import_module(f"skdl.core.{name}") for name in names}
    rows = [(f":doc:`core/{name}`", summary_of(module)) for name, module in modules.items()]
    index = heading("The core, module by module")
    yield (
        "core",
        [*index, *table(("module", "what it is"), rows), *toctree(f"core/{n}" for n in names)],
    )
    for name, module in modules.items():
        page = [*heading(name), f".. automodule:: {module.__name__}", "   :no-members:", ""]
        for family in families().values():
            if family.__module__ == module.__name__ and family.registry:
                page += [*heading(f"Members of {family.__name__}", "-"), *members_table(family)]
        page += heading("Classes and functions", "-")
        for thing in vars(module).values():
            own = getattr(thing, "__module__", None) == module.__name__
            if own and is_documented(thing) and not thing.__name__.startswith("_"):
                page += description(thing)
        yield f"core/{name}", page


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


def write_pages(app):
    """Write every page that changed, and remove those of things that are gone."""
    folder = Path(app.srcdir) / "api" / "generated"
    pages = {**dict(public_pages()), **dict(core_pages()), **dict(components_page())}
    files = {folder / f"{name}.rst": lines for name, lines in pages.items()}
    files[folder / "curvature.inc"] = curvature_table()
    for path, lines in files.items():
        text = "\n".join(lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    for path in set(folder.rglob("*.*")) - set(files):
        path.unlink()


def skip_routing(app, what, name, obj, skip, options):
    """Leave out scikit-learn's own ``set_..._request`` methods: its guide to metadata has them."""
    return True if re.fullmatch(r"set_\w+_request", name) else None


def setup(app):
    """Tell Sphinx what to call, and when."""
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-skip-member", skip_routing)
    return {"parallel_read_safe": True}
