"""The stage of boards/pico_dac: that of pico_pwm, with the parts that its own netlist has instead.

`boards/pico_dac/stage/netlist` has only what differs, block by block; `stage` puts it in place of
pico_pwm's. What measures is what measures pico_pwm's, on `PICO_DAC`; here is what only this stage
has. Currents in uA, voltages in V. Must not know the firmware.
"""

from dataclasses import replace

from iontobench.circuit.bench import (
    CONVERTER_ALONE,
    HIGH,
    LOAD,
    LOW,
    PIN_V,
    BoardStage,
    DummyLoad,
    PinDrive,
    StageBench,
    line,
    sense_a_ua,
    sense_b_ua,
    sense_v_mv,
    steady_rails,
)
from iontobench.circuit.netlist import BLOCKS, MODELS, SUPPLY, Netlist
from iontobench.circuit.ngspice import Analysis, analyse, transient

from . import conversion, edges
from .parts_list import Part, parts_list

BOARD = "pico_dac"
OWN_BLOCKS = (
    *("interface", "drive", "converter"),
    *("sense_a", "sense_b", "load_voltage", "senses"),
)
# Parts of pico_pwm's stage that this one has not: the PWM's switch and pull-down, the reference on
# ADC_VREF and half of it, decoupling.
GONE = ("XU6", "R101", "R613", "R614")
GONE_FROM_SUPPLY = ("XU10", "C722", "C735")
# Of a DAC8562, most [docs/platform.md, SPI converters].
ZERO_CODE_V, REFERENCE_SHARE = 4e-3, 0.002
_VSYS = "Vvsys vsys 0 4.7"
_LEAST_V5_V = 4.75  # S-27
_CHIPS_OHM = 50e3  # the RP2040's own pull-down after a reset, least
_OFF_UA = 62.5  # 1 % of full scale
_MIDDLE = 16  # of a sweep in steps of 0.02: 2 mA


def own(*blocks: str) -> Netlist:
    """Blocks as this board's own folder has them: what differs, and no more."""
    return Netlist.of_blocks(*blocks, board=BOARD)


def stage() -> Netlist:
    """The stage without its supply, with all models."""
    shared = Netlist.of_blocks(MODELS, *BLOCKS).without(*GONE)
    return Netlist.of_blocks(MODELS, board=BOARD).joined(shared.with_parts(own(*OWN_BLOCKS)))


def parts_of_stage() -> Netlist:
    """Every part, its supply's too, without models."""
    shared = Netlist.of_blocks(*BLOCKS, SUPPLY).without(*GONE, *GONE_FROM_SUPPLY)
    return shared.with_parts(own(*OWN_BLOCKS, SUPPLY))


def _at_rest() -> Netlist:
    """With a register that holds full drive: only /CLR keeps the drive at zero."""
    return stage().added("Vduty duty 0 1")


def listed() -> dict[str, Part]:
    """Everything to order, by reference: pico_pwm's list with this board's own in its place."""
    gone = {name.removeprefix("X") for name in (*GONE, *GONE_FROM_SUPPLY)}
    shared = {part.reference: part for part in parts_list() if part.reference not in gone}
    return shared | {part.reference: part for part in parts_list(BOARD)}


PICO_DAC = BoardStage(
    board=BOARD,
    netlist=stage,
    at_rest=_at_rest,
    driven_wrong=("Vg gate 0 3.3", "Ve enable 0 3.3", "Vc dac_clr 0 3.3"),
    rails=(_VSYS,),
    moving_rails=("Bvsys vsys 0 v=max(0,v(v5)-0.3)",),
    senses={f"adc_{one}_v": f"v(xu18.seen_{one})" for one in "abv"},
    top_v=5.12,
    top_code=65536,
    has_dac=True,
)


def zero(on: BoardStage = PICO_DAC) -> dict[str, float]:
    """The largest current at code 0, the gate high; and with the DAC's own zero-code error."""
    worst = on.netlist().with_parameter("XU17", "zero", ZERO_CODE_V)
    return {
        **conversion.zero(on=on),
        "with_dac_ua": conversion.zero(worst, on)["largest_zero_ua"],
    }


def cleared(on: BoardStage = PICO_DAC) -> dict[str, float]:
    """/CLR falls at 5 mA and nothing else moves: how long until 1 % of full scale, in ms."""
    drive = replace(PinDrive.steady(5000.0), dac_clr=line([(0, PIN_V), (17, PIN_V), (17.001, 0)]))
    result = transient(StageBench(drive, DummyLoad(1e3), on=on).deck(), 22, 10, LOAD, from_ms=16.5)
    return {"clear_ms": edges.after(result, "load_ua", 17, _OFF_UA) / 1e3}


def pins_open() -> dict[str, float]:
    """Both selects and /CLR with every pin open, against the chip's own pull-downs: V."""
    pins = ("adc_cs", "dac_cs", "dac_clr")
    weak = [f"Rweak_{pin} {pin} 0 {_CHIPS_OHM:g}" for pin in pins]
    deck = own("interface").added("Vv33 v33 0 3.3", *weak).text
    seen = analyse(deck, "dc vv33 3.3 3.4 0.1", {f"{pin}_v": f"v({pin})" for pin in pins})
    return {
        "select_v": float(min(seen["adc_cs_v"][0], seen["dac_cs_v"][0])),
        "clear_v": float(seen["dac_clr_v"][0]),
    }


def _swept(netlist: Netlist, rails: tuple[str, ...], ohm: float = 1e3) -> Analysis:
    drive = PinDrive(gate=HIGH, enable=LOW)
    made = conversion.alone(netlist, PICO_DAC)
    bench = StageBench(drive, DummyLoad(ohm), made, rails, CONVERTER_ALONE, PICO_DAC)
    return analyse(bench.deck(), "dc vduty 0 1 0.02", {**LOAD, **PICO_DAC.senses})


def _low_rails() -> tuple[str, ...]:
    """With the least supply."""
    rails = steady_rails(own=PICO_DAC.rails)
    return tuple(rail.replace("v5 0 5.0", f"v5 0 {_LEAST_V5_V}") for rail in rails)


def open_output() -> dict[str, float]:
    """What V shows of an open output at the least supply."""
    opened = _swept(stage(), _low_rails(), ohm=1e9)
    shown_mv = sense_v_mv(opened["adc_v_v"], PICO_DAC)
    return {"open_error_percent": float(100 * (shown_mv[-1] / (1e3 * opened["n_v"][-1]) - 1))}


def ends() -> dict[str, float]:
    """What A and B show of 6.25 mA, which they cannot, A at the least supply too."""
    at_5v = _swept(stage(), steady_rails(own=PICO_DAC.rails))
    at_least = _swept(stage(), _low_rails())
    return {
        "a_ends_ua": float(sense_a_ua(at_5v["adc_a_v"][-1], PICO_DAC)),
        "b_ends_ua": float(sense_b_ua(max(0.0, at_5v["adc_b_v"][-1]), PICO_DAC)),
        "a_ends_low_ua": float(sense_a_ua(at_least["adc_a_v"][-1], PICO_DAC)),
    }


def references() -> dict[str, float]:
    """What one per cent more of either reference does to the drive and to what A and B show."""
    right = conversion.nominal(PICO_DAC)
    more = stage().with_parameter("XU17", "reference", 0.01)
    dac = _swept(more, steady_rails(own=PICO_DAC.rails))
    # A converter whose reference is higher shows less of the same voltage.
    adc = replace(PICO_DAC, top_v=PICO_DAC.top_v * 1.01)
    drive = dac["load_ua"][_MIDDLE] / right["load_ua"][_MIDDLE]
    shown = sense_a_ua(right["adc_a_v"], PICO_DAC), sense_a_ua(right["adc_a_v"], adc)
    slopes = [one[_MIDDLE] - one[0] for one in shown]
    return {
        "drive_percent": float(100 * (drive - 1)),
        "a_by_dac_ua": _a_error_ua(dac) - _a_error_ua(right),
        "b_by_dac_ua": _b_zero_ua(dac) - _b_zero_ua(right),
        "a_by_adc_percent": float(100 * (slopes[1] / slopes[0] - 1)),
        "b_by_adc_ua": _b_zero_ua(right, adc) - _b_zero_ua(right),
    }


def _a_error_ua(result: Analysis) -> float:
    """What A shows more than flows, at 2 mA."""
    shown_ua = sense_a_ua(result["adc_a_v"][_MIDDLE], PICO_DAC)
    return float(shown_ua - result["load_ua"][_MIDDLE])


def _b_zero_ua(result: Analysis, on: BoardStage = PICO_DAC) -> float:
    return float(sense_b_ua(result["adc_b_v"][0], on))
