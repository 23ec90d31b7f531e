"""The firmware's own session, ramp, pulses and dose for the tests of bounds: no plant, no loop.

A load and a regulator that follow exactly, in steps of at most 20 ms, the longest interval that
the firmware's sums accept. Currents in `_q4`, charge in uC, times in us.
"""

from tests.core.led_session import LedSession

from ionto.core import codes, limits, program

BOARD = limits.Board("virtual", 5000, 40000, 40)
STEP_US = 20000
_STEPS_MAX = 40000


class Watched:
    """One session, a step at a time, and the worst that it did.

    `step` takes one of: go, pause, resume, set (a new level), lose (contact), limit (the load).
    """

    def __init__(self, made, board=BOARD):
        self.led = LedSession(program.Program(made, board), board)
        self.led.dose.reset(made[program.H_POLARITY])
        self.wall_uc = made[program.H_CHARGE_UC]
        self.peak_q4 = self.energised_us = self.steepest_q4 = 0
        self.turned_q4 = 0  # the most that flowed when the polarity was switched

    def step(self, what, value):
        """One step; whether the session goes on."""
        led, session = self.led, self.led.session
        set_before_q4, gate_before, polarity = led.ramp.set_q4, session.gate, session.polarity
        was_pulsing = session.state == codes.STATE_PULSE
        fault, ask = 0, codes.ASK_NONE
        if led.dose.gross_uc > self.wall_uc:
            fault = codes.FAULT_CHARGE_WALL
        elif what == "lose" and session.gate:
            fault = codes.VERDICT_CUT
        elif what == "set":
            session.value, ask = value, codes.ASK_SET
        elif what in ("pause", "resume"):
            ask = codes.ASK_PAUSE if what == "pause" else codes.ASK_RESUME
        gate = led.tick(fault, ask, STEP_US)
        if gate and what == "limit":
            led.ramp.retract(led.ramp.set_q4 * value // 5000)
        flow_q4 = led.ramp.set_q4 if gate else 0
        if session.polarity != polarity:
            led.dose.set_polarity(session.polarity)
            self.turned_q4 = max(self.turned_q4, set_before_q4 if gate_before else 0, flow_q4)
        self.peak_q4 = max(self.peak_q4, flow_q4)
        if not was_pulsing and session.state != codes.STATE_PULSE:
            self.steepest_q4 = max(self.steepest_q4, flow_q4 - set_before_q4)
        self.energised_us += STEP_US if gate or gate_before else 0
        return session.state < codes.STATE_DONE


def run(made, script):
    """Run the script, (what, value, steps) each, then on to the end; a pause is resumed.

    A command comes once, then the session goes on: the loop takes in one byte a tick, so no two
    commands are closer than five ticks.
    """
    watched = Watched(made)
    for what, value, steps in script:
        for step in range(steps):
            once = what in ("pause", "resume", "set") and step > 0
            if not watched.step("go" if once else what, value):
                return watched
    for _ in range(_STEPS_MAX):
        resume = watched.led.session.state == codes.STATE_PAUSED
        if not watched.step("resume" if resume else "go", 0):
            return watched
    raise RuntimeError("the session does not end")
