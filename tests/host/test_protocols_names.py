"""A protocol's name is its file's own; what a message says to do about one is then accepted."""

import re
import shlex

import pytest
from tests.host.cli import call
from tests.host.protocol_files import GOOD, written

from iontobench.protocols.loader import is_name, name_for
from iontobench.protocols.template import new_protocol

_LONG = pytest.mark.long

# The file and the protocol's name; None: any.
FILES = {
    "mine.toml": "mine",
    "m_high.toml": "m-high",
    "Mine2.toml": "mine2",
    "MINE.TOML": "mine",
    "my protocol (v2).toml": "my-protocol-v2",
    "a.b.toml": "a-b",
    "a--b-.toml": "a--b-",
    "-x.toml": "x",
    "Ä_b.toml": "b",
    f"{'x' * 39}_{'y' * 9}.toml": "x" * 39,
    "___.toml": None,
    "日本.toml": None,
}


@pytest.mark.parametrize(("file", "name"), FILES.items(), ids=FILES)
def test_a_file_of_any_name_has_a_name_that_is_accepted(tmp_path, file, name):
    assert call("check", written(tmp_path, new_protocol(name or "any"), file)).code == 0


@pytest.mark.parametrize(
    "told",
    [
        *("m_high", "", "mine\n", 3),
        *(
            pytest.param(one, marks=pytest.mark.long)
            for one in ("Mine2", "other", "a b", "x" * 41)
        ),
    ],
)
@pytest.mark.parametrize(("file", "name"), FILES.items(), ids=FILES)
def test_the_name_that_a_message_says_to_write_is_accepted(tmp_path, file, name, told):
    text = GOOD.replace('name = "mine"', f"name = {told if told == 3 else toml_of(told)}", 1)
    path = written(tmp_path, text, file)
    said = call("check", path)
    if name in (None, told) and is_name(told):
        assert said.code == 0
        return
    assert said.code == 2
    assert f"{path}:1: name: found " in said.err
    if name is None:
        return
    [remedy] = re.findall(r'write (name = ".*?"), after the file', said.err)
    written(tmp_path, re.sub("^name = .*", remedy, text), file)
    assert call("check", path).code == 0


def toml_of(text):
    return '"' + text.replace("\n", "\\n") + '"'


@pytest.mark.parametrize("asked", ["m_high", "Mine2", "a b", "-x", "Ä_b", "x" * 41])
def test_new_offers_a_name_that_it_takes_and_whose_file_is_accepted(tmp_path, asked):
    said = call("protocols", "new", "--", asked)
    assert said.code == 2
    [near] = re.findall(r"did you mean (.*)\?", said.err)
    path = tmp_path / f"{near}.toml"
    assert call("protocols", "new", near, "-o", path).code == 0
    assert call("check", path).code == 0


@pytest.mark.parametrize("file", ["m_high.toml", "Mine2.toml", "MINE.TOML", "my file.toml"])
def test_new_writes_a_file_of_any_name_under_the_name_that_belongs_to_it(tmp_path, file):
    path = tmp_path / file
    said = call("protocols", "new", "zzz", "-o", path)
    assert said.code == 2
    [other, own] = re.findall(r"use -o (\S+), or the name (\S+)$", said.err.strip())[0]
    assert call("protocols", "new", "zzz", "-o", tmp_path / other).code == 0
    said = call("protocols", "new", own, "-o", path)
    assert said.code == 0
    [next_one] = re.findall("then: iontobench (.*)", said.out)
    assert call(*shlex.split(next_one)).code == 0


@pytest.mark.parametrize("file", ["mine", "mine.txt", "mine.toml.bak"])
@pytest.mark.parametrize("noun", [("protocols", "new", "mine"), ("skins", "new")])
def test_new_writes_no_file_that_no_command_would_take_for_one(tmp_path, file, noun):
    said = call(*noun, "-o", tmp_path / file)
    assert said.code == 2
    assert f"use {tmp_path / file}.toml" in said.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("check",), ("run", "--data", "d"), ("protocols", "show")])
def test_a_file_named_without_its_ending_is_told_with_it(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, new_protocol("m-high"), "m_high.toml")
    said = call(*command, "m_high")
    assert said.code == 2
    assert "did you mean m_high.toml?" in said.err


def test_a_name_of_a_file_is_kept_where_it_is_one_and_else_made_one():
    assert {name_for(file.rpartition(".")[0]) for file in FILES} == set(FILES.values())
    assert not is_name("mine\n")
