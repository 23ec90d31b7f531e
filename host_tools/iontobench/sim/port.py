"""The port contract on a simulated bench, in exact virtual time.

What a chip's pins and converter would do is here: the drive's steps, the conversion of codes to
units by a calibration; its clock and watchdog are in `processor`. Units: us, drive counts, and
`units.SAMPLE_*`.
Must never look into the plant for what a board could not measure.
"""

from ionto.core.units import (
    INPUT_LIMITER,
    INPUT_STOP,
    SAMPLE_A,
    SAMPLE_B,
    SAMPLE_INPUTS,
    SAMPLE_SUPPLY,
    SAMPLE_V,
    drop_scale,
)

from .bench import SimulatedBench
from .processor import NoConsole, Processor
from .senses import CH_A, CH_SUPPLY, nominal_calibration

RESAMPLE_US = 150


class VirtualPort(Processor):
    """A board of the simulation.

    Args:
        board: its data (limits.Board); bench: its plant.
        console: `poll(t_us)` every 20 ms of virtual time, `read()` a byte or -1, `write(bytes)`.
        calibration: 4 x (zero_counts, mul, shift) for A, B, V, supply; nominal by default.
    """

    __slots__ = (
        *("board", "_ways_back", "_gate", "_drive", "_live", "_counts", "_steps"),
        *("_supply_back", "_supply_mv", "_inside_kohm", "_drop_mul"),
    )

    def __init__(self, board, bench, console=None, calibration=None) -> None:
        super().__init__(bench, console or NoConsole())
        self.board = board
        rows = calibration or nominal_calibration(bench.adc.ranges)
        if len(rows) != 4 or any(len(row) != 3 for row in rows):
            raise ValueError("a calibration is 4 x (zero_counts, mul, shift)")
        self._ways_back = tuple(number for row in rows[:3] for number in row)
        self._supply_back = tuple(rows[CH_SUPPLY])
        self._supply_mv = 0
        self._inside_kohm = bench.stage.inside_kohm
        self._drop_mul = drop_scale(board.inside_ohm)
        self._counts = board.drive_counts
        self._steps = board.drive_steps
        self._gate = 0
        self._drive = 0
        self._live = False

    def begin(self) -> None:
        """Take the pins, everything off, and arm the watchdog."""
        self.off()
        self._live = True
        self._read_supply()
        self._wake()

    def end(self) -> None:
        """Off, then disarm the watchdog, last of all."""
        self.off()
        self._armed = False

    def off(self) -> None:
        """Gate low, duty 0, probe off; drive and ENABLE are dead until `begin`. Idempotent."""
        self._live = False
        self._gate = self._drive = 0
        bench = self.bench
        bench.set_gate(False)
        bench.set_drive(0.0)
        bench.set_probe(False)
        bench.set_lim_test(False)
        bench.set_enable(False)

    def _read_supply(self) -> None:
        zero, mul, shift = self._supply_back
        self._supply_mv = (self.bench.read_code(CH_SUPPLY) - zero) * mul >> shift

    def sample(self, buf) -> None:
        """Fill `buf` by `units.SAMPLE_*` from the converter and the calibration.

        The supply's own conversion is up to 20 ms old, the rest is of this instant.
        """
        bench = self.bench
        if bench.smooth:
            ua, mv = bench.shunt_ua, bench.node_mv
        else:
            ua, mv = bench.sense_ua, bench.sense_mv
        b_ua = ua if bench.polarity > 0 else -ua
        a, b, v = bench.adc.codes3(ua, b_ua, mv + self._inside_kohm * ua)
        a_zero, a_mul, a_shift, b_zero, b_mul, b_shift, v_zero, v_mul, v_shift = self._ways_back
        a_q4 = (a - a_zero) * a_mul >> a_shift
        buf[SAMPLE_A] = a_q4
        buf[SAMPLE_B] = (b - b_zero) * b_mul >> b_shift
        buf[SAMPLE_V] = ((v - v_zero) * v_mul >> v_shift) - (a_q4 * self._drop_mul >> 16)
        buf[SAMPLE_SUPPLY] = self._supply_mv
        inputs = INPUT_STOP if bench.stop_pressed else 0
        buf[SAMPLE_INPUTS] = inputs | INPUT_LIMITER if bench.limiter.tripped else inputs

    def resample(self, buf) -> None:
        """Read current A again, 150 us after the last sample."""
        bench = self.bench
        bench.advance(bench.now_us + RESAMPLE_US)
        zero, mul, shift = self._ways_back[:3]
        buf[SAMPLE_A] = (bench.read_code(CH_A) - zero) * mul >> shift

    def prove(self, gate: int, drive: int) -> None:
        """As `actuate`; the pins are the same, only what they may be at once differs."""
        self.actuate(gate, drive)

    def actuate(self, gate: int, drive: int) -> None:
        """Set the gate (0, 1) and the drive (0..board.drive_counts, sense A's full scale)."""
        if not self._live:
            return
        if gate != self._gate:
            self._gate = gate
            self.bench.set_gate(bool(gate))
        if drive != self._drive:
            self._drive = drive
            steps = (drive * self._steps + (self._counts >> 1)) // self._counts
            self.bench.set_drive(steps / self._steps)

    def set_polarity(self, sign: int) -> None:
        """Switch the bridge: +1 or -1; the caller sees to it that no current flows."""
        self.bench.set_polarity(sign)

    def probe(self, on: int) -> None:
        """Switch PROBE."""
        self.bench.set_probe(bool(on))

    def lim_test(self, on: int) -> None:
        """Lower the hardware limiter's threshold, or restore it."""
        self.bench.set_lim_test(bool(on))

    def rearm(self) -> None:
        """Re-arm the hardware limiter; only with the gate low."""
        self.bench.rearm()

    def pump(self) -> None:
        """One ENABLE edge."""
        if self._live:
            self.bench.pump()

    def read(self, buf) -> int:
        """Read at most one byte into `buf[0]`; return how many."""
        byte = self._read()
        if byte < 0:
            return 0
        buf[0] = byte
        return 1

    def write(self, buf, count: int) -> int:
        """Write the first `count` bytes of `buf`; return how many were taken."""
        self._console.write(bytes(buf[:count]))
        return count

    def put(self, buf) -> int:
        """Write one byte: here there is always room."""
        self._console.write(bytes(buf[:1]))
        return 1


def simulated(
    board,
    skin="forearm",
    adc="ideal",
    seed=1,
    faults=(),
    console=None,
    calibration=None,
    compliance_share=None,
):
    """Return a port of `board` (limits.Board) on a new bench.

    Args:
        skin: a load's name or its parameters; adc: `ideal`, `rp2040` or `ads8688`.
        seed: draws tolerances and noise; faults: texts KIND@SECONDS[:VALUE] or typed.
        console: the other end of the link, or None; calibration: 4 x (zero, mul, shift).
        compliance_share: the stage's true compliance over the nominal one; None = drawn.
    """
    bench = SimulatedBench(board, skin, adc, seed, faults, compliance_share)
    return VirtualPort(board, bench, console, calibration)
