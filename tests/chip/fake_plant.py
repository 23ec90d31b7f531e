"""A plant of nothing but memory: the wiring's contract, every call kept with its time in us.

It has the plant's interface and no more, and raises where a caller breaks its rules.
"""


class FakePlant:
    """Keeps `calls` as (time in us, name, argument); codes and inputs are functions of time."""

    def __init__(self):
        self.now_us = 0
        self.calls = []
        self.code_at = lambda channel, now_us: 0
        self.tripped_from_us = None
        self.pressed_from_us = None

    def of(self, name):
        """The arguments of all calls of that name, in order."""
        return [argument for _, called, argument in self.calls if called == name]

    def advance(self, to_us):
        if not isinstance(to_us, int) or to_us < self.now_us:
            raise ValueError(f"advance from {self.now_us} to {to_us!r}")
        self.now_us = to_us

    def set_drive(self, fraction):
        if not 0.0 <= fraction <= 1.0:
            raise ValueError(f"a drive of {fraction}")
        self._keep("set_drive", fraction)

    def set_gate(self, on):
        self._keep("set_gate", self._switch(on))

    def pump(self):
        self._keep("pump", None)

    def set_probe(self, on):
        self._keep("set_probe", self._switch(on))

    def set_polarity(self, sign):
        if sign not in (1, -1):
            raise ValueError(f"a polarity of {sign}")
        self._keep("set_polarity", sign)

    def set_lim_test(self, on):
        self._keep("set_lim_test", self._switch(on))

    def rearm(self):
        self._keep("rearm", None)

    def read_code(self, channel):
        if channel not in (0, 1, 2, 3):
            raise ValueError(f"channel {channel}")
        return self.code_at(channel, self.now_us)

    @property
    def limiter_tripped(self):
        return self.tripped_from_us is not None and self.now_us >= self.tripped_from_us

    @property
    def stop_pressed(self):
        return self.pressed_from_us is not None and self.now_us >= self.pressed_from_us

    def _keep(self, name, argument):
        self.calls.append((self.now_us, name, argument))

    @staticmethod
    def _switch(on):
        if not isinstance(on, bool):
            raise TypeError(f"a switch is True or False, not {on!r}")
        return on
