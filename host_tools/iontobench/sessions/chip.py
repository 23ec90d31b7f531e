"""Runs one session on stock MicroPython on the emulated chip, driven over its emulated USB.

The same `HostSession`, the same stage and load as the virtual rung; the firmware is compiled as
for a deploy and lies in the chip's flash. Everything but the realtime factor is in emulated time,
so a seed gives one trace. Times in us.
"""

import ast
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from iontobench.chip.image import find_image
from iontobench.chip.machine import Chip
from iontobench.chip.pico import pin_map
from iontobench.chip.usb import ChipTimeoutError
from iontobench.chip.wiring import Wiring
from iontobench.device.build import board_files
from iontobench.device.calibration_file import pack
from iontobench.link.listener import POLL_PERIOD_US, HostLink, Listener
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.senses import own_adc

from .job import Job, Result, load_of, result, tells

_PROMPT_LIMIT_US = 10_000_000
_EXEC_LIMIT_US = 5_000_000
_LEAVE_US = 3_000_000  # drain and prompt after the end
_CTRL_C = b"\x03"


def flash_files(job: Job) -> dict[str, bytes]:
    """A deployed board's files, with the seeded board's calibration where one was fitted."""
    files = board_files(job.board_at or job.board.name)
    if job.calibration is not None:
        files["calibration"] = pack(job.calibration, job.board.name)
    return files


class ChipBench:
    """A booted chip with the job's plant on its pins, at its prompt.

    Args:
        uf2: the image, where it is not in the cache.
        chip: one that is at its prompt, with this job's files; None = boot one.
        plant: what is on its pins, at its time 0; None = the job's own.

    Raises:
        ImageError: the pinned image is not to be had.
        ChipTimeoutError: it does not come to its prompt.
    """

    def __init__(
        self,
        job: Job,
        uf2: Path | None = None,
        chip: Chip | None = None,
        plant: SimulatedBench | None = None,
    ):
        self.job = job
        self.chip = Chip(find_image(uf2), flash_files(job)) if chip is None else chip
        self.bench = plant or SimulatedBench(
            job.board, load_of(job), own_adc(job.board), job.seed, job.faults
        )
        pins = pin_map(job.board_at or job.board.name)
        self.wiring = Wiring(self.chip, self.bench, pins, from_us=None)
        if chip is None:
            self.chip.prompt(_PROMPT_LIMIT_US)

    def load(self) -> None:
        """Hand over the program, as a host tool does."""
        self.chip.exec(f"bench.load({self.job.protocol.data!r}, {self.job.protocol.crc})")

    def start(self, supervised: bool = True) -> None:
        """Send `bench.run(..)`; the plant's time begins now."""
        usb = self.chip.usb
        usb.write(b"\r\x03\x01")
        usb.read_until(b"raw REPL; CTRL-B to exit\r\n>", _EXEC_LIMIT_US)
        usb.write(b"bench.run(%r)\x04" % supervised)
        usb.read_until(b"OK", _EXEC_LIMIT_US)
        self.wiring.start()

    def step(self, link: HostLink) -> None:
        """20 ms: let the chip run, then exchange bytes with the host's session."""
        chip = self.chip
        chip.run_until_us(chip.now_us + POLL_PERIOD_US)
        t_us = self.bench.now_us
        link.received(chip.usb.read(chip.usb.in_waiting), t_us)
        data = link.poll(t_us)
        if data:
            chip.usb.write(data)

    def leave(self) -> None:
        """Wait until the board has left its loop.

        Raises:
            ChipTimeoutError: it has not within 3 s.
        """
        self.chip.usb.read_until(b"\x04>", _LEAVE_US)
        self.wiring.sync()

    def last(self) -> dict[str, Any]:
        """The board's own words on its last run."""
        return ast.literal_eval(self.chip.exec("print(bench.last())").decode())

    def snapshot(self) -> list[int]:
        """The last second before the last run's end, as the board keeps it."""
        return ast.literal_eval(self.chip.exec("print(bench.snapshot())").decode())


def run_chip(
    job: Job,
    listeners: Sequence[Listener],
    uf2: Path | None = None,
    plant: SimulatedBench | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Result:
    """Run `job` on the emulated chip until it has ended.

    KeyboardInterrupt, wherever it strikes, sends Ctrl-C to the board, as a terminal would.

    Args:
        job: what to run.
        listeners: each sees every item, the faults that are injected on the way too.
        uf2: the image, where it is not in the cache.
        plant: as of `ChipBench`, for a caller that injects faults.
        clock: the host's, s; it decides the realtime factor alone.
    """
    bench = ChipBench(job, uf2, plant=plant)
    bench.load()
    link = HostLink(listeners)
    bench.bench.watch(tells(listeners))
    started = clock()
    bench.start()
    try:
        while link.session.ended is None and not bench.chip.resets:
            bench.step(link)
    except KeyboardInterrupt:
        bench.chip.usb.write(_CTRL_C)
    try:
        bench.leave()
    except ChipTimeoutError:
        if not bench.chip.resets:
            raise
    elapsed_s = clock() - started
    last = bench.last()
    flat = bench.snapshot() if last["fault"] else ()
    return result(job, bench.bench, last, elapsed_s, flat)
