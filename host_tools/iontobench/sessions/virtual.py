"""Runs a session on the virtual bench: the firmware's own `Bench` on a `VirtualPort`.

Everything runs in virtual time, in this thread. The job's seed decides every figure but the
real-time factor, which alone comes from the host's clock.
"""

import time
from collections.abc import Callable, Sequence

from ionto.bench import Bench
from iontobench.device.bit_flips import bit_flips
from iontobench.link.listener import HostLink, LinkConsole, Listener
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.port import VirtualPort
from iontobench.sim.processor import PowerCut

from .job import Job, Result, plant_of, result, tells


def run_virtual(
    job: Job,
    listeners: Sequence[Listener],
    plant_for: Callable[[Job], SimulatedBench] = plant_of,
    clock: Callable[[], float] = time.perf_counter,
) -> Result:
    """Run `job` on the virtual bench, in this thread, until it has ended.

    KeyboardInterrupt, wherever it strikes, ends the session off, with outcome "stopped".

    Args:
        job: what to run.
        listeners: see every item, faults that are injected on the way too, and are asked for
            commands every 20 ms of board time.
        plant_for: makes the stage and the load, with tolerances, noise and faults of its own; by
            default as the job's seed draws them.
        clock: s, for the real-time factor.
    """
    plant = plant_for(job)
    link = HostLink(listeners)
    port = VirtualPort(job.board, plant, LinkConsole(link), job.calibration)
    bench = Bench(port, job.board)
    plant.upset = bit_flips(bench)
    plant.watch(tells(listeners))
    bench.load(job.protocol.data, job.protocol.crc)
    flat: Sequence[int] = ()
    started_s = clock()
    try:
        last = bench.run(supervised=True)
        if last["fault"]:
            flat = bench.snapshot()
    except PowerCut as cut:  # nothing of the board is left to say so itself
        last = {**(bench.last() or {}), "outcome": "fault", "fault": str(cut)}
    return result(job, plant, last, clock() - started_s, flat)
