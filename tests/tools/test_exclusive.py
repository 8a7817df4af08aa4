"""Exclusive: a method that one thread at a time may run on one object."""

import threading

import pytest

from skdl.tools.exclusive import exclusive


class Worker:
    """Has a method that waits until it may go on."""

    def __init__(self):
        self.inside, self.go_on = threading.Event(), threading.Event()

    @exclusive
    def fit(self, again=0, fail=False):
        """Say that it is at work, and wait."""
        if again:
            return self.fit(again - 1, fail)
        self.inside.set()
        self.go_on.wait(60)
        if fail:
            raise ArithmeticError
        return "done"


def test_a_second_thread_is_refused_and_the_first_goes_on():
    worker, found = Worker(), []
    thread = threading.Thread(target=lambda: found.append(worker.fit()))
    thread.start()
    worker.inside.wait(60)
    with pytest.raises(RuntimeError, match="Worker: fit must not run in two threads at once"):
        worker.fit()
    other = Worker()
    other.go_on.set()
    assert other.fit() == "done"  # another object is free
    worker.go_on.set()
    thread.join(60)
    assert found == ["done"]
    assert worker.fit() == "done"


@pytest.mark.parametrize("again", [0, 2])
def test_the_same_thread_may_call_it_within_and_a_failure_frees_it(again):
    worker = Worker()
    worker.go_on.set()
    assert worker.fit(again) == "done"
    with pytest.raises(ArithmeticError):
        worker.fit(again, fail=True)
    results = []
    thread = threading.Thread(target=lambda: results.append(worker.fit(again)))
    thread.start()
    thread.join(60)
    assert results == ["done"]
