"""A page as a person sees it: opened in headless Chromium, its parts clicked."""

import html
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=2000",
    "--dump-dom",
)


def look(page: str, script: str, *, width: int = 1280):
    """Open a page, run a script in it, and return what the script returns.

    The test is skipped where there is no Chromium.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("needs Chromium, to look at the page as a person does")
    injected = (
        f"<script>addEventListener('load', () => {{ const seen = (() => {{ {script} }})();"
        "const out = document.createElement('pre'); out.id = 'seen';"
        "out.textContent = JSON.stringify(seen); document.body.append(out); })</script>"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "page.html")
        file.write_text(page.replace("</body>", injected + "</body>"), encoding="utf-8")
        command = [
            program,
            *OPTIONS,
            f"--window-size={width},1000",
            f"--user-data-dir={folder}/profile",
            file.as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    seen = re.search(r'<pre id="seen">(.*?)</pre>', done.stdout, re.S)
    assert seen, f"Chromium ended with {done.returncode}: {done.stderr[-500:]}"
    return json.loads(html.unescape(seen.group(1)))
