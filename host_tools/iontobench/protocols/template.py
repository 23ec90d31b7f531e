"""A commented protocol to start from: it holds every key, and is a protocol as it stands.

Must not decide anything: ranges are the schema's.
"""

from iontobench.tomlfile.errors import quote

from .loader import is_name, name_for
from .schema_errors import UnknownNameError, range_of

_TEXT = """\
# Bench only: dummy loads, never people.
# `iontobench check NAME.toml` says what it can do at worst; nothing runs before that is accepted.
name = "{name}" # the file's own name
title = "A protocol of my own"
source = "unverified: where the numbers come from"

# Its hard walls: {family}
family = "physical-therapy"
# What the profile's density limit is looked up by: {application}
application = "iontophoresis"
# What ends a hold: {mode}
mode = "constant-dose"
# The site, whose load model is the default on a simulated bench: {skin}
skin = "forearm"

ramp_down_s = 20.0 # {ramp_down_s}, from the last phase's current
# max_time_s = 2440 # {max_time_s}; without it twice the planned time
# max_current_ma = 2.5 # how far an operator may raise the current; every wall is judged on it

[electrodes.active] # the one under which the dose is to act
polarity = "cathode" # anode for cations, cathode for anions
area_cm2 = 10.0 # {area_cm2}
material = "ag-agcl" # {material}
# capacity_mah = 2.5 # {capacity_mah}; for an estimate beside the charge, it limits nothing
# buffer_umol = 50.0 # {buffer_umol}; beside the acid or base of split water

[electrodes.return] # it takes the same two keys
area_cm2 = 20.0
material = "ag-agcl"

# [substance] # for an estimate of its mass, never a dose
# name = "dexamethasone phosphate"
# molar_mass_g_mol = 472.4 # {molar_mass_g_mol}
# charge_number = 2 # {charge_number}, without its sign
# transport_number_min = 0.012 # {transport_number_min}
# transport_number_max = 0.012 # the same where there is one figure
# source = "unverified: where the transport number comes from"

[[phases]]
kind = "hold" # or pulses, or off
current_ma = 2.0 # {current_ma}
ramp_up_s = 20.0 # {ramp_up_s}, from 0 to the current
dose_mamin = 40.0 # {dose_mamin}; in mode constant-time: hold_s = 1200.0
# reverse = true # the other polarity than before, at zero current, after a rest

# Three more minutes with the output off, then five pulses of 10 s:
# [[phases]]
# kind = "off"
# time_s = 180.0
#
# [[phases]]
# kind = "pulses"
# current_ma = 1.0
# on_s = 10.0 # {on_s}
# off_s = 10.0
# edge_ms = 100 # {edge_ms}; a pulse carries current x (on + edge)
# count = 5 # or time_s, for as many whole pulses as it holds
# ramp_up_s = 5.0 # the amplitude climbs; without it the first pulse has all of it
"""
_KEYS = ("family", "application", "mode", "skin", "ramp_down_s", "max_time_s")
_DEEP = {
    "area_cm2": "electrodes.active.area_cm2",
    "material": "electrodes.active.material",
    "capacity_mah": "electrodes.active.capacity_mah",
    "buffer_umol": "electrodes.active.buffer_umol",
    "molar_mass_g_mol": "substance.molar_mass_g_mol",
    "charge_number": "substance.charge_number",
    "transport_number_min": "substance.transport_number_min",
    "current_ma": "phases[0].current_ma",
    "ramp_up_s": "phases[0].ramp_up_s",
    "dose_mamin": "phases[0].dose_mamin",
    "on_s": "phases[0].on_s",
    "edge_ms": "phases[0].edge_ms",
}


def new_protocol(name: str) -> str:
    """The text of a file called NAME.toml.

    Raises:
        UnknownNameError: a name that no protocol can have.
    """
    if not is_name(name):
        found, near = f"found {quote(name)}", name_for(name)
        hint = f"did you mean {near}?" if near else "choose another"
        raise UnknownNameError("protocols", "name", found, range_of("name"), hint)
    ranges = {
        key: range_of(path) for key, path in [*((one, one) for one in _KEYS), *_DEEP.items()]
    }
    return _TEXT.format(name=name, **ranges)
