"""Faults of the board's processor, its clock, its memory, its host and its stop button.

The plant cannot stop a processor: an edge leaves a note in `plant.mishaps`, which the virtual
port acts on at its next tick. For a bit of the memory it calls `plant.upset`, which the owner of
that memory has set. Units: ms, percent, bytes. Must not know which controller runs.
"""

from .fault import Kind

STALL, HANG, BROWN_OUT, CLOCK_RATE, CLOCK_JUMP, LINK = range(6)
LONGEST_STALL_MS = 10000.0


def _note(what: int):
    def edge(plant, value: float, count: int) -> None:
        plant.mishaps.append((what, value))

    return edge


def _brown_out(plant, value: float, count: int) -> None:
    plant.supply_mv = 0.0
    plant.starved = True
    plant.mishaps.append((BROWN_OUT, value))


def _host(name: str):
    def edge(plant, value: float, count: int) -> None:
        plant.host[name] = value
        plant.mishaps.append((LINK, value))

    return edge


def _memory(name: str):
    def edge(plant, value: float, count: int) -> None:
        plant.upset(name, round(value))

    return edge


def _stop(plant, value: float, count: int) -> int | None:
    plant.stop_pressed = count == 0
    return (round(value * 1000.0) or None) if count == 0 else None


def _e_stop(plant, value: float, count: int) -> None:
    plant.stop_pressed = True
    plant.lift()


BOARD: dict[str, Kind] = {
    "brown-out": Kind(
        "the supply is gone: stage and processor stop", 14, _brown_out, needs="port"
    ),
    "hang": Kind(
        "the processor stops for ever; the watchdog resets it", 15, _note(HANG), needs="port"
    ),
    "stall": Kind(
        "the loop stalls once for VALUE", 21, _note(STALL), "ms", 0.1, LONGEST_STALL_MS, 10, "port"
    ),
    "clock-rate": Kind(
        "the board's clock is fast by VALUE", 17, _note(CLOCK_RATE), "%", -20, 20, 1, "port"
    ),
    "clock-jump": Kind(
        "the board's clock jumps by VALUE", 17, _note(CLOCK_JUMP), "ms", -1e5, 1e5, 50, "port"
    ),
    "host-gone": Kind("the host vanishes: no byte either way", 16, _host("gone"), needs="port"),
    "host-deaf": Kind(
        "the host reads nothing more, but beats on", 22, _host("deaf"), needs="port"
    ),
    "garbage": Kind(
        "the host sends VALUE of rubbish every 20 ms",
        *(23, _host("garbage"), "bytes", 1, 1000, 40, "port"),
    ),
    "cut-lines": Kind(
        "of every line from the host the last VALUE are lost",
        *(23, _host("cut"), "bytes", 1, 20, 3, "port"),
    ),
    "flood": Kind(
        "the host asks VALUE times every 20 ms for the status",
        *(23, _host("flood"), "lines", 1, 100, 20, "port"),
    ),
    "stop": Kind("the stop input is pressed for VALUE, 0 = for ever", 24, _stop, "ms", 0, 1e7),
    "e-stop": Kind("the stop button opens its contact in series too", 24, _e_stop),
    "flip": Kind(
        "a bit of the loaded program's word VALUE flips",
        *(18, _memory("program"), "word", 0, 267, 13, "memory"),
    ),
    "limit-flip": Kind(
        "a bit of the supervisor's running limit flips", 18, _memory("limit"), needs="memory"
    ),
}
