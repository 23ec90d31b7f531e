"""Programs and loads of the closed-loop tests, for a `Trial`. Currents in uA, charge in uC."""

from functools import cache

from msgspec.structs import replace
from tests.closed_loop.plants import BOARD
from tests.support.programs import segment, words

from ionto.core import program
from iontobench.protocols import compile_protocol, load, profile
from iontobench.sim.skin import load_skin

FASTEST_UA_S = 10_000
GONE_UA = 5.0


@cache
def shipped(name="dexamethasone-40"):
    """The words of a protocol that ships."""
    return compile_protocol(load(name), profile("us"), BOARD).words


def by_time(*holds, slew_ua_s=FASTEST_UA_S, **header):
    """A program of (level_ua, hold_ms) one after the other."""
    made = [segment(program.HOLD_TIME, level, slew_ua_s, 0, ms) for level, ms in holds]
    peak_ua = max(level for level, _ in holds)
    return words(made, **{"peak_ua": peak_ua, "slew_ua_s": slew_ua_s, **header})


def by_dose(*doses, slew_ua_s=2000, **header):
    """A program of (level_ua, charge_uc) one after the other; its wall is a hundredth above."""
    made = [segment(program.HOLD_CHARGE, level, slew_ua_s, charge) for level, charge in doses]
    peak_ua = max(level for level, _ in doses)
    wall_uc = sum(charge for _, charge in doses) * 101 // 100 + peak_ua
    return words(
        made, **{"peak_ua": peak_ua, "slew_ua_s": slew_ua_s, "charge_uc": wall_uc, **header}
    )


def drier(times, **changes):
    """The dry forearm with `times` its unsettled resistance, and no breakdown: it has to limit."""
    dry = load_skin("forearm-dry")
    changes = {"breakdown_times": 1.0, **changes}
    return replace(dry, r0_kohm_cm2=times * dry.r0_kohm_cm2, **changes)


def change_load(kohm, part="r1_kohm"):
    """An act: the resistor load, or another part of it, becomes `kohm` at once."""

    def act(plant):
        setattr(plant.load, part, kohm)
        plant.recompute()
        plant.edge()

    return act
