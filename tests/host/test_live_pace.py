"""The pace: board time never ahead of the wall clock times the speed; the clock here is a fake."""

import pytest

from iontobench.sessions.real_time_pacer import Pacer, speed_text


class Clock:
    """A wall clock that moves only when somebody sleeps or works."""

    def __init__(self):
        self.now_s = 100.0
        self.naps_s = []

    def __call__(self):
        return self.now_s

    def sleep(self, nap_s):
        self.naps_s.append(nap_s)
        self.now_s += nap_s


def pacer(speed, clock):
    return Pacer(speed, clock, clock.sleep)


@pytest.mark.parametrize("speed", [0.5, 1.0, 60.0])
def test_board_time_takes_as_long_as_the_speed_says(speed):
    clock = Clock()
    held = pacer(speed, clock)
    for tick in range(3001):
        held.keep(tick * 20_000)
    assert clock.now_s - 100.0 == pytest.approx(60.0 / speed, abs=0.01)


def test_full_speed_never_waits():
    clock = Clock()
    held = pacer(None, clock)
    held.keep(0)
    held.keep(10**9)
    assert clock.naps_s == []


def test_long_wait_is_cut_into_naps_that_look_for_keys():
    clock = Clock()
    held = pacer(0.1, clock)
    looked = []
    held.keep(0)
    held.keep(20_000, lambda: looked.append(clock.now_s))
    assert max(clock.naps_s) <= 0.05
    assert len(looked) == len(clock.naps_s) >= 4


def test_interrupt_during_a_wait_comes_through():
    clock = Clock()
    held = pacer(0.1, clock)
    held.keep(0)

    def interrupt():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        held.keep(20_000, interrupt)
    assert len(clock.naps_s) == 1


def test_lost_time_is_not_caught_up_with():
    clock = Clock()
    held = pacer(1.0, clock)
    held.keep(0)
    clock.now_s += 30.0
    held.keep(1_000_000)
    before_s = clock.now_s
    held.keep(2_000_000)
    assert clock.now_s - before_s == pytest.approx(1.0, abs=0.01)


def test_new_speed_counts_from_where_it_was_set():
    clock = Clock()
    held = pacer(60.0, clock)
    held.keep(0)
    held.keep(60_000_000)
    held.speed = 1.0
    held.keep(60_000_000)
    before_s = clock.now_s
    held.keep(60_500_000)
    assert clock.now_s - before_s == pytest.approx(0.5, abs=0.01)


def test_speed_is_said_in_words():
    assert speed_text(60.0, None) == "60 x real time"
    assert speed_text(None, None) == "as fast as it goes"
    assert speed_text(60.0, 59.0) == "60 x real time"


def test_bench_that_cannot_keep_up_is_said_with_the_speed_that_it_reaches():
    """An emulated chip at real time takes 20 s for one."""
    clock = Clock()
    held = pacer(1.0, clock)
    for tick in range(200):
        held.keep(tick * 20_000)
        clock.now_s += 0.4
    assert held.reached == pytest.approx(0.05, rel=0.05)
    assert speed_text(held.speed, held.reached) == "0.05 x real time (asked for 1 x)"


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_bench_that_keeps_up_is_said_at_its_speed(speed):
    clock = Clock()
    held = pacer(speed, clock)
    assert held.reached is None
    for tick in range(int(3 * speed * 50)):
        held.keep(tick * 20_000)
    assert held.reached == pytest.approx(speed, rel=0.02)
    assert speed_text(held.speed, held.reached) == f"{speed:g} x real time"
