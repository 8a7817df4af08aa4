r"""
Does a network on handwritten digits underfit or overfit?
=========================================================

The error on new rows is the error on the training rows, and what comes on top:

.. math:: \text{validation} = \text{training} + (\text{validation} - \text{training}).

A network underfits if the first term is larger than it has to be, and overfits if the second one
is. One call measures both, with intervals, compares them with other models on the same folds, and
proposes what to change. ``python -m skdl data.csv`` does the same on a file.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, diagnose
from skdl.lessons import Measured, is_short, judge, seeds

X, y = load_digits(return_X_y=True)
if is_short():
    X, y = X[:400], y[:400]
model = Pipeline([("scale", StandardScaler()), ("mlp", MLPClassifier(random_state=0))])
diagnosis = diagnose(model, X, y, random_state=0)
print(diagnosis)

# %%
# Its learning curve: both errors over the number of rows that the network was trained on.

diagnosis.plot()
plt.show()

# %%
# Exercise
# --------
# The training error is next to nothing at every size. Would a larger network be of use? And what
# does the picture say of more rows?
#
# .. answer::
#
#    A larger network can fit its training rows better, and there is nothing left to fit. The error
#    on new rows falls from left to right and has not levelled off, so more rows should lower it.
#
# Now read ``skdl/diagnosis/gaps.py``: how an interval is made from folds that share rows.
#
# Verdict
# -------
# For each seed, other 300 rows to train on, and the rest to test.


def errors(seed):
    """Return the error rate on the training rows, and on new ones."""
    X_train, X_test, y_train, y_test = train_test_split(
        X, y, train_size=300, stratify=y, random_state=seed
    )
    model.fit(X_train, y_train)
    return 1 - model.score(X_train, y_train), 1 - model.score(X_test, y_test)


training, validation = np.transpose([errors(seed) for seed in seeds(10)])
verdict = judge(
    "a network with default settings knows 300 digits by heart, and errs on new ones",
    Measured("training error", training, below=0.02),
    Measured("gap to new rows", validation - training, above=0.02),
)
print(verdict)
