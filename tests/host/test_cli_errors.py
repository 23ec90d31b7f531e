"""Every way a command can go wrong: the exit code, one clear line, never a traceback."""

import pytest
from tests.host.cli import call

from iontobench.cli import console, main


def complaint(said):
    """The one line after the banner."""
    told = said.err.splitlines()
    lines = [line for line in told if line and not line.startswith("Bench only")]
    assert len(lines) == 1, said.err
    assert "Traceback" not in said.err
    return lines[0]


def test_banner_goes_to_stderr_and_says_never_people():
    said = call("protocols", "list")
    assert said.code == 0
    assert "never people" in said.err
    assert "never people" not in said.out


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [("rnu", "run"), ("checc", "check"), ("record", "records"), ("protocol", "protocols")],
)
def test_unknown_command_suggests_the_nearest(typed, suggested):
    said = call(typed)
    assert said.code == 2
    assert f"did you mean {suggested}?" in complaint(said)


def test_command_unlike_any_lists_them_all():
    said = call("xyzzy")
    assert said.code == 2
    assert all(name in complaint(said) for name in main.COMMANDS)


def test_unknown_option_suggests_the_nearest():
    said = call("run", "dexamethasone-40", "--sped", "3")
    assert said.code == 2
    assert "--speed" in complaint(said)


@pytest.mark.parametrize(
    ("typed", "nearest"), [("--plin", "--plain"), ("--cler", "--clear"), ("--sed", "--seed")]
)
def test_of_options_alike_only_the_nearest_is_suggested(typed, nearest):
    """`--plin` is not to be taken for `--clear`, which leaves a fault behind."""
    said = call("run", "dexamethasone-40", typed)
    assert said.code == 2
    assert f"no option {typed}; did you mean {nearest}?" in complaint(said)
    assert "--clear" not in complaint(said) or nearest == "--clear"


def test_option_unlike_any_is_not_answered_with_one():
    line = complaint(call("run", "dexamethasone-40", "--xyzzy"))
    assert "no option --xyzzy (see iontobench run --help)" in line


@pytest.mark.parametrize(
    "args",
    [
        ("run",),
        ("run", "dexamethasone-41"),
        ("run", "missing.toml"),
        ("run", "dexamethasone-40", "--board", "virtuall"),
        ("run", "dexamethasone-40", "--skin", "forarm"),
        ("run", "dexamethasone-40", "--adc", "perfect"),
        ("run", "dexamethasone-40", "--profile", "uk"),
        ("run", "dexamethasone-40", "--seed", "-1"),
        ("run", "dexamethasone-40", "--speed", "0"),
        ("run", "dexamethasone-40", "--speed", "nan"),
        ("run", "dexamethasone-40", "--fault", "oopen@3"),
        ("run", "dexamethasone-40", "--fault", "open"),
        ("run", "dexamethasone-40", "--fault", "open@-1"),
        ("run", "dexamethasone-40", "--on", "virtul"),
        ("check", "dexamethasone-41"),
        ("check", "dexamethasone-40", "--board", "../virtual"),
        ("boards", "show", "nope"),
        ("skins", "show", "nope"),
        ("protocols", "show", "nope"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(args, tmp_path):
    more = ("--data", tmp_path) if args[0] == "run" else ()
    said = call(*args, *more)
    assert said.code == 2
    assert complaint(said).startswith("iontobench: ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("on", ["auto", "/dev/ttyACM0", "COM3", "socket://bench:1"])
def test_rung_that_is_not_there_yet_is_exit_4(on, tmp_path):
    said = call("run", "dexamethasone-40", "--on", on, "--data", tmp_path)
    assert said.code == 4
    assert "use --on virtual" in complaint(said)


def test_a_chip_image_that_is_not_there_is_exit_4_and_names_the_file(tmp_path):
    missing = tmp_path / "missing.uf2"
    said = call("run", "dexamethasone-40", "--on", "chip", "--uf2", missing, "--data", tmp_path)
    assert said.code == 4
    assert "--on chip: " in complaint(said)


def test_an_image_without_the_chip_is_exit_2(tmp_path):
    said = call("run", "dexamethasone-40", "--uf2", "x.uf2", "--data", tmp_path)
    assert said.code == 2
    assert "--on chip" in complaint(said)


def test_data_folder_that_cannot_be_made_is_exit_2(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    said = call("run", "dexamethasone-40", "--data", in_the_way)
    assert said.code == 2
    assert str(in_the_way) in complaint(said)


def test_json_error_is_one_object_on_stdout():
    said = call("run", "dexamethasone-41", "--json")
    assert said.code == 2
    assert set(said.object) == {"error", "exit_code"}
    assert said.object["exit_code"] == 2
    assert len(said.out.splitlines()) == 1


def test_json_error_before_the_options_were_read_is_an_object_too():
    assert call("run", "--sped", "3", "--json").object["exit_code"] == 2


def test_our_own_bug_is_exit_70_with_the_traceback_in_a_file(tmp_path):
    def broken(_on, _uf2):
        raise ZeroDivisionError("a bug")

    said = call("run", "dexamethasone-40", "--data", tmp_path, target_for=broken)
    assert said.code == 70
    assert "ZeroDivisionError: a bug" in complaint(said)
    [crash] = tmp_path.glob("iontobench-crash-*.txt")
    assert str(crash) in said.err
    assert "Traceback" in crash.read_text()


def test_interrupt_outside_a_session_is_exit_130():
    def interrupted(_on, _uf2):
        raise KeyboardInterrupt

    said = call("run", "dexamethasone-40", target_for=interrupted)
    assert said.code == 130
    assert complaint(said) == "iontobench: interrupted"


def test_help_lists_every_command_with_a_line():
    said = call("--help")
    assert said.code == 0
    for name, (_, line) in main.COMMANDS.items():
        assert name in said.out
        assert line in said.out


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_has_a_help_page(name):
    said = call(name, "--help")
    assert said.code == 0
    assert "Usage: iontobench " + name in said.out


def test_reader_that_left_is_no_error(monkeypatch):
    class Closed:
        encoding = "utf-8"

        def write(self, text):
            raise BrokenPipeError(32, "Broken pipe")

        def flush(self):
            return None

        def fileno(self):
            raise ValueError("no file")

    monkeypatch.setattr("sys.stdout", Closed())
    streams = console.Out()
    streams.say("a line")
    assert streams.gone


def test_full_disk_is_not_taken_for_a_reader_that_left(monkeypatch):
    class Full:
        encoding = "utf-8"

        def write(self, text):
            raise OSError(28, "No space left on device")

        def flush(self):
            return None

    monkeypatch.setattr("sys.stdout", Full())
    with pytest.raises(OSError, match="No space"):
        console.Out().say("a line")
