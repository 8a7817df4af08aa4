"""``python -m skdl``: diagnose a neural network on a data set, from a shell.

Without a file it diagnoses the bundled digits; with a file, a network on your own data. What it
does is in :mod:`skdl.command_line`.
"""

from __future__ import annotations

import sys

from skdl.command_line.run import main

if __name__ == "__main__":
    sys.stdout.reconfigure(errors="replace")  # a column may be named what a terminal cannot show
    sys.exit(main())
