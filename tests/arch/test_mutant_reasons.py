"""Each mutant that is explained away alters a line that is still there, and is explained once."""

import ast

import pytest
from tests.arch.sources import CORE, tree
from tests.mutants import constants, explained
from tests.mutants.mutant import Mutant
from tests.mutants.workplace import PARTS

REASONS = explained.reasons()
MUTANT = Mutant("window.Window.hit", "a = 1", "a = 2", "survived")


def lines_of(where):
    """The stripped lines of module.function, module.Class.function or module.CONSTANT."""
    part, *names = where.split(".")
    file = CORE / f"{part}.py"
    node = tree(file)
    text = file.read_text(encoding="utf-8").splitlines()
    if names[0].isupper():
        return {line.partition("  #")[0] for line in text if line.startswith(names[0])}
    for name in names:
        node = next(one for one in node.body if getattr(one, "name", None) == name)
    return {line.strip() for line in text[node.lineno - 1 : node.end_lineno]}


@pytest.mark.parametrize("reason", REASONS, ids=lambda one: f"{one.where}: {one.was}"[:60])
def test_an_explained_line_is_in_the_function_that_it_names(reason):
    assert reason.where.partition(".")[0] in PARTS
    lines = lines_of(reason.where)
    for line in reason.was.split("\n"):
        assert any(line in one for one in lines)
    assert reason.was not in reason.becomes


def test_nothing_is_explained_twice():
    told = [(one.where, one.was, becomes) for one in REASONS for becomes in one.becomes]
    assert sorted(told) == sorted(set(told))


@pytest.mark.parametrize(
    ("fate", "known", "left"),
    [
        *(("survived", (), 1), ("killed", (), 0), ("timeout", (), 0), ("no tests", (), 1)),
        *(("survived", ("a = 3", "a = 2"), 0), ("survived", ("a = 3",), 1)),
    ],
)
def test_only_a_living_mutant_without_a_reason_is_left(fate, known, left):
    reason = explained.Reason(MUTANT.where, MUTANT.was, known, "the same to whoever looks")
    mutants = [MUTANT._replace(fate=fate)]
    assert len(explained.unexplained(mutants, [reason])) == left


def test_a_reason_without_its_mutant_is_stale_where_its_part_was_altered():
    reason = explained.Reason(MUTANT.where, MUTANT.was, (MUTANT.becomes,), "the same")
    assert explained.stale([MUTANT], [reason], ["window"]) == []
    assert len(explained.stale([], [reason], ["window"])) == 1
    assert len(explained.stale([MUTANT._replace(fate="killed")], [reason], ["window"])) == 1
    assert explained.stale([MUTANT._replace(fate="timeout")], [reason], ["window"]) == []
    assert explained.stale([], [reason], ["limits"]) == []


def private_numbers(part):
    """The private constants of a part that are written as a number, by their syntax."""
    for node in tree(CORE / f"{part}.py").body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Call(func=ast.Name(id="const"), args=[ast.Constant() | ast.UnaryOp()]),
            ) if name.startswith("_"):
                yield name


@pytest.mark.parametrize("part", PARTS)
def test_every_private_number_of_a_part_is_altered(part):
    text = (CORE / f"{part}.py").read_text(encoding="utf-8")
    assert [name for name, _ in constants.CONSTANT.findall(text)] == list(private_numbers(part))
