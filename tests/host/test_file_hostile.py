"""Files that nobody writes on purpose: clear lines and exit 2 from every command, no traceback."""

import pytest
from tests.host.cli import call
from tests.host.protocol_files import GOOD

from iontobench.tomlfile.source import Source

SKIN = "".join(f"{key} = 1\n" for key in ("r0_kohm_cm2", "fast_share")) + "name = 'x'\n"
VALUES = {
    "infinite": "inf",
    "no number": "nan",
    "a boolean": "true",
    "a number beyond floats": "1" + "0" * 400,
    "a hexadecimal number without an end": "0x" + "f" * 5000,
    "a decimal number without an end": "1" + "0" * 5000,
    "a date": "1979-05-27",
    "an array": "[[]]",
    "a table": "{a.b = 1}",
    "a long text": '"' + "x" * 60000 + '"',
}
TEXTS = {
    "a byte order mark": "\ufeff{}",
    "UTF-16": "{}".encode("utf-16"),
    "two megabytes": "{}" + "#" * 2_000_000,
    "a NUL": "{}\0",
    "old ends of lines": "{}\rx = 1\r",
    "no bytes": "",
    "arrays in arrays": "{}\nx = " + "[" * 30000 + "]" * 30000,
    "a key of 2000 parts": ".".join("a" * 2000) + " = 1\n{}",
    "a key of 32000 parts": ".".join("a" * 32000) + " = 1",
    "a table of 900 parts": "{}\n[" + ".".join("a" * 900) + "]",
    "a key twice": "x = 1\nx = 2\n{}",
    "odd keys": '"\\u001b[31m\\n" = 1\n"" = 2\n\'a.b\' = 3\n{}',
    "a long key": "k" * 5000 + " = 1\n{}",
    "5000 keys": "".join(f"k{number} = 1\n" for number in range(5000)) + "{}",
    "phases of every kind": 'phases = [1, "a", [], {{}}, {{kind = 3}}, {{kind = []}}]\n',
    "electrodes in an array": "electrodes = [1]\n",
}


def files(good, key):
    """Bytes of files, by what is odd about them."""
    lines = [line.split("=")[0] for line in good.splitlines()]
    for name, value in VALUES.items():
        text = "\n".join(f"{one}= {value}" if one.strip() == key else one for one in lines)
        yield f"{name} for {key}", text.encode()
        short = value[:1000] + value[-1:]
        yield f"{name} for all", "\n".join(f"{one}= {short}" for one in lines).encode()
    for name, text in TEXTS.items():
        raw = text if isinstance(text, bytes) else text.replace("{}", good, 1).encode()
        yield name, raw.replace(b"{{", b"{").replace(b"}}", b"}")


PROTOCOLS = dict(files(GOOD, "current_ma"))
SKINS = dict(files(SKIN, "r0_kohm_cm2"))


def refused(tmp_path, raw, *command):
    """How a command ends that is given a file of these bytes."""
    path = tmp_path / "mine.toml"
    path.write_bytes(raw)
    said = call(*command, path, "--json")
    lines = said.err.splitlines()[1:]
    assert said.code == 2
    assert lines
    for line in lines:
        assert line.startswith(f"iontobench: {path}:")
        assert line.isprintable()
        assert len(line) < 600
    assert said.object["errors"]


@pytest.mark.parametrize("raw", PROTOCOLS.values(), ids=PROTOCOLS)
def test_no_odd_protocol_is_a_traceback(tmp_path, raw):
    refused(tmp_path, raw, "check")


@pytest.mark.parametrize("raw", SKINS.values(), ids=SKINS)
def test_no_odd_skin_file_is_a_traceback(tmp_path, raw):
    refused(tmp_path, raw, "skins", "check")


@pytest.mark.parametrize("command", [("check",), ("skins", "check")])
def test_what_is_no_regular_file_is_not_opened(tmp_path, command):
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "loop.toml").symlink_to("loop.toml")
    (tmp_path / "zeros.toml").symlink_to("/dev/zero")
    for path in [*tmp_path.iterdir(), tmp_path / "none.toml", "a\0b.toml"]:
        said = call(*command, path)
        assert said.code == 2
        assert "file" in said.err.splitlines()[1]


def test_a_text_that_looks_like_a_long_key_is_none():
    text = f'x = "{"a." * 900}" # {"a." * 900}\n'
    assert Source("mine.toml", text).data["x"] == "a." * 900
