"""`iontobench calibrate`: a board's senses against known resistors and a meter.

Exit 0 when the board has its new calibration, 1 when the readings carry none, 2 for bad input, 3
when a fault is latched, 4 without a board. Readings that are taken are kept in the file that
`--readings` names, so that an interrupted calibration goes on.
"""

import shlex
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec

from iontobench import resources, signs
from iontobench.errors import DONE, NotAllowedError, UserError
from iontobench.sim.senses import own_adc

from . import completion
from .console import Out, json_option
from .options import board_option

_HELP = (
    "Calibrate the senses of the board at PORT (or auto, or virtual) on two known resistors or "
    "more, beside a meter: gain and offset of both current senses and of the load voltage, each "
    "with its uncertainty. Current flows in supervised sessions alone."
)
_VIRTUAL = "virtual"
_TYPE_AGAIN = 5


@click.command(help=_HELP)
@click.argument("port", shell_complete=completion.ports)
@click.option(
    "--load",
    "loads",
    metavar="OHM:PERCENT",
    multiple=True,
    help="A known resistor and its tolerance (1000:0.1); again for more. Asked for at a terminal.",
)
@click.option(
    "--readings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A CSV file of readings: those in it are used, new ones are added.",
)
@click.option(
    "--meter",
    "meter_percent",
    metavar="PERCENT",
    type=click.FloatRange(0.001, 5),
    default=0.5,
    show_default=True,
    help="The meter's own tolerance.",
)
@click.option(
    "--levels",
    type=click.IntRange(1, 10),
    default=3,
    show_default=True,
    help="Currents on each resistor.",
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Draw what each reading is off the line (.svg, .png, .pdf).",
)
@click.option("--dry-run", is_flag=True, help="Leave the board's calibration as it is.")
@click.option("--seed", type=click.IntRange(0), default=1, help="Of the virtual bench.")
@board_option("A board of your own, or which one the virtual bench is.")
@json_option
@click.pass_obj
def calibrate(
    out: Out,
    port: str,
    loads: tuple[str, ...],
    readings: Path | None,
    meter_percent: float,
    levels: int,
    plot: Path | None,
    dry_run: bool,
    seed: int,
    board: str | None,
    as_json: bool,
) -> int:
    from iontobench.device.calibration import CalibrationError
    from iontobench.device.calibration_fit import fit
    from iontobench.device.calibration_readings import load_of, read_file

    known = [load_of(text) for text in loads]
    kept = [] if readings is None else read_file(readings)
    _check_plot(plot)
    if not known and not kept:
        known = [load_of(text) for text in _asked_loads(out)]
    with _bench(out, port, board, seed, meter_percent) as bench:
        try:
            may_write = port == _VIRTUAL or not dry_run
            found = kept + _taken(out, bench, known, levels, readings, may_write)
            made = fit(
                found, bench.nominal, bench.board, meter_percent, bench.code_top, bench.quality
            )
        except CalibrationError as error:
            has_kept = readings is not None and readings.exists()
            more = f" (the readings are in {readings})" if has_kept else ""
            raise NotAllowedError(f"no calibration: {error}{more}") from error
        _tell(out, made)
        if plot is not None:
            from iontobench.report.calibration_plot import draw

            draw(made, plot)
            out.say(f"plot: {plot}")
        date = _today()
        is_kept = not dry_run and port != _VIRTUAL
        if is_kept:
            bench.keep(made.rows, date, made.of_a)
            out.say(f"{bench.name}: calibrated, {bench.board.name} {date}")
            out.say(f"next: iontobench doctor {shlex.quote(bench.name)}")
        elif port == _VIRTUAL:
            out.say("a virtual bench keeps no calibration: each of its sessions makes its own")
        out.result(_object(bench, made, date if is_kept else None))
    return DONE


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def _check_plot(plot: Path | None) -> None:
    from iontobench.report.calibration_plot import SUFFIXES

    if plot is not None and plot.suffix not in SUFFIXES:
        raise UserError(f"--plot {plot}: its ending is none of {', '.join(SUFFIXES)}")


def _bench(out: Out, port: str, board: str | None, seed: int, meter_percent: float) -> Any:
    """The bench at `port`."""
    from iontobench.sessions.calibrate import (
        BoardCalibrationBench,
        VirtualCalibrationBench,
        board_told,
    )

    if port == _VIRTUAL:
        data = resources.board_of(board or _VIRTUAL)
        return nullcontext(VirtualCalibrationBench(data, own_adc(data), seed, meter_percent))

    return BoardCalibrationBench(port, out.ports, partial(board_told, board))


def _asked_loads(out: Out) -> list[str]:
    """Which resistors there are, from the person.

    Raises:
        UserError: there is nobody who could answer.
    """
    if not out.can_ask:
        raise UserError(
            "which resistors? Give two or more as --load OHM:PERCENT, or readings with --readings"
        )
    out.say("Two or more resistors of known value are needed, for example 1000:0.1 and 8200:0.1.")
    found: list[str] = []
    while True:
        text = out.ask(f"resistor {len(found) + 1}, OHM:PERCENT (Enter: no more): ").strip()
        if not text:
            return found
        found.append(text)


def _taken(
    out: Out,
    bench: Any,
    loads: list[tuple[float, float]],
    levels: int,
    path: Path | None,
    may_write: bool,
) -> list[Any]:
    """New readings on these resistors, each kept in the file as soon as it is there."""
    from iontobench.device.calibration_readings import append
    from iontobench.sessions.calibrate import levels_ua, take_rest

    if not loads:
        return []
    if not (bench.has_meter or out.can_ask):
        raise UserError(
            "somebody has to read the meter: run this at a terminal, or give readings with "
            "--readings and no --load"
        )
    rest = take_rest(bench)
    _need_zeros(out, bench, rest, may_write)
    found = [rest]
    if path is not None:
        append(path, [rest])
    for ohm, percent in loads:
        bench.load(ohm, percent)
        if not bench.has_meter:
            out.say(
                f"Connect {ohm:g} {signs.OHM} between the leads, nothing else, and a meter: volts"
            )
            out.say("across the resistor, or milliamperes in series with it.")
            out.ask("Enter when it is connected: ")
        for level_ua in levels_ua(bench.board, ohm, levels):
            one = _read(out, bench, ohm, percent, level_ua)
            found.append(one)
            if path is not None:
                append(path, [one])
    return found


def _need_zeros(out: Out, bench: Any, rest: Any, may_write: bool) -> None:
    """Senses whose zeros are off would disagree in every session: mend them first.

    Raises:
        CalibrationError: they are off, and the board shall stay as it is.
    """
    from iontobench.device.calibration import CalibrationError
    from iontobench.sessions.calibrate import ZERO_UA, mend_zeros, rest_ua

    off_ua = rest_ua(bench, rest)
    if off_ua <= ZERO_UA:
        return
    if not may_write:
        raise CalibrationError(
            f"with the output off a sense reads {off_ua:.0f} {signs.UA} (at most {ZERO_UA:g}), "
            "so the senses would disagree; zeros go onto the board first, which --dry-run "
            "forbids: leave it out"
        )
    mend_zeros(bench, rest)
    out.say("its zeros were off and went onto the board first, else its senses disagree")


def _read(out: Out, bench: Any, ohm: float, percent: float, level_ua: int) -> Any:
    """One level; a slip of the pen is told at once, and the level is held again."""
    from iontobench.device.calibration import CalibrationError
    from iontobench.device.calibration_fit import slip
    from iontobench.device.calibration_readings import SIGNS
    from iontobench.sessions.calibrate import PERSON_MS, take_level

    for _ in range(_TYPE_AGAIN):
        if not bench.has_meter:
            out.say(
                f"{level_ua} {signs.UA} flow for {PERSON_MS // 1000} s now: read the meter in "
                "the last seconds"
            )
        one = take_level(bench, ohm, percent, level_ua, _asking(out))
        wrong = slip(one, bench.nominal, bench.board)
        told = f"the meter says {one.meter:.1f} {SIGNS[one.unit]}"
        out.say(f"{ohm:g} {signs.OHM}, {level_ua} {signs.UA}: {told}")
        if wrong is None:
            return one
        if bench.has_meter:
            raise CalibrationError(wrong)
        out.warn(f"{wrong} Once more.")
    raise CalibrationError(f"{level_ua} {signs.UA} were read {_TYPE_AGAIN} times, never plausibly")


def _asking(out: Out) -> Callable[[int], tuple[float, str]]:
    """What the meter said, from the person; what is no reading is asked for again."""
    from iontobench.device.calibration_readings import UNITS_TEXT, typed

    def ask(level_ua: int) -> tuple[float, str]:
        while True:
            try:
                return typed(out.ask(f"the meter at {level_ua} {signs.UA} ({UNITS_TEXT}): "))
            except ValueError as error:
                out.warn(str(error))

    return ask


def _tell(out: Out, made: Any) -> None:
    rows = [
        [
            one.name,
            f"{one.gain:.4f} {signs.PM} {2 * one.u_gain:.4f}",
            f"{one.offset:+.1f} {signs.PM} {2 * one.u_offset:.1f} {one.unit}",
            f"{max(map(abs, one.residuals)):.1f} of {min(one.allowed):.1f} {one.unit}",
            " ".join(map(str, one.row)),
        ]
        for one in made.senses
    ]
    heads = ("sense", "gain of its design", "offset", "worst residual", "zero mul shift")
    out.table(heads, rows)
    out.say(f"{len(made.readings)} readings; {signs.PM} is twice the standard uncertainty (k = 2)")


def _object(bench: Any, made: Any, date: str | None) -> dict[str, Any]:
    senses = [
        msgspec.to_builtins(one) | {"name": name}
        for one, name in zip(made.senses, ("a", "b", "voltage"), strict=True)
    ]
    return {
        "board": bench.board.name,
        "written": date,
        "rows": [list(row) for row in made.rows],
        "senses": senses,
        "readings": msgspec.to_builtins(made.readings),
    }
