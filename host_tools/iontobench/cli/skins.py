"""`iontobench skins`: a load model in full, a new file of one, the check of a file."""

import json
import shlex
from pathlib import Path
from typing import Any

import click
import msgspec

from iontobench import signs
from iontobench.disk import slug
from iontobench.errors import UserError
from iontobench.sessions.start import skin_of
from iontobench.sim.population import population_names
from iontobench.sim.skin import SkinParams, skin_names
from iontobench.tomlfile.errors import one_line
from iontobench.tomlfile.source import file_hint, is_file_name

from . import completion
from .console import Out, json_option, output_option, write_new

_NAME_MAX, _LABEL_MAX = 40, 80  # of a new file
_CHECK_HELP = (
    "Check a skin file: exit 0, or 2 with a line for each thing that is wrong. That r_min is at "
    "most r0 is checked once every value is a right one."
)
# What each parameter is, for the file that `skins new` writes [docs/loads.md,
# Equations; docs/loads.md, Sites].
_MEANING = {
    "r0_kohm_cm2": f"of 1 {signs.CM2} of skin that has carried nothing yet; forearm 40 to 560",
    "r_min_kohm_cm2": "to which it falls at most; 0.8 and more",
    "j50_ua_cm2": "current density that halves it in time",
    "fast_share": "w: how much of that is fast, 0 to 1",
    "tau_fast_s": "its fast time constant",
    "tau_slow_s": "its slow one",
    "tau_recovery_s": "of the way back without current",
    "field_mv": "Ve: the voltage over the skin that halves it at once",
    "tau_field_ms": "how fast, rising",
    "tau_field_recovery_ms": "and falling",
    "c_nf_cm2": f"capacitance of 1 {signs.CM2} at 1 kHz; 10 to 60",
    "r_series_ohm_cm2": "below the horny layer; 120 to 220",
    "r_gel_ohm_cm2": "gel or pad; 20 to 200, ten times that when dry",
    "r_body_ohm": "between the two sites; 300 to 700",
    "r_lead_ohm": "of each lead with its connector; 0.5 to 5",
    "electrode_mv": "polarisation of both electrodes; Ag/AgCl 50 to 300, carbon or steel to 2500",
    "electrode_uf_cm2": "their double layer; 10 to 100",
    "electrode_decay_s": "of the polarisation without current",
    "anode_factor": "multiplies r0 under the anode",
    "noise_sigma": "motion, as a share of r0; 0.01 to 0.03",
    "noise_tau_s": "and its time constant; 0.5 to 5",
    "water_cm": "water between electrode and skin; 0 for gel, 1 to 2 for tap water",
    "water_us_cm": "its conductivity; tap water 50 to 1000",
    "hours_share": "how much of the memory stays for hours",
    "tau_hours_s": "and how long",
    "breakdown_mv": "voltage over the skin of one electrode above which it breaks down",
    "breakdown_times": "and by how much it then falls; 1 for not at all",
    "bubbles_per_min": "gas under an electrode; on inert metal 0.1 to 2",
    "bubble_least": "share of the area that a bubble takes, at least",
    "bubble_most": "and at most",
    "bubble_s": "how long it stays, on average",
    "edge_after_s": "when the pad's edge begins to dry",
    "edge_per_min": "and the share of the area that it then loses each minute",
}


@click.group(help="List, show, check or begin load models.")
def skins() -> None:
    pass


@skins.command("list", help="The names that --skin takes.")
@json_option
@click.pass_obj
def list_skins(out: Out, as_json: bool) -> None:
    rows = [(name, getattr(skin_of(name), "label", "")) for name in skin_names()]
    out.table(("name", "load"), rows)
    out.say(
        f"or with water of a conductivity in {signs.US_CM}: bath:200; or a skin file: mine.toml"
    )
    people = ", ".join(population_names())
    out.say(f"or a person of a population, {people}: population:bath#17")
    out.say("or a dummy load: resistor:OHM, rc:OHM:NF")
    out.result({"skins": [{"name": name, "label": label} for name, label in rows]})


@skins.command("show", help="The parameters of one load.")
@click.argument("name", shell_complete=completion.skins_or_file)
@json_option
@click.pass_obj
def show_skin(out: Out, name: str, as_json: bool) -> None:
    values: dict[str, Any] = msgspec.to_builtins(skin_of(name))
    rows = [[key, str(value), _MEANING.get(key, "")] for key, value in values.items()]
    out.table(("parameter", "value", "what it is"), rows)
    out.result(values)


@skins.command("new", help="A commented file to start from, of the skin called FROM.")
@click.argument(
    "source", metavar="[FROM]", default="forearm", shell_complete=completion.skins_or_file
)
@output_option
@json_option
@click.pass_obj
def new_skin(out: Out, source: str, output: Path | None, as_json: bool) -> None:
    params = skin_of(source)
    if not isinstance(params, SkinParams):
        raise UserError(f"{source}: a dummy load needs no file; start from a skin")
    name = (slug(output.stem, _NAME_MAX) if output else "") or "mine"
    path = shlex.quote(str(output))
    after = f"iontobench skins check {path} && iontobench run PROTOCOL --skin {path}"
    write_new(out, _skin_toml(params, name), output, after)


@skins.command("check", help=_CHECK_HELP)
@click.argument("file", shell_complete=completion.files)
@json_option
@click.pass_obj
def check_skin(out: Out, file: str, as_json: bool) -> None:
    if not is_file_name(file):
        raise UserError(f"{file}: this is no file; {file_hint(file)}")
    params = skin_of(file)
    out.say(one_line(f"{file}: accepted: {params.label}"))
    out.result({"file": file, "ok": True, "name": params.name, "label": params.label})


def _skin_toml(params: SkinParams, name: str) -> str:
    values = msgspec.to_builtins(params)
    label = one_line(f"{params.label[:_LABEL_MAX]}, changed")
    lines = ["# A load model, for simulated benches alone: a dummy load, never a person."]
    lines.append("# Areas are the protocol's electrodes'; the units are in the names.")
    lines += [f'name = "{name}"', f"label = {json.dumps(label, ensure_ascii=False)}"]
    lines += [f"{key} = {values[key]} # {meaning}" for key, meaning in _MEANING.items()]
    return "\n".join(lines) + "\n"
