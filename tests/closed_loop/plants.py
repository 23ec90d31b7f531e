"""Shared by the plant's tests: benches of the virtual board, driven open loop in virtual time."""

from iontobench.resources import load_board
from iontobench.sim.bench import SimulatedBench

BOARD = load_board("virtual").BOARD
FULL_UA = BOARD.full_scale_ua


def bench_with(skin, **options):
    """A bench of the virtual board with `skin` on it."""
    return SimulatedBench(BOARD, skin, **options)


def energised(skin, **options):
    """The same with the gate high and the dead-man alive, at drive 0."""
    bench = bench_with(skin, **options)
    bench.fill_pump()
    bench.set_gate(True)
    return bench


def run(bench, ticks, step_us=1000):
    """Advance `ticks` steps and pump after each."""
    for _ in range(ticks):
        bench.advance(bench.now_us + step_us)
        bench.pump()


def drive_ua(bench, current_ua):
    """Command `current_ua`."""
    bench.set_drive(current_ua / FULL_UA)


def ramp(bench, to_ua, ramp_s, hold_s=0.0, each=None):
    """Ramp the command up in `ramp_s` and hold it, calling `each(bench)` every tick."""
    ramp_ticks = round(ramp_s * 1000)
    for tick in range(1, ramp_ticks + round(hold_s * 1000) + 1):
        drive_ua(bench, to_ua * min(1.0, tick / ramp_ticks))
        bench.advance(bench.now_us + 1000)
        bench.pump()
        if each:
            each(bench)


def electrical(bench):
    """Every fast state of the plant, for comparing two of them."""
    names = "now_us x1_ua x2_ua v1_mv v2_mv node_mv load_ua shunt_ua net_pc peak_ua"
    return [getattr(bench, name) for name in names.split()]
