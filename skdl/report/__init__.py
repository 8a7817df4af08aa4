"""The diagnosis as one HTML page that needs no network: text, tables and pictures."""

from skdl.report.page import render_report

__all__ = ["render_report"]
