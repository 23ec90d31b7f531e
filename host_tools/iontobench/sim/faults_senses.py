"""Faults of shunts, dividers, converter, reference and multiplexer.

`Troubled` stands in front of a converter; until the first of its faults strikes it passes on
every call, so that the trace up to there is the healthy one's. Units: uA, mV, codes.
"""

from iontobench.signs import UA

from .fault import Kind
from .noise import Normal
from .portable import sine
from .senses import CH_A, CH_B, CH_SUPPLY, CH_V, Converter, WideAdc

_CHANNELS = 4
_MAINS_PERIOD_US = 20000
_NOISE_BLOCK = 512
# Which channel an inverted address line gives, of lines 1 and 2: with A, B, V and supply at 0 to 3
# in this order, and with B at 3, V at 1 and the supply at 2 [boards/pico_dac/README.md, Pins].
_PLAIN_SWAPS = (1, 2)
_SWAPS = {WideAdc.name: (2, 3)}


class Troubled(Converter):
    """A converter with faults between the stage and its codes.

    Args:
        adc: the healthy one.
        plant: whose time and currents the faults need.
        seed: draws the noise of `adc-noise`.
    """

    def __init__(self, adc, plant, seed: int) -> None:
        self._adc = adc
        self._plant = plant
        self._normal = Normal(seed, "adc trouble")
        self._noise: list[float] = []
        self._last: list[int | None] = [None] * _CHANNELS  # None: not read yet
        self.name, self.ranges = adc.name, adc.ranges
        self.active = False
        self.times = [1.0] * _CHANNELS
        self.add = [0.0] * _CHANNELS
        self.frozen = [False] * _CHANNELS
        self.sigma_ua = 0.0
        self.mains_ua = 0.0
        self.reference = 1.0
        self.stuck_at: int | None = None  # the multiplexer's channel
        self.swap = 0  # the multiplexer takes the channel of that distance (exclusive or)
        self.data_line: int | None = None  # the level at which it stays: 0 or 1
        self.has_reference = True

    def codes3(self, a_ua: float, b_ua: float, v_mv: float) -> tuple[int, int, int]:
        """Return the codes of A, B and V."""
        if not self.active:
            codes = self._adc.codes3(a_ua, b_ua, v_mv)
            self._last[:3] = codes
            return codes
        b_ua = self._plant.quantity(CH_B)  # not always what flows through A
        return self.code(CH_A, a_ua), self.code(CH_B, b_ua), self.code(CH_V, v_mv)

    def code(self, channel: int, quantity: float) -> int:
        """Return the code of one channel."""
        if not self.active:
            code = self._last[channel] = self._adc.code(channel, quantity)
            return code
        last = self._last[channel]
        if self.frozen[channel] and last is not None:
            return last
        top = self.ranges[channel].top
        if self.data_line is not None:
            return top if self.data_line else 0
        if self.stuck_at is not None or self.swap:
            channel = channel ^ self.swap if self.stuck_at is None else self.stuck_at
            quantity = self._plant.quantity(channel)
        quantity = self.times[channel] * quantity + self.add[channel]
        if channel in (CH_A, CH_B):
            quantity += self._disturbance_ua(channel)
        code = self._adc.code(channel, quantity)
        if not self.has_reference:
            code = top if code else 0
        if self.reference != 1.0:
            code = min(self.ranges[channel].top, round(code * self.reference))
        self._last[channel] = code
        return code

    def _disturbance_ua(self, channel: int) -> float:
        extra_ua = 0.0
        if self.sigma_ua:
            if not self._noise:
                self._noise = self._normal.block(_NOISE_BLOCK)
            extra_ua = self.sigma_ua * self._noise.pop()
        if self.mains_ua:  # it is in the loop of the load: A and B see the same current
            wave_ua = self.mains_ua * sine(self._plant.now_us / _MAINS_PERIOD_US)
            extra_ua += wave_ua * (self._plant.polarity if channel == CH_B else 1)
        return extra_ua


def _a_dead(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().times[CH_A] = 0.0


def _a_scale(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().times[CH_A] = value


def _a_open(plant, value: float, count: int) -> None:
    """The load's return is cut, and the limiter's shunt above it goes up with the output."""
    plant.enable_sense_faults().add[CH_A] += 2.0 * plant.stage.full_scale_ua  # its rail
    plant.lift()
    plant.limiter.tripped = True


def _a_short(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().times[CH_A] = 0.0
    stage = plant.stage
    plant.limiter.move(stage.limiter_kohm / (stage.limiter_kohm - stage.a_kohm))
    plant.recompute()


def _b_open(plant, value: float, count: int) -> None:
    """The current leaves through the inputs of sense B alone: it never comes to A."""
    _unseen(plant)
    plant.enable_sense_faults().add[CH_B] += 2.0 * plant.stage.full_scale_ua  # its rail
    plant.edge()
    plant.load.series_kohm += plant.stage.b_input_kohm
    plant.worsen(1.0)


def _return_grounded(plant, value: float, count: int) -> None:
    _unseen(plant)


def _unseen(plant) -> None:
    times = plant.enable_sense_faults().times
    times[CH_A] = times[CH_B] = 0.0
    plant.limiter.die()
    plant.recompute()


def _b_dead(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().times[CH_B] = 0.0


def _a_offset(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().add[CH_A] += value


def _b_offset(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().add[CH_B] += value


def _v_dead(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().times[CH_V] = 0.0


def _a_stuck(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().frozen[CH_A] = True


def _adc_stuck(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().frozen = [True] * _CHANNELS


def _adc_noise(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().sigma_ua = value


def _mains(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().mains_ua = value


def _reference(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().reference = 1.0 / (1.0 + value / 100.0)


def _mux_stuck(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().stuck_at = (CH_A, CH_B, CH_V, CH_SUPPLY)[round(value)]


def _miso_stuck(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().data_line = round(value)


def _channels_swapped(plant, value: float, count: int) -> None:
    senses = plant.enable_sense_faults()
    senses.swap = _SWAPS.get(senses.name, _PLAIN_SWAPS)[round(value) - 1]


def _no_reference(plant, value: float, count: int) -> None:
    plant.enable_sense_faults().has_reference = False


SENSES: dict[str, Kind] = {
    "a-dead": Kind("sense A reads 0: its amplifier is gone", 9, _a_dead),
    "a-open": Kind("the shunt of sense A is open: the load's return with it", 9, _a_open),
    "a-short": Kind(
        "the shunt of sense A is a short: A reads 0, the limiter acts 6 % higher", 10, _a_short
    ),
    "b-open": Kind(
        "the shunt of sense B is open: B's own inputs are the load's return", 9, _b_open
    ),
    "return-grounded": Kind(
        "the load's return is on the bench's ground: neither sense nor the limiter sees anything",
        *(9, _return_grounded),
    ),
    "a-scale": Kind(
        "sense A reads VALUE of the current: its shunt is low or high",
        *(10, _a_scale, "times", 0, 4, 0.5),
    ),
    "b-dead": Kind("sense B reads 0", 9, _b_dead),
    "a-offset": Kind("sense A is off by VALUE", 11, _a_offset, UA, -5000, 5000, 500),
    "b-offset": Kind("sense B is off by VALUE", 11, _b_offset, UA, -5000, 5000, 500),
    "v-dead": Kind("the load voltage reads 0", 11, _v_dead),
    "a-stuck": Kind("the code of sense A freezes", 11, _a_stuck),
    "adc-stuck": Kind("every code freezes", 11, _adc_stuck),
    "adc-noise": Kind(
        "the converter turns noisy: VALUE rms on both currents",
        *(12, _adc_noise, UA, 1, 1000, 100),
    ),
    "mains": Kind(
        "50 Hz of amplitude VALUE in the loop of the load", 12, _mains, UA, 1, 1000, 100
    ),
    "reference": Kind(
        "the converter's reference drifts by VALUE", 13, _reference, "%", -20, 20, 5
    ),
    "mux-stuck": Kind(
        "the multiplexer stays on channel VALUE: A, B, V, supply",
        *(11, _mux_stuck, "channel", 0, 3, 0),
    ),
    "miso-stuck": Kind(
        "the converter's data line stays at VALUE: every code is 0 or the largest",
        *(11, _miso_stuck, "level", 0, 1, 0),
    ),
    "channels-swapped": Kind(
        "address line VALUE of the multiplexer is inverted: it takes another channel",
        *(11, _channels_swapped, "line", 1, 2, 2),
    ),
    "no-reference": Kind(
        "the converter's reference is gone: every code is the largest", 13, _no_reference
    ),
}
