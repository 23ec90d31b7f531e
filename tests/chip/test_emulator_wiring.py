"""The wiring: what the chip does to a pin reaches the plant on time, and the other way round."""

import pytest

_START_PWM = "import machine, time\nfrom machine import Pin, PWM, ADC\np = PWM(Pin(2))\n"
_PWM = _START_PWM + "p.freq(30518)\np.duty_u16({duty})\n"
_PASS_US = 20  # one pass of a loop that polls a pin
_LINES = "from machine import Pin\ngate, enable, probe, polarity, lim, rearm = "
_LINES += "[Pin(n, Pin.OUT, value=0) for n in range(3, 9)]\n"


@pytest.mark.parametrize("duty", [17, 6554, 32768, 65535])
@pytest.mark.short_cases("17", "32768")
def test_duty_reaches_the_plant_as_a_fraction(wired, duty):
    chip, plant, wiring = wired
    chip.exec(_PWM.format(duty=duty))
    assert plant.of("set_drive")[-1] == pytest.approx(duty / 65535, abs=1 / 4095)
    assert wiring.drive == plant.of("set_drive")[-1]


def test_new_duty_reaches_the_plant_at_the_wrap_that_latches_it(wired):
    chip, plant, _ = wired
    chip.exec(_PWM.format(duty=20000))
    plant.calls.clear()
    printed = chip.exec("t = time.ticks_us(); p.duty_u16(40000); u = time.ticks_us()\nprint(t, u)")
    before_us, after_us = (int(word) for word in printed.split())
    ((at_us, name, fraction),) = plant.calls
    assert name == "set_drive"
    assert fraction == pytest.approx(40000 / 65535, abs=1 / 4095)
    assert before_us <= at_us <= after_us + 33


@pytest.mark.long
def test_stopped_slice_freezes_its_pin_high_or_low(wired):
    chip, plant, wiring = wired
    seen = set()
    for delay_us in range(10, 75, 4):
        chip.exec(_PWM.format(duty=32768) + f"time.sleep_us({delay_us})\np.deinit()")
        frozen = wiring.drive
        seen.add(frozen)
        plant.calls.clear()
        chip.run_until_us(chip.now_us + 10_000)
        assert plant.of("set_drive") == []
    assert seen == {0.0, 1.0}


def test_duty_zero_and_a_low_pin_is_no_drive(wired):
    chip, plant, _ = wired
    chip.exec(_PWM.format(duty=32768) + "p.duty_u16(0)\nPin(2, Pin.OUT, value=0)")
    assert plant.of("set_drive")[-1] == 0.0
    chip.exec("p.duty_u16(30000)")
    assert plant.of("set_drive")[-1] == 0.0


_PULLED = """
from machine import Pin
from time import sleep_us
for pull in (None, Pin.PULL_UP):
    line = Pin(5, Pin.IN, pull)
    sleep_us(50)
    print(line.value())
"""


def test_a_line_with_its_pull_down_stays_off_against_the_chips_pull_up(wired):
    chip, plant, _ = wired
    assert chip.exec(_PULLED).split() == [b"0", b"0"]
    assert plant.of("set_probe") == []


def test_a_line_without_its_pull_down_is_lifted_by_the_chips_pull_up(chip, plant):
    from iontobench.chip.wiring import PinMap, Wiring

    Wiring(chip, plant, PinMap(gate=3, enable=4, probe=5, floating=frozenset({5})))
    assert chip.exec(_PULLED).split() == [b"0", b"1"]
    assert plant.of("set_probe") == [True]


def test_pin_driven_high_by_gpio_is_full_drive(wired):
    chip, plant, _ = wired
    chip.exec("from machine import Pin\nPin(2, Pin.OUT, value=1)")
    assert plant.of("set_drive") == [1.0]


def test_new_pwm_object_gives_the_pin_back_to_the_slice(wired):
    chip, plant, _ = wired
    chip.exec(_PWM.format(duty=32768) + "p.duty_u16(0)\nPin(2, Pin.OUT, value=0)")
    chip.exec("p = PWM(Pin(2))\np.duty_u16(16384)")
    assert plant.of("set_drive")[-1] == pytest.approx(0.25, abs=1 / 4095)


@pytest.mark.parametrize("channel", [0, 1, 2, 3])
@pytest.mark.short_cases("0", "3")
def test_adc_read_gets_the_plants_code_of_that_microsecond(wired, channel):
    chip, plant, _ = wired
    asked = []

    def code_at(asked_channel, now_us):
        asked.append((asked_channel, now_us, chip.now_us))
        return now_us % 4096

    plant.code_at = code_at
    chip.exec(f"from machine import ADC\nfrom time import ticks_us\na = ADC({26 + channel})")
    printed = chip.exec("t = ticks_us(); v = a.read_u16(); u = ticks_us()\nprint(t, v >> 4, u)")
    before_us, code, after_us = (int(word) for word in printed.split())
    ((asked_channel, plant_us, chip_us),) = asked
    assert (asked_channel, plant_us) == (channel, chip_us)
    assert before_us <= chip_us <= after_us
    assert code == chip_us % 4096


def test_codes_at_the_ends_of_the_scale_arrive_whole(wired):
    chip, plant, _ = wired
    for code in (0, 1, 2048, 4095):
        plant.code_at = lambda channel, now_us, code=code: code
        assert int(chip.exec("from machine import ADC\nprint(ADC(26).read_u16() >> 4)")) == code


@pytest.mark.parametrize(
    ("line", "name", "on", "off"),
    [
        ("gate", "set_gate", True, False),
        ("probe", "set_probe", True, False),
        ("polarity", "set_polarity", -1, 1),
        ("lim", "set_lim_test", True, False),
    ],
)
def test_switching_a_line_reaches_the_plant_once_a_change(wired, line, name, on, off):
    chip, plant, _ = wired
    chip.exec(_LINES)
    chip.exec(f"{line}(1)\n{line}(1)\n{line}(0)")
    assert [(called, argument) for _, called, argument in plant.calls] == [(name, on), (name, off)]


def test_line_changes_reach_the_plant_at_their_microsecond(wired):
    chip, plant, _ = wired
    chip.exec(_LINES + "from time import ticks_us, sleep_us")
    printed = chip.exec("t = ticks_us(); gate(1); u = ticks_us()\nprint(t, u)")
    before_us, after_us = (int(word) for word in printed.split())
    ((at_us, _, _),) = plant.calls
    assert before_us <= at_us <= after_us


def test_every_edge_of_enable_pumps_and_a_still_one_does_not(wired):
    chip, plant, _ = wired
    chip.exec(_LINES)
    chip.exec("for _ in range(7): enable.toggle()\nenable(1)\nenable(1)")
    assert len(plant.of("pump")) == 7


def test_rearm_acts_on_its_rising_edge_alone(wired):
    chip, plant, _ = wired
    chip.exec(_LINES + "rearm(1)\nrearm(0)")
    assert len(plant.of("rearm")) == 1


@pytest.mark.parametrize(("pin", "cause"), [(9, "tripped_from_us"), (10, "pressed_from_us")])
def test_input_is_seen_in_the_microsecond_the_chip_looks(wired, pin, cause):
    chip, plant, _ = wired
    setattr(plant, cause, chip.now_us + 20_000)
    printed = chip.exec(
        f"from machine import Pin\nfrom time import ticks_us\nw = Pin({pin}, Pin.IN)\n"
        "t = ticks_us()\nwhile not w(): t = ticks_us()\nprint(t, ticks_us())"
    )
    last_off_us, first_on_us = (int(word) for word in printed.split())
    changed_us = getattr(plant, cause)
    assert last_off_us <= changed_us + _PASS_US
    assert changed_us <= first_on_us <= changed_us + 2 * _PASS_US


def test_watchdog_reset_takes_every_line_off_the_plant(wired):
    chip, plant, wiring = wired
    chip.exec(_LINES + "gate(1)\nprobe(1)\nenable(1)\n" + _PWM.format(duty=40000))
    chip.exec("w = machine.WDT(timeout=50)")
    plant.calls.clear()
    chip.run_until_us(chip.now_us + 60_000)
    (reset,) = chip.resets
    assert wiring.drive == 0.0
    assert sorted(plant.calls) == [
        (reset.at_us, "pump", None),
        (reset.at_us, "set_drive", 0.0),
        (reset.at_us, "set_gate", False),
        (reset.at_us, "set_probe", False),
    ]


def test_soft_reset_can_leave_the_drive_on(wired):
    chip, _, wiring = wired
    for pause_us in range(0, 66, 3):
        chip.exec(_PWM.format(duty=32768) + f"time.sleep_us(100 + {pause_us})")
        chip.usb.write(b"\x02\x04")
        chip.usb.read_until(b"soft reboot", 1_000_000)
        chip.usb.read_until(b">>> ", 1_000_000)
        if wiring.drive == 1.0:
            return
    pytest.fail("no soft reset left the pin high: is the finding still true?")


def test_active_low_lines_are_on_when_low_and_off_when_floating(chip, plant):
    from iontobench.chip.wiring import PinMap, Wiring

    Wiring(chip, plant, PinMap(drive=2, gate=3, enable=4, stop=10, active_low=frozenset({3, 10})))
    assert plant.calls == []
    chip.exec("from machine import Pin\ng = Pin(3, Pin.OUT, value=1)\ng(0)")
    assert plant.of("set_gate") == [True]
    chip.exec("g.init(Pin.IN)")
    assert plant.of("set_gate") == [True, False]
    assert chip.exec("s = Pin(10, Pin.IN)\nprint(s())") == b"1\r\n"
    plant.pressed_from_us = 0
    assert chip.exec("print(s())") == b"0\r\n"


def test_plant_follows_the_chip_only_when_asked_or_touched(wired):
    chip, plant, wiring = wired
    chip.run_until_us(chip.now_us + 5_000)
    assert plant.now_us < chip.now_us
    wiring.sync()
    assert plant.now_us == chip.now_us
