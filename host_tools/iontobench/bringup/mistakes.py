"""The mistakes of wiring and building that a bring-up can name, each with where to look.

One table. The lines are those of a board's PINS; the nets and parts are those of the reference
stage [boards/pico_pwm/stage/README.md]. Must not know how a mistake is found.
"""

from .seen import OUTPUTS

_LINES = {line: line.upper().replace("DRIVE", "PWM (drive)") for line in OUTPUTS}

MISTAKES: dict[str, str] = {
    "supply": "the stage's 5 V are missing or low: VSYS, the board's supply, its fuse",
    "supply sense": "the supply's own sense is not connected",
    "high voltage": "the stage's high voltage is missing or wrong: its supply, its regulator",
    **{
        f"pull-down {line}": f"{name} has no pull-down: its resistor of 10 kΩ to ground"
        for line, name in _LINES.items()
    },
    **{
        f"wire {line}": f"the wire of {name} between the Pico and the stage is missing"
        for line, name in _LINES.items()
    },
    **{
        f"high {line}": f"{name} is on a supply, or joined to another line"
        for line, name in _LINES.items()
    },
    "limiter line": "the limiter's line to the Pico is open, or has the wrong sense",
    "limiter at rest": "the limiter trips at rest: its reference, its shunt, its supply",
    "stop line": "the stop input is on ground: its push-button, or its wire",
    "reference": "the converter's reference is missing: ADC_VREF, its LM4040",
    "amplifiers": "the senses' amplifiers have no supply",
    "data line": "the converter's data line is stuck, or its chip select is missing",
    "swapped A B": "the wires of sense A and sense B are swapped",
    "swapped A V": "the wires of sense A and the load voltage are swapped",
    "swapped B V": "the wires of sense B and the load voltage are swapped",
    "turned A B V": "sense A, sense B and the load voltage are each on another's input",
    "sense A": "sense A is not connected, or its amplifier is dead",
    "sense B": "sense B is not connected, or its amplifier is dead",
    "load voltage": "the load voltage's sense is not connected, or its amplifier is dead",
    "pedestal A": "sense A's zero is far off: its pedestal, or another gain than designed",
    "pedestal B": "sense B's zero is far off: its middle reference",
    "pedestal V": "the load voltage's zero is far off: its divider",
    "lead": "a lead is open, or the resistor is not on the leads",
    "on the leads": "something is on the leads although nothing should be",
    "other resistor": "the resistor on the leads is not the one that was told",
    "divider": "the load voltage's divider has another ratio than designed",
    "PROBE": "PROBE's source does not reach the load: its 100 kΩ, its switch",
    "shorted leads": "the leads are shorted",
    "return grounded": "the return lead is on ground, past both shunts",
    "chain": "the series switch does not conduct: the dead-man, its pump, the latch",
    "converter": "the converter makes no current: its amplifiers, the PWM's filter, the gate",
    "drive scale": "the drive has another scale: the converter's resistors (R202, R211 to R213)",
    "A shunt high": "sense A reads too much: its shunt or gain is too large, ten times is common",
    "A shunt low": "sense A reads too little: a short, or a shunt or gain that is too small",
    "B shunt high": "sense B reads too much: its shunt or gain is too large",
    "B shunt low": "sense B reads too little: its shunt or gain is too small",
    "bridge reversed": "the bridge's contacts are crossed: at rest it reverses the load",
    "B reversed": "sense B's inputs are crossed",
    "bridge stuck": "the bridge does not follow POLARITY: its relay, its driver",
    "gate stuck": "the gate does not open: its switch, or its line joined to another",
    "converter leaks": "the converter makes current although its drive is cut",
    "series shorted": "the series switch is shorted, or bypassed",
    "dead-man holds": "the dead-man conducts without edges: its switch, or its pump's capacitors",
    "limiter dead": "the limiter does not act: missing, its comparator, its reference",
    "latch": "the limiter's latch does not open the series switch",
    "LIM_TEST": "LIM_TEST does not lower the limiter's threshold",
    "REARM": "REARM does not re-arm the limiter",
    "leak": "current flows with everything off: the board is dirty, or a part leaks",
    "noise": "the senses are noisy: layout, mains, a missing capacitor",
    "slow board": "the loop runs late: another program, or a wrong MicroPython",
}


def sentence(name: str) -> str:
    """What a mistake is and where to look."""
    return MISTAKES[name]
