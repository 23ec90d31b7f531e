"""Which modules run: the compiled ones where the build fits the sources, else the plain ones."""

import json
import sys

import pytest
from tests.support.compiled import compiled_or_skip, python

from iontobench.cli import main
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


def test_a_constant_that_has_changed_where_it_is_from_is_named(tmp_path):
    constants = {"ionto.core.codes": select.source_digest("ionto.core.codes")}
    manifest(tmp_path, constants=constants)
    assert select.problem(tmp_path) is None
    manifest(tmp_path, constants=constants | {"ionto.core.limits": "of another source"})
    assert select.problem(tmp_path).startswith("ionto.core.limits has changed since")
    manifest(tmp_path, constants=constants | {"ionto.core.gone": "of a source"})
    assert select.problem(tmp_path).startswith("ionto.core.gone has changed since")


def test_a_module_that_was_imported_before_is_told(tmp_path):
    import ionto.core.ramp  # noqa: F401  (what would be too late)

    manifest(tmp_path)
    assert "was imported before iontobench" in select.use(tmp_path)
    assert not select.is_used()


def test_the_compiled_modules_run_where_they_are_asked_for():
    compiled_or_skip()
    code, out, err = run("-c", WHICH, asked="1")
    assert (code, out) == (0, "CompiledLoader True")
    assert err == "compiled modules are in use"


def test_a_campaign_and_its_processes_do_the_same_compiled():
    compiled_or_skip()
    command = ("-m", "iontobench.campaign.leads", "--seeds", "2", "--jobs", "2")
    plain, compiled = run(*command), run(*command, select.FLAG)
    assert compiled[:2] == plain[:2]
    assert compiled[2] == "compiled modules are in use"  # once


@pytest.mark.parametrize(
    ("asked", "flags", "said"),
    [("", (), True), ("0", (), False), ("0", (select.FLAG,), True), ("", (select.FLAG,), True)],
)
@pytest.mark.short_cases("-flags0-True", "0-flags1-False")
def test_campaign_takes_a_build_that_is_there_and_says_so(asked, flags, said):
    compiled_or_skip()
    code, out, err = run("-m", "iontobench", "campaign", "smoke", "--dry-run", *flags, asked=asked)
    assert (code, "16 of 16 runs left" in out) == (0, True)
    assert ("compiled modules are in use" in err) is said


def test_only_a_campaigns_run_asks_for_a_build_by_itself(monkeypatch):
    monkeypatch.setenv(select.VARIABLE, "")
    monkeypatch.setattr(select, "problem", lambda: None)
    begun = []
    monkeypatch.setattr(select.os, "execv", lambda _, words: begun.append(words[3:]))
    monkeypatch.setattr(main, "invoke", lambda _: 0)
    for words in ("campaign smoke", "campaign list", "campaign compare a b", "run demo"):
        monkeypatch.setattr(sys, "argv", ["iontobench", *words.split()])
        monkeypatch.setenv(select.VARIABLE, "")
        with pytest.raises(SystemExit):
            main.main()
    assert begun == [["campaign", "smoke"]]
