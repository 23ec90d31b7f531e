"""Populations of loads: files, names, and what is drawn from them."""

from statistics import NormalDist, stdev

import pytest
from tests.host.cli import call

from iontobench.sim.loads import load_named
from iontobench.sim.population import (
    PopulationError,
    load_population,
    population_names,
    sample,
    sampled,
)
from iontobench.sim.portable import log
from iontobench.sim.skin import skin_names

SMALL = """\
name = "mine"
label = "mine"
site = "forearm"
[[draw]]
key = "r0_kohm_cm2"
kind = "lognormal"
median = 100.0
sigma = 0.5
source = "a test"
"""


def test_every_site_but_the_dry_one_has_a_population_and_each_draw_its_source():
    assert population_names() == [one for one in skin_names() if one != "forearm-dry"]
    for name in population_names():
        population = load_population(name)
        assert population.site == name
        assert all(draw.source for draw in population.draw)


def test_one_seed_index_and_day_give_one_load_with_the_same_bits_everywhere():
    assert sampled("population:bath#17.2", 150, 150) == load_named(
        "population:bath#17.2", 150, 150
    )
    one = load_named("population:bath#17.2")
    assert one.name == "population:bath#17.2"
    assert one.r0_kohm_cm2.hex() == "0x1.3f5c9b144d585p+9"
    assert load_named("population:bath#2:17.2") != one
    assert load_named("population:bath#17") == load_named("population:bath#1:17.1")


def test_a_person_stays_near_itself_from_day_to_day():
    people = load_population("forearm")
    body = [[log(sample(people, who, day).r_body_ohm) for day in range(6)] for who in range(30)]
    within = sum(stdev(days) ** 2 for days in body) / len(body)
    across = stdev(sum(days) / len(days) for days in body) ** 2
    assert within / (within + across) == pytest.approx(0.25, abs=0.12)


def test_draws_are_distributed_as_the_file_says(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SMALL)
    people = load_population(str(path))
    found = sorted(log(sample(people, who).r0_kohm_cm2 / 100.0) / 0.5 for who in range(200))
    for share in (0.16, 0.5, 0.84):
        assert found[int(200 * share)] == pytest.approx(NormalDist().inv_cdf(share), abs=0.25)
    assert sampled(f"population:{path}#3", 5.0, 6.0).active_cm2 == 5.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("r0_kohm_cm2", "r0_kohm"), "no parameter of a skin"),
        (("forearm", "elbow"), "site: found 'elbow'"),
        (("lognormal", "lognomal"), "did you mean 'lognormal'"),
        (("sigma = 0.5\n", ""), "sigma"),
        (('source = "a test"\n', ""), "source"),
        (("median = 100.0", "median = 1e6"), None),
    ],
)
def test_a_population_that_is_wrong_is_one_clear_line(change, told, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(SMALL.replace(*change))
    with pytest.raises((PopulationError, ValueError)) as caught:
        [sampled(f"population:{path}#{who}", 10, 20) for who in range(9)]
    assert "\n" not in str(caught.value)
    assert (told or "narrow its draws") in str(caught.value)


@pytest.mark.parametrize(
    "name", ["population:bat#1", "population:bath", "population:bath#x", "population:#1"]
)
def test_a_name_that_is_no_load_of_a_population_is_exit_2_with_one_line(name, tmp_path):
    said = call(
        "run", "demo", "--skin", name, "--data", tmp_path / "data", "--speed", "max", "--plain"
    )
    assert said.code == 2
    [line] = [one for one in said.err.splitlines() if one.startswith("iontobench: ")]
    assert "population" in line
