r"""
Is dropout a bag of networks?
=============================

Dropout sets each of :math:`m` hidden units to zero with probability :math:`p` in every step of
training, so each step trains another of :math:`2^m` thinned networks, which share their weights
(Srivastava et al., 2014). For a prediction one would average them all; *weight scaling* takes the
whole network once instead, each unit times :math:`1 - p`,

.. math:: \mathrm E_\mu\, f(x; \mu) \approx f(x; \mathrm E \mu), \qquad P(\mu_j = 1) = 1 - p.

If this is like bagging, then the gap between training and new rows should shrink with dropout, the
average over masks should be no better than weight scaling by much, and a true bag of separate
networks should do at least as well.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.ensemble import BaggingClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from skdl import MLPClassifier
from skdl.lessons import Measured, judge, seeds

X, y = load_digits(return_X_y=True)
X = X / 16
settings = {"batch_size": 32, "max_iter": 60, "n_iter_no_change": None, "l2": 0}


def losses(model, parts):
    """Return the log-loss of a model on its training rows and on new ones."""
    X_train, X_test, y_train, y_test = parts
    model.fit(X_train, y_train)
    known = (X_train, y_train), (X_test, y_test)
    return [log_loss(rows[1], model.predict_proba(rows[0])) for rows in known]


def split(seed):
    """Take 300 digits for training, the rest to test."""
    return train_test_split(X, y, train_size=300, stratify=y, random_state=seed)


rates = [0.0, 0.2, 0.5, 0.8]
curves = np.array(
    [
        [
            losses(MLPClassifier((64,), dropout=p, random_state=s, **settings), split(s))
            for p in rates
        ]
        for s in seeds(10)
    ]
)

figure, ax = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
for part, (name, color, marker) in enumerate((("training", "C0", "o"), ("new rows", "C1", "s"))):
    mean, spread = curves[..., part].mean(axis=0), curves[..., part].std(axis=0)
    ax.errorbar(rates, mean, spread, color=color, marker=marker, capsize=3, label=name)
ax.set(xlabel="dropout rate", ylabel="log-loss", title="The gap narrows", ylim=(0, None))
ax.legend()
plt.show()

# %%
# Exercise
# --------
# At which rate is the gap smallest, and is that the rate to choose?
#
# .. answer::
#
#    At the highest; there both losses are high. A small gap is no aim in itself: the loss on new
#    rows is.
#
# Now read ``skdl/core/layers/noise.py`` for the masks, and for how a network is scaled in their
# place.
#
# Verdict
# -------
#
# For each seed: how the gap changes with ``dropout=0.5``; what the average over 50
# masks gains on weight scaling; and what ten networks, each on a bootstrap sample, gain on the one
# with dropout.

plain, dropped = curves[:, 0], curves[:, 2]
narrower = np.diff(dropped)[:, 0] - np.diff(plain)[:, 0]
averaged, bagged = [], []
for seed in seeds(10):
    masks = MLPClassifier(
        (64,), dropout=0.5, dropout_inference="averaged", random_state=seed, **settings
    )
    averaged.append(losses(masks, split(seed))[1] - dropped[seed, 1])
    bag = BaggingClassifier(MLPClassifier((64,), **settings), 10, random_state=seed)
    bagged.append(losses(bag, split(seed))[1] - plain[seed, 1])
verdict = judge(
    "C63",
    Measured("gap with dropout, less without", narrower, below=0),
    Measured("loss with dropout, less without", dropped[:, 1] - plain[:, 1], below=0),
    Measured("loss of a bag of ten, less one network", bagged, below=0),
    Measured("loss of mask-averaged, less weight-scaled", averaged, above=-0.02, below=0.02),
)
print(verdict)
