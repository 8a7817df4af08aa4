"""The network itself, on NumPy alone. This is one, trained by hand.

>>> import numpy as np
>>> from sklearn.datasets import make_moons
>>> from skdl.core.activations import ReLU
>>> from skdl.core.initializers import HeUniform
>>> from skdl.core.layers import Activate, Dense, Pass
>>> from skdl.core.losses import CrossEntropy
>>> from skdl.core.network import Network
>>> from skdl.core.optimizers import Adam
>>> X, y = make_moons(200, noise=0.1, random_state=0)
>>> targets, start = np.eye(2)[y], HeUniform()  # targets: one column for each class

>>> layers = [Dense(2, 16, start), Activate(16, ReLU()), Dense(16, 2, start)]
>>> network, loss, adam = Network(layers, dtype=float), CrossEntropy(), Adam()
>>> network.initialize(np.random.default_rng(0))
>>> buffers, state = network.workspace(len(X)), adam.init(network.theta)
>>> for _ in range(300):
...     raw = network.forward(X, buffers, Pass(training=True))
...     network.backward(loss.gradient(targets, raw), buffers)
...     adam.step(network.theta, network.gradient, state, rate=0.02)

>>> bool(np.mean(network.raw(X).argmax(axis=1) == y) > 0.99)
True

The rest adds what these lines lack. The *trainer* cuts the rows into batches, in a new order each
epoch, follows the schedules and clips the gradient; the *objective* adds penalties to the loss, and
Hessian-vector products for solvers with curvature. The *update* joins what penalties and decay do
to the weights with the optimiser's step. The *watch* keeps the record, ends the fit when there is a
reason, and loses nothing when it is interrupted or diverges. The *job*, one floor up, makes all of
these from the parameters of an estimator, and runs them.

Read in this order. The files are under ``skdl/``; where classes are named, the others of the file
are more of their kind. Lines are lines of code, to within a tenth; ten of them are a minute.

**The first hour: what a network computes, and which way is down**

==================================================  =====  ===  =================================
read                                                lines  min  for
==================================================  =====  ===  =================================
core/component.py: Component                           16    2  what all parts have in common
core/activations/classical.py: Activation, Tanh        20    2  what a unit computes
core/activations/rectifiers.py: ReLU                    8    1  the unit that most use
core/losses/classification.py: Loss, CrossEntropy      52    5  what is to become small
core/initializers.py: Initializer, GlorotUniform        6    1  where the weights start
core/layers/dense.py                                  204   20  forward, and backward beside it
core/network.py                                       143   14  layers in a row, over one θ
core/architecture.py                                   75    8  from settings to layers
==================================================  =====  ===  =================================

**The second hour: how it learns**

==================================================  =====  ===  =================================
read                                                lines  min  for
==================================================  =====  ===  =================================
core/optimizers/sgd.py: Optimizer, SGD                 51    5  how a gradient becomes a step
core/optimizers/adam.py: Adam                          29    3  a rate for each parameter
core/penalties.py                                      21    2  the price of large weights
core/objective.py                                      88    9  what a fit minimises
core/batches.py                                        54    5  which rows a step sees
core/schedules/rate.py: Schedule, Constant, Step       14    1  how the rate changes
core/training/loop.py                                 184   18  the loop
core/training/update.py                                75    8  the step that it takes
core/training/vital_signs.py                           34    3  is the network well?
core/training/stopping.py                              30    3  when is it enough?
core/training/watch.py                                 72    7  the end, and what is kept
==================================================  =====  ===  =================================

**After that: the estimator around it**

==================================================  =====  ===  =================================
read                                                lines  min  for
==================================================  =====  ===  =================================
estimators/classifier.py                              221   22  what the user meets
estimators/parameters/settable.py                      40    4  setting a component's setting
estimators/parameters/resolve.py                      218   22  from parameters to components
estimators/base.py                                    242   24  what ``fit`` does, in order
estimators/fitting/job.py                             156   16  one fit, and its results
estimators/fitting/callbacks.py                        55    6  who is told of each epoch
tools/rows.py                                          73    7  rows of any kind of table
tools/blas.py                                          15    2  how many threads multiply
tools/progress.py                                      26    3  the bar
tools/warning.py                                       31    3  what a fit warns of
core/fast.py                                          141   14  what Numba compiles
==================================================  =====  ===  =================================

**And: the proof, and many networks at once**

==================================================  =====  ===  =================================
read                                                lines  min  for
==================================================  =====  ===  =================================
core/gradient_check.py                                109   11  how we know it is right
core/training/side_by_side.py                         200   20  networks along a leading axis
estimators/fitting/stacks.py                          106   11  which of them can share one
together/fits.py                                      171   17  how a search trains them
==================================================  =====  ===  =================================

The folders have the other members of each family, and ``core/training/solvers.py`` the solvers with
curvature.
"""

from skdl.core import (
    activations,
    batches,
    clipping,
    component,
    initializers,
    layers,
    losses,
    noise,
    optimizers,
    schedules,
    training,
)

__all__ = [
    "activations",
    "batches",
    "clipping",
    "component",
    "initializers",
    "layers",
    "losses",
    "noise",
    "optimizers",
    "schedules",
    "training",
]
