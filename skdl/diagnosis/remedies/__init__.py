"""Remedies: what to change, for which reason, and who says so."""
