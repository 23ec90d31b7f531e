"""The reference pages say what the code has: keys, fields, numbers, kinds, packages."""

import importlib
import json
import re
import tomllib
from inspect import isfunction
from typing import get_type_hints

import msgspec
import pytest
from msgspec import inspect
from msgspec.structs import fields as struct_fields
from tests.arch.markdown import column, names, sections, tables
from tests.arch.sources import FIRMWARE, HOST, ROOT, files
from tests.host.cli import call

import iontobench
from ionto.core import codes, command, fields, frame, telemetry
from iontobench import resources
from iontobench.api import results
from iontobench.bringup.mistakes import MISTAKES
from iontobench.bringup.steps import STEPS
from iontobench.campaign.engine import columns as run_columns
from iontobench.campaign.engine import schema as campaign_schema
from iontobench.cli.records import records
from iontobench.link.events import Sample
from iontobench.plans import schema as plan_schema
from iontobench.protocols import list_protocols, schema
from iontobench.protocols.limits import FAMILIES, PROFILES
from iontobench.records import export
from iontobench.records import format as form
from iontobench.sim.faults import KINDS
from iontobench.sim.skin import SkinParams, skin_names
from iontobench.tomlfile import ranges
from iontobench.uncertainty.real import BoardAccuracy, accuracy_of

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
ALL_PAGES = sorted(DOCS.rglob("*.md"))
DATA = DOCS / "data.md"
UNCERTAINTY = DOCS / "uncertainty.md"
LINK, RECORD, PROTOCOL = DOCS / "link.md", DOCS / "record-format.md", DOCS / "protocol-file.md"

STRUCTS = {
    "Top level": schema.ProtocolFile,
    "Electrodes": schema.Active,
    "Return electrode": schema.Return,
    "Substance": schema.Substance,
    "Hold": schema.HoldPhase,
    "Pulses": schema.PulsePhase,
    "Off": schema.OffPhase,
}

PLAN_STRUCTS = {
    "Top level": plan_schema.PlanFile,
    "Initial": plan_schema.Initial,
    "Maintenance": plan_schema.Maintenance,
    "Limits": plan_schema.Limits,
}

CAMPAIGN_STRUCTS = {
    "Top level": campaign_schema.CampaignFile,
    "Seeds": campaign_schema.Seeds,
    "Members": campaign_schema.Members,
}


@pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_a_page_says_bench_only_before_anything_else(page):
    title, _, first, *_ = page.read_text(encoding="utf-8").splitlines()
    assert title.startswith("# ")
    assert first.startswith("**Bench only: dummy loads, never people.**")


def test_the_index_lists_every_page():
    told = {name for row in tables(DOCS / "README.md")["Reference pages"] for name in row[:1]}
    assert told == {f"[{page.name}]({page.name})" for page in PAGES if page.name != "README.md"}


def test_the_steps_of_a_bring_up_are_those_of_the_command():
    board = resources.board_of("pico_pwm")
    told = [
        [cell.strip("`") if at == 0 else cell for at, cell in enumerate(row)]
        for row in tables(DOCS / "bring-up.md")["Steps"]
    ]
    assert told == [
        [
            step.name,
            *(step.filled(text, board, 5000) for text in (step.connect, step.see, step.otherwise)),
        ]
        for step in STEPS
    ]


def test_the_mistakes_of_the_page_are_told_at_a_step_by_names_of_the_command():
    for mistake, step, told in tables(DOCS / "bring-up.md")["Mistakes"]:
        assert step.strip("`") in [one.name for one in STEPS], mistake
        found = [name.replace("LINE", "gate") for name in told.split(" · ")]
        assert set(found) <= MISTAKES.keys(), mistake
        assert len(found) <= 3, mistake


@pytest.mark.parametrize("heading", STRUCTS)
def test_the_keys_of_a_protocol_file_have_the_ranges_of_the_schema(heading):
    told = [(key.strip("`"), allowed) for key, allowed, *_ in tables(PROTOCOL)[heading]]
    fields_of = inspect.type_info(STRUCTS[heading]).fields
    assert told == [(one.encode_name, ranges.allowed(one.type)) for one in fields_of]


@pytest.mark.parametrize(
    ("page", "heading", "shape"),
    [
        *(("plans.md", heading, shape) for heading, shape in PLAN_STRUCTS.items()),
        *(("campaigns.md", heading, shape) for heading, shape in CAMPAIGN_STRUCTS.items()),
    ],
)
def test_the_keys_of_a_plan_and_of_a_campaign_are_those_of_the_schema(page, heading, shape):
    rows = [row[:4] for row in tables(DOCS / page)[heading]]
    types = get_type_hints(shape, include_extras=True)
    for (key, allowed, default, example), one in zip(
        rows, inspect.type_info(shape).fields, strict=True
    ):
        assert (key.strip("`"), allowed) == (one.encode_name, ranges.allowed(one.type))
        assert (default == "required") == one.required
        for given in names(example):
            msgspec.convert(tomllib.loads(f"x = {given}")["x"], types[one.name])


def test_the_keys_of_a_boards_accuracy_are_those_of_the_schema_and_the_boards_have_them():
    told = [(key.strip("`"), allowed) for key, allowed, _ in tables(UNCERTAINTY)["Real boards"]]
    fields_of = inspect.type_info(BoardAccuracy).fields
    assert told == [(one.encode_name, ranges.allowed(one.type)) for one in fields_of]
    assert all(accuracy_of(name) is not None for name in ("pico_pwm", "pico_dac"))


@pytest.mark.parametrize("heading", STRUCTS)
def test_a_key_is_told_as_required_where_the_schema_requires_it(heading):
    told = {key.strip("`"): default for key, _, default, *_ in tables(PROTOCOL)[heading]}
    for one in inspect.type_info(STRUCTS[heading]).fields:
        assert (told[one.encode_name] == "required") == one.required


@pytest.mark.parametrize("heading", STRUCTS)
def test_the_example_of_a_key_is_one_that_the_schema_takes(heading):
    types = get_type_hints(STRUCTS[heading], include_extras=True)
    examples = {row[0].strip("`"): names(row[3]) for row in tables(PROTOCOL)[heading]}
    for key, given in examples.items():
        assert given or key in ("electrodes", "phases", "substance")
        for example in given:
            msgspec.convert(tomllib.loads(f"x = {example}")["x"], types[key])


def test_the_example_of_a_protocol_file_is_accepted(tmp_path):
    text = PROTOCOL.read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)[0], encoding="utf-8")
    assert call("check", path).code == 0


def test_families_and_profiles_are_those_of_the_code():
    told = {row[0].strip("`"): tuple(map(float, row[1:4])) for row in tables(PROTOCOL)["Families"]}
    assert told == {
        name: (one.current_ma, one.dose_mamin, one.slew_ma_s) for name, one in FAMILIES.items()
    }
    assert {one.charge_c_cm2 for one in FAMILIES.values()} == {0.6}
    shown = {
        row[0].strip("`"): tuple(map(float, row[1:3])) for row in tables(PROTOCOL)["Profiles"]
    }
    for name, one in PROFILES.items():
        most = one.density_ua_cm2
        assert shown[name] == (most["iontophoresis"] / 1000, most["galvanisation"] / 1000)
        assert most["galvanisation"] == most["pulsed-dc"]
    assert shown.keys() == PROFILES.keys()


def test_the_shipped_protocols_are_told():
    told = [name for row in tables(PROTOCOL)["Shipped protocols"] for name in names(row[0])]
    assert sorted(told) == list_protocols()


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """The lines of a record, and its companion."""
    folder = tmp_path_factory.mktemp("data")
    assert call("run", "demo", "--plain", "--fault", "open@600", "--data", folder).code == 0
    [record] = folder.rglob("record.jsonl")
    lines = [json.loads(line) for line in record.read_text("utf-8").splitlines()]
    return lines, json.loads(record.with_name("meta.json").read_text("utf-8"))


def test_the_members_and_columns_of_a_record_are_those_of_the_format():
    members = [one.name for one in struct_fields(form.Line) if one.name != "name"]
    assert column(RECORD, "Lines") == members
    told = {row[0].strip("`"): tuple(names(row[1])) for row in tables(RECORD)["Columns"]}
    assert told == {name: row for name, row in form.COLUMNS.items() if name != "states"}


def test_the_keys_of_header_and_close_are_those_that_are_written(session):
    lines, _ = session
    assert column(RECORD, "Header") == list(lines[0]["header"])
    assert column(RECORD, "Optional keys") == [one.name for one in struct_fields(form.HeaderKeys)]
    only_on_a_board = {"peak_ua"}
    assert set(column(RECORD, "Close")) - only_on_a_board == set(lines[-1]["close"]["summary"])


def test_the_keys_of_the_companion_are_those_that_are_written(session):
    assert set(column(RECORD, "Companion")) == set(session[1])


def test_the_versions_of_a_record_are_those_that_can_be_read():
    assert tuple(map(int, column(RECORD, "Old versions"))) == form.READABLE


@pytest.mark.parametrize(
    ("heading", "code"), [("Sample", fields.SAMPLE_FIELDS), ("Event", fields.EVENT_FIELDS)]
)
def test_the_fields_of_a_frame_are_those_of_the_wire(heading, code):
    told = [(row[0], int(row[1]), int(row[2] == "yes")) for row in tables(LINK)[heading]]
    assert told == list(code)


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        *(("Flags", fields.FLAG_NAMES), ("States", codes.STATE_NAMES)),
        *(("Events", codes.EVENT_NAMES), ("Outcomes", codes.OUTCOME_NAMES)),
    ],
)
def test_the_names_of_numbers_are_those_of_the_code(heading, code):
    assert [(int(row[0]), row[1]) for row in tables(LINK)[heading]] == sorted(code.items())


def test_the_faults_have_the_names_and_sentences_of_the_code():
    told = {int(row[0]): (row[1], row[2]) for row in tables(LINK)["Faults"]}
    sentences = codes.FAULT_SENTENCES
    assert told == {code: (codes.FAULT_NAMES[code], sentences[code]) for code in sentences}


def test_the_words_of_a_command_are_those_that_are_parsed():
    words = [word.decode() for word in command.WORDS[1:]]
    assert column(LINK, "Commands") == words
    needed = [row[2] == "needed" for row in tables(LINK)["Commands"]]
    assert needed == [bool(command._TO_MORE >> at & 1) for at in range(1, len(words) + 1)]


def test_version_and_length_of_a_frame_are_told():
    text = LINK.read_text(encoding="utf-8")
    assert f"link version {telemetry.LINK_VERSION}." in text
    assert f"at most {frame.FRAME_MAX} bytes" in text


def test_the_times_of_the_link_are_those_of_the_code():
    sources = "\n".join(path.read_text("utf-8") for path in files(FIRMWARE, HOST))
    rows = [row for row in tables(LINK)["Timing"] if names(row[2])]
    assert len(rows) >= 9
    for rule, value, constant in rows:
        [name] = names(constant)
        [found] = set(re.findall(rf"^{name} = (?:const\()?([\d_]+)", sources, re.MULTILINE))
        number = int(found)
        shown = {str(number)}
        if name.endswith("_US"):
            shown = {f"{number // 1000} ms", f"{number // 10**6} s", "every second"}
        assert any(one in f"{rule} {value}" for one in shown), name


def test_the_parameters_of_a_site_are_those_of_its_file():
    page = DOCS / "loads.md"
    head = next(
        line for line in page.read_text("utf-8").splitlines() if line.startswith("| key | forearm")
    )
    sites = [cell.strip() for cell in head.strip("|").split("|")][1:]
    assert sorted(sites) == skin_names()
    rows = tables(page)["Parameters"]
    others = ("name", "label", "active_cm2", "return_cm2")
    keys = {one.name: one.default for one in struct_fields(SkinParams) if one.name not in others}
    assert [row[0].strip("`") for row in rows] == list(keys)
    for at, site in enumerate(sites, 1):
        given = tomllib.loads((HOST / "sim" / "skins" / f"{site}.toml").read_text("utf-8"))
        told = {row[0].strip("`"): float(row[at]) for row in rows}
        assert told == {key: given.get(key, default) for key, default in keys.items()}


def test_every_kind_of_fault_stands_in_the_row_of_its_scenario():
    page = DOCS / "faults.md"
    told = {name: int(row[0]) for row in tables(page)["Kinds"] for name in names(row[1])}
    assert told == {name: kind.scenario for name, kind in KINDS.items()}
    assert [int(row) for row in column(page, "Scenarios")] == list(range(1, 25))


def test_the_packages_are_those_of_the_project_file():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def plain(requirements):
        return [re.match(r"[\w-]+", one)[0] for one in requirements]

    page = DOCS / "dependencies.md"
    assert sorted(column(page, "To run")) == sorted(plain(project["dependencies"]))
    told = [(row[0].strip("`"), row[1]) for row in tables(page)["Extras"]]
    extras = project["optional-dependencies"]
    assert sorted(told) == sorted((extra, one) for extra in extras for one in plain(extras[extra]))


def test_the_calls_arrays_and_errors_of_the_python_api_are_told():
    page = DOCS / "api.md"
    told = {name: column(page, name) for name in ("Calls", "Arrays", "Errors")}
    public = {name: getattr(iontobench, name) for name in iontobench.__all__}
    classes = {name: value for name, value in public.items() if isinstance(value, type)}
    calls = {name for name, value in public.items() if isfunction(value)}
    assert set(told["Calls"]) == calls | {"Session"}
    assert set(told["Errors"]) == {
        name for name, value in classes.items() if issubclass(value, Exception)
    }
    assert tuple(told["Arrays"]) == results.COLUMNS
    result = iontobench.run("demo")
    kinds = {row[0].strip("`"): row[1] for row in tables(page)["Arrays"]}
    assert kinds == {name: str(getattr(result, name).dtype) for name in results.COLUMNS}


def test_the_columns_of_a_campaign_are_those_that_are_written():
    told = [tuple(row) for row in tables(DOCS / "campaigns.md")["Columns"]]
    assert told == [(f"`{one.name}`", one.kind, one.meaning) for one in run_columns.COLUMNS]


def test_the_columns_of_an_export_are_those_that_are_written():
    assert {of: names(cell) for of, cell in tables(DATA)["Export"]} == {
        "samples": list(Sample.__struct_fields__),
        "events": list(export.event_columns([])),
    }


def test_what_describes_an_export_and_a_comparison_is_told(tmp_path):
    assert call("run", "demo", "--plain", "--data", tmp_path).code == 0
    target = tmp_path / "demo.csv"
    assert call("records", "export", "last", "-o", target, "--data", tmp_path).code == 0
    lines = target.read_text("utf-8").splitlines()
    written = [line[2:].partition(": ")[0] for line in lines if line.startswith("# ")]
    told = [name for cell, _ in tables(DATA)["Description"] for name in names(cell)]
    assert told == written
    said = call("records", "compare", "last", "last", "--json", "--data", tmp_path)
    told = {name for cell, _ in tables(DATA)["Compare"] for name in names(cell)}
    assert told == set(said.object["records"][0]) - {"name", "ok", "verdict"}


def test_the_options_of_the_list_of_records_are_told():
    told = [name for cell, _ in tables(DATA)["Find"] for name in names(cell)]
    options = [name for one in records.commands["list"].params for name in one.opts]
    assert told == [name for name in options if name not in ("--data", "--json")]


# Section of docs/control.md, the words that stand there, and the constant behind them.
NUMBERS = [
    ("Over-current", "for 5 ticks", "supervisor._ENVELOPE_TICKS", 5),
    ("Over-current", "+ 50 µA for", "envelope._SLACK_Q4", 50 * 16),
    ("Sustained over-current", "62 samples", "steady._SAMPLES", 62),
    ("Open", "Low for 5 ticks", "supervisor._OPEN_TICKS", 5),
    ("Limited", "2 % + 20 µA", "ramp._SLACK_Q4", 20 * 16),
    ("Compliance below nominal", "less 20 µA", "envelope._REACHED_SLACK_Q4", 20 * 16),
    ("Contact lost", "within 100 ms", "waits._CONTACT_MS", 100),
    ("Contact lost", "for 3 ticks in a row", "waits._BACK_TICKS", 3),
    ("Contact lost", "within 60 s", "session._GLITCH_WINDOW_MS", 60_000),
    ("Contact lost", "within 10 s", "supervisor._DIP_WINDOW_MS", 10_000),
    ("Low impedance", "1 mA", "slow_checks._LOW_LOAD_FROM_Q4", 1000 * 16),
    ("Low impedance", "within 5 s", "slow_checks._QUIET_MS", 5000),
    ("Low impedance", "27 V", "steady._BREAKDOWN_MV", 27_000),
    ("Load before the start", "mean of 16 ticks", "impedance._MEAN_TICKS", 16),
    ("Load before the start", "200 ms", "waits._PROBE_SETTLE_MS", 200),
    ("Senses apart", "for 5 ticks", "supervisor._APART_TICKS", 5),
    ("Late", "Above 2 ms", "supervisor._LATE_WARN_US", 2000),
    ("Late", "Above 3 ms", "supervisor._LATE_US", 3000),
    ("Leak", "from 8 ms", "supervisor._SETTLE_US", 8000),
    ("Supply", "twice", "slow_checks._SUPPLY_TIMES", 2),
    ("Walls", "+ 120 s", "limits.TIME_SLACK_S", 120),
    ("Walls", "119 s", "limits.DOWN_MAX_S", 119),
    ("Integrity", "eight words", "integrity._WORDS_A_STEP", 8),
    ("Partial lift", "6 % (other sites)", "limits.LIFT_PERCENT", 6),
    ("Drift", "6 % above", "steady._DRIFT_PERCENT", 106),
    ("Drift", "three minutes", "steady._DRIFT_SECONDS", 180),
    ("Proof", "mean of 16 ticks", "proof._MEAN_TICKS", 16),
    ("Proof", "between 15 and 60 µA", "proof._FLOWS_UA", 15),
    ("Proof", "between 15 and 60 µA", "proof._FLOWS_MAX_UA", 60),
    ("Proof", "below 5 µA", "proof._NOTHING_UA", 5),
    ("Proof", "drive 45 µA", "proof._OVER_UA", 45),
    ("Proof", "mean of 64 samples", "waits._ZERO_TICKS", 64),
    ("Regulator", "2.9 %", "regulator._TRIM_DIV", 34),
    ("Regulator", "Ki 96/1024", "regulator._KI_Q10", 96),
    ("Regulator", "Kp 102/1024", "regulator._KP_Q10", 102),
    ("Waveforms", "1 s rest", "waits._REST_MS", 1000),
    ("Waveforms", "below 10 ms", "program.PULSE_MIN_MS", 10),
]


@pytest.mark.parametrize(("heading", "words", "constant", "value"), NUMBERS)
def test_a_number_of_control_is_the_one_of_the_code(heading, words, constant, value):
    module, _, name = constant.partition(".")
    assert getattr(importlib.import_module(f"ionto.core.{module}"), name) == value
    assert words in sections(DOCS / "control.md")[heading]
