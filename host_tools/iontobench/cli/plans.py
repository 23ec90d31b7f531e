"""`iontobench plan`: begin, check and follow a plan of runs on one load.

Exit 0: the plan is right, or a run is due. 1: it cannot be kept, is not due yet, or a record of
it does not verify. 2: the file is no plan. Nothing is energised here.
"""

import shlex
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from iontobench import errors, resources, signs
from iontobench.plans import Plan, judge, load_plan, moments, read_ledger, write_response
from iontobench.plans.loader import new_plan
from iontobench.plans.rules import limit_uc_cm2
from iontobench.protocols import RefusedError
from iontobench.protocols import check as check_protocol
from iontobench.protocols.checking import CheckResult
from iontobench.protocols.loader import load
from iontobench.records import RecordError
from iontobench.records.format import SCORE_MAX
from iontobench.records.verify import CAVEAT
from iontobench.sessions.recording import utc_now
from iontobench.sessions.targets import choose_board, target_for

from .console import Out, data_option, json_option, output_option, write_new
from .plan_run import at_option, next_uc_cm2, not_yet

_PROFILE = "us"  # charge and its bound are the same under every profile
_C = 10**6  # uC
_HELP = (
    "Plan runs on one load over weeks, by what its records say. Bench only: dummy loads, never "
    "people. A label is a load's name, never a person's."
)


@click.group(help=_HELP)
def plan() -> None:
    pass


@plan.command("new", help="A commented plan to start from, for the load LABEL (as L07).")
@click.argument("label")
@click.option(
    "--protocol",
    metavar="NAME",
    default="tapwater-hands",
    show_default=True,
    help="What each run is.",
)
@output_option
@json_option
@click.pass_obj
def new(out: Out, label: str, protocol: str, output: Path | None, as_json: bool) -> None:
    text = new_plan(label, protocol)
    write_new(out, text, output, f"iontobench plan check {shlex.quote(str(output))}")


@plan.command("check", help="Read a plan and its protocol, and say what it allows at most.")
@click.argument("file")
@json_option
@click.pass_obj
def check(out: Out, file: str, as_json: bool) -> int:
    found = load_plan(file)
    result = _checked(found)
    if result.compiled is None or not result.ok:
        out.say(f"refused: {result.reason}")
        out.result({"label": found.label, "ok": False, "reason": result.reason})
        return errors.NO
    each, limit = next_uc_cm2(result.compiled), limit_uc_cm2(found)
    most = int(limit // each)
    ok = most > 0
    initial, maintenance, limits = found.initial, found.maintenance, found.limits
    out.say(f"{found.label}, {found.site}: {result.protocol.name}, {result.protocol.title}")
    out.say(
        f"initial: {initial.per_week} runs in any 7 days until a response, "
        f"at most {initial.max_sessions}; then one every {maintenance.every_days} days"
    )
    out.say(
        f"always: {limits.min_interval_h} h from start to start, {limits.per_week} runs in any "
        f"7 days, {limits.charge_c_cm2_28d:g} C/{signs.CM2} in any 28 days"
    )
    out.say(
        f"a run carries at most {_c_cm2(each)}: {most} runs in any 28 days"
        if ok
        else f"refused: a run may carry {_c_cm2(each)}, more than limits.charge_c_cm2_28d allows"
    )
    out.result(
        {
            "label": found.label,
            "site": found.site,
            "protocol": result.protocol.name,
            "ok": ok,
            "run_charge_c_cm2": float(each / _C),
            "runs_28d_by_charge": most,
            "sha256": found.sha256,
        }
    )
    return errors.DONE if ok else errors.NO


@plan.command("due", help="Whether the next run is allowed: exit 0, or 1 with the time from when.")
@click.argument("file")
@at_option
@data_option
@json_option
@click.pass_obj
def due(out: Out, file: str, at: datetime | None, data_dir: Path, as_json: bool) -> int:
    found = load_plan(file)
    result = _checked(found)
    if result.compiled is None or not result.ok:
        raise errors.NotAllowedError(f"{found.label}: its protocol is refused: {result.reason}")
    ledger = read_ledger(data_dir, found)
    now_s = moments.begun_s(at or utc_now())
    answer = judge(found, ledger, now_s, next_uc_cm2(result.compiled))
    for problem in answer.problems:
        out.warn(f"plan: {problem}")
    if answer.is_due:
        side = f"; anode on the {answer.anode}" if answer.anode else ""
        out.say(f"{found.label}, {found.site}: due now, phase {answer.phase}{side}")
    else:
        out.say(not_yet(answer))
    out.result(answer.as_dict())
    return errors.DONE if answer.is_due else errors.NO


@plan.command("log", help="What is recorded of a plan's load and site; exit 1 if any is damaged.")
@click.argument("file")
@data_option
@json_option
@click.pass_obj
def log(out: Out, file: str, data_dir: Path, as_json: bool) -> int:
    found = load_plan(file)
    ledger = read_ledger(data_dir, found)
    for problem in ledger.problems:
        out.warn(f"plan: {problem}")
    rows = [
        (one.at_s, one.name, one.outcome, one.anode or "-", _c_cm2(one.uc_cm2))
        for one in ledger.runs
    ]
    rows += [(one.at_s, one.name, f"score {one.score}", "-", "-") for one in ledger.responses]
    rows.sort()
    heads = ("time", "record", "outcome", "anode", "charge")
    if rows:
        out.table(heads, [[moments.shown(at_s), *more] for at_s, *more in rows])
    else:
        out.say(f"nothing is recorded of {found.label}, {found.site} under {data_dir}")
    total = sum((one.uc_cm2 for one in ledger.runs), Fraction(0))
    out.say(f"{len(ledger.runs)} runs, {_c_cm2(total)} in all. {CAVEAT}")
    out.result(
        {
            "label": found.label,
            "site": found.site,
            "runs": [_run_dict(one) for one in ledger.runs],
            "responses": [
                {"record": one.name, "at": moments.iso(one.at_s), "score": one.score}
                for one in ledger.responses
            ],
            "charge_c_cm2": float(total / _C),
            "problems": ledger.problems,
        }
    )
    return errors.NO if ledger.problems else errors.DONE


@plan.command("response", help=f"Record how the load has responded: 0 (not) to {SCORE_MAX}.")
@click.argument("file")
@click.argument("score", type=click.IntRange(0, SCORE_MAX))
@at_option
@data_option
@json_option
@click.pass_obj
def response(
    out: Out, file: str, score: int, at: datetime | None, data_dir: Path, as_json: bool
) -> None:
    found = load_plan(file)
    at_s = moments.full_s(at or utc_now())
    try:
        path = write_response(data_dir, found, score, at_s)
    except RecordError as error:
        raise errors.UserError(str(error)) from error
    then = "the maintenance phase" if score else "the phase stays as it is"
    out.say(f"{found.label}, {found.site}: response {score} is recorded in {path}; {then}")
    out.result({"record": str(path), "at": moments.iso(at_s), "score": score})


def _checked(found: Plan) -> CheckResult:
    """The check of a plan's protocol on the board that `run` on the virtual bench would take."""
    bench = target_for("virtual")
    protocol = load(found.protocol_name)
    try:
        board = choose_board(bench, None, protocol).board
    except RefusedError:  # no board can: the check itself says why
        board = resources.board_of(bench.board)
    return check_protocol(found.protocol_name, _PROFILE, board)


def _c_cm2(charge_uc_cm2: Fraction) -> str:
    return f"{float(charge_uc_cm2 / _C):.4g} C/{signs.CM2}"


def _run_dict(one: Any) -> dict[str, Any]:
    return {
        "record": one.name,
        "at": moments.iso(one.at_s),
        "outcome": one.outcome,
        "anode": one.anode,
        "charge_uc": one.charge_uc,
        "area_cm2": one.area_mm2 / 100,
        "charge_c_cm2": float(one.uc_cm2 / _C),
        "override": one.override,
        "worst": one.is_worst,
        "problem": one.problem,
    }
