"""What every test run starts with; it must come before the first import of NumPy."""

import os
import sys

# The matrices here are small: threads inside BLAS cost more than they give, and with pytest-xdist
# every core has a worker already.
for library in ("OPENBLAS", "OMP", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "agg")

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

from skdl.core import fast  # noqa: E402

# A slow machine is no failure. Continuous integration draws the same cases each time.
settings.register_profile("skdl", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("skdl")


@pytest.fixture(autouse=True)
def readable_code(monkeypatch):
    """Test the readable code; tests/core/test_fast.py compares it with the compiled one."""
    monkeypatch.setattr(fast, "compiled_loops", lambda: None)


@pytest.fixture(autouse=True)
def close_figures():
    """Leave no figure open: from the twenty-first on, matplotlib warns."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
