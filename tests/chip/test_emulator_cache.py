"""The emulator that was compiled with the model of the flash cache, in a process of its own.

`make chip-cache ARGS=--build` makes it; where it is not, these tests are skipped by name. Switched
off it is the stock emulator, to the bit. Switched on it waits as the plain Python model says.
"""

import json
import random
import re

import pytest
from tests.arch.sources import HOST

from .cached_emulator import told_by_cached
from .test_emulator_build import _KNOWN

_PENALTY_CLK = 50
_FEW = 4_000
_LONG = pytest.mark.long
_CASES = ((False, False, False), (True, False, False), (False, True, False), (False, False, True))
_PROBED = ("central", "60-prefetch", "random", "8-byte-70")
_REGISTERS = """
from machine import mem32
hit, accessed = 0x1400000c, 0x14000010
before = mem32[hit], mem32[accessed]
after = mem32[hit], mem32[accessed]
mem32[accessed] = 1
cleared = mem32[accessed]
print((before, after, cleared, mem32[0x14000000] & 1))
"""
_FAST = """
import machine
pwm = machine.PWM(machine.Pin(2), freq=30518, duty_u16=0)
print((machine.freq(), machine.mem32[0x18000014], machine.mem32[0x40050024] + 1))
"""
_LOOP = """
from time import ticks_us
def loop():
    begun = ticks_us()
    for _ in range(1000):
        max(1, 2)
    return ticks_us() - begun
print(loop())
"""


def trace(model, count=20_000):
    """What a model has counted after the same `count` fetches and reads."""
    left = []
    for fills_line, is_random, prefetches in _CASES:
        drawn = random.Random(7)
        model.configure(_PENALTY_CLK, fills_line, is_random, prefetches, 8.0)
        model.code_start = 0x20000100
        for _ in range(count):
            place = 0x2000 * drawn.randrange(5) + drawn.randrange(256)
            window = drawn.choice((0x10, 0x10, 0x10, 0x11, 0x12, 0x20)) << 24
            if drawn.random() < 0.5:
                model.fetch(window + (place & ~1), drawn.choice((0, 0, 0, 16)))
            elif window < 0x20000000:
                model.read(window + place)
        counts = [model.hits, model.accesses, model.misses, model.missed_in_interrupts]
        places = [
            [at for at, count in enumerate(memoryview(counted).cast("I")) if count]
            for counted in (model.missed_at(), model.missed_by())
        ]
        left.append([*counts, model.take_stall(), *places])
    return left


def told_by_the_model():
    """`trace` of the compiled model over fewer fetches, as JSON; without a chip."""
    from rp2040py.native._flash_cache import FlashCache

    return json.dumps(trace(FlashCache(), _FEW))


def told_by_cached_build():
    """All that these tests look at, as JSON: one process boots one chip."""
    from rp2040py.native._flash_cache import FlashCache

    from iontobench.chip.cache_cases import CASES, CENTRAL, FAST_CASES, apply
    from iontobench.chip.image import find_image
    from iontobench.chip.machine import Chip
    from iontobench.chip.native import emulator_build

    from .test_emulator_build import left_by_code

    by_name = {case.name: case for case in CASES}
    chip = Chip(find_image(), {})
    chip.prompt()
    told = {"build": emulator_build(), "left": left_by_code(chip), "trace": trace(FlashCache())}
    told["registers off"] = chip.exec(_REGISTERS).decode()
    told["loop off"] = int(chip.exec(_LOOP))
    for name in (CENTRAL, "60-prefetch"):
        apply(by_name[name], chip)
        told[f"loop {name}"] = int(chip.exec(_LOOP))
    apply(by_name[CENTRAL], chip)
    told["registers on"] = chip.exec(_REGISTERS).decode()
    apply(by_name["none"], chip)
    told["loop none"] = int(chip.exec(_LOOP))
    probe = (HOST / "benchmarks" / "cache_probe.py").read_bytes()
    apply(FAST_CASES[0], chip)
    told["registers fast"] = chip.exec(_FAST).decode()
    told["loop fast"] = int(chip.exec(_LOOP))
    told["probe fast"] = chip.exec(probe).decode()
    for name in _PROBED:
        apply(by_name[name], chip)
        told[f"probe {name}"] = chip.exec(probe).decode()
    return json.dumps(told)


@pytest.fixture(scope="module")
def told(chip_image):
    return _told("told_by_cached_build")


def _told(function):
    try:
        return told_by_cached(__name__, function)
    except FileNotFoundError as why:
        pytest.skip(f"chip tier: {why}")


def test_compiled_model_counts_a_few_thousand_fetches_as_the_plain_python_one(emulator):
    from iontobench.chip.flash_cache import FlashCache

    assert _told("told_by_the_model") == trace(FlashCache(), _FEW)


@_LONG
def test_model_that_is_off_leaves_the_known_state_of_the_stock_emulator(told):
    assert told["build"] == "native+cache"
    assert told["left"] == _KNOWN
    assert abs(told["loop none"] - told["loop off"]) <= 1  # where it lies between two us


@_LONG
def test_compiled_model_counts_what_the_plain_python_one_counts(told):
    from iontobench.chip.flash_cache import FlashCache

    assert told["trace"] == trace(FlashCache())


@_LONG
def test_harsher_case_makes_the_same_code_slower(told):
    names = ("off", "central", "60-prefetch")
    loops_us = [told[f"loop {name}"] for name in names]
    assert loops_us == sorted(set(loops_us))


@_LONG
def test_firmware_reads_the_models_hits_and_accesses_at_the_chips_registers(told):
    assert eval(told["registers off"]) == ((0, 0), (0, 0), 0, 1)
    before, after, cleared, enabled = eval(told["registers on"])
    assert 0 < before[0] < before[1]
    assert after[0] - before[0] > 100
    assert after[1] - before[1] >= after[0] - before[0]
    assert 0 < cleared < before[1]
    assert enabled == 1


@_LONG
def test_at_200_mhz_micropython_divides_the_flash_clock_by_4_and_the_pwm_has_more_steps(told):
    assert eval(told["registers fast"]) == (200_000_000, 4, 6554)
    assert told["loop fast"] < 0.8 * told["loop central"]


@_LONG
def test_probe_for_a_real_chip_finds_out_what_the_model_does(told):
    seen = {}
    for name in (*_PROBED, "fast"):
        numbers = re.findall(r"\d+", told[f"probe {name}"])
        miss_clk, fill, two_stay, of_sets, kept, *_ = map(int, numbers)
        assert (two_stay, of_sets) == (64, 64)
        seen[name] = (miss_clk, fill, kept)
    assert seen["central"] == (50, 4, 64)
    assert seen["60-prefetch"] == (60, 4, 64)
    assert seen["8-byte-70"] == (70, 8, 64)
    assert seen["fast"] == (90, 4, 64)
    miss_clk, fill, kept = seen["random"]
    assert (miss_clk, fill) == (50, 4)
    assert 16 < kept < 48
