"""`iontobench validate`: anchors, misfits, and the table of docs/loads.md."""

import json

import pytest
from tests.arch.sources import ROOT
from tests.host.cli import call

from iontobench.cli.validate import table_row
from iontobench.sim.anchors import anchors

# What has to agree; the others may be misfits, and are told.
HELD = (
    *("1 cm², 100 kHz", "1 cm², 1 MHz", "hands at 8.5 V: after 5 s"),
    *("hands at 8.5 V: after 10 min", "hands at 10 mA: most of 60 people"),
    "five branches against Cole, 1 Hz to 10 kHz: size",
    "five branches against Cole, 1 Hz to 10 kHz: phase",
)


@pytest.fixture(scope="module")
def rows():
    return anchors()


def test_the_anchors_that_are_required_agree(rows):
    assert [row.name for row in rows if row.name in HELD and not row.agrees] == []
    assert set(HELD) <= {row.name for row in rows}


def test_the_table_of_the_page_is_the_models_own(rows):
    page = (ROOT / "docs" / "loads.md").read_text("utf-8")
    for row in rows:
        cells = " | ".join(cell.replace("|", r"\|") for cell in table_row(row))
        assert f"| {cells} |\n" in page
    assert page.count("misfit: ") == sum(not row.agrees for row in rows)


def test_the_command_tells_every_misfit_and_writes_a_plot(tmp_path):
    path = tmp_path / "plot.svg"
    said = call("validate", "-o", path, "--json")
    told = json.loads(said.out)
    assert said.code == 0
    assert told["notice"] == "Plausible, not validated on people."
    assert told["misfits"] == sum(not row["agrees"] for row in told["anchors"]) > 0
    assert path.read_text("utf-8").startswith("<svg")
