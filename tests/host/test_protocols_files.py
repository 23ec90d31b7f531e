"""Bytes that are no protocol, paths that are no file, names that nobody knows: one line each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.host.protocol_files import GOOD, line_of, without_number, written

from iontobench.protocols import ProtocolError, load, profile
from iontobench.protocols.loader import parse

RAW = {
    "not UTF-8": (GOOD.replace("own", "\xf6wn").encode("latin-1"), "line 2 is not UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), "is not UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), "byte order mark"),
    "a huge file": (GOOD.encode() + b"#" * 70000, "at most 65536 bytes"),
    "an empty file": (b"", "name: missing"),
    "a NUL": (GOOD.encode() + b"\0", "not TOML"),
}


@pytest.mark.parametrize(("raw", "text"), RAW.values(), ids=RAW)
def test_bytes_that_are_no_protocol_are_one_line_with_the_file(tmp_path, raw, text):
    path = written(tmp_path, raw)
    with pytest.raises(ProtocolError) as caught:
        load(path)
    assert text in line_of(caught.value, path)


def test_a_folder_and_a_missing_file_are_one_line(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    for name, text in [("folder.toml", "no regular file"), ("none.toml", "no such file")]:
        with pytest.raises(ProtocolError, match=text) as caught:
            load(str(tmp_path / name))
        assert str(caught.value).startswith(str(tmp_path / name))


def test_a_path_with_a_nul_is_one_line():
    with pytest.raises(ProtocolError, match=r"cannot be read|no such file"):
        load("a\0b.toml")


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ProtocolError, match=r"none named 'nope'; allowed: .*dexa") as caught:
        load("nope")
    assert "\n" not in str(caught.value)
    with pytest.raises(ProtocolError, match=r"did you mean dexamethasone-40\?"):
        load("dexametason-40")


def test_an_unknown_profile_lists_the_known_ones():
    with pytest.raises(ProtocolError, match="there is none named 'uk'; allowed: us, eu"):
        profile("uk")


LINES = [line for line in GOOD.split("\n") if "=" in line]
VALUES = st.sampled_from(
    ["1", "-1", "0.5", "1e99", "nan", "true", '""', '"a\\u0000b"', "[]", "[[1]]", "{}", "{a = 1}"]
)


@given(st.sampled_from(LINES), VALUES)
def test_any_value_in_any_place_is_accepted_or_one_line(line, value):
    text = GOOD.replace(line, f"{line.split('=')[0]}= {value}", 1)
    refused_or_read(text.encode())


@given(st.sampled_from(LINES), st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_text_in_place_of_a_line_is_accepted_or_one_line(line, text):
    refused_or_read(GOOD.replace(line, text, 1).encode())


@given(st.binary(max_size=80))
def test_any_bytes_are_one_line(raw):
    with pytest.raises(ProtocolError) as caught:
        parse("mine.toml", raw, "mine")
    assert "\n" not in str(caught.value)


def refused_or_read(raw):
    try:
        protocol = parse("mine.toml", raw, "mine")
    except ProtocolError as error:
        lines = [str(error), *(str(one) for one in error.all)]
    else:
        lines = [f"mine.toml: {protocol.name}"]
    for line in lines:
        assert without_number(line).startswith("mine.toml: ")
        assert line.isprintable()
