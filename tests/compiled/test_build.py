"""The build's exit codes: a tool that is missing is told apart from a build that failed."""

from iontobench.compiled import build


def test_a_missing_compiler_is_one_line_and_exit_4(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("CC", str(tmp_path / "no-cc"))
    assert build.main() == 4
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("compiled: there is no C compiler")
    assert said.err.count("\n") == 1


def test_a_source_that_does_not_fit_its_declaration_is_exit_1_with_a_line_a_cause(
    monkeypatch, capsys
):
    monkeypatch.setattr(build, "missing_tool", lambda: None)
    known = len(build.declarations.modules())
    monkeypatch.setattr(build.declarations, "differences", lambda *_: ["an attribute more"])
    assert build.main() == 1
    assert capsys.readouterr().err == "compiled: an attribute more\n" * known
