"""Sessions made up for the tests of record and report: no bench, no simulator, seeded noise.

`dexamethasone()` is 2.0 mA until 40 mA min on a load that falls from 10.9 V to 6 V; with
`open_at_s` the lead opens and the session ends 0.1 s later.
"""

import math
import random
from functools import cache

from tests.support.programs import hold_charge, words

from ionto.core import codes, program
from ionto.core.fields import FLAG_GATE
from iontobench.link.events import Event, FaultSnapshot, GapNote, LinkNote, Sample

LEVEL_UA = 2000
SLEW_UA_S = 100
RAMP_S = LEVEL_UA / SLEW_UA_S
DOSE_UC = 40 * 60000
HOLD_S = DOSE_UC / LEVEL_UA - RAMP_S
STEP_MS = 100

WORDS = words(
    [hold_charge(LEVEL_UA, DOSE_UC, SLEW_UA_S, -1)],
    **{"polarity": -1, "slew_ua_s": SLEW_UA_S, "charge_uc": 2_640_000, "time_s": 2440},
    area_mm2=1000,
)


def header(**changes):
    """A header as the runner of a virtual bench gives it."""
    base = {
        "rung": "virtual",
        "board": {"name": "virtual", "max_ua": 5000, "compliance_mv": 40000, "sigma_q4": 12},
        "protocol": {"name": "dexamethasone-40", "toml": 'name = "dexamethasone-40"\n'},
        "profile": "us",
        "program": {"words": WORDS, "crc": program.crc16(program.pack(WORDS))},
        "limits": {
            "profile": {"name": "us", "density_ua_cm2": {"iontophoresis": 500}},
            "bounds": {
                "peak_ua": 2000,
                "density_ua_cm2": 200,
                "slew_ua_s": 100,
                "charge_uc": 2400000,
                "longest_s": 2440,
            },
        },
        "skin": "forearm",
        "adc": "ideal",
        "seed": 1,
        "faults": [],
        "firmware": {"version": "0.1.0", "sha256": "7c" * 32},
    }
    return base | changes


def dexamethasone(open_at_s=None, seed=1):
    """Items and closing summary of a whole session, or of one cut by an open lead."""
    items, summary = _dexamethasone(open_at_s, seed)
    return list(items), dict(summary)


@cache
def _dexamethasone(open_at_s, seed):
    noise = random.Random(seed)
    items = [Event(0, 0, codes.EVENT_START, program.crc16(program.pack(WORDS)), -1)]
    items.append(Event(1, 0, codes.EVENT_STATE, codes.STATE_PROBE, 0))
    items.append(Event(2, 290, codes.EVENT_PROBE, 737, 8500))
    state, dose_uc, peak_ua, t_ms = codes.STATE_PROBE, 0.0, 0.0, 0
    end_s = 0.3 + RAMP_S + HOLD_S + RAMP_S if open_at_s is None else open_at_s
    while t_ms <= end_s * 1000:
        now, set_ua = _course(t_ms / 1000 - 0.3)
        if now != state:
            items.append(Event(len(items), t_ms, codes.EVENT_STATE, now, 0))
            state = now
        current_ua = max(set_ua + noise.gauss(0, 0.7), 0.0) if set_ua else 0.0
        current_ua = round(current_ua * 16) / 16
        dose_uc += current_ua * STEP_MS / 1000
        peak_ua = max(peak_ua, current_ua)
        load_mv = round(_load_ohm(t_ms / 1000) * current_ua / 1000 + noise.gauss(0, 4))
        flags = FLAG_GATE if set_ua else 0
        items.append(
            Sample(
                seq=len(items),
                t_ms=t_ms,
                state=state,
                flags=flags,
                set_ua=round(set_ua * 16) / 16,
                current_ua=current_ua,
                difference_ua=0.0625,
                load_mv=max(load_mv, 0),
                dose_uc=round(dose_uc),
            )
        )
        t_ms += STEP_MS
    end_ms = round(end_s * 1000)
    if open_at_s is not None:
        items.append(Event(len(items), end_ms + 5, codes.EVENT_CONTACT, 32000, 0))
        items.append(_dark(len(items), end_ms + 50, codes.STATE_CONTACT, dose_uc))
        items.append(Event(len(items), end_ms + 100, codes.EVENT_FAULT, codes.FAULT_OPEN, 0))
        items.append(_dark(len(items), end_ms + 100, codes.STATE_FAULT, dose_uc))
        end_ms += 100
    failed = open_at_s is not None
    items.append(Event(len(items), end_ms, codes.EVENT_LAST_CURRENT, 0, round(peak_ua * 16)))
    items.append(Event(len(items), end_ms, codes.EVENT_DOSE, 0, round(dose_uc)))
    outcome = codes.OUTCOME_FAULTED if failed else codes.OUTCOME_COMPLETE
    items.append(
        Event(len(items), end_ms, codes.EVENT_END, outcome, codes.FAULT_OPEN if failed else 0)
    )
    return items, {
        "outcome": "fault" if failed else "complete",
        "fault": "open" if failed else None,
        "dose_uc": round(dose_uc),
        "true_charge_uc": dose_uc * 1.0002,
        "true_peak_ua": peak_ua,
        "overshoot_ua": peak_ua - LEVEL_UA,
        "duration_us": end_ms * 1000,
        "gate_off_us": 5200 if failed else None,
    }


def last_second(rows=125):
    """A snapshot: 2 mA through both senses, the cathode active, until A halves in the last row."""
    healthy = [(32000 + row % 3, -32000, 10900, 32000) for row in range(rows - 1)]
    return FaultSnapshot(8000, (*healthy, (16000, -33500, 11300, 32000)))


def small():
    """A few items of every kind, for tests that try every byte."""
    return [
        Event(0, 0, codes.EVENT_START, 4660, -1),
        Sample(1, 0, codes.STATE_PROBE, 0, 0.0, 0.0, 0.0, 0, 0),
        GapNote(100, 2, 3),
        LinkNote(150, 'a "quoted" line, with \x00 and \n'),
        Sample(5, 200, codes.STATE_HOLD, FLAG_GATE, 2000.0, 1999.9375, -0.5, 10900, 400),
        Event(6, 300, codes.EVENT_FAULT, codes.FAULT_OPEN, 0),
    ]


def _course(since_s):
    """State and set point at a time after the probe."""
    if since_s < 0:
        return codes.STATE_PROBE, 0.0
    if since_s < RAMP_S:
        return codes.STATE_RAMP, SLEW_UA_S * since_s
    if since_s < RAMP_S + HOLD_S:
        return codes.STATE_HOLD, float(LEVEL_UA)
    left_s = 2 * RAMP_S + HOLD_S - since_s
    return (
        (codes.STATE_RAMP_DOWN, SLEW_UA_S * left_s) if left_s > 0.01 else (codes.STATE_DONE, 0.0)
    )


def _load_ohm(t_s):
    """10.9 V at 2 mA when the ramp ends, 6 V at the end."""
    return 3000 + 2450 * math.exp(-max(t_s - RAMP_S, 0) / 240) + 4000 * math.exp(-t_s / 6)


def _dark(seq, t_ms, state, dose_uc):
    return Sample(seq, t_ms, state, 0, 0.0, 0.0, 0.0, 0, round(dose_uc))
