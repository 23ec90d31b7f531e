"""An integer stage on a resistor: what flows follows from gate, dead-man, limiter and drive.

Gate, dead-man and hardware limiter each act for themselves, so a proof passes where all of them
work and nowhere else. Currents in `_q4`, voltages in mV. No time: `FakePort` says when ENABLE
was last seen to toggle.
"""

OPEN = None  # a load that is not there
_LIM_TEST_UA = 30
_NOT_LOW_UA = 1000  # of a threshold that is broken


class FakeStage:
    """One stage of one board.

    Attributes to set: `load_ohm` (or OPEN), `gain` in 1/1000, `broken` (of "gate" and "series",
    which then always conduct, "bridge", which then stays at +1, "stage", "sense B", "limiter" and
    "rearm", which then do nothing, "threshold", which LIM_TEST then does not lower enough: a
    packet still passes it). To read:
    `gate`, `drive`, `tripped`, `probe_on`, `lim_testing`, `polarity`.
    """

    def __init__(self, board, load_ohm):
        self.board = board
        self.load_ohm = load_ohm
        self.gain = 1000
        self.broken = set()
        self.gate = self.drive = self.probe_on = 0
        self.tripped = self.lim_testing = 0
        self.polarity = 1
        self.pumped_us = None  # when ENABLE last toggled; None once its hold is over

    def current_q4(self):
        """What flows through the load, `_q4`."""
        if self.load_ohm is OPEN:
            return 0
        board = self.board
        if self._conducts():
            full_q4 = board.full_scale_ua * 16 * self.gain // 1000
            flows_q4 = self.drive * full_q4 // board.drive_counts
            return min(flows_q4, board.compliance_mv * 16000 // max(self.load_ohm, 1))
        if self.probe_on:
            return board.probe_mv * 16000 // (board.probe_ohm + self.load_ohm)
        return 0

    def load_mv(self):
        """The voltage over the terminals, mV."""
        if self.load_ohm is OPEN:
            if self.gate and self.drive:
                return self.board.compliance_mv
            return self.board.probe_mv if self.probe_on else 0
        return self.current_q4() * self.load_ohm // 16000

    def limit(self):
        """The hardware limiter: its own threshold, latching the series switch."""
        if "limiter" in self.broken or not self._conducts():
            return
        board = self.board
        most_q4 = board.max_ua * 16 * 105 // 100
        if self.lim_testing and board.lim_test:
            most_ua = _NOT_LOW_UA if "threshold" in self.broken else _LIM_TEST_UA
            most_q4 = most_ua * board.proof_scale * 16
        if self.current_q4() > most_q4:
            self.tripped = 1

    def is_chain_closed(self):
        """Whether dead-man and limiter let the series switch conduct."""
        return (self.pumped_us is not None or "series" in self.broken) and not self.tripped

    def take_packet(self):
        """A chain has closed behind a stage at its rail: that passes LIM_TEST's threshold."""
        if self.lim_testing and "limiter" not in self.broken:
            self.tripped = 1

    def _conducts(self):
        broken = self.broken
        gate = self.gate or "gate" in broken
        return gate and self.is_chain_closed() and "stage" not in broken
