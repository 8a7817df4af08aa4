"""A Sphinx extension that makes what the pages show: the pictures of the displays, and a report.

Both lie under ``api/generated``, and are made anew where the package is newer than they are.
"""

import os
import subprocess
import sys
from pathlib import Path

from displays import PICTURES

import skdl

PACKAGE = Path(skdl.__file__).parent


def is_stale(files):
    """Whether there are no files, or one is older than what it shows."""
    made = [path.stat().st_mtime for path in files]
    sources = [PICTURES, *PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.html")]
    return not made or min(made) < max(path.stat().st_mtime for path in sources)


def python(*arguments, cwd):
    """Run Python on the package that is documented, whichever is installed; return its words."""
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, check=True, env=environment, cwd=cwd, stdout=subprocess.PIPE)
    return done.stdout.decode("utf-8")


def draw_pictures(app, config):
    """Draw every display."""
    folder = Path(app.srcdir, "api", "generated", "pictures")
    if is_stale([path for path in folder.glob("*.png") if not path.name.startswith("shown_")]):
        python(PICTURES, folder, cwd=app.srcdir)


def write_report(app, config):
    """Write the report that ``python -m skdl`` writes without a file, and what it prints."""
    folder = Path(app.srcdir, "api", "generated", "report")
    folder.mkdir(parents=True, exist_ok=True)
    if is_stale(list(folder.iterdir())):
        printed = python("-m", "skdl", "--quiet", cwd=folder)
        (folder / "printed.txt").write_text(printed, "utf-8")


def setup(app):
    """Tell Sphinx what to call, and when."""
    app.connect("config-inited", draw_pictures)
    app.connect("config-inited", write_report)
    return {"parallel_read_safe": True}
