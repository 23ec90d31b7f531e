"""The campaigns' own commands: the same options for all, their exit codes, and their seeds."""

import click
import pytest

from iontobench.campaign import leads, long_holds, nuisance, thresholds
from iontobench.campaign.parallel import Answer, campaign_command, count_option

COMMANDS = {
    "leads": leads.main,
    "nuisance": nuisance.main,
    "long_holds": long_holds.main,
    "thresholds": thresholds.main,
}
SEEDED = ("leads", "nuisance", "long_holds")


def command(is_good=True):
    """A campaign that prints what it was asked for."""

    @campaign_command("made", count_option("--many", 7, "how many"), seeds=3)
    def main(seeds, many, jobs):
        return Answer(f"{list(seeds)} {many} {jobs}", is_good)

    return main


def test_a_campaign_gets_its_range_of_seeds_its_own_options_and_the_jobs(capsys):
    assert command()([]) == 0
    assert command()(["--seeds", "2", "--first", "40", "--many", "8", "--jobs", "4"]) == 0
    assert capsys.readouterr().out == "[1, 2, 3] 7 None\n[40, 41] 8 4\n"


def test_an_answer_that_is_not_good_is_printed_and_exit_1(capsys):
    assert command(is_good=False)(["--seeds", "1"]) == 1
    assert capsys.readouterr().out == "[1] 7 None\n"


def test_a_campaign_that_is_interrupted_is_exit_130():
    @campaign_command("made")
    def main(jobs):
        raise click.Abort

    assert main([]) == 130


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_campaign_says_its_question_its_command_and_its_options(name, capsys):
    assert COMMANDS[name](["--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Usage: python -m iontobench.campaign.{name} ")
    assert "?" in said.split("\n\n")[1]
    options = ("--seeds", "--first") if name in SEEDED else ("--many", "--some", "--seed")
    for option in (*options, "--jobs"):
        assert option in said


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(
    "bad", [["--jobs", "many"], ["--jobs", "-1"], ["--nothing"], ["a word"]], ids=" ".join
)
def test_bad_options_of_a_campaign_are_exit_2_with_a_line_that_says_which(name, bad, capsys):
    assert COMMANDS[name](bad) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert bad[0] in said.err.splitlines()[-1]
