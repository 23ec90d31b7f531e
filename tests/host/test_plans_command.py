"""`iontobench plan` and `run --plan`: exit codes, one line why not yet, what the record says."""

import shutil

import pytest
from tests.host.cli import call, play
from tests.host.fake_runner import FakeRunner
from tests.host.plan_records import add, plan_of
from tests.host.report_pages import Page

from iontobench.plans import load_plan
from iontobench.plans.loader import new_plan
from iontobench.records import read
from iontobench.report import write_report

AT = "2026-03-02T09:00:00Z"


@pytest.fixture
def bench(monkeypatch, tmp_path):
    """A plan of dexamethasone-40 for L07, on a target that plays a session."""
    path = tmp_path / "l07.toml"
    path.write_text(new_plan("L07", "dexamethasone-40"), encoding="utf-8")
    play(monkeypatch, FakeRunner())
    return path


def run(plan, at=AT, *more, label="L07"):
    words = ("run", "--plan", plan, "--label", label, "--at", at, "--data", plan.parent)
    return call(*words, "--plain", *more)


def due(plan, at, *more):
    return call("plan", "due", plan, "--at", at, "--data", plan.parent, *more)


def header_of(plan, number):
    [path] = plan.parent.glob(f"records/dexamethasone-40-s1-{number:03d}/record.jsonl")
    return read(path).header


def test_a_new_plan_is_accepted_as_it_stands_and_says_that_a_label_is_a_loads(tmp_path):
    path = tmp_path / "mine.toml"
    assert call("plan", "new", "L07", "-o", path).code == 0
    said = call("plan", "check", path)
    assert said.code == 0
    assert "a run carries at most 0.136" in said.out
    assert "14 runs in any 28 days" in said.out
    text = path.read_text("utf-8")
    assert text.startswith("# Bench only: dummy loads, never people.")
    assert "never a person's" in text
    assert call("plan", "new", "L07", "-o", path).code == 2


def test_the_help_says_that_a_label_is_never_a_persons():
    assert "never a person's" in " ".join(call("plan", "--help").out.split())
    assert "never a person's" in " ".join(call("run", "--help").out.split())


@pytest.mark.parametrize("label", ["", "a b", "é", "x" * 41, "../x", "-a"])
def test_a_label_that_no_load_can_have_is_exit_2(label):
    said = call("plan", "new", "--", label)
    assert said.code == 2
    assert "1 to 40" in said.err


def test_a_plan_whose_one_run_exceeds_its_charge_is_exit_1(tmp_path):
    path = tmp_path / "p.toml"
    path.write_text(new_plan("L07", "dexamethasone-40").replace("28d = 2.0", "28d = 0.2"))
    said = call("plan", "check", path, "--json")
    assert (said.code, said.object["ok"], said.object["runs_28d_by_charge"]) == (1, False, 0)


def test_a_run_of_a_plan_has_label_site_side_and_time_in_its_hashed_header(bench):
    said = run(bench)
    assert said.code == 0
    assert "plan: L07, hands, phase initial, anode on the left" in said.out
    header = header_of(bench, 1)
    assert header["label"] == "L07"
    assert header["plan"] == {
        "label": "L07",
        "site": "hands",
        "at": AT,
        "sha256": load_plan(bench).sha256,
        "anode": "left",
        "override": None,
    }
    shown = call("records", "show", "last", "--data", bench.parent)
    assert f"hands, {AT}, anode left" in shown.out


def test_a_run_without_a_plan_has_no_keys_of_one(bench):
    assert call("run", "dexamethasone-40", "--plain", "--data", bench.parent).code == 0
    assert not {"label", "plan"} & header_of(bench, 1).keys()


@pytest.mark.long
def test_a_run_of_a_plan_at_the_same_time_gives_the_same_bytes(bench):
    assert run(bench).code == 0
    [first] = bench.parent.glob("records/*/record.jsonl")
    kept = first.read_bytes()
    shutil.rmtree(bench.parent / "records")
    assert run(bench).code == 0
    assert first.read_bytes() == kept


def test_too_early_is_exit_1_with_one_line_that_says_when_it_is_allowed(bench):
    assert run(bench).code == 0
    said = run(bench, "2026-03-03T08:59:59Z")
    assert said.code == 1
    [line] = [one for one in said.err.splitlines() if one.startswith("iontobench: ")]
    assert "not due before 2026-03-03T09:00:00Z" in line
    assert "24 h from start to start" in line
    assert len(list(bench.parent.glob("records/*"))) == 1
    assert run(bench, "2026-03-03T09:00:00Z").code == 0


def test_an_override_runs_anyway_and_is_recorded(bench):
    assert run(bench).code == 0
    assert run(bench, "2026-03-02T12:00:00Z", "--override", "a load of resistors").code == 0
    assert header_of(bench, 2)["plan"]["override"] == "a load of resistors"
    runs = call("plan", "log", bench, "--data", bench.parent, "--json").object["runs"]
    assert [one["override"] for one in runs] == [None, "a load of resistors"]
    record = bench.parent / "records" / "dexamethasone-40-s1-002" / "record.jsonl"
    write_report(record, bench.parent / "report.html")
    page = Page((bench.parent / "report.html").read_text("utf-8")).text
    assert "before it was allowed: a load of resistors" in page


@pytest.mark.long
def test_an_override_that_was_not_needed_is_not_recorded(bench):
    said = run(bench, AT, "--override", "in doubt")
    assert (said.code, header_of(bench, 1)["plan"]["override"]) == (0, None)
    assert "the override is not recorded" in said.err


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--plan", "PLAN"), "--label is missing"),
        (("--plan", "PLAN", "--label", "L08"), "a plan for L07"),
        (("demo", "--plan", "PLAN", "--label", "L07"), "the protocol is the plan's"),
        (("demo", "--label", "L07"), "--label goes with --plan"),
        (("demo", "--at", AT), "--at goes with --plan"),
        (("demo", "--override", "x"), "--override goes with --plan"),
        (("--plan", "PLAN", "--label", "L07", "--override", " "), "a reason of 1 to"),
        (("--plan", "PLAN", "--label", "L07", "--at", "2026-03-29T02:30"), "has no zone"),
        (("--plan", "nowhere.toml", "--label", "L07"), "no such file"),
        (("--plan", "nowhere", "--label", "L07"), "a plan is a file"),
    ],
)
def test_options_that_do_not_go_together_are_one_line_and_exit_2(bench, words, part):
    said = call("run", *(bench if one == "PLAN" else one for one in words), "--data", bench.parent)
    assert said.code == 2
    assert part in said.err
    assert not (bench.parent / "records").exists()


def test_a_real_board_runs_now_and_takes_no_time(bench, monkeypatch):
    play(monkeypatch, FakeRunner(), is_simulated=False)
    said = run(bench)
    assert said.code == 2
    assert "a real board runs now" in said.err


def test_due_is_exit_0_or_1_and_its_json_has_numbers_and_iso_times(bench):
    assert due(bench, AT).code == 0
    assert run(bench).code == 0
    said = due(bench, "2026-03-02T21:00:00Z", "--json")
    assert said.code == 1
    found = said.object
    assert (found["due"], found["phase"], found["runs"], found["runs_7d"]) == (
        *(False, "initial"),
        *(1, 1),
    )
    assert (found["now"], found["allowed_at"]) == ("2026-03-02T21:00:00Z", "2026-03-03T09:00:00Z")
    assert found["wait_s"] == 12 * 3600
    assert found["charge_c_cm2_28d"] == pytest.approx(0.24, rel=1e-3)
    assert found["next_charge_c_cm2"] == pytest.approx(0.24, rel=0.02)
    assert found["limit_charge_c_cm2_28d"] == 2.0


@pytest.mark.long
def test_cumulative_charge_of_due_is_that_of_the_records(bench):
    for day in (2, 4, 6):
        assert run(bench, f"2026-03-0{day}T09:00:00Z").code == 0
    found = due(bench, "2026-03-07T09:00:00Z", "--json").object
    closings = [
        read(path).summary["dose_uc"] for path in bench.parent.glob("records/*/record.jsonl")
    ]
    assert len(closings) == 3
    assert found["charge_c_cm2_28d"] == pytest.approx(sum(closings) / 10 / 1e6, abs=1e-12)


def test_a_response_leads_to_maintenance(bench):
    assert run(bench).code == 0
    words = ("plan", "response", bench, 6, "--at", "2026-03-03T09:00Z", "--data", bench.parent)
    said = call(*words, "--json")
    assert said.code == 0
    assert call("records", "verify", said.object["record"]).code == 0
    found = due(bench, "2026-03-04T09:00:00Z", "--json").object
    assert (found["phase"], found["allowed_at"]) == ("maintenance", "2026-03-09T09:00:00Z")
    log = call("plan", "log", bench, "--data", bench.parent)
    assert log.code == 0
    assert "score 6" in log.out


@pytest.mark.parametrize("score", ["-1", "11", "much"])
def test_a_score_beyond_0_to_10_is_exit_2(bench, score):
    assert call("plan", "response", "--data", bench.parent, "--", bench, score).code == 2


def test_a_damaged_record_is_told_by_due_and_log_and_log_is_exit_1(tmp_path):
    path = tmp_path / "l07.toml"
    path.write_text(plan_of().toml, encoding="utf-8")
    record = add(tmp_path, plan_of(), 1_772_442_000)
    raw = bytearray(record.read_bytes())
    raw[-200] ^= 1
    record.write_bytes(raw)
    log = call("plan", "log", path, "--data", tmp_path, "--json")
    assert log.code == 1
    [run_of] = log.object["runs"]
    assert (run_of["worst"], run_of["charge_uc"]) == (True, 2_400_000)
    said = due(path, "2026-03-20T09:00:00Z")
    assert said.code == 0
    assert "counted with its program's bound" in said.err


def test_nothing_recorded_is_an_empty_log(bench):
    said = call("plan", "log", bench, "--data", bench.parent)
    assert said.code == 0
    assert "nothing is recorded of L07, hands" in said.out


WRONG = {
    "a misspelt key": (("min_interval_h", "min_intervall_h"), "did you mean min_interval_h?"),
    "another unit": (("min_interval_h = 24", "min_interval_d = 1"), "give it in h"),
    "too many": (("max_sessions = 12", "max_sessions = 0"), "1 to 200 runs"),
    "a fraction": (("every_days = 7", "every_days = 7.5"), "a whole number, 1 to 365 days"),
    "no label": (('label = "L07"', ""), "label: missing"),
    "a label with blanks": (('"L07"', '"Mr X"'), "never a person's"),
    "a site of capitals": (('"hands"', '"Hands"'), "1 to 40 of a-z"),
    "another end": (('"response"', '"dry"'), "one of response"),
    "another side": (('"left"', '"up"'), "one of left, right"),
    "more than the limit": (("per_week = 3", "per_week = 6"), "above limits.per_week"),
    "maintenance too often": (("_h = 24", "_h = 200"), "shorter than limits.min_interval_h"),
    "a swap of nothing": (
        ('anode = "left" # left or right, recorded with every run; leave it out where there '
         "is no side\n# swap", "swap"),
        "there is no anode",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_wrong_plan_is_a_line_with_file_key_and_range(tmp_path, case):
    (old, new), part = case
    path = tmp_path / "p.toml"
    text = new_plan("L07", "demo")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    for words in (("check", path), ("due", path), ("log", path), ("response", path, 3)):
        said = (
            call("plan", *words, "--data", tmp_path)
            if words[0] != "check"
            else call("plan", *words)
        )
        assert said.code == 2
        assert part in said.err
        assert "p.toml:" in said.err


def test_a_protocol_of_ones_own_is_looked_for_beside_the_plan(tmp_path):
    folder = tmp_path / "plans"
    folder.mkdir()
    assert call("protocols", "new", "mine", "-o", folder / "mine.toml").code == 0
    (folder / "p.toml").write_text(new_plan("L07", "mine.toml"), encoding="utf-8")
    assert call("plan", "check", folder / "p.toml").code == 0
    (folder / "mine.toml").unlink()
    assert call("plan", "check", folder / "p.toml").code == 2
