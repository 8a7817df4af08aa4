"""Findings: what lies behind the two gaps, in the data, in the training and in other models."""
