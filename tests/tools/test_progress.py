"""The progress bar: shown on a terminal, silent everywhere else."""

import io
import sys

import pytest

from skdl.tools.progress import SilentBar, progress_bar


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self):
        return True


def use(bar):
    with bar as same:
        same.set_postfix_str("loss 0.123")
        for _ in range(3):
            same.update(1)
    assert same is bar


@pytest.mark.parametrize(
    ("stream", "verbose"),
    [(Terminal(), 0), (io.StringIO(), 1), (None, 1)],
    ids=["verbose=0", "not a terminal", "no stream"],
)
def test_silent(monkeypatch, stream, verbose):
    monkeypatch.setattr(sys, "stderr", stream)
    bar = progress_bar(3, verbose=verbose, description="fit")
    assert isinstance(bar, SilentBar)
    use(bar)
    if stream is not None:
        assert stream.getvalue() == ""


def test_silent_without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys, "stderr", Terminal())
    use(progress_bar(3, description="fit"))
    assert sys.stderr.getvalue() == ""


def test_shows_description_count_and_postfix_on_a_terminal(monkeypatch):
    pytest.importorskip("tqdm")
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    bar = progress_bar(3, verbose=1, description="MLPClassifier")
    bar.update(2)
    bar.set_postfix_str("loss 0.123")
    bar.refresh()
    bar.close()
    shown = stream.getvalue()
    assert "MLPClassifier" in shown
    assert "2/3" in shown
    assert "loss 0.123" in shown
