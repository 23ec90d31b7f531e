"""The wording for people, in one place: numbers with units, states, events, faults, outcomes.

Names of states, faults and events are the firmware's own tables. Units have their signs, and no
other character is beyond ASCII: `signs` has letters for a terminal without them.
"""

from collections.abc import Mapping

from ionto.core import codes, command
from ionto.core.fields import FLAG_DIP, FLAG_LIMITED, FLAG_NEAR_COMPLIANCE
from ionto.core.units import UA_Q4, UC_PER_MAMIN
from iontobench import signs
from iontobench.link.events import Event, Sample

OUTCOMES = {
    "complete": "complete: the whole program was delivered",
    "short": "short: ended before the whole dose",
    "refused": "refused: the session never started",
    "stopped": "stopped by the operator",
    "fault": "ended by a fault",
    "lost": "the link was lost; the board ramps down by itself 3 s after the last beat",
}

_MAMIN_PLACES = 5  # of a record's doses
_PROVEN = {
    codes.PROVEN_STAGE: "stage",
    codes.PROVEN_GATE: "gate",
    codes.PROVEN_SERIES: "dead-man",
    codes.PROVEN_LIMITER: "limiter",
    codes.PROVEN_SIGN: "sign",
}
_STATES = {
    codes.STATE_PROBE: "probing the load, output off",
    codes.STATE_PROOF: "proving the switches and the limiter",
    codes.STATE_PROOF_STOPPING: "stopping as soon as the limiter is armed",
    codes.STATE_PROOF_PAUSING: "pausing as soon as the limiter is armed",
    codes.STATE_RAMP: "ramping to the set level",
    codes.STATE_HOLD: "holding the set level",
    codes.STATE_PULSE: "pulsing up to the set level",
    codes.STATE_RAMP_DOWN: "ramping down to the end",
    codes.STATE_TURNING: "ramping down before the next phase",
    codes.STATE_PAUSING: "ramping down to a pause",
    codes.STATE_PAUSED: "paused, output off",
    codes.STATE_CONTACT: "contact lost, output off",
    codes.STATE_CONTACT_PAUSING: "contact lost on the way to a pause, output off",
    codes.STATE_CONTACT_ENDING: "contact lost on the way to the end, output off",
    codes.STATE_REST: "resting, output off",
    codes.STATE_OFF: "waiting, output off",
    codes.STATE_DONE: "done, output off",
    codes.STATE_FAULT: "fault, output off",
}


def clock(t_ms: float) -> str:
    """Session time as `m:ss`, or `h:mm:ss` from an hour on."""
    seconds = max(0, int(t_ms // 1000))
    if seconds >= 3600:
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{seconds // 60}:{seconds % 60:02d}"


def stamp(t_ms: int) -> str:
    """Session time to the millisecond, as wide as ten characters: `   5:00.012`."""
    return f"{clock(t_ms)}.{t_ms % 1000:03d}".rjust(11)


def milliamps(current_ua: float) -> str:
    """`2.000 mA`; a negative zero is a zero."""
    return f"{round(current_ua / 1000, 3) + 0.0:.3f} mA"


def volts(load_mv: float) -> str:
    """`10.42 V`."""
    return f"{load_mv / 1000:.2f} V"


def kilohms(load_ohm: float | None) -> str:
    """`5.21 kΩ`, or a dash where no current flows to judge by."""
    return "-" if load_ohm is None else f"{load_ohm / 1000:.2f} {signs.KOHM}"


def mamin(dose_uc: float) -> str:
    """A dose without its unit, in mA·min: `18.73`."""
    return f"{dose_uc / UC_PER_MAMIN:.2f}"


def dose_within(dose_uc: float, expanded_uc: float, k: float) -> str:
    """A dose with its expanded uncertainty to two digits: `39.98 ± 0.21 mA·min (k = 2)`."""
    dose, half = dose_uc / UC_PER_MAMIN, expanded_uc / UC_PER_MAMIN
    places = 2
    while places < _MAMIN_PLACES and half < 10 ** (1 - places):
        places += 1
    return f"{dose:.{places}f} {signs.PM} {half:.{places}f} {signs.MAMIN} (k = {k:.2g})"


def state_name(state: int) -> str:
    """The state in one or two words."""
    return codes.STATE_NAMES.get(state, f"state {state}")


def state(sample: Sample, brief: bool = False) -> str:
    """The state in words, with what the flags add to it."""
    name = state_name(sample.state)
    text = name if brief else _STATES.get(sample.state, name)
    if sample.flags & FLAG_LIMITED:
        text += "; limited by compliance"
    elif sample.flags & FLAG_NEAR_COMPLIANCE:
        text += "; near compliance"
    if sample.flags & FLAG_DIP:
        text += "; a dip"
    return text


def brief(sample: Sample) -> str:
    """A sample in some words: `hold, 2.000 mA, dose 18.73 mA·min`."""
    current = milliamps(sample.current_ua)
    return f"{state_name(sample.state)}, {current}, dose {mamin(sample.dose_uc)} {signs.MAMIN}"


def event(item: Event) -> str:
    """One event as a sentence without its time."""
    say = _EVENTS.get(item.code)
    name = codes.EVENT_NAMES.get(item.code, f"event {item.code}")
    return say(item.a, item.b) if say else f"{name} (a {item.a}, b {item.b})"


def _q4(current_q4: int) -> str:
    return milliamps(current_q4 / UA_Q4)


def fault_sentence(name: str) -> str:
    """A fault's name and what happened: `open (contact was lost and not back within 100 ms)`."""
    for code, sentence in codes.FAULT_SENTENCES.items():
        if codes.FAULT_NAMES[code] == name:
            return f"{name} ({sentence})"
    return name


def _fault(code: int) -> str:
    return codes.FAULT_NAMES.get(code, f"fault {code}")


def _command(code: int, value: int) -> str:
    names = command.COMMAND_NAMES
    name = names[code] if 0 <= code < len(names) else str(code)
    return f"command: {name}" + (f" {milliamps(value)}" if code == command.SET else "")


def _end(outcome: int, fault: int) -> str:
    name = codes.OUTCOME_NAMES.get(outcome, f"outcome {outcome}")
    return f"end: {name}" + (f" ({_fault(fault)})" if fault else "")


def _active(polarity: int) -> str:
    return f"the active electrode is the {'anode' if polarity > 0 else 'cathode'}"


def _start(polarity: int, segments: int) -> str:
    return f"start: {_active(polarity)}; segments: {segments}"


def _polarity(sign: int, _: int) -> str:
    return f"reversed at zero current: {_active(sign)} from now on"


def _probe(current_q4: int, load_ohm: int) -> str:
    return f"probe: {current_q4 / UA_Q4:.1f} {signs.UA}, load {kilohms(load_ohm or None)}"


def _proof(proven: int, on_q4: int) -> str:
    """What the proof has shown; a board without its test cannot show the limiter."""
    shown = [name for bit, name in _PROVEN.items() if proven & bit]
    text = f"proven at {_q4(on_q4)}: {', '.join(shown) or 'nothing'}"
    return text if proven & codes.PROVEN_LIMITER else f"{text}; limiter: not provable"


def _low(from_ohm: int, now_ohm: int) -> str:
    before = f"{kilohms(from_ohm)} before" if from_ohm else "since the hold began"
    return f"the load is low: {kilohms(now_ohm)}, {before}"


def _state(new: int, segment: int) -> str:
    return f"{_STATES.get(new, state_name(new))} (segment {segment + 1})"


_EVENTS = {
    codes.EVENT_START: _start,
    codes.EVENT_STATE: _state,
    codes.EVENT_PROBE: _probe,
    codes.EVENT_LIMITED: lambda a, b: f"limited by compliance: {_q4(a)} at {volts(b)}",
    codes.EVENT_LIMITED_END: lambda a, b: f"no longer limited, after {a / 1000:.1f} s",
    codes.EVENT_CONTACT: lambda a, b: f"contact lost at a set point of {_q4(a)}, output off",
    codes.EVENT_GLITCH: lambda a, b: f"contact is back: glitch {a}",
    codes.EVENT_DIP: lambda a, b: f"the current dipped: dip {a}",
    codes.EVENT_FAULT: lambda a, b: f"FAULT: {_fault(a)}, output off; {_q4(b)} in that tick",
    codes.EVENT_LATE: lambda a, b: f"late: {a / 1000:.1f} ms between two ticks",
    codes.EVENT_COMMAND: _command,
    codes.EVENT_COMPLIANCE: lambda a, b: f"above 80 % of compliance: {volts(a)}",
    codes.EVENT_HOST_LOST: lambda a, b: "the host was lost: ramping down",
    codes.EVENT_LINK: lambda a, b: "the link is unreadable: ramping down",
    codes.EVENT_LAST_CURRENT: lambda a, b: f"off at {_q4(a)}; the peak was {_q4(b)}",
    codes.EVENT_DOSE: lambda a, b: f"dose: {mamin(a)} {signs.MAMIN} anodal, {mamin(b)} cathodal",
    codes.EVENT_END: _end,
    codes.EVENT_PROOF: _proof,
    codes.EVENT_DRIFT: lambda a, b: f"the load rises: {kilohms(a)} 3 min ago, {kilohms(b)} now",
    codes.EVENT_NOISE: lambda a, b: f"the current is noisy: {_q4(a)} from tick to tick",
    codes.EVENT_POLARITY: _polarity,
    codes.EVENT_LIFT: lambda a, b: (
        f"a part of an electrode may be off: {kilohms(a)} before, {kilohms(b)} now"
    ),
    codes.EVENT_LOW: _low,
    codes.EVENT_OVER: lambda a, b: f"too much current for 1 s: {_q4(a)} instead of {_q4(b)}",
}


def plan_run(keys: Mapping[str, object]) -> str:
    """Which plan's run a record is, from its header: `hands, 2026-03-02T09:00:00Z, anode left`."""
    words = [str(keys.get("site")), str(keys.get("at"))]
    if keys.get("anode") is not None:
        words.append(f"anode {keys['anode']}")
    if keys.get("override") is not None:
        words.append(f"before it was allowed: {keys['override']}")
    return ", ".join(words)


def injected(fault: str) -> str:
    """A fault that was injected while the session ran; its text may come from a damaged record."""
    return f"a fault is injected on purpose: {fault!r}"


def marked(remark: str) -> str:
    """An operator's remark; its text may come from a damaged record."""
    return f"mark: {remark!r}"


def unseen(outcome: str, kind: str, at_us: float, fired: bool, met_output: bool) -> str | None:
    """Why an injected fault says nothing of this session; None where it may have shown."""
    fault = f"{kind}@{at_us / 1e6:.6f}".rstrip("0").rstrip(".")
    if not fired:
        return f"{fault} never struck: the session ended before it"
    if not met_output and outcome in ("complete", "short"):
        return f"{fault} struck while the output was off, and the output stayed off"
    return None
