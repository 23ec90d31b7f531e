"""Every way out of a session ends with no current in the load; in the long tier from full current.

`acts` breaks the firmware from inside its tick; what flows is read from the plant. Ways off 3
(`finally`), 5 (watchdog) and 6 (dead-man); times in us from the order to the last current. A boot
of the whole firmware is what costs most here: in the short tier a board with a slot of a few lines
boots again after the watchdog.
"""

from typing import NamedTuple

import msgspec
import pytest

from iontobench.sim.dead_man import DeadMan

from .forks import in_copy

_ALMOST_UA = 4900  # of 5000
_CALM_US = 100_000  # for the trim, after the ramp's end
_DEAD_MAN_US = 10_000
_HOLDS_US = (4600, 8400)  # from the last rising edge: 3.6 to 8.4 ms from either [S-11]
_WATCHDOG_US = 110_000
_BOOT_US = 1_500_000
_QUIET_US = 50_000  # after a soft reset
_HUNG = b"last reset: by the watchdog, a session had hung; the output is off"


def _raised(course, act):
    """An act that raises inside the tick, and what the board is like afterwards."""
    from .acts import aftermath

    since_us = course.now_us
    course.order(act)
    found = aftermath(course, since_us)
    found["refusal"] = course.chip.exec(
        "try: bench.run()\nexcept RuntimeError as why: print(why)", limit_us=1_000_000
    )
    course.chip.exec("bench._loop.tick.start = _start\nbench.clear()")
    found["cleared"] = course.chip.exec("print(bench.info()['fault'])")
    return found


def _reset(course, act, hold_us=None):
    """An act that ends in a reset: `(current off, causes of the resets, all off)`."""
    if hold_us is not None:
        plant = course.plant
        plant.stage = msgspec.structs.replace(plant.stage, hold_us=hold_us)
        plant.dead_man, plant.even_us = DeadMan(plant.stage), -1
        plant.dead_man.fill(plant.now_us)
        course.run_to(course.now_us + 3_000)
    since_us = course.now_us
    course.order(act)
    course.chip.run_until_us(course.chip.now_us + _WATCHDOG_US)
    causes = [reset.cause for reset in course.chip.resets]
    return course.current_off_us(since_us), causes, course.is_off()


def _booted_again(course, act):
    """The same, and on to the next prompt."""
    found = _reset(course, act, _HOLDS_US[-1])
    edges = len(course.gate_edges)
    shown = course.chip.prompt(_BOOT_US)
    why = course.chip.exec("import machine\nprint(machine.reset_cause() == machine.WDT_RESET)")
    fault = course.chip.exec("print(bench.last(), bench.info()['fault'])")
    return *found, len(course.gate_edges) == edges, shown, why, fault


def _soft_reset(course, quiet_us):
    from .acts import SOFT_RESET

    since_us = course.now_us
    course.order(SOFT_RESET)
    shown = course.chip.usb.read_until(b"soft reboot", 3_000_000)
    course.chip.run_until_us(course.chip.now_us + quiet_us)
    return course.current_off_us(since_us), course.chip.resets == [], course.is_off(), shown


def _held_ua(course):
    return course.plant.load_ua


def _short_story(stay):
    """One of each way, at the 2 mA that other files' tests hold too."""
    from . import acts

    def do(act, *args):
        return stay.do("held", act, *args)

    return {
        "level_ua": 2000,
        "held_ua": do(_held_ua),
        "fail": do(_raised, acts.FAIL),
        "spin": [do(_reset, acts.SPIN, _HOLDS_US[-1])],
        "stick": [do(_reset, acts.STICK, _HOLDS_US[0])],
        "reset": do(_reset, acts.RESET),
        "soft": [do(_soft_reset, _QUIET_US)],
    }


def _story(booted, size):
    """Many of each way, at the most that the board makes."""
    from . import acts
    from .course import Course, by_time

    course = Course(booted, by_time(5000, 60_000), "resistor:6000", acts.PATCH)
    course.run_to_current(_ALMOST_UA)
    course.run_to(course.now_us + _CALM_US)
    told = {"level_ua": 5000, "held_ua": course.plant.load_ua}
    raising = {"fail": acts.FAIL, "exhaust": acts.EXHAUST, "spoil": acts.SPOIL}
    for name in size.raising:
        told[name] = in_copy(_raised, course, raising[name])
    told["spin"] = [in_copy(_reset, course, acts.SPIN, us) for us in size.spin_holds_us]
    told["stick"] = [in_copy(_reset, course, acts.STICK, us) for us in size.stick_holds_us]
    told["reset"] = in_copy(_reset, course, acts.RESET)
    told["booted again"] = in_copy(_booted_again, course, acts.STICK)
    told["soft"] = []
    for _ in range(size.soft_resets):
        course.run_to(course.now_us + 1_370)
        told["soft"].append(in_copy(_soft_reset, course, size.quiet_us))
    return told


class _Size(NamedTuple):
    """How much of it is tried. After a soft reset the board is watched for `quiet_us`."""

    raising: tuple[str, ...]
    spin_holds_us: tuple[int, ...]
    stick_holds_us: tuple[int, ...]
    soft_resets: int
    quiet_us: int


_MANY = _Size(("fail", "exhaust", "spoil"), (_HOLDS_US[-1],), _HOLDS_US, 20, 300_000)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(None, id="few"),
        pytest.param(_MANY, id="many", marks=pytest.mark.long),
    ],
)
def story(request, booted, at_2_ma):
    """One session at its level, and what each act does to it there."""
    if request.param is None:
        return _short_story(at_2_ma)
    return in_copy(_story, booted, request.param)


def test_the_session_was_at_its_full_current(story):
    assert story["held_ua"] == pytest.approx(story["level_ua"], rel=0.02)


_RAISED = {"fail": b"ValueError", "exhaust": b"MemoryError", "spoil": b"TypeError"}


def test_exception_inside_a_tick_is_off_latched_and_said(story):
    """By a statement; in the long tier also by an allocation and in native code."""
    from .acts import assert_left_well

    tried = [act for act in _RAISED if act in story]
    assert tried[0] == "fail"
    for act in tried:
        found = story[act]
        assert_left_well(found)
        assert _RAISED[act] in found["shown"] or b"MemoryError" in found["shown"]
        assert found["last"]["outcome"] == "fault"
        assert found["last"]["fault"] == found["fault"] == "internal error"
        assert b"latched fault: internal error" in found["refusal"]
        assert found["cleared"] == b"none\r\n"


@pytest.mark.parametrize("way", ["spin", "stick"])
def test_hung_loop_starves_the_dead_man_and_is_then_reset(story, way):
    assert story[way]
    for current_us, resets, off in story[way]:
        assert 0 < current_us <= _DEAD_MAN_US
        assert resets == ["watchdog"]
        assert off


def test_hardware_reset_by_the_firmware_is_off_at_once(story):
    current_us, resets, off = story["reset"]
    assert current_us <= 2_000
    assert resets == ["software"]
    assert off


@pytest.mark.parametrize(
    "story", [pytest.param(_MANY, id="many", marks=pytest.mark.long)], indirect=True
)
def test_after_the_watchdogs_reset_the_board_boots_off_and_says_why(story):
    *_, no_edge, shown, by_watchdog, fault = story["booted again"]
    assert no_edge
    assert _HUNG in shown
    assert by_watchdog == b"True\r\n"
    assert fault == b"None none\r\n"


def test_after_a_missed_feed_a_board_with_a_small_slot_boots_off_and_says_why(make_chip):
    """`boot.py` and `main.py` as they ship; the slot is one of a few lines."""
    from rp2040py.gpio_pin import GPIOPinState

    from iontobench import resources

    from .course import OUTPUTS
    from .test_chip_slots import slot_files

    boot_py = resources.board_file("pico_pwm", "boot.py")
    own = {"main.py": resources.main_py(), "boot.py": boot_py}
    files = {name: path.read_bytes() for name, path in own.items()}
    chip = make_chip(files | {f"a/{path}": data for path, data in slot_files("a").items()})
    assert _HUNG not in chip.prompt()
    highs = []
    for pin in OUTPUTS:
        chip.mcu.gpio[pin].add_listener(lambda value, last, pin=pin: highs.append((pin, value)))
    chip.usb.write(b"import machine\rmachine.WDT(timeout=100); machine.disable_irq()\r")
    chip.run_until_us(chip.now_us + _WATCHDOG_US)
    chip.usb.reset_input_buffer()  # the prompts before it
    shown = chip.prompt(_BOOT_US)
    assert [reset.cause for reset in chip.resets] == ["watchdog"]
    assert _HUNG in shown
    assert GPIOPinState.HIGH not in {value for _, value in highs}
    assert chip.exec("print(machine.reset_cause() == machine.WDT_RESET)") == b"True\r\n"


def test_soft_reset_at_full_current_is_off_within_10_ms_every_time(story):
    assert story["soft"]
    for current_us, unreset, off, shown in story["soft"]:
        assert current_us <= _DEAD_MAN_US
        assert unreset
        assert off
        assert b"soft reboot" in shown
