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

Read in this order. The files are under ``skdl/``; where classes or functions are named, the rest of
the file can wait. Lines are lines of code, to within a tenth; ten of them are a minute.

**The first hour: what a network computes, and which way is down**

==================================================  =====  ===  =================================
read                                                lines  min  for
==================================================  =====  ===  =================================
core/component.py: Component                           19    2  what all parts have in common
core/activations/base.py                               21    2  what a unit computes
core/activations/classical.py: Tanh                     8    1  a smooth unit
core/activations/rectifiers.py: ReLU                    8    1  the unit that most use
core/losses/base.py                                    38    4  what is to become small
core/losses/classification.py: CrossEntropy            17    2  the loss of a classifier
core/losses/constants.py: weighted_mean                 2    1  where the output's biases start
core/initializers.py: Initializer, GlorotUniform        8    1  where the weights start
core/layers/base.py                                    61    6  the contract of a layer
core/layers/dense.py: product, Dense, Activate        147   15  forward, and backward beside it
core/network.py                                       189   19  layers in a row, over one θ
core/architecture.py: Hidden, build                    51    5  from settings to layers
==================================================  =====  ===  =================================

**The second hour: how it learns**

==================================================  =====  ===  =================================
read                                                lines  min  for
==================================================  =====  ===  =================================
core/optimizers/base.py: Optimizer                     26    3  how a gradient becomes a step
core/optimizers/sgd.py: SGD                            20    2  down the slope, with momentum
core/optimizers/adam.py: Adam                          24    2  a rate for each parameter
core/penalties.py: Penalty, L1, L2                     37    4  the price of large weights
core/objective.py                                     109   11  what a fit minimises
core/batches.py: EachEpoch, slices, take_rows          15    2  which rows a step sees
core/schedules/rate.py: Schedule, Constant, Step       14    1  how the rate changes
core/training/fit.py: Data, Training, Progress, Fit     77    8  everything that training needs
core/training/loop.py                                 184   18  the loop
core/training/update.py: Block, Update                 63    6  the step that it takes
core/training/stopping.py                              39    4  when is it enough?
core/training/watch.py                                 93    9  the end, and what is kept
==================================================  =====  ===  =================================

**After that: the estimator around it**

==================================================  =====  ===  =================================
read                                                lines  min  for
==================================================  =====  ===  =================================
estimators/classifier.py                              142   14  what the user meets
estimators/parameters/settable.py                      82    8  setting a component's setting
estimators/parameters/resolve.py                      213   21  from parameters to components
estimators/parameters/idle.py                          96   10  parameters without an effect
estimators/targets/base.py                             48    5  what a target must answer
estimators/targets/categories.py                      208   21  classes and labels
estimators/targets/encoded.py                          16    2  encoded batch by batch
estimators/base.py                                    250   25  what ``fit`` does, in order
estimators/fitting/job.py                             196   20  one fit, and its results
estimators/fitting/weights.py                          64    6  what rows weigh
estimators/fitting/folds.py                           132   13  rows that are set aside
estimators/fitting/monitor.py                         101   10  what a fit watches
estimators/fitting/callbacks.py                        76    8  who is told of each epoch
estimators/fitting/ending.py                           99   10  how it ended, what to change
tools/given.py                                        138   14  what was given, as plain data
tools/rows.py                                          89    9  rows of any kind of table
tools/blas.py                                          79    8  how many threads multiply
tools/exclusive.py                                     28    3  one thread at a time
tools/warning.py                                       22    2  what a fit warns of
core/fast.py                                          155   16  what Numba compiles
==================================================  =====  ===  =================================

**And: the proof, and many networks at once**

==================================================  =====  ===  =================================
read                                                lines  min  for
==================================================  =====  ===  =================================
core/gradient_check.py                                101   10  how we know it is right
core/training/side_by_side.py                         206   21  networks along a leading axis
estimators/fitting/stacks.py                           88    9  which of them can share one
together/fits.py                                       64    6  how a search trains them
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
