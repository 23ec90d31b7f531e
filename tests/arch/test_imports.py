"""Who may import whom [README.md, The tree]: read from the sources, lazy imports too."""

import ast
import sys

import pytest

from .sources import BOARDS, CORE, FIRMWARE, HOST, IONTO, SIM, files, imports, name, tree, within

TESTING = HOST / "testing"
FLOOR = ("micropython", "time", "array", "gc", "sys", "select")  # a chip's own modules


def ids(path):
    return name(path)


@pytest.mark.parametrize("path", files(CORE), ids=ids)
def test_the_core_imports_the_core_only(path):
    allowed = ["ionto.core"]
    if path.name == "const.py":
        allowed += ["micropython", "array"]
    assert within(imports(path), *allowed) == set()


@pytest.mark.parametrize(
    ("module", "allowed"),
    [("bench", "loop"), ("loop", "tick"), ("tick", "link"), ("link", None), ("port", None)],
)
def test_bench_loop_tick_and_link_know_the_core_and_the_next_of_them_only(module, allowed):
    modules = {one for one in imports(IONTO / f"{module}.py") if one != "ionto"}
    extra = [f"ionto.{allowed}"] if allowed else []
    assert within(modules, "ionto.core", *extra) == set()


def test_the_port_contract_is_words_only():
    assert [type(node) for node in tree(IONTO / "port.py").body] == [ast.Expr]


@pytest.mark.parametrize("path", files(IONTO / "rp2"), ids=ids)
def test_the_chips_drivers_know_the_machine_and_the_core(path):
    assert within(imports(path), "machine", "ionto.core", "ionto.rp2", *FLOOR) == set()


@pytest.mark.parametrize(
    ("one", "other"), [("supervisor", "regulator"), ("regulator", "supervisor")]
)
def test_supervisor_and_regulator_never_import_each_other(one, other):
    reached = set()
    waiting = {one}
    while waiting:
        module = waiting.pop()
        reached.add(module)
        for imported in imports(CORE / f"{module}.py"):
            part = imported.removeprefix("ionto.core").strip(".").split(".")[0]
            if part and (CORE / f"{part}.py").exists() and part not in reached:
                waiting.add(part)
    assert other not in reached


@pytest.mark.parametrize("path", files(FIRMWARE), ids=ids)
def test_the_firmware_never_imports_the_host_tools(path):
    assert not any(one.split(".")[0] in ("iontobench", "host_tools") for one in imports(path))


@pytest.mark.parametrize("path", sorted(BOARDS.glob("*/board.py")), ids=ids)
def test_the_top_level_of_a_board_imports_the_core_only(path):
    assert within(imports(path, top_level=True), "ionto.core") <= {"ionto"}


@pytest.mark.parametrize("path", sorted(BOARDS.glob("*/boot.py")), ids=ids)
def test_a_boot_file_imports_machine_only_and_is_ten_lines_at_most(path):
    assert imports(path) == {"machine"}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 10


@pytest.mark.parametrize("path", files(SIM), ids=ids)
def test_the_plant_does_not_know_who_drives_it(path):
    ours = {one for one in imports(path) if one.split(".")[0] in ("ionto", "iontobench")}
    allowed = ("ionto.core.units", "ionto.core.const", "iontobench.sim", "iontobench.tomlfile")
    assert within(ours, *allowed, "iontobench.signs") == set()


@pytest.mark.parametrize("path", files(HOST / "tomlfile"), ids=ids)
def test_what_reads_toml_files_knows_no_file_of_ours(path):
    ours = {one for one in imports(path) if one.split(".")[0] in ("ionto", "iontobench")}
    assert within(ours, "iontobench.tomlfile", "iontobench.signs") == set()


@pytest.mark.parametrize("path", files(HOST / "link"), ids=ids)
def test_the_link_knows_the_firmwares_tables_and_neither_ports_nor_clocks(path):
    pure = ("collections", "typing", "re", "binascii")
    allowed = ("ionto.core", "iontobench.link", "msgspec", *pure)
    assert within(imports(path), *allowed) == set()


@pytest.mark.parametrize("path", files(HOST / "sessions", HOST / "device"), ids=ids)
def test_sessions_and_devices_know_no_command_line(path):
    terminal = ("iontobench.cli", "click", "rich", "plotext")
    assert [one for one in imports(path) if one.startswith(terminal)] == []


@pytest.mark.parametrize("path", files(HOST / "plans"), ids=ids)
def test_plans_read_no_clock_and_know_neither_command_line_nor_session(path):
    barred = ("iontobench.cli", "iontobench.sessions", "iontobench.sim", "click", "time")
    assert [one for one in imports(path) if one.startswith(barred)] == []
    assert "datetime" not in imports(path) or path.name == "moments.py"
    assert "now(" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", files(TESTING), ids=ids)
def test_what_a_boards_author_tests_with_knows_the_units_and_needs_no_pytest(path):
    allowed = ("ionto.core.units", "iontobench.testing", *sys.stdlib_module_names)
    assert within(imports(path), *allowed) == set()


@pytest.mark.parametrize("path", files(HOST, BOARDS), ids=ids)
def test_only_tests_and_the_checks_of_a_board_use_what_is_for_tests(path):
    uses = imports(path) - within(imports(path), "iontobench.testing")
    is_a_check = path in (HOST / "boards" / "check.py", HOST / "hil" / "contract.py")
    assert uses == set() or path.is_relative_to(TESTING) or is_a_check


def test_the_signs_of_units_know_nothing_of_ours():
    assert within(imports(HOST / "signs.py"), "codecs", "typing") == set()


@pytest.mark.parametrize("path", files(HOST, FIRMWARE, BOARDS), ids=ids)
def test_no_module_hides_one_of_the_standard_library(path):
    if path.parent in (FIRMWARE, BOARDS):
        assert path.stem not in sys.stdlib_module_names


def test_the_rules_see_relative_lazy_and_guarded_imports(tmp_path, monkeypatch):
    from . import sources

    core = tmp_path / "firmware" / "ionto" / "core"
    core.mkdir(parents=True)
    monkeypatch.setattr(sources, "FIRMWARE", tmp_path / "firmware")
    path = core / "made.py"
    path.write_text(
        "from . import a\nfrom .b import c\nfrom .. import loop\n"
        "try:\n    import machine\nexcept ImportError:\n    pass\n"
        "def f():\n    from iontobench.sim import plant\n"
    )
    assert imports(path) == {
        *("ionto.core", "ionto.core.a", "ionto.core.b", "ionto.core.b.c", "ionto", "ionto.loop"),
        *("machine", "iontobench.sim", "iontobench.sim.plant"),
    }
    assert within(imports(path), "ionto.core") == {
        *("ionto", "ionto.loop", "machine", "iontobench.sim", "iontobench.sim.plant")
    }
    assert "machine" in imports(path, top_level=True)
    assert "iontobench.sim" not in imports(path, top_level=True)
