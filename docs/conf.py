"""How Sphinx builds these pages; docs/README.md says how to call it."""

import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext")]

import skdl  # noqa: E402

project = "skdl"
author = "skdl developers"
copyright = "2026, skdl developers"
version = release = skdl.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "numpydoc",
    "sphinx_copybutton",
    "mathml",
    "registries",
    "made",
    "shown",
    "claims",
    "answer",
]
if find_spec("sphinx_gallery"):  # without it, the pages are built without the lessons
    extensions.append("sphinx_gallery.gen_gallery")
exclude_patterns = [
    "_build",
    "api/generated/report",
    "README.md",
    "gallery/**/*.ipynb",
    "gallery/**/*.py",
]
default_role = None
nitpicky = False

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_typehints = "none"
numpydoc_show_class_members = False
# The prompts of an example are not copied with it.
copybutton_prompt_text = ">>> |\\.\\.\\. "
copybutton_prompt_is_regexp = True

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"skdl {release}"
html_static_path = ["_static"]
html_extra_path = ["api/generated/report"]
html_css_files = ["skdl.css"]

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "ignore_pattern": r"(pictures|run)\.py$",
    "subsection_order": [
        *(f"../examples/{group}" for group in ("bias_variance", "diagnosis", "tuning")),
        "*",
    ],
    "within_subsection_order": "FileNameSortKey",
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "min_reported_time": 1e9,  # how long a lesson took depends on the machine
    "write_computation_times": False,
    "show_signature": False,
    "matplotlib_animations": False,
    "image_scrapers": ("matplotlib",),
    "doc_module": ("skdl",),
    "reference_url": {"skdl": None},
    "copyfile_regex": "",
}
