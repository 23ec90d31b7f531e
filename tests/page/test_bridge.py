"""What the worker answers: a session with its keys and faults, a record, a check, a link."""

import itertools
import json
import math
import zlib
from base64 import urlsafe_b64encode

import pytest
from tests.host.cli import call
from tests.page.bridge_bench import Script, run, setup_of

from iontobench.page.words import RECORD_BYTES_MAX
from iontobench.protocols import load
from iontobench.records import read
from iontobench.sim.faults import KINDS


@pytest.fixture(scope="module")
def ended():
    script = Script()
    return script, run(script)


def record_of(message, tmp_path):
    path = tmp_path / "record.jsonl"
    path.write_bytes(message["record"])
    return read(path)


def test_the_catalogue_has_everything_that_can_be_chosen():
    script = Script()
    script.bridge.begin()
    (ready,) = script.posted
    assert [one["kind"] for one in ready["faults"]] == list(KINDS)
    assert {"demo", "dexamethasone-40"} <= {one["name"] for one in ready["protocols"]}
    assert ready["setup"]["protocol"] == load(ready["setup"]["name"]).toml
    assert ready["setup"]["speed"] in {one["value"] for one in ready["speeds"]}
    assert ready["setup"]["engine"] in {one["value"] for one in ready["engines"]}
    assert ready["warning"].startswith("Bench only")
    json.dumps(ready)  # nothing in it that a message cannot carry


def test_a_session_tells_its_start_its_course_and_its_end(ended, tmp_path):
    script, last = ended
    assert last["type"] == "ended"
    assert last["outcome"] == "complete: the whole program was delivered"
    assert last["sentence"].startswith("intact: ")
    assert next(one["type"] for one in script.posted if one.get("id") == "s1") == "started"
    columns = [one["columns"] for one in script.of("progress")]
    times = list(itertools.chain.from_iterable(one["t_s"] for one in columns))
    assert times == sorted(set(times))
    assert len(times) == len(record_of(last, tmp_path).samples)
    assert all(len(values) == len(one["t_s"]) for one in columns for values in one.values())


def test_every_plot_names_columns_that_are_told(ended):
    script, _ = ended
    (started,) = script.of("started")
    named = {one["column"] for plot in started["plots"] for one in plot["series"]}
    assert named | {"t_s"} == set(script.of("progress")[0]["columns"])


def test_no_load_is_told_where_no_current_flows(ended):
    script, _ = ended
    columns = script.of("progress")[0]["columns"]
    pairs = zip(columns["current_ma"], columns["load_kohm"], strict=True)
    assert all(math.isnan(kohm) is (ma < 0.02) for ma, kohm in pairs)


def test_keys_act_and_what_they_did_is_told(tmp_path):
    script = Script()
    key = {"type": "key"}
    script.at(3, {**key, "key": "m"}, *({**key, "key": one} for one in "hi\r"))
    script.at(5, {**key, "key": "s"})
    last = run(script, "dexamethasone-40")
    assert last["outcome"] == "stopped by the operator"
    notes = {one["note"] for one in script.of("progress")}
    assert {"marked: hi", "stopping"} <= notes
    assert [mark.text for mark in record_of(last, tmp_path).marks] == ["hi"]


def test_a_set_point_is_reached_by_a_ramp_and_an_impossible_one_is_refused():
    script = Script()
    script.at(30, {"type": "set", "current_ma": "1"})
    script.at(
        34, *({"type": "set", "current_ma": one} for one in ("9", "-1", "x", "nan", "1e999"))
    )
    script.at(40, {"type": "stop", "now": True})
    last = run(script, "dexamethasone-40", speed="20")
    refused = [one["line"] for one in script.of("refused")]
    assert len(refused) == 5
    assert refused[0] == "a set point of '9' mA: it is above 0, up to 2"
    assert last["outcome"] == "stopped by the operator: off at once, by the operator"


def test_a_fault_that_is_injected_lands_in_the_record(tmp_path):
    script = Script()
    script.at(8, {"type": "inject", "fault": "open"})
    last = run(script, "dexamethasone-40")
    assert last["outcome"].startswith("ended by a fault: open")
    (live,) = record_of(last, tmp_path).faults_live
    assert live.fault == "open:0"
    assert any(
        "injected on purpose" in e["text"] for p in script.of("progress") for e in p["events"]
    )


def test_a_fault_that_there_is_not_is_refused_and_the_session_goes_on():
    script = Script()
    script.at(2, {"type": "inject", "fault": "opens"})
    last = run(script)
    (refused,) = script.of("refused")
    assert "did you mean open?" in refused["line"]
    assert last["ok"]


def test_a_second_session_is_refused_while_one_runs():
    script = Script()
    setup = setup_of(script)
    script.at(2, {"type": "start", "id": "s2", "setup": setup})
    assert run(script)["ok"]
    (refused,) = script.of("refused")
    assert (refused["id"], refused["line"]) == ("s2", "a session runs; stop it first")


def test_a_latched_fault_of_one_session_refuses_none_after_it():
    script = Script()
    assert run(script, faults="open@3")["outcome"].startswith("ended by a fault")
    assert run(script)["ok"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": "x"}, "seed 'x': it is a whole number"),
        ({"seed": "9" * 400}, "seed '99999999999999999999': it is a whole number"),
        ({"faults": "open@1:2:3"}, "KIND@SECONDS"),
        ({"faults": "open@1 " * 99}, "99 faults: at most 50"),
        ({"skin": "nowhere"}, "nowhere"),
        ({"board": "../../etc"}, "board"),
        ({"adc": "best"}, "adc 'best'"),
        ({"speed": "3"}, "speed '3'"),
        ({"profile": "no"}, "profile"),
        ({"protocol": "name = "}, "not TOML"),
        ({"protocol": "\ud800"}, "not UTF-8"),
    ],
)
def test_a_set_up_that_cannot_be_run_is_refused_in_one_line(change, said):
    script = Script()
    last = run(script, **change)
    assert last["type"] == "refused"
    assert said in last["line"]
    assert "\n" not in last["line"]


def test_the_checkers_table_has_each_limit_with_its_relation():
    script = Script()
    setup = setup_of(script)
    found = script.ask(type="check", **{**setup, "board": ""})
    assert found["ok"]
    limits = {row[0]: row[3] for row in found["table"]["rows"]}
    assert limits["open-lead probe"].startswith("≥ ")
    assert all(
        limit.startswith("≤ ") for name, limit in limits.items() if name != "open-lead probe"
    )
    assert found["is_ok"] == [True] * len(limits)


def test_the_checker_tells_what_check_of_the_command_line_tells():
    said = call("check", "dexamethasone-40", "--board", "virtual_500ua", "--json").object
    script = Script()
    setup = setup_of(script, "dexamethasone-40", board="virtual_500ua")
    found = script.ask(type="check", **setup)
    assert not said["ok"]
    assert not found["ok"]
    where = "under profile us on board virtual_500ua"
    assert found["verdict"] == f"refused {where}: {said['reason']}"
    assert [row[4] for row in found["table"]["rows"]] == [row["verdict"] for row in said["bounds"]]


def test_a_text_that_is_no_protocol_has_a_line_for_each_thing_that_is_wrong():
    text = load("demo").toml + "\nbogus = 1\n"
    found = Script().ask(type="check", protocol=text, name="", profile="us", board="")
    assert not found["ok"]
    assert any("bogus" in line for line in found["lines"])
    assert all(line.startswith("protocol:") for line in found["lines"])


def test_a_link_opens_the_same_set_up():
    script = Script()
    setup = setup_of(script, "sham", skin="palm", faults="open@3", seed="5", engine="micropython")
    link = script.ask(type="link", setup=setup)["fragment"]
    assert len(link) < 400
    assert script.ask(type="linked_setup", fragment=f"#{link}")["setup"] == setup
    edited = {**setup, "protocol": setup["protocol"] + "# mine\n"}
    link = script.ask(type="link", setup=edited)["fragment"]
    assert script.ask(type="linked_setup", fragment=link)["setup"] == edited


def packed(told):
    return "setup=" + urlsafe_b64encode(zlib.compress(json.dumps(told).encode())).decode()


@pytest.mark.parametrize(
    "fragment",
    [
        *("", "setup=", "setup=!", "setup=AAAA", "other=1", "setup=" + "A" * 50_000),
        *(
            packed([]),
            packed({"name": 1}),
            packed({"name": "nowhere", "protocol": ""}),
            packed("x"),
        ),
        "setup=" + urlsafe_b64encode(zlib.compress(b"[" * 100_000)).decode(),
        "setup=" + urlsafe_b64encode(zlib.compress(b" " * 50_000_000, 9)).decode(),
    ],
    ids=str,
)
def test_a_link_without_a_set_up_is_refused_in_one_line(fragment):
    found = Script().ask(type="linked_setup", fragment=fragment)
    assert found["type"] == "refused"
    assert found["line"] == "this link holds no set-up of this page; open the page without it"


def test_a_record_is_exported_as_the_command_line_exports_it(ended, tmp_path, monkeypatch):
    script, last = ended
    data = tmp_path / "data" / "records" / last["record_name"]
    data.mkdir(parents=True)
    (data / "record.jsonl").write_bytes(last["record"])
    monkeypatch.chdir(tmp_path)
    for kind, flags in (("csv", ()), ("events", ("--events",))):
        said = call(
            "records", "export", data / "record.jsonl", "--csv", *flags, "-o", f"{kind}.csv"
        )
        assert said.code == 0, said.err
        found = script.ask(type="export", of="s1", kind=kind)
        rows = [one for one in found["bytes"].splitlines() if not one.startswith(b"# ")]
        told = (tmp_path / f"{kind}.csv").read_bytes().splitlines()
        assert rows == [one for one in told if not one.startswith(b"# ")]
        assert found["mime"] == "text/csv"


def test_an_export_of_nothing_or_of_no_such_kind_is_refused(ended):
    script, _ = ended
    assert script.ask(type="export", of="s1", kind="exe")["type"] == "refused"
    assert Script().ask(type="export", of="s1", kind="csv")["type"] == "refused"


def test_a_file_that_is_too_large_is_refused_before_it_is_read():
    found = Script().ask(b"x" * (RECORD_BYTES_MAX + 1), type="verify", name="a.jsonl")
    assert found["line"] == f"the file is too large: at most {RECORD_BYTES_MAX} bytes"


@pytest.mark.parametrize("message", [{}, {"type": None}, {"type": "nonsense"}, {"type": ["a"]}])
def test_a_message_that_nobody_knows_is_our_own_bug_and_the_worker_lives(message):
    script = Script()
    assert script.ask(**message)["type"] == "failed"
    assert script.ask(type="protocol", name="demo")["type"] == "protocol_text"
