"""What dropout does to the two gaps, measured: bias rises with the rate; variance is why one pays.

Usage: python examples/dropout.py
"""

from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skdl import MLPClassifier, diagnose

X, y = load_digits(return_X_y=True)
X, _, y, _ = train_test_split(X, y, train_size=500, stratify=y, random_state=0)

print("dropout  bias   variance  regime")
for rate in (0.0, 0.2, 0.5, 0.8):
    # The same number of epochs for all, so that nothing but the rate differs.
    mlp = MLPClassifier(
        dropout=rate, batch_size=32, max_iter=40, n_iter_no_change=None, random_state=0
    )
    model = Pipeline([("scale", StandardScaler()), ("mlp", mlp)])
    found = diagnose(model, X, y, train_sizes=(), random_state=0)
    print(
        f"{rate:7.1f}  {found.bias.value:5.1%}  {found.variance.value:8.1%}  "
        f"{found.regime}{'' if found.conclusive else ' (not conclusive)'}"
    )
