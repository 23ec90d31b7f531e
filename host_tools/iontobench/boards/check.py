"""Holds a board's folder to what firmware and host rely on, one finding after the other.

`board.py` and its data; for a real board (one with `boot.py`) pins, boot file and scales, and
whether the chip's compiler takes it; then the port contract, and two staircases of currents, each
through the firmware's own session. A simulated board's own port is held to the contract. The port
of a real one needs its chip: here its data are, on the simulated stage. So a pass is no evidence
about hardware. Currents in uA and 1/16 uA (_q4), voltages in mV.
"""

import ast
import builtins
import shlex
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from ionto.core.limits import Board, absolute_limit_q4
from ionto.core.units import UA_Q4
from iontobench import signs
from iontobench.board_module import FILE, BoardFileError, execute, troubles
from iontobench.device.build import BuildError, compile_file
from iontobench.device.calibration import CalibrationError
from iontobench.device.calibration_bench import calibrate_seeded
from iontobench.findings import Finding
from iontobench.resources import is_board_folder, load_board
from iontobench.sim.port import simulated
from iontobench.sim.senses import own_adc
from iontobench.testing import ContractError, PortRules, rule_load_ohm

from .template import BOOT, BUS_INPUTS, BUS_OUTPUTS, BUS_SELECTS, DRIVE, INPUTS, OUTPUTS

_LAST_PIN = 25  # GP26 to GP29 are the converter's
_PRODUCT_TOP = 1 << 30  # 31-bit integers [docs/platform.md, Numbers and memory]
_SHIFT_TOP = 30
_SENSES = ("sense A", "sense B", "load voltage", "supply")
_PAGE = "docs/boards.md, A board of one's own"


def examine(folder: Path) -> Iterator[Finding]:
    """The board in `folder`; what makes the rest unanswerable ends the list."""
    data = list(_data(folder))
    yield from data
    if any(one.remedy for one in data):
        return
    module = load_board(f"{folder}/")
    if (folder / BOOT).is_file():
        yield from _real(folder, module)
        port_of = _twin(module.BOARD)
    else:
        yield Finding(BOOT, "none: this board exists only in the simulation")
        port_of = module.make_port
    yield from _contract(module.BOARD, port_of)
    yield _staircases(module.BOARD)


def what_is_left(folder: Path) -> str | None:
    """What this check cannot show of the board, with the way to see it; None: nothing."""
    if not (folder / BOOT).is_file():
        return None
    load = _load(load_board(f"{folder}/").BOARD)
    at = f"{folder}" if is_board_folder(f"{folder}") else f"./{folder}"
    port = f"emulated://{folder.resolve().name}.flash?load={load}&board={at}"
    return (
        "not shown: make_port() on the chip. On an emulated one, some minutes: "
        f"iontobench deploy {shlex.quote(port)} --board {shlex.quote(at)}"
    )


def _data(folder: Path) -> Iterator[Finding]:
    """What keeps the board from being read."""
    try:
        module = execute(folder / FILE)
        wrong = list(troubles(module, folder))
        if not wrong:
            load_board(f"{folder}/")  # its name too
    except BoardFileError as error:
        yield Finding(FILE, str(error), f"mend it; {_PAGE}")
        return
    for trouble in wrong:
        yield Finding(FILE, trouble, f"change it in {folder / FILE}")
    if wrong:
        return
    yield Finding(FILE, f"{module.BOARD.name}, up to {module.BOARD.max_ua} {signs.UA}")
    far = _far_imports(folder / FILE)
    if far:
        yield Finding("imports", f"the top level imports {far}", "move it into make_port()")


def _far_imports(path: Path) -> str | None:
    """The first module of the top level that is not the core's."""
    for node in ast.parse(path.read_text("utf-8")).body:
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "."]
        for name in names:
            if not f"{name}.".startswith("ionto.core."):
                return f"{name} (line {node.lineno})"
    return None


def _real(folder: Path, module: ModuleType) -> Iterator[Finding]:
    pins = _pin_trouble(getattr(module, "PINS", None))
    yield _answer("pins", "each line has a pin of its own", pins, f"change PINS in {FILE}")
    if pins is None:
        boot = _boot_trouble(folder / BOOT, module.PINS)
        yield _answer(BOOT, "drives every output low", boot, f"change {folder / BOOT}")
    scales = next(_scale_troubles(getattr(module, "SCALES", None), module.BOARD), None)
    remedy = f"change SCALES in {FILE}, or the circuit"
    yield _answer("scales", "reach beyond the board's range", scales, remedy)
    yield _answer("compiler", "board.py compiles for the chip", _build_trouble(folder), "mend it")


def _answer(what: str, well: str, trouble: str | None, remedy: str) -> Finding:
    return Finding(what, well) if trouble is None else Finding(what, trouble, remedy)


def _pin_trouble(pins: Any) -> str | None:
    """The first thing that is wrong with `PINS`, as `ionto.rp2.output.check_pins` would say it."""
    if not isinstance(pins, dict):
        return "there is no PINS; it is a dict of lines and their GP numbers"
    outputs, inputs, selects = _lines(pins)
    lines = (*outputs, *inputs, *selects)
    missing = [line for line in lines if line not in pins]
    if missing:
        return f"PINS has no {', '.join(missing)}"
    unknown = [str(line) for line in pins if line not in lines]
    if unknown:
        return f"PINS has {', '.join(unknown)}; its lines are {', '.join(lines)}"
    taken: dict[int, str] = {}
    for line, pin in pins.items():
        if type(pin) is not int or not 0 <= pin <= _LAST_PIN:
            return f"{line}: found {pin!r}; allowed: 0 to {_LAST_PIN}, of GP0 to GP{_LAST_PIN}"
        if pin in taken:
            return f"{line}: found GP{pin}, which is {taken[pin]} already"
        taken[pin] = line
    return None


def _lines(pins: dict[str, int]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The outputs that are off when low, the inputs, and the rest of a board with an SPI bus."""
    if "sck" not in pins:
        return OUTPUTS, INPUTS, ()
    outputs = tuple(line for line in OUTPUTS if line != DRIVE)
    return (*outputs, *BUS_OUTPUTS), (*INPUTS, *BUS_INPUTS), BUS_SELECTS


def _boot_trouble(path: Path, pins: dict[str, int]) -> str | None:
    """What the boot file does not do: it is executed, with a `machine` that only takes notes."""
    low: set[int] = set()

    def pin(number: int, mode: str = "", value: int | None = None) -> None:
        if mode == "out" and value == 0:
            low.add(number)

    noted = SimpleNamespace(Pin=pin)
    pin.OUT = "out"  # pyright: ignore[reportFunctionMemberAccess]

    def machine_alone(name: str, *_more: object) -> Any:
        if name != "machine":
            raise ImportError(f"it imports {name}; allowed: machine alone, whatever else fails")
        return noted

    scope = {"__builtins__": vars(builtins) | {"__import__": machine_alone}}
    try:
        exec(compile(path.read_text("utf-8"), str(path), "exec"), scope)
    except Exception as error:  # it is somebody's code: any
        return f"{type(error).__name__}: {error}"
    outputs, inputs, _ = _lines(pins)
    left = [f"{line} (GP{pins[line]})" for line in outputs if pins[line] not in low]
    if left:
        return f"does not drive low: {', '.join(left)}; machine.Pin(n, machine.Pin.OUT, value=0)"
    driven = [f"{line} (GP{pins[line]})" for line in inputs if pins[line] in low]
    return f"drives an input: {', '.join(driven)}" if driven else None


def _scale_troubles(scales: Any, board: Board) -> Iterator[str]:
    """What keeps the senses from telling what the firmware has to see."""
    whole = isinstance(scales, tuple | list) and all(type(one) is int for one in scales)
    if not whole or len(scales) != 3 * len(_SENSES):
        yield "there are no SCALES of 12 whole numbers: (zero, mul, shift) of A, B, V, supply"
        return
    top = board.code_top
    rows = [scales[at : at + 3] for at in range(0, len(scales), 3)]
    for name, (zero, mul, shift) in zip(_SENSES, rows, strict=True):
        if not 0 <= shift <= _SHIFT_TOP or mul == 0:
            yield f"{name}: mul {mul}, shift {shift}; allowed: a mul, a shift of 0 to {_SHIFT_TOP}"
            return
        if max(abs(zero), abs(top - zero)) * abs(mul) >= _PRODUCT_TOP:
            yield (
                f"{name}: ({top} - {zero}) x {mul} does not stay below 2^30; halve mul, shift - 1"
            )
            return
    ends = [sorted((code - zero) * mul >> shift for code in (0, top)) for zero, mul, shift in rows]
    yield from _narrow(ends, board)


def _narrow(ends: list[list[int]], board: Board) -> Iterator[str]:
    """Which sense ends before what it has to see; `ends` are what codes 0 and `code_top` mean."""
    (a_low, a_high), (b_low, b_high), (_, v_high), (_, supply_high) = ends
    need_q4 = absolute_limit_q4(board)
    need_ua = need_q4 / UA_Q4
    b_need_q4 = need_q4 if board.bridge else 5 * board.sigma_q4
    if a_high < need_q4:
        yield f"sense A ends at {a_high / UA_Q4:.0f} {signs.UA}; it has to see {need_ua:.0f}"
    if a_low > -5 * board.sigma_q4:
        yield (
            f"sense A begins at {a_low / UA_Q4:.1f} {signs.UA}; its zero code has to be five "
            "sigma above code 0, or noise at 0 is cut"
        )
    if b_high < need_q4 or b_low > -b_need_q4:
        yield (
            f"sense B sees {b_low / UA_Q4:.0f} to {b_high / UA_Q4:.0f} {signs.UA}; it has to see "
            f"{-b_need_q4 / UA_Q4:.0f} to {need_ua:.0f}"
        )
    if v_high < board.compliance_mv:
        yield f"load voltage ends at {v_high} mV; it has to see {board.compliance_mv}"
    if supply_high < board.supply_min_mv:
        yield f"supply ends at {supply_high} mV; it has to see {board.supply_min_mv}"


def _build_trouble(folder: Path) -> str | None:
    try:
        compile_file(folder / FILE, FILE)
        compile_file(folder / BOOT, BOOT)
    except BuildError as error:
        return " ".join(str(error).split())
    return None


def _twin(board: Board) -> Any:
    """What makes ports of the simulated stage with this board's data."""
    return lambda **options: simulated(board, **options)


def _load(board: Board) -> str:
    """The load that the rules of the contract ask for."""
    return f"resistor:{rule_load_ohm(board)}"


def _contract(board: Board, port_of: Any) -> Iterator[Finding]:
    """Each rule that is broken, or one answer that none is."""

    class Rules(PortRules):
        def make(self) -> Any:
            return port_of(skin=_load(board)), board

    rules = Rules()
    names = [name for name in dir(Rules) if name.startswith("test_")]
    is_kept = True
    for name in names:
        rule = name.removeprefix("test_").replace("_", " ")
        try:
            getattr(rules, name)()
        except ContractError as error:
            remedy = "ionto/port.py says what a port has to do"
            yield Finding("contract", f"{rule}: {error}", remedy)
        except Exception as error:  # it is somebody's port: any
            line = f"{rule}: the port raised {type(error).__name__}: {error}"
            yield Finding("contract", line, "a port raises nothing; make_port takes skin=")
        else:
            continue
        is_kept = False
    if is_kept:
        yield Finding("contract", f"{len(names)} rules kept, on the simulated stage")


def _staircases(board: Board) -> Finding:
    """The firmware's own session through 80 % of the range, twice."""
    try:
        calibrate_seeded(board, own_adc(board), 1)
    except CalibrationError as error:
        remedy = "its data do not agree: max_ua, compliance_mv, sigma_q4, proof_scale"
        return Finding("sessions", str(error), remedy)
    return Finding("sessions", "two staircases to 80 % of its maximum, calibrated, complete")
