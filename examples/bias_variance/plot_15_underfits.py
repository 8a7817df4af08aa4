r"""
A real table, and a network that underfits: what helps?
=======================================================

Thirty measurements of the cell nuclei of 569 breast tumours (Street, Wolberg and Mangasarian, 1993)
go into a network as they are: areas of hundreds, and fractions of hundredths. It gets a tenth of
its own training rows wrong, where a linear model on scaled inputs hardly gets any.

A network that is large enough, and yet cannot fit its training rows, was not trained well. Around a
minimum the loss is a bowl, along whose axes the error shrinks by

.. math:: 1 - \eta\,\lambda_j, \qquad \eta < \frac{2}{\lambda_{\max}},

in each step of gradient descent, where :math:`\eta` is the learning rate and :math:`\lambda_j` the
curvature along an axis; above the bound, the steepest one diverges. The curvature grows with the
*square* of an input, so a rate that is right for one column is wrong for another (LeCun, Bottou,
Orr and Müller, 1998). Adam, the default, gives each weight a rate of its own. Is that enough?
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split

from skdl import MLPClassifier, diagnose
from skdl.lessons import Measured, judge, seeds
from skdl.plots import RemediesDisplay

X, y = load_breast_cancer(return_X_y=True, as_frame=True)
model = MLPClassifier(max_iter=100, n_iter_no_change=None, random_state=0)
diagnosis = diagnose(model, X, y, train_sizes=(), random_state=0)
print(diagnosis)

# %%
# The first remedy changes no setting of the network, but what it sees.

trials = diagnosis.try_remedies(random_state=0)
print(trials)
RemediesDisplay.from_trials(trials, tolerance=diagnosis.tolerance)
plt.show()

# %%
# Exercise
# --------
# Would more rows have helped? And a larger network?
#
# .. answer::
#
#    No. New rows lower the variance, and here the *training* error is high. A larger network could
#    fit more, but it has the same inputs, and the same steps that are too long for some of them and
#    too short for others.
#
# Now read ``skdl/diagnosis/findings/scale.py`` for the rule by which inputs count as unscaled.
#
# Verdict
# -------
# For each seed a quarter of the rows is set aside, the rest is diagnosed, and the first remedy is
# fitted to the rest, if fresh folds say for sure that it is better.


def errors(seed):
    """Return the training error that is found, and the test error before and after a remedy."""
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, test_size=0.25, stratify=y, random_state=seed
    )
    found = diagnose(
        model, X_train, y_train, n_repeats=1, train_sizes=(), baselines=False, random_state=seed
    )
    best = found.try_remedies(remedies=found.remedies[:1], random_state=seed).best_
    remedied = model if best is None else best
    before, after = (1 - m.fit(X_train, y_train).score(X_test, y_test) for m in (model, remedied))
    return found.training_error.value, before, after


training, before, after = np.transpose([errors(seed) for seed in seeds(30)])
verdict = judge(
    "a network on unscaled inputs underfits the breast cancer table, and the first remedy helps",
    Measured("training error", training, above=0.02),
    Measured("test error, remedied less before", after - before, below=0),
)
print(verdict)
