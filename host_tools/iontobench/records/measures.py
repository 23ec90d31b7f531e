"""What a record's samples and events add up to: charge by polarity, time limited, mean load.

Numbers with their units in their names; None where the record does not tell. The closing line has
the rest. Must not read a file.
"""

from statistics import fmean

from ionto.core import codes, units
from iontobench.link.events import Event

from .host_columns import told_of
from .reader import Record


def measured(record: Record) -> dict[str, float | None]:
    """Charge by polarity of the active electrode, the time limited by compliance, the mean load.

    And what is told of each column of the host. The mean load is that of V / I over the samples
    of at least 20 uA.
    """
    ohms = [ohm for ohm in (sample.load_ohm for sample in record.samples) if ohm is not None]
    anodal_uc, cathodal_uc = _charges(record.events)
    return {
        "anodal_mamin": _mamin(anodal_uc),
        "cathodal_mamin": _mamin(cathodal_uc),
        "limited_s": round(_limited_ms(record) / 1000, 3),
        "mean_load_kohm": round(fmean(ohms) / 1000, 4) if ohms else None,
        **told_of(record.host),
    }


def _charges(events: list[Event]) -> tuple[int | None, int | None]:
    """The last account of a session; none where it was cut before it."""
    told = [event for event in events if event.code == codes.EVENT_DOSE]
    return (told[-1].a, told[-1].b) if told else (None, None)


def _limited_ms(record: Record) -> int:
    """As the firmware counted it; a stretch without its end lasts until the last line."""
    total_ms, since_ms = 0, None
    for event in record.events:
        if event.code == codes.EVENT_LIMITED:
            since_ms = event.t_ms
        elif event.code == codes.EVENT_LIMITED_END:
            total_ms, since_ms = total_ms + event.a, None
    if since_ms is None:
        return total_ms
    last_ms = max([one.t_ms for one in (*record.events[-1:], *record.samples[-1:])])
    return total_ms + max(0, last_ms - since_ms)


def _mamin(charge_uc: int | None) -> float | None:
    return None if charge_uc is None else round(charge_uc / units.UC_PER_MAMIN, 5)
