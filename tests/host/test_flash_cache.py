"""The model of the flash cache: it hits and misses as one written from the description alone."""

import random

import pytest

from iontobench.chip.flash_cache import FLASH_BYTES, SETS, FlashCache

_FLASH = 0x10000000
_NO_ALLOCATION = 0x11000000
_NO_CACHE = 0x12000000
_RAM = 0x20000000
_PENALTY_CLK = 50
_SET_BYTES = 8 * SETS  # two addresses that are this far apart share a set
_READS = 20_000


class Described:
    """Two lines of 8 bytes a set, the least recently used first; a fill is `fill` bytes."""

    def __init__(self, fill):
        self._fill = fill
        self._sets = {}

    def is_hit(self, address):
        lines = self._sets.setdefault(address // 8 % SETS, [])
        offset = address % (1 << 24)
        line = next((one for one in lines if one[0] == offset // 8), None)
        is_cached = address >> 24 in (0x10, 0x11)
        is_hit = is_cached and line is not None and offset // self._fill in line[1]
        is_kept = address >> 24 == 0x10
        if line is None and is_kept:
            line = (offset // 8, set())
            lines.append(line)
            del lines[: len(lines) - 2]
        if is_hit or (is_kept and line is not None):
            line[1].add(offset // self._fill)
            lines.remove(line)
            lines.append(line)
        return is_hit


def cache(fills_line=False, is_random=False, prefetches=False):
    made = FlashCache()
    made.configure(_PENALTY_CLK, fills_line, is_random, prefetches, 8.0)
    return made


def missed(made, address):
    before = made.misses
    made.read(address)
    return made.misses > before


def addresses(seed, windows=(_FLASH,)):
    """Few sets and few lines of each, so that they meet."""
    drawn = random.Random(seed)
    for _ in range(_READS):
        line = drawn.randrange(4) * SETS + drawn.randrange(8)
        yield drawn.choice(windows) + 8 * line + drawn.randrange(8)


@pytest.mark.parametrize("fill", [4, 8])
@pytest.mark.parametrize("windows", [(_FLASH,), (_FLASH, _NO_ALLOCATION, _NO_CACHE)])
@pytest.mark.short_cases("windows0-4", "windows1-8")
def test_every_read_hits_or_misses_as_described(fill, windows):
    made, described = cache(fills_line=fill == 8), Described(fill)
    hits = 0
    for address in addresses(fill, windows):
        is_hit = described.is_hit(address)
        assert missed(made, address) != is_hit
        hits += is_hit
    assert 0.1 < hits / _READS < 0.9
    assert (made.hits, made.accesses, made.misses) == (hits, _READS, _READS - hits)
    assert made.take_stall() == _PENALTY_CLK * (_READS - hits)
    assert made.take_stall() == 0


def test_a_half_line_is_filled_alone_and_a_whole_one_where_it_is_asked_for():
    for fills_line in (False, True):
        made = cache(fills_line=fills_line)
        assert missed(made, _FLASH)
        assert missed(made, _FLASH + 4) != fills_line
        assert not missed(made, _FLASH)


def test_third_line_of_a_set_replaces_the_least_recently_used():
    made = cache()
    first, second, third = (_FLASH + place * _SET_BYTES for place in range(3))
    assert [missed(made, one) for one in (first, second, first, third)] == [1, 1, 0, 1]
    assert not missed(made, first)
    assert missed(made, second)


def test_random_replacement_takes_both_ways_and_the_same_ones_again():
    def run():
        made = cache(is_random=True)
        return [missed(made, address) for address in addresses(3)]

    assert run() == run()
    assert run() != [missed(made, address) for made in [cache()] for address in addresses(3)]
    made = cache(is_random=True)
    for way in range(2):  # a free way first
        assert missed(made, _FLASH + way * _SET_BYTES)
    assert not any(missed(made, _FLASH + way * _SET_BYTES) for way in range(2))


def test_one_fetch_of_4_bytes_serves_two_short_instructions():
    made = cache()
    made.fetch(_FLASH, 0)
    made.fetch(_FLASH + 2, 0)
    assert (made.accesses, made.misses) == (1, 1)
    made.fetch(_RAM, 0)
    made.fetch(_FLASH + 2, 0)
    assert (made.accesses, made.misses) == (2, 1)


def test_prefetch_brings_in_the_next_4_bytes_and_the_processor_waits_for_both():
    made = cache(prefetches=True)
    made.fetch(_FLASH, 0)
    assert made.take_stall() == 2 * _PENALTY_CLK
    assert not missed(made, _FLASH + 4)


def test_misses_count_by_place_and_by_the_last_function_in_ram_outside_interrupts():
    made = cache()
    made.code_start = _RAM + 0x100
    made.fetch(_RAM + 0x200, 0)
    made.fetch(_RAM + 0x40, 0)  # below the firmware's code
    made.fetch(_FLASH + 8, 0)
    made.fetch(_RAM + 0x300, 16)  # an interrupt
    made.fetch(_FLASH + 16, 16)
    made.fetch(_FLASH + 24, 0)
    at = memoryview(made.missed_at()).cast("I")
    by = memoryview(made.missed_by()).cast("I")
    assert [place * 4 for place in range(64) if at[place]] == [8, 16, 24]
    assert by[0x100] == sum(by) == 2
    assert made.missed_in_interrupts == 1


def test_counts_by_place_end_with_the_flash_of_a_pico():
    made = cache()
    assert missed(made, _FLASH + FLASH_BYTES)
    assert sum(memoryview(made.missed_at()).cast("I")) == 0


def test_flush_and_the_enable_bit_of_the_chip_make_every_read_miss():
    made = cache()
    assert missed(made, _FLASH)
    made.flush()
    assert missed(made, _FLASH)
    made.is_enabled = False
    assert missed(made, _FLASH)
    made.is_enabled = True
    assert not missed(made, _FLASH)


def test_chips_counters_stop_at_their_end():
    made = cache()
    made.read(_FLASH)
    made.hits = made.accesses = 0xFFFFFFFF
    made.read(_FLASH)
    assert (made.hits, made.accesses) == (0xFFFFFFFF, 0xFFFFFFFF)


def test_configuring_again_empties_the_cache_and_its_counts():
    made = cache()
    assert missed(made, _FLASH)
    made.configure(60, False, False, False, 5.0)
    assert (made.misses, made.accesses, sum(made.missed_at())) == (0, 0, 0)
    assert missed(made, _FLASH)
    assert made.take_stall() == 60
