"""A session to step live: time passes in `step`, and commands are sent in between.

The session runs in a thread of its own, through the same code as a whole run. Every 20 ms of board
time its thread comes to the `Rendezvous`. On a simulated bench it waits there until `step` lets it
go on: board time stands still between two steps, and the same steps give the same record. A board
has a clock of its own, so there it never waits. Times in s where a name says so, else in us.
"""

import math
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from iontobench import signs
from iontobench.errors import LatchedError, UserError
from iontobench.link.events import Item, Mark, Sample
from iontobench.link.listener import Ask
from iontobench.records import read
from iontobench.sessions.job import Target, plant_of
from iontobench.sessions.recording import Runner, run_session
from iontobench.sessions.start import PROFILE, SEED, VIRTUAL, ReadySession, RunRequest, prepare
from iontobench.sessions.targets import target_for
from iontobench.sim.bench import SimulatedBench

from .results import SessionResult

_FOREVER_US = math.inf


class Rendezvous:
    """Where the thread of a session meets the one that steps it; a listener of the session.

    Args:
        waits: whether the session stands still until `go` lets it on.
    """

    def __init__(self, waits: bool):
        self.sample: Sample | None = None
        self.is_over = False
        self._waits = waits
        self._changed = threading.Condition()
        self._now_us = -1.0
        self._until_us = 0.0
        self._asks: list[Ask] = []
        self._is_off = False
        self._action: Callable[[], object] | None = None
        self._refused: ValueError | None = None

    # In the session's thread.

    def on_item(self, item: Item) -> None:
        """Keep the newest sample."""
        if isinstance(item, Sample):
            self.sample = item

    def on_tick(self, t_us: int) -> list[Ask]:
        """Wait until the session may go on; return what was asked for meanwhile.

        Raises:
            KeyboardInterrupt: the output is to be off at once.
        """
        with self._changed:
            self._now_us = t_us
            while not self._is_off:
                if self._action is not None:
                    self._act(self._action)
                if t_us >= self._until_us:
                    self._changed.notify_all()
                if not self._waits or t_us < self._until_us:
                    asks, self._asks = self._asks, []
                    return asks
                self._changed.wait()
            raise KeyboardInterrupt("off")

    def over(self) -> None:
        """The session has ended, whatever ended it."""
        with self._changed:
            self.is_over = True
            self._changed.notify_all()

    def _act(self, action: Callable[[], object]) -> None:
        try:
            action()
        except ValueError as error:
            self._refused = error
        self._action = None
        self._changed.notify_all()

    # In the caller's thread.

    def go(self, until_us: float) -> None:
        """Let the session run until it has come to `until_us`, or to its end."""
        with self._changed:
            self._until_us = until_us
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.is_over or self._now_us >= until_us)

    def ask(self, ask: Ask) -> None:
        """Hand over a command or a remark, for the next 20 ms."""
        with self._changed:
            self._asks.append(ask)

    def act(self, action: Callable[[], object]) -> None:
        """Have the session's thread call `action`, between two of its ticks.

        Raises:
            ValueError: what `action` raised.
        """
        with self._changed:
            self._action, self._refused = action, None
            self._changed.notify_all()
            self._changed.wait_for(lambda: self.is_over or self._action is None)
            if self._refused is not None:
                raise self._refused

    def off(self) -> None:
        """The output off at the session's next tick, without a ramp."""
        with self._changed:
            self._is_off = True
            self._changed.notify_all()


class LiveSession:
    """`iontobench.Session`: one session of a protocol, stepped by the caller.

    A context manager: it starts on the way in, at board time 0, and leaves with the output off,
    whatever happened. On a simulated bench time passes in `step` and `finish` only; on a board it
    passes by itself.

        with iontobench.Session("demo", skin="palm") as session:
            session.step(5.0)
            session.mark("five seconds")
            session.set(200)
            result = session.finish()

    Args:
        protocol: a name, or the path of a TOML file.
        on, board, skin, adc, profile, seed, faults: as of `iontobench.run`.
        clear: leave a fault first that an earlier session has latched.
        data_dir: the folder that keeps the record; None: it is not kept.
        uf2: the chip's MicroPython image, where it is not in the cache.
        target: an open target that its owner closes; None: the one that `on` names.
    """

    def __init__(
        self,
        protocol: str | Path,
        *,
        on: str = VIRTUAL,
        board: str | None = None,
        skin: str | Path | None = None,
        adc: str | None = None,
        profile: str = PROFILE,
        seed: int = SEED,
        faults: str | Sequence[str] = (),
        clear: bool = False,
        data_dir: str | Path | None = None,
        uf2: str | Path | None = None,
        target: Target | None = None,
    ):
        self._request = RunRequest(
            protocol=str(protocol),
            rung=on,
            board=board,
            skin=None if skin is None else str(skin),
            adc=adc,
            profile=profile,
            seed=seed,
            faults=(faults,) if isinstance(faults, str) else tuple(faults),
        )
        self._clear = clear
        self._data_dir = None if data_dir is None else Path(data_dir)
        self._uf2 = None if uf2 is None else Path(uf2)
        self._target = target
        self._stack = ExitStack()
        self._meeting = Rendezvous(waits=True)
        self._plant: SimulatedBench | None = None
        self._thread: threading.Thread | None = None
        self._until_us = 0.0
        self._error: BaseException | None = None
        self._result: SessionResult | None = None

    def __enter__(self) -> Self:
        """Check everything, and start.

        Raises:
            UserError, FileError, NoDeviceError, EndedEarlyError: as of `iontobench.run`.
        """
        if self._thread is not None:
            raise UserError("a session is run once; make another one")
        with ExitStack() as stack:
            folder = self._folder(stack)
            target = self._target or target_for(self._request.rung, self._uf2)
            if self._target is None:
                stack.callback(target.close)
            ready = prepare(self._request, target, folder)
            self._check_latch(ready)
            self._begin(ready, folder)
            self._stack = stack.pop_all()
        self._meeting.go(0.0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Off at once if it still runs; its record is closed.

        Raises:
            Exception: what failed in the session, where nothing else is on its way already.
        """
        self.off()
        if self._error is not None and error is None:
            raise self._error

    @property
    def is_running(self) -> bool:
        """Whether the session goes on."""
        return self._thread is not None and not self._meeting.is_over

    @property
    def sample(self) -> Sample | None:
        """The newest sample: t_ms, set_ua, current_ua, load_mv, load_ohm, dose_uc, state ..."""
        return self._meeting.sample

    @property
    def result(self) -> SessionResult:
        """How it went.

        Raises:
            UserError: it has not ended yet.
        """
        if self._result is None:
            raise UserError("the session has not ended; there is no result yet")
        return self._result

    def step(self, seconds: float) -> bool:
        """Let `seconds` of board time pass, in ticks of 20 ms; False once the session has ended.

        Raises:
            UserError: no time that can pass.
            Exception: what failed in the session.
        """
        if not 0 < seconds < math.inf:
            raise UserError(f"a step of {seconds} s: it is a number of seconds above 0")
        self._until_us += seconds * 1e6
        self._meeting.go(self._until_us)
        self._raise()
        return self.is_running

    def finish(self) -> SessionResult:
        """Let it run to its end, and return how it went.

        Raises:
            Exception: what failed in the session.
        """
        self._meeting.go(_FOREVER_US)
        self._join()
        self._raise()
        return self.result

    def set(self, current_ua: int) -> None:
        """Move the set point to `current_ua` by a ramp; the board holds it within its program.

        Raises:
            UserError: no current above 0, or the session has ended.
        """
        if current_ua != int(current_ua) or current_ua < 1:
            raise UserError(
                f"a set point of {current_ua} {signs.UA}: it is a whole number above 0"
            )
        self._ask(f"set {int(current_ua)}")

    def pause(self) -> None:
        """Ramp down, and wait with the output off; only while energised."""
        self._ask("pause")

    def resume(self) -> None:
        """Go on after a pause."""
        self._ask("resume")

    def stop(self) -> None:
        """End the session by its ramp."""
        self._ask("stop")

    def off(self) -> None:
        """End the session at once, without a ramp. No error if it has ended."""
        if self._thread is not None:
            self._meeting.off()
            self._join()

    def mark(self, text: str) -> None:
        """Write a remark of the operator into the record, cut to 80 characters.

        Raises:
            UserError: an empty remark, or the session has ended.
        """
        if not text.strip():
            raise UserError("a mark is without text; say what happened")
        self._ask(Mark(self.sample.t_ms if self.sample else 0, text))

    def inject(self, fault: str) -> None:
        """Inject a fault into the simulated bench, while it stands still.

        Args:
            fault: `KIND[:VALUE]` from now on, or `KIND@SECONDS[:VALUE]` at its time;
                `iontobench run --fault help` lists the kinds.

        Raises:
            UserError: no such fault, a board that is not simulated, or the session has ended.
        """
        plant = self._plant
        self._check_runs()
        if plant is None:
            raise UserError("faults are injected into simulated benches; this is a board")
        try:
            self._meeting.act(lambda: plant.inject(fault))
        except ValueError as error:
            raise UserError(str(error)) from error
        self._raise()

    def _folder(self, stack: ExitStack) -> Path:
        """Where the record is written; for one that is not kept, a folder that goes at the end."""
        if self._data_dir is not None:
            return self._data_dir
        return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="iontobench-")))

    def _check_latch(self, ready: ReadySession) -> None:
        latched = ready.latch.read()
        if latched and not self._clear:
            raise LatchedError(f"{latched.told()}look into it, then say clear=True")
        if latched:
            ready.latch.clear()

    def _begin(self, ready: ReadySession, folder: Path) -> None:
        """Start the session's thread; it comes to the meeting at board time 0."""
        job, target = ready.job(), ready.target
        runner: Runner = target.run
        if target.run_plant is not None:
            on_plant, plant = target.run_plant, plant_of(job)
            self._plant = plant
            runner = lambda job, listeners: on_plant(job, listeners, plant)  # noqa: E731
        self._meeting = Rendezvous(waits=not target.is_real)

        def work() -> None:
            try:
                _, path = run_session(
                    runner, job, folder, self._meeting, ready.latch, target.header
                )
                kept = None if self._data_dir is None else path
                self._result = SessionResult.of(read(path), kept)
            except BaseException as error:  # it is raised again in the caller's thread
                self._error = error
            finally:
                self._meeting.over()

        self._thread = threading.Thread(target=work, name="iontobench-session", daemon=True)
        self._thread.start()

    def _ask(self, ask: Ask) -> None:
        self._check_runs()
        self._meeting.ask(ask)

    def _check_runs(self) -> None:
        if not self.is_running:
            raise UserError("the session does not run: it has ended, or was never started")

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
        self._stack.close()

    def _raise(self) -> None:
        """Raise what failed in the session, once."""
        error, self._error = self._error, None
        if error is not None:
            raise error
