"""The dummy load of a bring-up: each board says what it takes, and skips what it does not have."""

from types import SimpleNamespace

import pytest
from tests.host.cli import call

from iontobench import resources
from iontobench.bringup import dummy
from iontobench.bringup.steps import SKIPPED, STEPS, Bringup
from iontobench.errors import UserError


@pytest.mark.parametrize(
    ("board", "fit", "unfit"),
    [("pico_pwm", (1000, 10_000), (999, 10_001)), ("pico_demo", (600, 1600), (599, 5000))],
)
def test_a_board_takes_the_resistors_that_its_steps_are_made_for(board, fit, unfit):
    data = resources.board_of(board)
    assert [dummy.checked(data, ohm) for ohm in fit] == list(fit)
    assert dummy.is_for(data, dummy.usual_ohm(data))
    for ohm in unfit:
        with pytest.raises(
            UserError, match=rf"--dummy {ohm}: {board} takes {fit[0]} to {fit[1]} "
        ):
            dummy.checked(data, ohm)
    with pytest.raises(UserError, match=rf"Say --dummy OHM, {fit[0]} to {fit[1]}"):
        dummy.checked(data, None)


@pytest.mark.parametrize("name", ["high voltage", "limiter", "bridge"])
def test_what_a_board_does_not_have_is_skipped_and_nothing_runs(name):
    bench = SimpleNamespace(board=resources.board_of("pico_demo"))  # it can do nothing
    step = next(one for one in STEPS if one.name == name)
    seen = step.act(Bringup(bench, 1000, lambda text: "", lambda: None, lambda: None))
    assert seen.verdict == SKIPPED
    assert seen.seen[0].startswith("this board has no")


def test_a_board_without_bridge_and_limiter_comes_up_to_its_first_run(tmp_path):
    said = call("bringup", "virtual", "--board", "pico_demo", "--data", tmp_path, "--json")
    assert said.code == 0, said.err
    verdicts = {one["step"]: one["verdict"] for one in said.object["steps"]}
    assert said.object["skipped"] == ["high voltage", "limiter", "bridge"]
    assert [name for name, verdict in verdicts.items() if verdict == SKIPPED] == [
        *said.object["skipped"]
    ]
    assert len(verdicts) == len(STEPS)
