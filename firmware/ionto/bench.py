"""The `bench` object: the interface of a person or a tool at the REPL.

The output is off whenever the prompt shows: only `run()` energises, through the loop. Faults
latch here: `run()` refuses until `clear()`. Numbers of this interface are integers with units in
their names.
"""

from .core import codes
from .core.program import Program, ProgramError, crc16, unpack
from .core.telemetry import LINK_VERSION
from .core.units import TIMING_LATE, TIMING_LEAST, TIMING_LEN, TIMING_LONGEST, TIMING_MOST
from .loop import BROKEN, INTERRUPTED, Loop

FIRMWARE_VERSION = "0.2.0"
NOTICE = (
    "Bench only: dummy loads, never people. A real build needs an independently designed and"
    " certified, isolated, current-limiting hardware stage."
)

UNATTENDED = (
    "unattended: no beats needed, a line a second; type stop, pause, resume or set 1500 (uA) and"
    " Enter; Ctrl-C is off at once"
)


class Bench:
    """One bench: a board behind a port.

    Args:
        port: keeps the contract of `port.py`; it is switched off at once.
        board: its `core.limits.Board`.
    """

    def __init__(self, port, board):
        port.off()
        self._port = port
        self._board = board
        self._loop = Loop(port, board)
        self._program = None
        self._crc = 0
        self._fault = 0  # latched
        self._has_run = 0
        self._outcome = codes.OUTCOME_FAULTED  # how the last run ended, until it is known
        self._ended_by = codes.FAULT_INTERNAL
        self._timing = [0] * TIMING_LEN  # of the last run
        self._keep = self._kept  # a bound method is an object: made here, kept

    def info(self):
        """Versions, the board and its limits, the latched fault, the rhythm of the last run."""
        return {
            "notice": NOTICE,
            "firmware": FIRMWARE_VERSION,
            "link_version": LINK_VERSION,
            "board": self._board.name,
            "max_ua": self._board.max_ua,
            "compliance_mv": self._board.compliance_mv,
            "fault": codes.FAULT_NAMES[self._fault],
            "loaded": self._program is not None,
            "timing": self._rhythm() if self._has_run else None,
        }

    def load(self, data, crc):
        """Take a program.

        Args:
            data: little-endian int32 words.
            crc: their CRC-16/CCITT-FALSE.

        Raises:
            ProgramError: a wrong CRC, or a program outside this board's limits; none is loaded.
        """
        self._program = None
        found = crc16(data)
        if found != crc:
            raise ProgramError("CRC 0x%04x, but the data have 0x%04x: send again" % (crc, found))
        self._program = Program(unpack(data), self._board)
        self._crc = crc

    def sense(self, ticks=256):
        """Mean of every sense over `ticks` (1..1000) of 1 ms, with the output off.

        Returns:
            [A in 1/16 uA, B in 1/16 uA, load mV, supply mV, inputs].

        Raises:
            ValueError: `ticks` out of range.
        """
        if not 1 <= ticks <= 1000:
            raise ValueError("ticks: %d is not within 1..1000" % ticks)
        return self._loop.sense(ticks)

    def run(self, supervised=False):
        """Run the loaded program; return `last()`.

        Args:
            supervised: a host sends a beat every 200 ms. Else the run is unattended, and ends by
                its program, a fault, a command or Ctrl-C.

        Raises:
            ProgramError: nothing is loaded.
            RuntimeError: a fault is latched; `clear()` first.
        """
        if self._program is None:
            raise ProgramError("no program: bench.load(data, crc) first")
        if self._fault:
            raise RuntimeError(
                "latched fault: %s; bench.clear() first" % codes.FAULT_NAMES[self._fault]
            )
        self._has_run = 1
        self._loop.tick.proof.start()  # drops the result of an earlier run
        if not supervised:
            print(UNATTENDED)
        try:
            self._loop.run(self._program, supervised, self._keep)
        except KeyboardInterrupt:
            pass  # `_kept` has noted the run; report it below
        return self._ending()

    def clear(self):
        """Leave a latched fault. This energises nothing."""
        self._port.off()
        self._fault = 0
        self._loop.tick.supervisor.clear()

    def last(self):
        """How the last run ended, or None."""
        return self._ending() if self._has_run else None

    def snapshot(self):
        """The last second before the last run's end: sense A, sense B, load mV and set point.

        Returns:
            A flat list of integers, 125 rows a second of four, the oldest first; currents in
            1/16 uA. Empty before a run and after `clear()`.
        """
        return self._loop.tick.supervisor.slow_checks.snapshot.listed()

    def _kept(self, left):
        """Latch how a run ended; called with the heap locked and Ctrl-C disabled."""
        session = self._loop.tick.session
        outcome, fault = session.outcome, session.fault
        found = fault or self._loop.tick.supervisor.tripped
        if left == INTERRUPTED:
            fault = found  # one found before Ctrl-C stays the cause
            if fault == 0:
                outcome = codes.OUTCOME_STOPPED
            elif outcome != codes.OUTCOME_REFUSED:
                outcome = codes.OUTCOME_FAULTED
        elif left == BROKEN:
            outcome = codes.OUTCOME_FAULTED
            fault = found or codes.FAULT_INTERNAL  # so does one found before the exception
        self._outcome = outcome
        self._ended_by = fault
        # A missing load is no fault of the bench. Any other fault latches, also one that came
        # after the end was reported.
        latched = fault or found
        self._fault = 0 if latched == codes.FAULT_NO_LOAD else latched
        for which in range(TIMING_LEN):
            self._timing[which] = self._port.timing(which)

    def _ending(self):
        tick = self._loop.tick
        fault = self._ended_by
        return {
            "outcome": codes.OUTCOME_NAMES[self._outcome],
            "fault": codes.FAULT_NAMES[fault] if fault else None,
            "state": codes.STATE_NAMES[tick.session.state],
            "t_ms": tick.ended_ms or tick.session.t_ms,
            "dose_uc": tick.dose.gross_uc,
            "positive_uc": tick.dose.positive_uc(),
            "negative_uc": tick.dose.negative_uc(),
            "peak_ua": (tick.peak_q4 + 8) >> 4,
            "proof": tick.proof.proven,
            "later_faults": tick.supervisor.later,
            "dropped": tick.link.telemetry.dropped,
            "timing": self._rhythm(),
        }

    def _rhythm(self):
        timing = self._timing
        least_us = timing[TIMING_LEAST]
        return {
            "late_ticks": timing[TIMING_LATE],
            "longest_us": timing[TIMING_LONGEST],
            "margin_us": None if least_us < 0 else [least_us, timing[TIMING_MOST]],
        }
