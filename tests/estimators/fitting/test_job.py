"""Jobs: a fit that waits is the fit that would have been."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from skdl import MLPClassifier
from skdl.estimators.fitting.job import at_once, postponed

X, Y = make_moons(60, noise=0.2, random_state=0)


def network(**settings):
    plain = {"max_iter": 3, "n_iter_no_change": None, "random_state": 0}
    return MLPClassifier((4,), **{**plain, **settings})


def learned(mlp):
    return [a.tolist() for a in (*mlp.coefs_, *mlp.intercepts_)]


def test_a_postponed_fit_is_prepared_and_not_trained():
    with postponed() as jobs:
        mlp = network().fit(X, Y)
    assert len(jobs) == 1 and jobs[0].estimator is mlp
    assert mlp.history_ == []
    jobs[0].run()
    assert learned(mlp) == learned(network().fit(X, Y))
    assert mlp.n_iter_ == 3


def test_jobs_wait_in_the_order_of_their_fits():
    networks = [network(random_state=seed) for seed in range(3)]
    with postponed() as jobs:
        for mlp in networks:
            mlp.fit(X, Y)
    assert [job.estimator for job in jobs] == networks


def test_after_the_block_fits_train_again():
    with postponed():
        pass
    assert len(network().fit(X, Y).history_) == 3


def test_an_error_ends_the_block_and_its_effect():
    with pytest.raises(ValueError, match="max_iter"), postponed() as jobs:
        network(max_iter=-1).fit(X, Y)
    assert jobs == []
    assert len(network().fit(X, Y).history_) == 3


def test_within_a_block_fits_can_train_at_once():
    with postponed() as jobs:
        with at_once():
            features = network().fit(X, Y)
        waits = network().fit(X, Y)
    assert [job.estimator for job in jobs] == [waits]
    assert len(features.history_) == 3


def test_some_jobs_may_not_wait():
    with postponed(unless=lambda job: job.fit.n_epochs == 3) as jobs:
        trained, waits = network().fit(X, Y), network(max_iter=4).fit(X, Y)
    assert [job.estimator for job in jobs] == [waits]
    assert len(trained.history_) == 3


def test_blocks_within_blocks():
    with postponed() as outer:
        with postponed() as inner:
            network().fit(X, Y)
        network().fit(X, Y)
    assert len(inner) == len(outer) == 1


def test_other_estimators_do_not_wait():
    with postponed() as jobs:
        LogisticRegression().fit(X, Y)
    assert jobs == []


def test_a_job_warns_when_it_is_run():
    with postponed() as jobs:
        network(n_iter_no_change=10).fit(X, Y)
    with pytest.warns(ConvergenceWarning, match="stopped at max_iter=3"):
        jobs[0].run()


@pytest.mark.parametrize("call", ["partial_fit", "warm_start"])
def test_a_fit_that_goes_on_can_wait_too(call):
    def again(mlp):
        return mlp.partial_fit(X, Y) if call == "partial_fit" else mlp.fit(X, Y)

    one, other = network(warm_start=True).fit(X, Y), network(warm_start=True).fit(X, Y)
    again(one)
    with postponed() as jobs:
        again(other)
    jobs[0].run()
    assert learned(one) == learned(other)
    assert len(other.history_) == len(one.history_) > 3


def test_what_has_been_trained_can_be_pickled():
    with postponed() as jobs:
        mlp = network(early_stopping=True).fit(X, Y)
    jobs[0].run()
    assert np.array_equal(pickle.loads(pickle.dumps(mlp)).predict_proba(X), mlp.predict_proba(X))
