"""Remedies: what to change, for which reason, and who says so.

Each remedy is one decorated function in the file of its idea: ``data``, ``regularisation``,
``capacity`` or ``optimisation``. The order of these files, and of the functions in them, is the
order in which they are proposed (see :mod:`skdl.diagnosis.remedies.propose`).
"""
