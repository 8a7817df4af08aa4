"""Telling: a diagnosis and its trials in words, as text and as HTML.

The result is plain data, and what tells it reads that data: ``words`` has the sentences and the
tables of a diagnosis, ``trial_words`` those of its trials, ``text`` and ``html`` put them together.
"""
