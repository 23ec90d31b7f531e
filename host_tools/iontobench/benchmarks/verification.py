"""Figures of records: what a cut, a changed byte and a second run do; positions spread evenly."""

from pathlib import Path

from iontobench.records import RecordError, Verdict, verify

from .registry import figure
from .workshop import Workshop

_SHORT = ("--fault", "open@8")  # a record of some hundred lines
_SHOWN = "iontobench run dexamethasone-40 --fault open@8"
_POSITIONS = 400


@figure("same seed, second run: differing bytes", "bytes", "<= 0", "virtual", _SHOWN)
def same_seed(shop: Workshop) -> float:
    first = Path(shop.session(*_SHORT)["record"]).read_bytes()
    second = Path(shop.again(*_SHORT)["record"]).read_bytes()
    differing = sum(one != other for one, other in zip(first, second, strict=False))
    return differing + abs(len(first) - len(second))


@figure(f"{_POSITIONS} cuts: not verified up to the cut", "cuts", "<= 0", "virtual", _SHOWN)
def cuts(shop: Workshop) -> float:
    whole = Path(shop.session(*_SHORT)["record"]).read_bytes()
    ends = [at for at, byte in enumerate(whole, 1) if byte == ord("\n")]
    wrong = 0
    for at in _positions(len(whole)):
        lines = sum(end <= at for end in ends)
        verdict = _verdict(shop, whole[:at])
        wrong += lines != (verdict.lines if verdict else 0)
        wrong += verdict is not None and verdict.status != "incomplete"
    return wrong


@figure(f"{_POSITIONS} changed bytes: not found", "bytes", "<= 0", "virtual", _SHOWN)
def changes(shop: Workshop) -> float:
    whole = Path(shop.session(*_SHORT)["record"]).read_bytes()
    missed = 0
    for at in _positions(len(whole)):
        changed = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        verdict = _verdict(shop, changed)
        missed += verdict is not None and verdict.status == "intact"
    return missed


def _positions(size: int) -> list[int]:
    return [1 + number * (size - 2) // (_POSITIONS - 1) for number in range(_POSITIONS)]


def _verdict(shop: Workshop, data: bytes) -> Verdict | None:
    """The verdict, or None where not even a record is recognised."""
    path = shop.folder / "tried.jsonl"
    path.write_bytes(data)
    try:
        return verify(path)
    except RecordError:
        return None
