"""`iontobench bringup`: a new board, step by step, from its supply to a recorded session.

Exit 0 when no step failed, 1 when one did (its mistakes are named), 2 for bad input, 3 when a
fault is latched that this bring-up has not caused, 4 without a board, 130 after Ctrl-C. The record
is written after each step, so the same command goes on where it was.
"""

import math
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from iontobench import __version__, resources, signs
from iontobench.errors import DONE, NO, NotAllowedError, UserError
from iontobench.tomlfile.near import near_choice

from . import completion
from .console import Out, data_option, json_option
from .options import board_option

_HELP = (
    "Bring up the board at PORT (or auto, or virtual): supply, pull-downs, senses, probe, "
    "dead-man, limiter, calibration, first run. Each step says what to connect and "
    "what must be seen, and names the mistake where it is not. "
    "Current flows in supervised sessions alone."
)
_VIRTUAL = "virtual"
_FIRST_PROTOCOL = "demo"


@click.command(help=_HELP)
@click.argument("port", shell_complete=completion.ports)
@click.option(
    "--dummy",
    "dummy_ohm",
    metavar="OHM",
    type=click.FloatRange(min=0, min_open=True),
    help="The resistor for the steps with a load, for most boards 1000 to 10000. Asked for at a "
    "terminal.",
)
@click.option("--from", "from_step", metavar="STEP", help="Begin with this step, and do the rest.")
@click.option("--again", is_flag=True, help="Begin anew; the old record is replaced.")
@click.option(
    "--yes",
    is_flag=True,
    help="Ask nothing: the resistor is on the leads all the time. What needs a hand is skipped.",
)
@click.option(
    "--load",
    "loads",
    metavar="OHM:PERCENT",
    multiple=True,
    help="A known resistor of the calibration and its tolerance; again for more.",
)
@click.option(
    "--meter",
    "meter_percent",
    metavar="PERCENT",
    type=click.FloatRange(0.001, 5),
    default=0.5,
    show_default=True,
    help="The tolerance of the calibration's meter.",
)
@click.option(
    "--fault",
    "faults",
    metavar="KIND@SECONDS[:VALUE]",
    multiple=True,
    help="A mistake of the virtual bench, as of `iontobench run`.",
)
@click.option("--seed", type=click.IntRange(0), default=1, help="Of the virtual bench.")
@board_option("A board of your own, or which one the virtual bench is.")
@data_option
@json_option
@click.pass_obj
def bringup(out: Out, port: str, data_dir: Path, **asked: Any) -> int:
    guide = _Guide(out, port, data_dir, **{k: v for k, v in asked.items() if k != "as_json"})
    return guide.walk()


class _Guide:
    """One call of the command: what was asked for, and the way through the steps."""

    def __init__(
        self,
        out: Out,
        port: str,
        data_dir: Path,
        dummy_ohm: float | None,
        from_step: str | None,
        again: bool,
        yes: bool,
        loads: tuple[str, ...],
        meter_percent: float,
        faults: tuple[str, ...],
        seed: int,
        board: str | None,
    ):
        from iontobench.bringup.steps import NAMES

        self.out, self.port, self.data_dir = out, port, data_dir
        self.dummy_ohm, self.again, self.yes = dummy_ohm, again, yes
        self.loads, self.meter_percent = loads, meter_percent
        self.faults, self.seed, self.board = faults, seed, board
        if from_step is not None and from_step not in NAMES:
            near = near_choice(from_step, NAMES)
            hint = f"; did you mean {near!r}?" if near else ""
            raise UserError(f"--from {from_step!r}: the steps are {', '.join(NAMES)}{hint}")
        self.from_step = from_step
        self._check_words()

    def _check_words(self) -> None:
        """What a bench does not take, before anything is opened."""
        from iontobench.device.calibration_readings import load_of
        from iontobench.sessions.start import check_faults

        if self.faults and self.port != _VIRTUAL:
            raise UserError("--fault is for the virtual bench: a board has its own; leave it out")
        check_faults(self.faults)
        for text in self.loads:
            load_of(text)

    def walk(self) -> int:
        """All steps that are left."""
        from iontobench.bringup.record import path_of

        with self._opened() as bench:
            self.bench = bench
            self.path = path_of(self.data_dir, bench.board_id)
            self._check_hands()
            self.record = self._begun(self._load_ohm())
            self.out.say(
                f"{bench.board.name} {bench.board_id} at {bench.name}, "
                f"{self.record.load_ohm:g} {signs.OHM}; record: {self.path}"
            )
            failed = self._steps()
            return self._end(failed)

    def _opened(self) -> Any:
        """The bench at the port."""
        from iontobench.bringup import benches, dummy, record

        if self.port == _VIRTUAL:
            data = resources.board_of(self.board or _VIRTUAL)
            ohm = self.dummy_ohm or dummy.usual_ohm(data)
            dummy.checked(data, ohm)
            return nullcontext(benches.VirtualBringUpBench(data, ohm, self.seed, self.faults))

        def own_fault(board_id: str) -> str | None:
            kept = record.read(record.path_of(self.data_dir, board_id))
            return None if kept is None else kept.latched

        board_for = benches.board_for(self.board)
        return benches.BoardBringUpBench(self.port, self.out.ports, board_for, own_fault)

    def _check_hands(self) -> None:
        """Raise UserError where somebody is needed and nobody is there."""
        if not (self.bench.is_simulated or self.yes or self.out.can_ask):
            raise UserError(
                "somebody has to connect things: run this at a terminal, or with --yes where a "
                "resistor stays on the leads (--dummy OHM)"
            )

    @property
    def _asks(self) -> Callable[[str], str] | None:
        """Who answers; None: nobody is there, or has to be."""
        nobody = self.bench.is_simulated or self.yes or not self.out.can_ask
        return None if nobody else self.out.ask

    def _load_ohm(self) -> float:
        """The resistor on the leads: the port's own, the one that was named, or asked for."""
        from iontobench.bringup import dummy

        board, own_ohm = self.bench.board, self.bench.load_ohm
        if own_ohm is not None:
            if self.dummy_ohm not in (None, own_ohm):
                raise UserError(
                    f"--dummy {self.dummy_ohm:g}: {own_ohm:g} {signs.OHM} are on its leads; "
                    "leave it out"
                )
            return own_ohm
        if self.bench.is_simulated:
            raise UserError("its load is no resistor; name one in the address: load=resistor:5000")
        ask = self._asks
        if self.dummy_ohm is not None or ask is None:
            return dummy.checked(board, self.dummy_ohm)
        while True:
            text = ask(f"the resistor for the steps with a load, {dummy.range_text(board)} ohm: ")
            try:
                ohm = float(text)
            except ValueError:
                continue
            if dummy.is_for(board, ohm):
                return ohm

    def _begun(self, load_ohm: float) -> Any:
        """The record to go on with, or a new one."""
        from iontobench.bringup import record

        kept = None if self.again else record.read(self.path)
        if kept is not None and kept.board != self.bench.board.name:
            self.out.warn(f"{self.path}: of a {kept.board}; begun anew for this board")
            kept = None
        if kept is not None and self.port == _VIRTUAL and kept.of("senses") is not None:
            self.bench.keep_zeros(self.bench.rest())  # they were gone with the last command
        if kept is not None:
            return msgspec.structs.replace(kept, load_ohm=load_ohm, program=__version__)
        return record.BringupRecord(
            board=self.bench.board.name,
            board_id=self.bench.board_id,
            program=__version__,
            load_ohm=load_ohm,
            began=_now(),
        )

    def _steps(self) -> str | None:
        """Go through the steps; the name of the one that failed, None: none."""
        from iontobench.bringup.steps import FAIL, NAMES, STEPS

        first = 0 if self.from_step is None else NAMES.index(self.from_step)
        for at, step in enumerate(STEPS):
            if at < first:
                continue
            done = self.record.of(step.name)
            if self.from_step is None and self._is_done(done):
                self.out.say(f"{at + 1:>2}/{len(STEPS)} {step.name}: {done.verdict} ({done.at})")
                continue
            try:
                seen = self._step(at, step)
            except (click.Abort, KeyboardInterrupt):
                self.out.warn(f"stopped at {step.name}; the same command goes on with it")
                raise
            if seen.verdict == FAIL:
                return step.name
        return None

    def _is_done(self, done: Any) -> bool:
        """Whether a step need not be done again; a skipped one is, where somebody is there now."""
        from iontobench.bringup.steps import PASS, SKIPPED

        if done is None:
            return False
        return done.verdict == PASS or (done.verdict == SKIPPED and self._asks is None)

    def _step(self, at: int, step: Any) -> Any:
        """One step: said, done, told and written down."""
        from iontobench.bringup.steps import FAIL, STEPS, Bringup, StepSeen

        board, ohm = self.bench.board, self.record.load_ohm
        connect, see, otherwise = (
            step.filled(text, board, ohm) for text in (step.connect, step.see, step.otherwise)
        )
        self.out.say(f"{at + 1:>2}/{len(STEPS)} {step.name}")
        self.out.say(f"      connect: {connect}")
        self.out.say(f"      must be: {see}")
        up = Bringup(self.bench, ohm, self._asks, self._calibrate, self._first_run)
        try:
            seen = self._skipped(step) or step.act(up)
        except NotAllowedError as error:
            seen = StepSeen(verdict=FAIL, seen=(str(error),))
        self._keep(step.name, connect, see, otherwise, seen)
        return seen

    def _skipped(self, step: Any) -> Any:
        """Wait until things are connected; what stands for a step that somebody skips."""
        from iontobench.bringup.steps import SKIPPED, StepSeen

        ask = self._asks
        if ask is None or not step.needs_hand:
            return None
        answer = ask("      Enter when it is so (s: skip this step, q: leave): ").strip().lower()
        if answer == "q":
            raise click.Abort
        return StepSeen(verdict=SKIPPED, seen=("skipped by hand",)) if answer == "s" else None

    def _keep(self, name: str, connect: str, see: str, otherwise: str, seen: Any) -> None:
        """Tell the verdict, and write it down."""
        from iontobench.bringup import record
        from iontobench.bringup.mistakes import sentence
        from iontobench.bringup.steps import FAIL, NAMES, SKIPPED

        is_failed = seen.verdict == FAIL
        mistakes = [f"{one}: {sentence(one)}" for one in seen.mistakes]
        mark = "NO " if is_failed else "-- " if seen.verdict == SKIPPED else "ok "
        for line in seen.seen:
            self.out.say(f"  {mark} {line}")
        for line in mistakes:
            self.out.say(f"      mistake: {line}")
        if is_failed:
            self.out.say(f"      do: {otherwise}")
        one = record.StepRecord(
            step=name,
            at=_now(),
            asked=connect,
            expected=see,
            seen=list(seen.seen),
            verdict=seen.verdict,
            mistakes=mistakes,
            do=otherwise if is_failed else None,
            fault=seen.fault,
        )
        self.record = self.record.with_step(one, NAMES)
        record.write(self.path, self.record)

    def _end(self, failed: str | None) -> int:
        """What was found, as a line and as an object."""
        from iontobench.bringup.steps import SKIPPED

        skipped = [one.step for one in self.record.steps if one.verdict == SKIPPED]
        if failed is not None:
            self.out.say(f"stopped at {failed}: put it right; the same command goes on with it")
        else:
            told = f"; not shown: {', '.join(skipped)}" if skipped else ""
            self.out.say(f"brought up{told}")
        found = None if failed is None else self.record.of(failed)
        names = [] if found is None else [one.partition(":")[0] for one in found.mistakes]
        self.out.result(
            {
                "board": self.record.board,
                "board_id": self.record.board_id,
                "record": str(self.path),
                "failed": failed,
                "mistakes": names,
                "skipped": skipped,
                "steps": msgspec.to_builtins(self.record.steps),
            }
        )
        return DONE if failed is None else NO

    def _calibrate(self) -> str | None:
        """The command `calibrate`, where somebody can read a meter or the bench does."""
        from iontobench.device.calibration_bench import own_loads_ohm

        from .calibrate import calibrate

        loads = self.loads
        if self.port == _VIRTUAL and not loads:
            loads = tuple(f"{ohm}:0.1" for ohm in own_loads_ohm(self.bench.board))
        if not (loads or self._asks) or (self.yes and not self.bench.is_simulated):
            return None
        readings = self.path.with_name(f"{self.path.stem}-readings.csv")
        with self.bench.released(), self.out.inner():
            click.get_current_context().invoke(
                calibrate,
                port=self.port,
                loads=loads,
                readings=None if self.port == _VIRTUAL else readings,
                meter_percent=self.meter_percent,
                seed=self.seed,
                board=self.board,
            )
        return f"calibrated on {', '.join(loads) or 'the resistors that were told'}"

    def _first_run(self) -> str | None:
        """The command `run` of the shipped protocol, with its record and report."""
        from iontobench.records import RecordStore, verify
        from iontobench.sim.senses import own_adc

        from .run import run

        is_virtual = self.port == _VIRTUAL
        with self.bench.released(), self.out.inner():
            code = click.get_current_context().invoke(
                run,
                protocol=_FIRST_PROTOCOL,
                rung=self.bench.name,
                board=self.board or (self.bench.board.name if is_virtual else None),
                skin=f"resistor:{self.record.load_ohm:g}" if is_virtual else None,
                adc=own_adc(self.bench.board) if is_virtual else None,
                faults=self.faults,
                seed=self.seed,
                speed=math.inf,  # the board has its own time
                plain=True,
                clear=True,  # what this bring-up has left is tested by now
                data_dir=self.data_dir,
            )
        if code != DONE:
            return None
        newest = RecordStore(self.data_dir).find("last")
        verdict = verify(newest.record).sentence()
        return f"complete; record {newest.name}: {verdict}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
