"""A plan and records of its runs, for tests: no session is run."""

from fractions import Fraction

from tests.host.synthetic_sessions import header, small

from iontobench.plans import Ledger, Plan, Run, moments
from iontobench.plans.loader import new_plan, parse
from iontobench.records import RecordStore, RecordWriter
from iontobench.tomlfile.source import Source

MONDAY_S = moments.begun_s(moments.read("2026-03-02T09:00Z"))
AREA_MM2 = 1000  # of the header's program
BOUND_UC = 2_400_000  # of the header's bounds
HOUR_S, DAY_S = 3600, 86400


def plan_of(*changes, label="L07"):
    """The plan that `plan new` writes, with each (old, new) replaced once."""
    text = new_plan(label, "tapwater-hands")
    for old, new in changes:
        if old not in text:
            raise ValueError(f"{old!r} is not in the new plan")
        text = text.replace(old, new, 1)
    return parse(Source("l07.toml", text))


def keys(plan: Plan, at_s, **more):
    """What a header says of a plan's run."""
    told = {"label": plan.label, "site": plan.site, "at": moments.iso(at_s), "sha256": plan.sha256}
    return told | more


def add(data, plan, at_s, dose_uc=600_000, outcome="complete", closed=True, **more):
    """The record of a run in the folder `data`; returns its file."""
    path = RecordStore(data).new_path("tapwater-hands", 1)
    head = header(label=plan.label, plan=keys(plan, at_s, **more))
    with RecordWriter(path, head) as writer:
        for item in small():
            writer.item(item)
        if closed:
            writer.close({"outcome": outcome, "fault": None, "dose_uc": dose_uc})
    return path


def ledger_of(*runs, **more):
    """A ledger of (at_s, charge_uc) pairs over 10 cm²."""
    made = [
        Run(name=f"r{n}", at_s=at_s, charge_uc=uc, area_mm2=AREA_MM2, outcome="complete")
        for n, (at_s, uc) in enumerate(sorted(runs))
    ]
    return Ledger(runs=tuple(made), **more)


def uc_cm2(charge_uc, area_mm2=AREA_MM2):
    """Charge density, exactly."""
    return Fraction(charge_uc * 100, area_mm2)
