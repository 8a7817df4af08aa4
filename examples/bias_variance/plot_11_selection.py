r"""
How far can the best validation score be trusted?
=================================================

The validation error of one model is right on average. The *least* of :math:`m` validation errors is
not: it is the least partly because it was lucky. If all :math:`m` are equally good, with errors
spread by :math:`\sigma` around the same value, then the least is too low by about

.. math:: \sigma \sqrt{2 \ln m}

at most (the expected minimum of normal numbers), and :math:`\sigma` is :math:`\tfrac12 / \sqrt n`
for guesses between two classes on :math:`n` rows.

To see it alone, take labels that are pure noise. Whatever is searched, the true error is 50 %.
"""

import matplotlib.pyplot as plt
import numpy as np

from skdl import MLPClassifier
from skdl.lessons import Measured, judge, seeds

ROWS, CANDIDATES = 100, 40


def search(seed):
    """Validate many networks on noise; return their errors on validation and on test rows."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(2000, 10)), rng.integers(2, size=2000)
    train, validation, test = slice(0, 100), slice(100, 100 + ROWS), slice(100 + ROWS, None)
    errors = []
    for candidate in range(CANDIDATES):
        network = MLPClassifier(
            (int(rng.integers(1, 40)),),
            learning_rate=float(10 ** rng.uniform(-3, -1)),
            l2=float(10 ** rng.uniform(-4, 0)),
            max_iter=10,
            n_iter_no_change=None,
            random_state=candidate,
        ).fit(X[train], y[train])
        errors.append([1 - network.score(X[part], y[part]) for part in (validation, test)])
    return np.array(errors)


found = np.array([search(seed) for seed in seeds(60)])
sizes = np.arange(1, CANDIDATES + 1)
best = np.minimum.accumulate(found[:, :, 0], axis=1)
chosen = [[found[s, found[s, :m, 0].argmin(), 1] for m in sizes] for s in range(len(found))]

figure, ax = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
ax.plot(sizes, best.mean(axis=0), label="validation error of the best")
ax.plot(sizes, np.mean(chosen, axis=0), "--", label="its error on test rows")
ax.plot(sizes, 0.5 - 0.5 / np.sqrt(ROWS) * np.sqrt(2 * np.log(sizes)), ":", label="bound")
ax.set(xlabel="networks tried", ylabel="error", xscale="log", ylim=(0.3, 0.55))
ax.set_xticks([1, 2, 5, 10, 20, 40], [1, 2, 5, 10, 20, 40])
ax.minorticks_off()
ax.legend(fontsize=8, loc="lower left")
plt.show()

# %%
# Exercise
# --------
# You tried 40 networks on 100 validation rows, the best has 40 % error, and guessing has 50 %. Did
# you find something?
#
# .. answer::
#
#    The picture says no: so much is found in noise. Measure the chosen one on rows that took no
#    part in the choice.
#
# Now read ``skdl/command_line/held_out.py``: the test part of ``python -m skdl`` is set aside
# before anything else.
#
# Verdict
# -------
# The validation error less the true one, 50 %: of the first network, which nobody chose, and of the
# best.

verdict = judge(
    "C96",
    Measured("of one network, not chosen", found[:, 0, 0] - 0.5, above=-0.05, below=0.05),
    Measured("of the best of forty", best[:, -1] - 0.5, below=0),
    Measured("test error of the best", [row[-1] - 0.5 for row in chosen], above=-0.02, below=0.02),
)
print(verdict)
