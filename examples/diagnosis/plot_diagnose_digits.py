"""
Does a network on handwritten digits underfit or overfit?
=========================================================

One call diagnoses it: what it gets wrong on the rows that it was trained on, what it gets wrong on
new ones, and what to change. ``python -m skdl data.csv`` does the same on a file.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, diagnose
from skdl.lessons import is_short

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
