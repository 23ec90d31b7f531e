"""The ledger: what the records of a folder prove of a load, and the worst of what they do not."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.host.plan_records import BOUND_UC, DAY_S, MONDAY_S, add, keys, plan_of, uc_cm2
from tests.host.report_pages import make
from tests.host.synthetic_sessions import small
from tests.support.tiers import examples

from iontobench.plans import judge, read_ledger, write_response
from iontobench.records import format as form
from iontobench.records import verify
from iontobench.records.verify import INTACT

PLAN = plan_of()


def spoil(path, at):
    """Change one byte; a negative `at` counts from the end."""
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1
    path.write_bytes(raw)


def test_a_folder_without_records_has_an_empty_ledger(tmp_path):
    ledger = read_ledger(tmp_path / "none", PLAN)
    assert (ledger.runs, ledger.responses, ledger.problems) == ((), (), [])


def test_runs_are_those_of_the_label_and_the_site_in_the_order_of_their_times(tmp_path):
    add(tmp_path, PLAN, MONDAY_S + DAY_S, 700_000)
    add(tmp_path, PLAN, MONDAY_S, 600_000, anode="left", override="dry")
    add(tmp_path, plan_of(label="L08"), MONDAY_S)
    add(tmp_path, plan_of(('"hands"', '"feet"')), MONDAY_S)
    first, second = read_ledger(tmp_path, PLAN).runs
    assert (first.at_s, first.charge_uc, first.anode) == (MONDAY_S, 600_000, "left")
    assert (first.override, first.is_worst, first.outcome) == ("dry", False, "complete")
    assert (second.charge_uc, second.uc_cm2) == (700_000, uc_cm2(700_000))


def test_a_run_without_a_plan_does_not_count(tmp_path):
    folder = tmp_path / "records" / "a"
    folder.mkdir(parents=True)
    make(folder, small(), {"outcome": "complete", "dose_uc": 1}, label="L07")
    assert read_ledger(tmp_path, PLAN).runs == ()


def test_a_changed_plan_keeps_its_runs(tmp_path):
    add(tmp_path, PLAN, MONDAY_S)
    assert len(read_ledger(tmp_path, plan_of(("per_week = 3", "per_week = 2"))).runs) == 1


def test_a_run_stays_one_when_the_records_format_gets_a_newer_version(tmp_path, monkeypatch):
    add(tmp_path, PLAN, MONDAY_S)
    monkeypatch.setattr(form, "FORMAT_VERSION", form.FORMAT_VERSION + 1)
    assert len(read_ledger(tmp_path, PLAN).runs) == 1


def test_a_refused_start_is_no_run_and_its_charge_counts(tmp_path):
    add(tmp_path, PLAN, MONDAY_S, 40, outcome="refused")
    answer = judge(PLAN, read_ledger(tmp_path, PLAN), MONDAY_S, uc_cm2(1))
    assert (answer.runs, answer.charge_uc_cm2_28d, answer.is_due) == (0, uc_cm2(40), True)


@pytest.mark.parametrize(
    ("outcome", "dose_uc"),
    [("lost", 600_000), ("refused", None), ("complete", None), ("complete", -1), ("fault", "x")],
)
def test_where_nobody_counted_the_charge_it_is_the_programs_bound(tmp_path, outcome, dose_uc):
    add(tmp_path, PLAN, MONDAY_S, dose_uc, outcome)
    ledger = read_ledger(tmp_path, PLAN)
    [run] = ledger.runs
    assert (run.charge_uc, run.is_worst, run.is_run) == (BOUND_UC, True, True)
    assert "bound" in ledger.problems[0]


def test_a_record_without_an_end_counts_with_its_bound_also_while_it_runs(tmp_path):
    add(tmp_path, PLAN, MONDAY_S, closed=False)
    [run] = read_ledger(tmp_path, PLAN).runs
    assert (run.charge_uc, run.at_s, run.is_worst) == (BOUND_UC, MONDAY_S, True)
    assert run.problem.startswith("incomplete")


@pytest.mark.parametrize("at", [-200, -100, -2])
def test_a_damaged_record_is_told_and_counts_with_its_bound(tmp_path, at):
    path = add(tmp_path, PLAN, MONDAY_S, 1, outcome="refused")
    spoil(path, at)
    ledger = read_ledger(tmp_path, PLAN)
    [run] = ledger.runs
    assert (run.charge_uc, run.is_run, run.is_worst) == (BOUND_UC, True, True)
    assert ledger.problems[0].startswith(f"{path.parent.name}: ")


@pytest.mark.parametrize("spoiled", [b"", b"x", b'{"header":', None])
def test_a_record_whose_header_does_not_verify_may_be_of_any_load(tmp_path, spoiled):
    path = add(tmp_path, plan_of(label="L08"), MONDAY_S)
    if spoiled is None:
        spoil(path, path.read_bytes().index(b"L08") + 2)
    else:
        path.write_bytes(spoiled)
    ledger = read_ledger(tmp_path, PLAN)
    assert [name for name, _ in ledger.unreadable] == [path.parent.name]
    assert not judge(PLAN, ledger, MONDAY_S, uc_cm2(1)).is_due


def test_a_response_is_a_record_of_its_own_that_verifies(tmp_path):
    paths = [write_response(tmp_path, PLAN, score, MONDAY_S + score) for score in (3, 0)]
    assert [path.name for path in paths] == ["response-l07-001.jsonl", "response-l07-002.jsonl"]
    assert {verify(path).status for path in paths} == {INTACT}
    ledger = read_ledger(tmp_path, PLAN)
    assert [(one.at_s, one.score) for one in ledger.responses] == [
        (MONDAY_S, 0),
        (MONDAY_S + 3, 3),
    ]
    assert ledger.has_responded
    assert read_ledger(tmp_path, plan_of(label="L08")).responses == ()


@pytest.mark.parametrize("at", [300, -150, -2])
def test_a_damaged_response_is_told_and_is_none(tmp_path, at):
    path = write_response(tmp_path, PLAN, 3, MONDAY_S)
    spoil(path, at)
    ledger = read_ledger(tmp_path, PLAN)
    assert [name for name, _ in ledger.doubtful] == [path.name]
    assert not ledger.has_responded
    assert judge(PLAN, ledger, MONDAY_S, uc_cm2(1)).phase == "unknown"


def test_what_a_header_says_of_a_plan_is_of_the_format(tmp_path):
    for wrong in ({"at": "now"}, {"anode": "up"}, {"sha256": "x"}, {"colour": "red"}):
        with pytest.raises(ValueError, match="plan"):
            make(tmp_path, small(), None, plan=keys(PLAN, MONDAY_S) | wrong)


@settings(max_examples=examples(8, 25), deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2_000_000)), min_size=1, max_size=4),
    st.data(),
)
def test_cumulative_charge_is_that_of_the_verified_records_and_damage_makes_nothing_due_earlier(
    runs, data
):
    with tempfile.TemporaryDirectory() as folder:
        paths = [add(Path(folder), PLAN, MONDAY_S + day * DAY_S, uc) for day, uc in runs]
        ledger = read_ledger(folder, PLAN)
        assert sorted((one.at_s, one.charge_uc) for one in ledger.runs) == sorted(
            (MONDAY_S + day * DAY_S, uc) for day, uc in runs
        )
        now_s = MONDAY_S + data.draw(st.integers(-10, 80)) * DAY_S
        before = judge(PLAN, ledger, now_s, uc_cm2(600_000))
        path = data.draw(st.sampled_from(paths))
        size = path.stat().st_size
        if data.draw(st.booleans()):
            spoil(path, data.draw(st.integers(0, size - 1)))
        else:
            path.write_bytes(path.read_bytes()[: data.draw(st.integers(0, size - 1))])
        damaged = read_ledger(folder, PLAN)
        assert damaged.problems
        after = judge(PLAN, damaged, now_s, uc_cm2(600_000))
        assert before.is_due or not after.is_due
        assert damaged.unreadable or after.charge_uc_cm2_28d >= before.charge_uc_cm2_28d
