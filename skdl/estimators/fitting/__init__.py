"""Fitting: what happens between ``fit`` and the training loop, for one network or several."""
