"""A Sphinx extension that writes the API pages from what skdl offers and from its registries.

Before Sphinx reads the pages, this writes under ``api/generated``:

- ``public/NAME.rst`` for each name in ``skdl.__all__``, and ``public.rst``, a table of them;
- ``core/MODULE.rst`` for each module of ``skdl.core``: its opening words, a table of the members of
  each family that it defines, then every class and function; and ``core.rst``, a table of them;
- ``components.rst``: the families, and all their members with their equations.

So a new component, or a new name in ``skdl.__all__``, is documented without an edit here.
"""

import importlib
import inspect
import re
from pathlib import Path

import skdl
import skdl.core
from skdl.core.component import families

# The modules of the core that are read after the others, in this order.
READ_LAST = ["layers", "network", "training", "gradient_check"]


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
    return f":{role}:`~{thing.__module__}.{thing.__qualname__}`"


def description(thing):
    directive = "autoclass" if inspect.isclass(thing) else "autofunction"
    return [f".. {directive}:: {thing.__module__}.{thing.__qualname__}", ""]


def members_table(family):
    """Return the table of a family: the name to give, the class, what it is."""
    rows = [
        (f"``{name}``", reference(member), summary_with_equation(member))
        for name, member in family.registry.items()
    ]
    return table(("name", "class", "what it is"), rows)


def public_pages():
    """Yield the pages of what ``import skdl`` offers."""
    things = [getattr(skdl, name) for name in skdl.__all__]
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
    """Yield the pages of the modules of the core, in reading order."""
    files = sorted(path.stem for path in Path(skdl.core.__file__).parent.glob("[a-z]*.py"))
    names = [name for name in files if name not in READ_LAST]
    names += [name for name in READ_LAST if name in files]
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


def write_pages(app):
    """Write every page that changed, and remove those of things that are gone."""
    folder = Path(app.srcdir) / "api" / "generated"
    pages = {**dict(public_pages()), **dict(core_pages()), **dict(components_page())}
    for name, lines in pages.items():
        path, text = folder / f"{name}.rst", "\n".join(lines)
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
    for path in folder.rglob("*.rst"):
        if str(path.relative_to(folder).with_suffix("")) not in pages:
            path.unlink()


def skip_routing(app, what, name, obj, skip, options):
    """Leave out scikit-learn's own ``set_..._request`` methods: its guide to metadata has them."""
    return True if re.fullmatch(r"set_\w+_request", name) else None


def setup(app):
    """Tell Sphinx what to call, and when."""
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-skip-member", skip_routing)
    return {"parallel_read_safe": True}
