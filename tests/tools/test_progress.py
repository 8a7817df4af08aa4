"""The progress bar: shown on a terminal, silent everywhere else."""

import io
import operator
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skdl.tools.progress import Shares, SilentBar, progress_bar, reported_to


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
    for name in ("tqdm", "tqdm.auto"):
        monkeypatch.setitem(sys.modules, name, None)
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


class Counting:
    """A bar that adds up."""

    n = 0.0

    def update(self, n=1):
        assert n > 0
        self.n += n


@given(
    steps=st.lists(st.integers(1, 1000), min_size=1, max_size=5),
    told=st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1))),
)
def test_shares_add_up_and_never_go_back(steps, told):
    bar = Counting()
    shares = Shares(bar, steps)
    most = [0.0] * len(steps)
    for number, part in told:
        number %= len(steps)
        shares(number, part)
        most[number] = max(most[number], part)
        assert bar.n == pytest.approx(sum(map(operator.mul, most, steps)))
    for number in range(len(steps)):
        shares(number, 1.0)
    assert bar.n == pytest.approx(sum(steps))


def test_only_the_outermost_bar_reports_and_each_in_its_turn():
    told = []
    with reported_to(told.append):
        for _ in range(2):
            with progress_bar(2, verbose=0) as bar:
                bar.update()
                with progress_bar(5, verbose=0) as inner:  # of another fit, inside this one
                    inner.update(5)
                bar.update()
    assert told == [0.5, 1.0, 0.5, 1.0]
    with progress_bar(1, verbose=0) as bar:
        bar.update()
    assert len(told) == 4
