"""What `run --plan` adds to a run: the plan, whether it allows the run, what the record says.

The clock is read here, and nowhere below. A label is asked for with every run: on a shared bench
it says that the load on the leads is the plan's.
"""

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import click

from ionto.core import program
from iontobench.errors import NotAllowedError, UserError
from iontobench.plans import Due, Plan, judge, load_plan, moments, read_ledger
from iontobench.protocols.compiler import CompiledProtocol
from iontobench.records.format import NOTE_CHARS, PlanRun
from iontobench.sessions.job import Target
from iontobench.sessions.recording import utc_now

from .console import Out


class Planned(NamedTuple):
    """A run of a plan, as it was asked for; `at` is None for now."""

    plan: Plan
    at: datetime | None
    override: str | None


def _read_at(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    """The moment, in UTC.

    Raises:
        click.BadParameter: none, or one without a zone.
    """
    if value is None:
        return None
    try:
        return moments.read(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


at_option = click.option(
    "--at",
    metavar="TIME",
    callback=_read_at,
    help="With a plan: the time of the run, with its zone (2026-03-02T09:00Z); by default now.",
)


def planned_of(
    file: str | None,
    label: str | None,
    at: datetime | None,
    override: str | None,
    protocol: str | None,
) -> Planned | None:
    """The plan of a run, checked against what else was typed; None without a plan.

    Raises:
        UserError: options that do not go together, or another load than the plan's.
        PlanError: no plan.
    """
    if file is None:
        alone = {"--label": label, "--at": at, "--override": override}
        for name in (name for name, value in alone.items() if value is not None):
            raise UserError(f"{name} goes with --plan FILE; without a plan leave it out")
        return None
    if protocol is not None:
        raise UserError(f"{protocol}: with --plan the protocol is the plan's; leave it out")
    plan = load_plan(file)
    if label is None:
        line = f"--label is missing: say which load is on the leads, as {file} calls it"
        raise UserError(line)
    if label != plan.label:
        line = f"--label {label}: {file} is a plan for {plan.label}; use that load or its own plan"
        raise UserError(line)
    if override is not None and not 0 < len(override.strip()) <= NOTE_CHARS:
        raise UserError(f"--override takes a reason of 1 to {NOTE_CHARS} characters")
    return Planned(plan, at, override)


def allowed_run(
    out: Out,
    planned: Planned | None,
    target: Target,
    compiled: CompiledProtocol,
    data_dir: Path,
) -> PlanRun | None:
    """What the record is to say of the plan; None without one.

    Raises:
        NotAllowedError: the plan does not allow the run yet, and no override was given.
        UserError: a time on a bench that is not simulated.
    """
    if planned is None:
        return None
    if planned.at is not None and not target.is_simulated:
        raise UserError("--at is for simulated benches: a real board runs now; leave it out")
    plan, moment = planned.plan, planned.at or utc_now()
    ledger = read_ledger(data_dir, plan)
    due = judge(plan, ledger, moments.begun_s(moment), next_uc_cm2(compiled))
    for problem in due.problems:
        out.warn(f"plan: {problem}")
    if not due.is_due and planned.override is None:
        raise NotAllowedError(f"{not_yet(due)}; --override REASON runs anyway and is recorded")
    if due.is_due and planned.override is not None:
        out.warn("plan: the run is allowed, so the override is not recorded")
    side = f", anode on the {due.anode}" if due.anode else ""
    out.say(f"plan: {plan.label}, {plan.site}, phase {due.phase}{side}")
    override = None if due.is_due or planned.override is None else planned.override.strip()
    at = moments.iso(moments.full_s(moment))
    return PlanRun(plan.label, plan.site, at, plan.sha256, due.anode, override)


def next_uc_cm2(compiled: CompiledProtocol) -> Fraction:
    """The proven bound of a run's charge over the smaller electrode, exactly."""
    area_mm2 = compiled.words[program.H_AREA_MM2]
    return Fraction(compiled.bounds.charge_uc * 100, area_mm2)


def not_yet(due: Due) -> str:
    """One line that says from when a run is allowed, and why not before."""
    whose = f"{due.plan.label}, {due.plan.site}"
    if due.allowed_s is None:
        return f"{whose}: not due, and no time alone makes it so: {due.reason}"
    at = f"{moments.iso(due.allowed_s)} ({moments.shown(due.allowed_s)})"
    return f"{whose}: not due before {at}: {due.reason}"
