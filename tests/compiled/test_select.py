"""Which modules run: the compiled ones where the build fits the sources, else the plain ones."""

import json

import pytest
from tests.support.compiled import compiled_or_skip, python

from iontobench.compiled import select

WHICH = (
    "import iontobench, ionto.core.ramp as ramp;"
    " print(type(ramp.__loader__).__name__, ramp.__file__.endswith('ramp.py'))"
)


def run(*arguments, asked=""):
    """Run Python with what the environment asks for; returns exit code, output, errors."""
    done = python(*arguments, asked=asked)
    return done.returncode, done.stdout.strip(), done.stderr.strip()


def manifest(folder, **changed):
    """Write the manifest of a build that fits, but for what is changed."""
    modules = {
        name: {"file": f"{name}.so", "digest": select.digest(name)}
        for name in select.declarations.modules()
    }
    python = select.importlib.machinery.EXTENSION_SUFFIXES[0]
    text = json.dumps({"python": python, "modules": modules} | changed)
    (folder / select.MANIFEST).write_text(text, "utf-8")


def test_without_being_asked_the_sources_run_and_nothing_is_said():
    assert run("-c", WHICH) == (0, "SourceFileLoader True", "")


def test_no_build_is_one_line_that_says_how_to_make_one(tmp_path):
    assert select.problem(tmp_path) == "there is no compiled build: `make compiled` makes one"
    assert select.sentence(select.problem(tmp_path)) == (
        "iontobench: there is no compiled build: `make compiled` makes one; the plain sources"
        " are used"
    )


def test_a_build_that_fits_has_no_problem(tmp_path):
    manifest(tmp_path)
    assert select.problem(tmp_path) is None


def test_a_build_of_another_python_is_not_used(tmp_path):
    manifest(tmp_path, python=".other.so")
    assert "another Python's" in select.problem(tmp_path)


def test_a_source_that_has_changed_since_the_build_is_named(tmp_path):
    modules = {"ionto.core.ramp": {"file": "ramp.so", "digest": "of another source"}}
    manifest(tmp_path)
    whole = json.loads((tmp_path / select.MANIFEST).read_text("utf-8"))
    manifest(tmp_path, modules=whole["modules"] | modules)
    assert select.problem(tmp_path).startswith("ionto.core.ramp has changed since")


def test_a_missing_build_skips_its_tests_by_name_and_fails_where_it_is_required(monkeypatch):
    monkeypatch.delenv("IONTOBENCH_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="compiled tier: no build"):
        compiled_or_skip(lambda: "no build")
    monkeypatch.setenv("IONTOBENCH_REQUIRE", "vm,compiled")
    with pytest.raises(pytest.fail.Exception, match="required: no build"):
        compiled_or_skip(lambda: "no build")
    compiled_or_skip(lambda: None)


def test_a_module_that_was_imported_before_is_told(tmp_path):
    import ionto.core.ramp  # noqa: F401  (what would be too late)

    manifest(tmp_path)
    assert "was imported before iontobench" in select.use(tmp_path)
    assert not select.is_used()


def test_the_compiled_modules_run_where_they_are_asked_for():
    compiled_or_skip()
    code, out, err = run("-c", WHICH, asked="1")
    assert (code, out) == (0, "CompiledLoader True")
    assert err == "compiled modules are in use (--compiled)"


def test_a_campaign_and_its_processes_do_the_same_compiled():
    compiled_or_skip()
    command = ("-m", "iontobench.campaign.leads", "--seeds", "2", "--jobs", "2")
    plain, compiled = run(*command), run(*command, select.FLAG)
    assert compiled[:2] == plain[:2]
    assert compiled[2] == "compiled modules are in use (--compiled)"  # once
