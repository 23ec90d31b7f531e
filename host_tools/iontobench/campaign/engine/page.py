"""The report of a campaign: one self-contained HTML page with inlined SVG plots.

Made from its results alone, as the report of a session is from a record; it asks no network. The
same results give the same page.
"""

from importlib.resources import files

import jinja2
import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from iontobench.report import plot_style as look
from iontobench.report.svg import as_svg

from .figures import CampaignFigures, RunArrays, figures_of
from .folder import CampaignFolder, Manifest

REPORT = "report.html"
_BINS = 60
_X_LABELS = 6  # and whole ones: the last may stand at the axis' very end
_LEFT, _LABEL_AT = 0.105, -0.085  # of the width: counts have up to six digits
_RIGHT = 0.965
CAVEAT = (
    "Simulated sessions: the load models are plausible, not validated on people, and nothing here "
    "was measured on hardware."
)
# What belongs together shares a cell: so the table is no wider than the page.
HEADS = (
    *("protocol, load, converter, faults", "runs / complete", "limited", "dose reached"),
    *("time: median / 95 %", "volts: median / 95 %", "trips: wanted / unwanted / missed"),
    *("gate off: median / longest", "warned"),
)


def render(folder: CampaignFolder) -> tuple[str, CampaignFigures]:
    """The page of what a campaign has so far, and its figures.

    Raises:
        UserError: no part is done yet, or one cannot be read.
    """
    table = folder.table()
    found, runs = figures_of(table), RunArrays(table)
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_resource(__package__ or "", "page.html.j2"))
    page = template.render(
        css=Markup(_resource("iontobench.report", "page.css")),
        disclaimer=folder.manifest.disclaimer,
        name=folder.manifest.name,
        title=folder.manifest.title,
        missing=folder.manifest.runs - found.runs,
        answers=answers(found),
        heads=HEADS,
        rows=combination_rows(found),
        figures=_plots(runs),
        counts=_counts(found),
        worst=found.worst,
        provenance=_provenance(folder.manifest),
        caveat=CAVEAT,
    )
    return page, found


def answers(found: CampaignFigures) -> list[tuple[str, str]]:
    """(question, answer) for people, in the order of their weight."""
    rows = [
        ("runs", f"{found.runs}, {found.healthy} of them without a fault"),
        (
            "dose within 2 % of the plan, healthy and not limited",
            _part(found.reached, found.healthy_unlimited),
        ),
        ("healthy runs cut off", _part(found.unwanted, found.healthy)),
    ]
    if limited := sum(count for count, _ in found.limited.values()):
        rows.append(
            (
                "dose within 2 % of the plan, healthy and limited",
                _part(found.reached_limited, limited),
            )
        )
    if found.injected:
        rows.append(("faults that have to cut off and did not", str(found.missed)))
    for group, (limited, healthy) in found.limited.items():
        rows.append((f"healthy runs limited by compliance, {group}", _part(limited, healthy)))
    if found.no_result:
        rows.append(("runs without a result", str(found.no_result)))
    return rows


def combination_rows(found: CampaignFigures) -> list[list[str]]:
    """A row of texts for each combination, under `HEADS`."""
    return [
        [
            f"{one.protocol}, {one.group}, {one.converter}, {one.faults}",
            f"{one.runs} / {one.complete}",
            _percent(one.limited_share),
            _percent(one.reached_share),
            _pair(one.stretch_median, one.stretch_95, ".3f"),
            _pair(one.load_peak_median_v, one.load_peak_95_v, ".1f", " V"),
            f"{one.trips_wanted} / {one.trips_unwanted} / {one.missed}",
            _pair(one.gate_off_median_ms, one.gate_off_most_ms, ".1f", " ms"),
            _percent(one.warned_share),
        ]
        for one in found.combinations
    ]


def _counts(found: CampaignFigures) -> list[tuple[str, str]]:
    told = {"outcome": found.outcomes, "ended by": found.ended_by, "warned of": found.warnings}
    return [
        (f"{what} {name}", str(count)) for what, of in told.items() for name, count in of.items()
    ]


def _provenance(manifest: Manifest) -> list[tuple[str, str]]:
    return [
        ("Campaign", manifest.name),
        ("Runs in all", str(manifest.runs)),
        ("Identity", manifest.identity),
        ("Firmware", manifest.firmware["version"]),
        ("Firmware SHA-256", manifest.firmware["sha256"]),
        ("Model SHA-256", manifest.model_sha256),
        ("Host version", manifest.host_version),
    ]


def _plots(runs: RunArrays) -> list[tuple[str, Markup]]:
    """(caption, drawing) of how the healthy runs spread."""
    healthy = runs.is_healthy & runs.has_result
    wanted = [
        (
            "Dose, share of the plan",
            "dose",
            100 * runs.dose_share,
            "dose (% of the plan)",
            look.DOSE,
        ),
        ("Time of complete runs", "time", runs.stretch, "duration over plan", look.CURRENT),
        ("Highest voltage over the load", "volts", runs.load_peak_v, "voltage (V)", look.VOLTAGE),
    ]
    drawn = []
    for caption, name, values, label, colour in wanted:
        found = values[healthy & ~np.isnan(values)]
        if len(found):
            drawn.append((caption, _histogram(found, f"plot-{name}", caption, label, colour)))
    return drawn


def _histogram(
    values: NDArray[np.float64], prefix: str, title: str, label: str, colour: str
) -> Markup:
    low, middle, high = np.percentile(values, (0, 50, 100))
    told = f"{len(values)} healthy runs: {low:.4g} to {high:.4g}, median {middle:.4g}."
    with look.style():
        figure, (axes,) = look.figure(2.4, 1)
        figure.subplots_adjust(left=_LEFT, right=_RIGHT)
        spread = max(high - low, abs(middle) * 0.01, 1e-6) * 1.04
        edges = np.linspace(middle - spread, middle + spread, 2 * _BINS + 1)
        edges = edges[(edges >= low - spread / _BINS) & (edges <= high + spread / _BINS)]
        counts, edges = np.histogram(values, edges)
        axes.stairs(counts, edges, fill=True, color=colour)
        axes.set_xlabel(label)
        axes.set_ylabel("runs")
        axes.ticklabel_format(axis="x", useOffset=False)  # each number whole, no "+1e2" beside it
        axes.locator_params(axis="x", nbins=_X_LABELS)
        axes.locator_params(axis="y", integer=True)
        look.from_zero(axes)
        axes.yaxis.set_label_coords(_LABEL_AT, 0.5)
        return as_svg(figure, prefix, title, told)


def _part(count: int, of: int) -> str:
    return f"{count} of {of} ({100 * count / of:.2f} %)" if of else "none to count"


def _pair(first: float | None, second: float | None, how: str, unit: str = "") -> str:
    if first is None or second is None:
        return "-"
    return f"{first:{how}} / {second:{how}}{unit}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


def _resource(package: str, name: str) -> str:
    return files(package).joinpath(name).read_text(encoding="utf-8")
