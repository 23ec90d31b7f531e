"""Runs sessions and hashes every tick of them: `python -m tests.compiled.scenarios short|all`.

A tick is the five integers of its sample, eleven values of the plant to the last bit, gate and
drive. Prints a JSON object, a hash for each session by its title. The same program runs on the
plain and on the compiled modules; the environment decides which. `all` is every session of the
net's short tier, which has every kind of fault, and every load on every board, with both
converters.
"""

import hashlib
import json
import struct
import sys

from tests.net.cases import ADCS, Case, parse, short_tier
from tests.net.recording import prepared
from tests.support.programs import hold_time, protocol_words

from iontobench import resources
from iontobench.campaign.fault_bench import FaultBench, WatchedPlant, board_of, calibration_of
from iontobench.campaign.matrix import HOLD, PULSES, TURN, short_program
from iontobench.compiled import select
from iontobench.sim.skin import skin_names

_PLAIN_LOADS = ("resistor:500", "resistor:20000", "rc:20000:100")
_SHAPES = (HOLD, PULSES, TURN)
_LEVEL_SHARE = 0.15  # of a board's maximum: some loads meet compliance, some do not
_SHORT = 3  # sessions of each kind
_TICK = struct.Struct("<q5q10d?q")


class HashedPlant(WatchedPlant):
    """A plant whose every tick goes into a hash."""

    def __init__(self, *args, **options):
        self.digest = hashlib.sha256()
        self.look = lambda: ((0,) * 5, 0)  # the last sample, and the drive in counts
        super().__init__(*args, **options)

    def note(self):
        """One tick has passed."""
        super().note()
        sample, drive = self.look()
        self.digest.update(
            _TICK.pack(
                *(self.now_us, *sample),
                *(self.x1_ua, self.x2_ua, self.v1_mv, self.v2_mv, self.node_mv, self.load_ua),
                *(self.shunt_ua, self.net_pc, self.backward_pc, self.peak_ua),
                *(self.gate, drive),
            )
        )


class HashedBench(FaultBench):
    """The campaigns' bench, with such a plant."""

    plant_class = HashedPlant

    def hashed(self, words, script=()) -> str:
        """Run a session; return its hash, with how it ended."""
        tick, port = self.bench._loop.tick, self.port
        self.plant.look = lambda: (tuple(tick.buf), port._drive)
        seen = self.run(words, script)
        ending = seen.ending
        return f"{self.plant.digest.hexdigest()} {ending['outcome']} {ending['fault']}"


def of_case(case: Case) -> str:
    """The hash of a session of the net."""
    board, skin, words, script = prepared(case)
    calibration = calibration_of(board.name, case.adc, case.seed)
    bench = HashedBench(board, skin, case.adc, case.seed, calibration, case.faults)
    return bench.hashed(words, script)


def of_pair(board: str, load: str, adc: str, shape: str) -> str:
    """The hash of some seconds on a board and a load."""
    data = board_of(board)
    level_ua = int(data.max_ua * _LEVEL_SHARE)
    bench = HashedBench(data, load, adc, 1, calibration_of(board, adc))
    if not data.bridge:  # one direction, whatever the shape
        slews = {"slew_ua_s": level_ua, "down_slew_ua_s": level_ua}
        held = hold_time(level_ua, 3000, level_ua)
        return bench.hashed(protocol_words([held], peak_ua=level_ua, **slews))
    return bench.hashed(short_program(level_ua, shape))


def pairs() -> list[tuple[str, str, str, str]]:
    """Every load on every board, the converters and the programs in turns."""
    loads = [*skin_names(), *_PLAIN_LOADS]
    found = [(board, load) for board in resources.board_names() for load in loads]
    return [
        (board, load, ADCS[number % 2], _SHAPES[number % 3])
        for number, (board, load) in enumerate(found)
    ]


def main(which: str) -> int:
    """Print the hashes; exit 1 where compiled modules were asked for and are not in use."""
    if not select.is_used() and select.is_asked():
        return 1
    cases = [case for case in short_tier() if not case.is_whole]
    some = pairs()
    if which == "short":
        cases, some = cases[:: len(cases) // _SHORT], some[:: len(some) // _SHORT]
    else:
        cases.append(parse("whole demo rp2040 1"))
    found = {case.title: of_case(case) for case in cases}
    found |= {" ".join(pair): of_pair(*pair) for pair in some}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
