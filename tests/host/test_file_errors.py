"""Everything that is wrong with a file at once, a line each: where, what, allowed, what to do."""

import pytest
from tests.host.cli import call
from tests.host.protocol_files import GOOD, PHASE, changed, written

from iontobench.protocols import ProtocolError, load
from iontobench.tomlfile.near import near_choice

MANY = changed(
    ('"physical-therapy"', '"physical_therpy"'),
    ("skin =", "skni ="),
    ("ramp_down_s = 20.0", "ramp_down_s = 2000.0"),
    ('"cathode"', '"Cathod"'),
    ("current_ma = 2.0", 'current_ma = "2"'),
    ("ramp_up_s = 20.0\n", "zzz = 1\n"),
)


def lines_of(text, tmp_path, name="mine.toml"):
    """What is wrong with a protocol, without the folder."""
    with pytest.raises(ProtocolError) as caught:
        load(written(tmp_path, text, name))
    assert caught.value is caught.value.all[0]
    return [str(one).removeprefix(f"{tmp_path}/") for one in caught.value.all]


def test_every_error_of_a_protocol_is_told_with_its_line(tmp_path):
    assert lines_of(MANY, tmp_path) == [
        "mine.toml:4: family: found 'physical_therpy'; allowed: one of dental, physical-therapy, "
        "research, sweat-test, tap-water; did you mean 'physical-therapy'?",
        "mine.toml:7: skni: unknown key; allowed: skin, one of axilla, bath, forearm, palm, "
        "patch, sole, tooth; did you mean skin?",
        "mine.toml:8: ramp_down_s: found 2000.0; allowed: 1 to 60 s; "
        "choose a number in that range, in s",
        "mine.toml:11: electrodes.active.polarity: found 'Cathod'; allowed: one of anode, "
        "cathode; did you mean 'cathode'?",
        "mine.toml:19: phases[0].current_ma: found '2'; allowed: 0.001 to 30 mA; "
        "write a number without quotes, in mA",
        "mine.toml:21: phases[0].zzz: unknown key; allowed: current_ma, ramp_up_s, "
        "dose_mamin, hold_s, reverse; remove it from phases[0]",
        "mine.toml:18: phases[0].ramp_up_s: missing; allowed: 1 to 60 s; add it",
    ]


@pytest.mark.parametrize("command", [("check",), ("run",), ("protocols", "show")])
def test_a_command_prints_all_of_them_and_gives_them_as_data(tmp_path, command):
    path = written(tmp_path, MANY)
    said = call(*command, path)
    assert said.code == 2
    told = [line for line in said.err.splitlines() if line.startswith("iontobench: ")]
    assert len(told) == 7
    assert all(line.startswith(f"iontobench: {path}:") for line in told)
    found = call(*command, path, "--json").object
    assert found["exit_code"] == 2
    assert f"iontobench: {found['error']}" == told[0]
    assert [one["line"] for one in found["errors"]] == [4, 7, 8, 11, 19, 21, 18]
    assert found["errors"][2] == {
        "file": path,
        "line": 8,
        "key": "ramp_down_s",
        "found": "found 2000.0",
        "allowed": "1 to 60 s",
        "hint": "choose a number in that range, in s",
    }


# A key whose value is one of a few: what to change, the value that was meant.
CHOICES = {
    "mode": (('"constant-dose"', '"constant-dos"'), "constant-dose"),
    "mode without its sign": (('"constant-dose"', '"constant dose"'), "constant-dose"),
    "family": (('"physical-therapy"', '"Physical_Therapy"'), "physical-therapy"),
    "application": (('"iontophoresis"', '"iontophorese"'), "iontophoresis"),
    "skin": (('"forearm"', '"forarm"'), "forearm"),
    "polarity": (('"cathode"', '"kathode"'), "cathode"),
    "material": (('"ag-agcl"', '"AgAgCl"'), "ag-agcl"),
    "kind": (("current_ma", 'kind = "hodl"\ncurrent_ma'), "hold"),
}


@pytest.mark.parametrize(("change", "meant"), CHOICES.values(), ids=CHOICES)
def test_a_misspelt_choice_is_one_line_with_what_was_meant(tmp_path, change, meant):
    [line] = lines_of(changed(change), tmp_path)
    assert f"did you mean {meant!r}?" in line


@pytest.mark.parametrize("value", ["zzz", "", 3, None, ["hold"]])
def test_a_value_like_no_choice_gets_no_suggestion(value):
    assert near_choice(value, ["hold", "pulses", "off"]) is None


def test_a_misspelt_profile_gets_a_suggestion():
    said = call("check", "dexamethasone-40", "--profile", "uss")
    assert said.code == 2
    assert "did you mean us?" in said.err


def test_a_kind_that_is_none_hides_no_other_phase(tmp_path):
    text = GOOD + PHASE.replace("[[phases]]", '[[phases]]\nkind = "zzz"')
    text += PHASE.replace("2.0", "-1")
    assert [line.split(";")[0] for line in lines_of(text, tmp_path)] == [
        "mine.toml:23: phases[1].kind: found 'zzz'",
        "mine.toml:28: phases[2].current_ma: found -1",
    ]


def test_a_misspelt_kind_is_one_line_and_the_phase_is_taken_for_what_it_says(tmp_path):
    pulses = 'knd = "pulses"\ncurrent_ma = 2.0\non_s = 1\noff_s = 1\nedge_ms = 5\ncount = 3\n'
    [line] = lines_of(changed((PHASE, f"[[phases]]\n{pulses}")), tmp_path)
    assert line == (
        "mine.toml:19: phases[0].knd: unknown key; allowed: kind, one of hold, pulses, off; "
        "did you mean kind?"
    )


def test_a_key_of_the_top_is_not_taken_for_the_kind_of_a_phase(tmp_path):
    text = changed(("ramp_up_s = 20.0", 'ramp_up_s = 20.0\nskin = "palm"'))
    [line] = lines_of(text, tmp_path)
    assert "phases[0].skin: unknown key" in line
    assert line.endswith("it belongs in the top of the file")


def test_what_phases_have_to_agree_on_is_told_at_once_too_once_their_shape_is_right(tmp_path):
    hold = PHASE.replace("dose_mamin = 40.0", "hold_s = 5")
    off = '[[phases]]\nkind = "off"\ntime_s = 5\n'
    lines = lines_of(changed((PHASE, off + off + hold)), tmp_path)
    assert [line.split(";")[0] for line in lines] == [
        "mine.toml:19: phases[0].kind: a session does not begin with the output off",
        "mine.toml:22: phases[1].kind: twice off",
        "mine.toml:26: phases[2].hold_s: found 5 in mode constant-dose",
    ]
    assert "once those are right" in " ".join(call("check", "--help").out.split())


def test_a_key_that_is_there_is_not_offered_to_another(tmp_path):
    text = changed(("current_ma = 2.0", "current_ma = 2.0\ncurrent_ua = 2000"))
    [line] = lines_of(text, tmp_path)
    assert line.endswith("remove it: there is current_ma too")


def test_errors_of_numbers_and_walls_have_their_line_too(tmp_path):
    path = written(tmp_path, changed(("= 2.0", "= 2.00005")))
    assert f"{path}:19: phases[0].current_ma: found 2.00005" in call("check", path).err
    path = written(tmp_path, changed(("= 2.0", "= 5.0")))
    assert f"{path}:19: phases[0].current_ma: peak current" in call("run", path).err


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD.replace('"mine"', '"mine'), 1),
        (GOOD + "\n[electrodes.return]\n", 23),
        (GOOD + "\x00", 22),
        (GOOD.replace("\n", "\r\n") + "title", None),
        (GOOD + 'a = """', None),
    ],
)
def test_a_syntax_error_is_one_line_with_its_number(tmp_path, text, line):
    path = written(tmp_path, text)
    found = call("check", path, "--json")
    [one] = found.object["errors"]
    assert one["found"].startswith("not TOML: ")
    assert one["line"] == line
    assert len(found.err.splitlines()) == 2  # with the banner


def test_a_file_with_more_errors_than_anybody_reads_says_how_many(tmp_path):
    text = "".join(f"k{number} = 1\n" for number in range(4000)) + GOOD
    path = written(tmp_path, text)
    said = call("check", path, "--json")
    told = said.err.splitlines()[1:]
    assert len(told) == 101
    assert told[-1] == f"iontobench: {path}: 3900 more; --json has them"
    assert len(said.object["errors"]) == 4000
