"""Telling: a diagnosis and its trials in words, as text and as HTML."""
