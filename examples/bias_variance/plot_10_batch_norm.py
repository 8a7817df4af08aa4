r"""
Does batch normalisation regularise?
====================================

Batch normalisation subtracts the mean of each unit over the batch and divides by its standard
deviation (Ioffe and Szegedy, 2015),

.. math:: \hat z = \frac{z - \mu_B}{\sqrt{\sigma_B^2 + \varepsilon}}.

The mean and the deviation depend on which other rows are in the batch. To one row that is noise,
and noise regularises; so some say that it does, slightly. Others say that it has nothing to do with
regularisation, and only makes training easier. If it regularises, the gap between the losses on new
rows and on training rows is smaller with it; and less so with large batches, which have less noise.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from skdl import MLPClassifier
from skdl.lessons import Measured, judge, seeds

X, y = load_digits(return_X_y=True)
X = X / 16


def losses(seed, batch_norm, batch_size):
    """Return the log-loss on 300 training rows and on the others."""
    split = train_test_split(X, y, train_size=300, stratify=y, random_state=seed)
    X_train, X_test, y_train, y_test = split
    # As many steps for each size of the batches.
    network = MLPClassifier(
        (64,),
        batch_norm=batch_norm,
        batch_size=batch_size,
        max_iter=2 * batch_size,
        n_iter_no_change=None,
        l2=0,
        random_state=seed,
    ).fit(X_train, y_train)
    rows = (X_train, y_train), (X_test, y_test)
    return [log_loss(target, network.predict_proba(inputs)) for inputs, target in rows]


sizes = [10, 30, 100]
found = np.array(
    [[[losses(s, norm, size) for size in sizes] for norm in (False, True)] for s in seeds(10)]
)
figure, ax = plt.subplots(figsize=(5.6, 3.6), layout="constrained")
for norm, (name, color) in enumerate((("without", "C0"), ("with batch norm", "C1"))):
    for part, (rows, line) in enumerate((("training", "o--"), ("new rows", "s-"))):
        mean = found[:, norm, :, part].mean(axis=0)
        ax.plot(sizes, mean, line, color=color, label=f"{name}: {rows}")
ax.set(xscale="log", xlabel="rows in a batch", ylabel="log-loss", ylim=(0, None))
ax.set_xticks(sizes, sizes)
ax.minorticks_off()
ax.legend(fontsize=8)
plt.show()

# %%
# Exercise
# --------
# A batch of one row: what does batch normalisation make of it?
#
# .. answer::
#
#    Zero: the row is its own mean. That is why it needs batches, and running averages to predict.
#
# Now read ``skdl/core/layers/normalization.py``, forward and backward.
#
# Verdict
# -------
# How the gap, and the loss on new rows, change with batch normalisation, for each size of the
# batches.

gap = found[..., 1] - found[..., 0]
change = gap[:, 1] - gap[:, 0]
new = found[:, 1, :, 1] - found[:, 0, :, 1]
verdict = judge(
    "C71",
    *(Measured(f"gap, batches of {b}", change[:, k], below=0) for k, b in enumerate(sizes)),
    *(Measured(f"loss, batches of {b}", new[:, k], below=0) for k, b in enumerate(sizes)),
)
print(verdict)
