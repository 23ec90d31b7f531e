"""Short segments, a session led by hand through them, and how long it stays where it is."""

from tests.support.programs import make_program, segment

from ionto.core import codes, program

from .led_session import LedSession

FAST = {"slew_ua_s": 10_000}


def hold(level_ua=1000, time_ms=50, polarity=0, slew_ua_s=10_000):
    """A short hold by time."""
    return segment(level_ua=level_ua, time_ms=time_ms, polarity=polarity, slew_ua_s=slew_ua_s)


def by_charge(charge_uc, level_ua=1000, polarity=0):
    """A short hold by charge."""
    return segment(program.HOLD_CHARGE, level_ua, 10_000, charge_uc, polarity=polarity)


def led(*segments, **header):
    """A session led by hand through `segments`."""
    return LedSession(make_program(segments=list(segments), **{**FAST, **header}))


def away(made, limit=5000):
    """Ticks that its state lasts from now on."""
    state = made.session.state
    for count in range(limit):
        if made.session.state != state:
            return count
        made.tick()
    raise AssertionError(f"still {codes.STATE_NAMES[state]} after {limit}")
