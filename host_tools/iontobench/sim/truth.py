"""What really happened at the load: for records' closing figures and for tests only.

Charge in uC, current in uA, time in us; signs as the load sees them (after the polarity
bridge). A live view of the plant. Must never be read by anything that controls or measures.
"""

PC_PER_UC = 1e6
GONE_UA = 5.0  # below this a current counts as gone


class Truth:
    """A view of one bench; every attribute is as of `bench.now_us`."""

    def __init__(self, bench) -> None:
        self._bench = bench
        self.positive_uc_done = 0.0
        self.negative_uc_done = 0.0
        self.fault_onset_us: int | None = None
        self.gate_low_us: int | None = None
        self.gate_until_us = -1  # when the gate last went low

    def _pair(self) -> tuple[float, float]:
        """Charge of each polarity so far, both >= 0."""
        bench = self._bench
        forward = (bench.net_pc + bench.backward_pc) / PC_PER_UC
        backward = bench.backward_pc / PC_PER_UC
        if bench.polarity < 0:
            forward, backward = backward, forward
        return self.positive_uc_done + forward, self.negative_uc_done + backward

    def fold(self) -> None:
        """Close the books of one polarity; the bench calls it before it reverses."""
        self.positive_uc_done, self.negative_uc_done = self._pair()
        self._bench.net_pc = self._bench.backward_pc = 0.0

    @property
    def positive_uc(self) -> float:
        """Charge that went through the load forwards."""
        return self._pair()[0]

    @property
    def negative_uc(self) -> float:
        """Charge that went through the load backwards, >= 0."""
        return self._pair()[1]

    @property
    def charge_uc(self) -> float:
        """Net charge, signed."""
        positive, negative = self._pair()
        return positive - negative

    @property
    def gross_uc(self) -> float:
        """Charge of both directions together."""
        return sum(self._pair())

    @property
    def peak_ua(self) -> float:
        """Largest current driven by the stage; the 20 us after a re-contact or a turn apart."""
        return self._bench.peak_ua

    @property
    def back_peak_ua(self) -> float:
        """Largest current against the drive: a load emptying itself through bleed or short."""
        return self._bench.back_peak_ua

    @property
    def dump_peak_ua(self) -> float:
        """Largest current with which the output capacitance met a load, for about 1 us."""
        return self._bench.dump_peak_ua

    @property
    def last_above_us(self) -> int | None:
        """When |load current| was last above 5 uA; None if it never was."""
        bench = self._bench
        if abs(bench.load_ua) > GONE_UA:
            return bench.now_us
        return bench.last_above_us

    @property
    def last_driven_us(self) -> int | None:
        """The same of currents that the stage drove; a load that empties itself drives back."""
        bench = self._bench
        if bench.load_ua > GONE_UA:
            return bench.now_us
        return bench.last_driven_us

    @property
    def gate_off_us(self) -> int | None:
        """From the first fault's onset to the gate going low; None while it has not."""
        if self.fault_onset_us is None or self.gate_low_us is None:
            return None
        return self.gate_low_us - self.fault_onset_us

    @property
    def current_off_us(self) -> int | None:
        """From the first fault's onset to the last time that the stage drove more than 5 uA
        (0: never after it)."""
        if self.fault_onset_us is None:
            return None
        return max(0, (self.last_driven_us or 0) - self.fault_onset_us)
