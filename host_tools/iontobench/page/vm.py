"""A session whose firmware runs in the official MicroPython VM, and whose stage runs here.

The VM is stepped a tick at a time, so that the page's messages come in between. For that the
firmware's loop has to give way where it waits: `STEPPED` has the lines that are others
there, and a line that is no longer found is an error. All else is the firmware's own source. The
record is that of `sessions.virtual`, which this follows step by step.
"""

import json
import time
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ionto.bench import Bench
from ionto.core.units import SAMPLE_A, SAMPLE_LEN
from iontobench import resources
from iontobench.board_module import FILE
from iontobench.link.listener import HostLink, LinkConsole, Listener
from iontobench.sessions.job import Job, Result, result, tells
from iontobench.sim.bench import SimulatedBench
from iontobench.sim.port import VirtualPort
from iontobench.sim.processor import PowerCut

from .on_vm import crossing

# File -> (as it is, as it is in the VM).
STEPPED = {
    "ionto/loop.py": (
        (
            "                    self._run(ticks)\n",
            "                    yield from self._run(ticks)\n",
        ),
        ("            wait()\n", "            yield\n"),
    ),
    "ionto/bench.py": (
        (
            "            self._loop.run(self._program,",
            "            yield from self._loop.run(self._program,",
        ),
    ),
    "bit_flips.py": (("from collections.abc import Callable\n\n", ""),),
}
_HERE = Path(__file__).resolve().parent
_OURS = ("ionto", "board", "bit_flips", "crossing", "stepped")  # modules of a session
_BOOT = """
import gc, sys
if "/" not in sys.path:
    sys.path.insert(0, "/")
for name in [name for name in sys.modules if name.split(".")[0] in {ours}]:
    del sys.modules[name]  # of the session before
_stepped = _step = _value = None
gc.collect()
from stepped import Stepped
_stepped = Stepped(_ask, bytes({data}), {crc})
_step, _value, _address = _stepped.step, _stepped.value, _stepped.address()
"""
BootVm = Callable[[dict[str, str], str, "array[int]", int, Callable[[int, int], int]], Any]


class VmError(RuntimeError):
    """The firmware's sources are not as `STEPPED` knows them."""


def run_in_vm(
    boot: BootVm,
    job: Job,
    listeners: Sequence[Listener],
    plant: SimulatedBench,
    clock: Callable[[], float] = time.perf_counter,
) -> Result:
    """Run `job` with its firmware in a VM; as `sessions.virtual.run_virtual`.

    Args:
        boot: boots a VM: `boot(files, source, words, incoming, ask)`.
    """
    link = HostLink(listeners)
    console = LinkConsole(link)
    port = VirtualPort(job.board, plant, console, job.calibration)
    plant.watch(tells(listeners))
    side = _OtherSide(port)
    source = _BOOT.format(ours=_OURS, data=list(job.protocol.data), crc=job.protocol.crc)
    machine = boot(files_of(job), source, side.words, crossing.COUNT, side.asked)
    plant.upset = lambda what, value: machine.value(f"flip {what} {value}")
    started_s = clock()
    cut = _run(machine, side)
    last = _in_order(job, json.loads(machine.value("last")))
    flat: Sequence[int] = json.loads(machine.value("snapshot")) if last["fault"] else ()
    if cut is not None:
        last, flat = {**last, "outcome": "fault", "fault": str(cut)}, ()
    machine.end()
    return result(job, plant, last, clock() - started_s, flat)


def files_of(job: Job) -> dict[str, str]:
    """What the VM's own file system holds.

    Raises:
        VmError: a line of `STEPPED` is not there, or is there twice.
    """
    root = resources.firmware_package()
    files = {
        f"/ionto/{path.relative_to(root).as_posix()}": path.read_text("utf-8")
        for path in resources.firmware_files()
        if "rp2" not in path.parts
    }
    for name in ("crossing", "stepped"):
        files[f"/{name}.py"] = (_HERE / "on_vm" / f"{name}.py").read_text("utf-8")
    files["/bit_flips.py"] = (_HERE.parent / "device" / "bit_flips.py").read_text("utf-8")
    files["/board.py"] = resources.board_file(job.board_at or job.board.name, FILE).read_text(
        "utf-8"
    )
    for name, lines in STEPPED.items():
        for is_here, is_there in lines:
            text = files[f"/{name}"]
            if text.count(is_here) != 1:
                raise VmError(f"{name}: not one line {is_here.strip()!r}; look at STEPPED")
            files[f"/{name}"] = text.replace(is_here, is_there)
    return files


def _run(machine: Any, side: "_OtherSide") -> PowerCut | None:
    """Step the VM until its session is over; what cut its power, or None."""
    ends, cut = crossing.NOTHING, None
    side.act()
    step, act, wait = machine.step, side.act, side.wait
    while step(ends) == crossing.GOES_ON:
        act()
        try:
            wait()
        except KeyboardInterrupt:
            ends = crossing.OFF_AT_ONCE
        except PowerCut as error:
            ends, cut = crossing.POWER_CUT, error
    act()
    return cut


class _OtherSide:
    """The virtual port, moved by what the VM has written down."""

    def __init__(self, port: VirtualPort):
        self.words = array("i", [0] * crossing.LENGTH)
        self._port = port
        self._sample = array("i", [0] * SAMPLE_LEN)
        self._byte = bytearray(1)
        self._plain: dict[int, Callable[[], object]] = {
            crossing.OFF: port.off,
            crossing.FEED: port.feed,
            crossing.PUMP: port.pump,
            crossing.REARM: port.rearm,
        }
        self._valued: dict[int, Callable[[int], object]] = {
            crossing.POLARITY: port.set_polarity,
            crossing.PROBE: port.probe,
            crossing.LIM_TEST: port.lim_test,
        }
        self._set_now()

    def wait(self) -> None:
        """Until the next tick, whose sample goes in with it."""
        self._port.wait()
        self._set_now()
        self._fill()

    def act(self) -> None:
        """Do to the pins what was written down, in its order."""
        words = self.words
        count = words[crossing.COUNT]
        if not count:
            return
        words[crossing.COUNT] = 0
        at, end = crossing.ACTS, crossing.ACTS + count
        plain, port = self._plain, self._port
        while at < end:
            what = words[at]
            at += 1
            if what in plain:
                plain[what]()
            elif what == crossing.ACTUATE:
                port.actuate(words[at], words[at + 1])
                at += 2
            elif what == crossing.PROVE:
                port.prove(words[at], words[at + 1])
                at += 2
            elif what == crossing.WRITE:
                size = words[at]
                port.write(bytes(words[at + 1 : at + 1 + size].tolist()), size)
                at += 1 + size
            else:
                self._valued[what](words[at])
                at += 1

    def asked(self, what: int, value: int) -> int:
        """What the VM cannot wait for; after all that it wrote down before."""
        self.act()
        port = self._port
        if what == crossing.BEGIN:
            port.begin()
        elif what == crossing.END:
            port.end()
        elif what == crossing.SAMPLE_NOW:
            self._fill()
        elif what == crossing.RESAMPLE:
            port.resample(self._sample)
            return self._sample[SAMPLE_A]
        elif what == crossing.READ:
            byte = self._byte[0] if port.read(self._byte) else -1
            self._set_now()
            return byte
        elif what == crossing.TIMING:
            return port.timing(value)
        self._set_now()
        return 0

    def _fill(self) -> None:
        words = self.words
        self._port.sample(self._sample)
        words[crossing.SAMPLE : crossing.COUNT] = self._sample
        words[crossing.FRESH] = 1

    def _set_now(self) -> None:
        self.words[crossing.NOW] = self._port.now_us()
        # A console of either kind; its bytes are rare, and asked for one by one.
        self.words[crossing.HAS_BYTES] = len(self._port._console._waiting) > 0


def _in_order(job: Job, told: dict[str, Any]) -> dict[str, Any]:
    """MicroPython keeps no order of keys; a record has the firmware's."""
    port = crossing.CrossingPort(crossing.new_words(), lambda what, value: 0)
    usual = Bench(port, job.board)._ending()
    timing = {key: told["timing"][key] for key in usual["timing"]}
    return {key: timing if key == "timing" else told[key] for key in usual}
