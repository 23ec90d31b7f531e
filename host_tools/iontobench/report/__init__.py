"""The report of a session: one self-contained HTML page with inlined SVG plots.

Made from the record alone (and `meta.json` beside it); it opens no bench and asks no network.
"""

from .page import make_report, render, write_report

__all__ = ["make_report", "render", "write_report"]
