"""Loops that die, hang or lose their host: the last rungs of the way off, seen from the load."""

import pytest
from tests.closed_loop.sessions import GONE_UA, by_time
from tests.support.trial import ScriptedPort, Trial

from ionto.core import codes
from iontobench.sim.stage import draw_hold_us

DEAD_US = 10_000  # [docs/control.md, Required figures]
TWO_MA = by_time((2000, 5000))
CALLS = ("now_us", "sample", "actuate", "feed", "pump", "read", "write")
LONGEST_SEED = 2221  # its dead-man holds for 8.39 of at most 8.4 ms
SEEDS = (1, 2, 3)
LOADS = ("forearm", "resistor:500", "rc:15000:10")


class Died(Exception):
    """What a broken port raises, or how a scripted hang is left."""


class DyingPort(ScriptedPort):
    """From `dies_us` on, the call named `dying` raises; with `hangs`, `wait` never returns.

    A hung chip does nothing more, not even switch off; `deaf` makes `off` do nothing either.
    """

    __slots__ = ("deaf", "dies_us", "dying")

    def __init__(self, *given):
        super().__init__(*given)
        self.dying, self.dies_us, self.deaf = None, 1 << 60, False

    def _dead(self, name):
        return name == self.dying and self.bench.now_us >= self.dies_us

    def off(self):
        if not (self.deaf and self.bench.now_us >= self.dies_us):
            super().off()

    def wait(self):
        if self._dead("wait"):
            for _ in range(400):
                self.bench.advance(self.bench.now_us + 100)
                self.trial.each(self.bench)
            raise Died
        super().wait()


def _raising(name):
    def call(self, *given):
        if self._dead(name):
            raise Died
        return getattr(super(DyingPort, self), name)(*given)

    return call


for _name in CALLS:
    setattr(DyingPort, _name, _raising(_name))


class Dying(Trial):
    """A trial whose port dies in `name` at 2 s, and a note of what flows from then on."""

    def __init__(self, load, name, seed=1, deaf=False, dies_s=2.0):
        super().__init__(load, seed=seed, port_class=DyingPort)
        self.port.dying, self.port.deaf = name, deaf
        self.port.dies_us = round(dies_s * 1e6)
        self.flows = []
        self.fed_us = 0  # how long after its death the stage still fed
        self.late_uc = 0.0  # what the load got later than that
        self._fed_uc = 0.0
        self.each = self._note

    def _note(self, plant):
        if plant.now_us >= self.port.dies_us:
            self.flows.append((plant.now_us, plant.load_ua))
            if plant.is_driven:
                self.fed_us = plant.now_us - self.port.dies_us
                self._fed_uc = plant.truth.gross_uc
            elif self.fed_us < plant.now_us - self.port.dies_us - 200:
                self.late_uc = plant.truth.gross_uc - self._fed_uc

    def die(self, words=TWO_MA):
        """Run until it dies; return how long after its death current still flowed, us."""
        with pytest.raises(Died):
            self.run(words)
        for _ in range(1000):
            self.plant.advance(self.plant.now_us + 100)
            self._note(self.plant)
        above = [now_us for now_us, ua in self.flows if abs(ua) >= GONE_UA]
        assert above
        return above[-1] - self.port.dies_us


@pytest.mark.parametrize("load", [*LOADS, "rc:30000:100"])
@pytest.mark.parametrize("seed", [*SEEDS, LONGEST_SEED])
@pytest.mark.short_cases("1-resistor:500", "2-forearm", "3-rc:15000:10", "2221-rc:30000:100")
def test_a_loop_that_hangs_feeds_nothing_after_10_ms_by_the_dead_man(seed, load):
    trial = Dying(load, "wait", seed, deaf=True)
    trial.die()
    assert trial.plant.gate  # nobody brought it down
    # The hold counts from the last rising edge, up to two ticks ago.
    assert draw_hold_us(seed) - 2000 <= trial.fed_us <= DEAD_US
    # What flows later is what the stage's output capacitance held, 0.47 nF at up to 46 V, and
    # 2 mA for the 100 us between two looks.
    assert trial.late_uc <= 0.022 + 0.2


@pytest.mark.parametrize("load", LOADS)
@pytest.mark.parametrize("seed", [*SEEDS, LONGEST_SEED])
@pytest.mark.short_cases("1-resistor:500", "2-forearm", "3-rc:15000:10")
def test_nor_does_the_load_carry_anything_after_10_ms(seed, load):
    assert Dying(load, "wait", seed, deaf=True).die() <= DEAD_US


# Frozen low and frozen high. With 2.2 nF it took 10.2 ms on the forearm and 13.3 on the other.
@pytest.mark.parametrize("dies_s", [2.0, 2.001])
@pytest.mark.parametrize("load", ["forearm", "rc:30000:100"])
@pytest.mark.short_cases("forearm-2.0", "rc:30000:100-2.001")
def test_nor_does_a_slowly_emptying_load_after_the_longest_hold(load, dies_s):
    assert Dying(load, "wait", LONGEST_SEED, True, dies_s).die() <= DEAD_US


def test_a_hang_at_any_current_and_in_a_ramp_feeds_nothing_after_10_ms():
    for dies_s in (0.45, 0.55, 1.1, 5.3):
        trial = Dying("forearm", "wait", LONGEST_SEED, True, dies_s)
        trial.die()
        assert 1000 < trial.fed_us <= DEAD_US


def lives_us(name):
    """How long a loop may live on without that call: frames are written now and then."""
    return {"write": 300_000, "read": 4_000}.get(name, 0)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.short_cases("read", "actuate", "feed")
def test_an_error_in_any_call_of_the_port_is_off_at_once(name):
    trial = Dying("forearm", name)
    assert trial.die() <= lives_us(name) + DEAD_US
    assert not trial.plant.gate
    assert trial.plant.drive_ua == 0
    assert trial.bench.info()["fault"] == "internal error"


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.short_cases("sample", "actuate", "pump")
def test_an_error_with_a_board_that_cannot_switch_off_is_off_by_the_dead_man(name):
    trial = Dying("forearm", name, seed=LONGEST_SEED, deaf=True)
    trial.die()
    assert trial.fed_us <= lives_us(name) + DEAD_US


@pytest.mark.parametrize("late_us", [2_100, 6_000, 9_500, 30_000])
def test_a_tick_that_comes_late_once_is_a_fault_and_current_never_returns(late_us):
    trial = Trial("forearm")
    after = []
    trial.at(2, lambda plant: trial.port.oversleep(late_us))
    trial.each = lambda plant: after.append((plant.now_us, plant.load_ua))
    trial.run(TWO_MA)
    assert (trial.last["outcome"], trial.last["fault"]) == ("fault", "late")
    trial.wait_s(1)
    limit_us = 2_000_000 + min(late_us + 2000, DEAD_US) + 5000
    assert max(ua for now_us, ua in after if now_us > limit_us) < GONE_UA


def test_a_board_reset_by_its_watchdog_is_off_for_good():
    trial = Trial("forearm")
    trial.at(2, lambda plant: trial.port.oversleep(150_000))
    trial.run(TWO_MA)
    assert trial.port.watchdog_bit
    assert trial.last["fault"] == "late"
    trial.wait_s(1)
    assert trial.truth.last_above_us <= 2_000_000 + DEAD_US


@pytest.mark.parametrize("gone_s", [0.1, 0.5, 2.0, 4.9])
@pytest.mark.short_cases("0.1", "2.0")
def test_a_host_that_vanishes_is_missed_for_3_s_then_the_session_ramps_down(gone_s):
    trial = Trial("forearm")
    trial.console.gone_us = round(gone_s * 1e6)
    flows = []
    trial.each = lambda plant: flows.append((plant.now_us, plant.load_ua, plant.gate))
    trial.run(by_time((2000, 9000), slew_ua_s=2000))
    assert (trial.last["outcome"], trial.last["fault"]) == ("stopped", None)
    held = [now_us for now_us, ua, _ in flows if ua >= 1990]
    lost_us = trial.console.gone_us + 3_000_000
    assert lost_us - 250_000 <= held[-1] <= lost_us + 150_000
    ended = [now_us for now_us, _, gate in flows if gate]
    assert ended[-1] == pytest.approx(held[-1] + 1_000_000, abs=10_000)
    assert trial.last["dose_uc"] == pytest.approx(trial.truth.gross_uc, rel=1e-3)


def test_a_host_that_only_hears_nothing_still_counts_as_there():
    trial = Trial("forearm")
    trial.run(by_time((2000, 9000)))
    assert trial.last["outcome"] == "complete"
    assert trial.events(codes.EVENT_HOST_LOST) == []
