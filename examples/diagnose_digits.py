"""Diagnose a network on handwritten digits, as `python -m skdl` does, and draw its learning curve.

Usage: python examples/diagnose_digits.py [PICTURE.png]
"""

import sys

from sklearn.datasets import load_digits
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, diagnose

X, y = load_digits(return_X_y=True)
model = Pipeline([("scale", StandardScaler()), ("mlp", MLPClassifier(random_state=0))])
diagnosis = diagnose(model, X, y, random_state=0, verbose=1)
print(diagnosis)

if len(sys.argv) > 1:
    display = diagnosis.plot()
    display.figure_.savefig(sys.argv[1], dpi=160)
    print(f"\nThe learning curve is in {sys.argv[1]}")
