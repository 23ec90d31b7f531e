"""A campaign's file: what is run with what, its numbers of runs, and every error a line."""

import msgspec
import pytest
from tests.host import campaign_bench
from tests.host.cli import call

from iontobench.campaign.engine.cells import CampaignPlan, joined
from iontobench.campaign.engine.loader import list_campaigns, load_campaign, parse
from iontobench.campaign.engine.schema import CampaignError, CampaignFile
from iontobench.tomlfile.errors import FileError
from iontobench.tomlfile.source import Source

HEAD = 'name = "x"\ntitle = "y"\n'


def plan(**keys):
    """A plan without a look at what its names stand for."""
    file = msgspec.convert({"name": "x", "title": "y", "protocols": ["demo"]} | keys, CampaignFile)
    return CampaignPlan(file, "", "", "")


def complaints(text):
    with pytest.raises(FileError) as found:
        parse(Source("a.toml", HEAD + text, CampaignError), "")
    return [str(one) for one in found.value.all]


def test_every_combination_is_one_run_and_none_is_twice():
    made = plan(
        protocols=["demo", "sham"],
        loads=["own", "palm"],
        faults=["none", "open@5", "open@5+stop@1"],
        boards=["auto", "virtual"],
        converters=["ideal", "rp2040"],
        seeds={"first": 7, "count": 4},
    )
    cells = [made.cell(run) for run in range(made.runs)]
    assert made.runs == 2 * 2 * 3 * 2 * 2 * 4
    assert len({cell._replace(run=0) for cell in cells}) == made.runs
    assert [cell.run for cell in cells] == list(range(made.runs))
    assert {cell.seed for cell in cells} == {7, 8, 9, 10}
    assert cells[2].faults == ("open@5", "stop@1")
    assert joined(cells[2].faults) == "open@5 + stop@1"
    with pytest.raises(IndexError):
        made.cell(made.runs)


def test_parts_have_every_run_once_and_the_last_may_be_shorter():
    made = plan(seeds={"count": 23}, part_runs=10)
    assert [len(made.runs_of(part)) for part in range(made.parts)] == [10, 10, 3]
    assert [run for part in range(made.parts) for run in made.runs_of(part)] == list(range(23))


def test_members_of_a_population_get_seeds_of_their_own_and_other_loads_the_first_ones():
    made = plan(
        loads=["palm", "population:hands", "population:hands#3"],
        members={"first": 100, "count": 5},
        seeds={"first": 1, "count": 2},
    )
    cells = [made.cell(run) for run in range(made.runs)]
    members = [cell for cell in cells if cell.group == "population:hands"]
    assert (made.runs, made.last_seed) == (2 + 10 + 2, 10)
    assert [cell.seed for cell in members] == list(range(1, 11))
    assert [cell.member for cell in members[::2]] == [100, 101, 102, 103, 104]
    assert members[2].load == "population:hands#101"
    assert [(cell.load, cell.member, cell.seed) for cell in cells[-2:]] == [
        ("population:hands#3", 3, 1),
        ("population:hands#3", 3, 2),
    ]
    assert [cell.seed for cell in cells[:2]] == [1, 2]


@pytest.mark.parametrize("name", list_campaigns())
def test_a_shipped_campaign_is_named_after_its_file_and_says_bench_only(name):
    found = load_campaign(name)
    assert found.file.name == name
    assert found.runs >= found.parts >= 1


def test_a_campaigns_identity_is_what_is_run_and_no_comment_or_title(tmp_path):
    def identity(text):
        return load_campaign(str(campaign_bench.write(tmp_path, text))).identity

    text = campaign_bench.TEXT
    first = identity(text)
    assert identity("# a comment\n" + text.replace("a small one", "another title")) == first
    for old, new in (("count = 3", "count = 4"), ("open@3", "open@4"), ("= 2\n", "= 3\n")):
        assert identity(text.replace(old, new, 1)) != first


def test_the_text_of_a_protocol_beside_the_campaign_is_a_part_of_its_identity(tmp_path):
    assert call("protocols", "new", "mine", "-o", tmp_path / "mine.toml").code == 0
    text = HEAD + 'protocols = ["./mine.toml"]\n'
    first = load_campaign(str(campaign_bench.write(tmp_path, text)))
    assert first.cell(0).protocol == str(tmp_path / "mine.toml")
    mine = tmp_path / "mine.toml"
    mine.write_text(mine.read_text("utf-8") + "# more\n", encoding="utf-8")
    assert load_campaign(str(tmp_path / "small.toml")).identity != first.identity


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["a.toml: protocols: missing; allowed: an array of 1 to 200 values; add it"]),
        ('protocols = "demo"', ["a.toml:3: protocols: found 'demo'; allowed: an array of 1 to"]),
        ("protocols = []", ["a.toml:3: protocols: found an array of 0; allowed: an array of 1"]),
        (
            'protocols = ["demo", 5]',
            ["a.toml:3: protocols[1]: found 5; allowed: text of 1"],
        ),
        (
            'protocols = ["demo", "demo"]',
            ["a.toml:3: protocols[1]: found 'demo' again; remove"],
        ),
        ('protocols = ["dem"]', ["a.toml:3: protocols[0]: cannot be run: protocols: there is no"]),
        (
            'protocols = ["demo"]\nloads = ["palmm"]',
            ["a.toml:4: loads[0]: cannot be run: no"],
        ),
        (
            'protocols = ["demo"]\nfaults = ["open@5", "opn@5"]\nboards = ["virtul"]',
            ["a.toml:4: faults[1]: cannot be run: fault 'opn@5'", "a.toml:5: boards[0]: cannot"],
        ),
        (
            'protocols = ["demo"]\nconverters = ["ideel"]',
            ["a.toml:4: converters[0]: found 'ideel'; allowed: one of ads8688, ideal, rp2040"],
        ),
        (
            'protocols = ["tapwater-hands"]\nboards = ["virtual_500ua"]',
            ["a.toml:3: protocols[0]: cannot be run: tapwater-hands.toml:14: max_current_ma"],
        ),
        (
            'protocols = ["demo"]\n[seeds]\nfirst = 2147483647\ncount = 2',
            ["a.toml:5: seeds.first: the last run's seed would be 2147483648; allowed: at most"],
        ),
        (
            'protocols = ["demo"]\nfaults = ["none", "open@1", "open@2", "open@3", "open@4", '
            '"open@5", "open@6", "open@7", "open@8", "open@9", "stop@1"]\n'
            "[seeds]\ncount = 1000000",
            ["a.toml: 11000000 runs; allowed: at most 10000000 runs; shorten the lists"],
        ),
        (
            'protocols = ["demo"]\nloads = ["population:hands"]',
            ["a.toml: members: a population without members; allowed: loads of a population"],
        ),
        (
            'protocols = ["demo"]\n[members]\ncount = 2',
            ["a.toml:4: members: no population; allowed: loads of a population"],
        ),
        ('protocols = ["demo"]\nseed = {}', ["a.toml:4: seed: unknown key; allowed: seeds, a"]),
    ],
)
def test_what_is_wrong_in_a_campaigns_file_is_a_line_each(text, told):
    found = complaints(text)
    assert len(found) == len(told), found
    for line, start in zip(found, told, strict=True):
        assert line.startswith(start)


def test_an_unknown_campaign_is_exit_2_with_those_that_there_are():
    said = call("campaign", "smok")
    assert said.code == 2
    there = "allowed: bench-boards, smoke, sweat-population; did you mean smoke?"
    assert said.err.splitlines()[-1].endswith(there)
    assert "give its name with .toml" in call("campaign", "zzz").err


def test_the_campaigns_are_listed_with_their_runs():
    told = {
        row["name"]: row["runs"] for row in call("campaign", "list", "--json").object["campaigns"]
    }
    assert told == {name: load_campaign(name).runs for name in list_campaigns()}
