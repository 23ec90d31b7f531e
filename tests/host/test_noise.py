"""The seeded noise: the same bits everywhere, normal far into its tails, a stream a purpose."""

import ast
import inspect
import math
import random
import sys
from statistics import NormalDist

import numpy as np
import pytest

from iontobench.sim import noise, portable, portable_blocks
from iontobench.sim.noise import Normal, SlowWander, one_normal, seeded

_TRUE = NormalDist()
_MANY = 1_000_000
# Any other platform has to make these very numbers.
_FIRST = (
    *("0x1.e211fd17b6f91p-2", "0x1.0f0dadfd493c6p-2", "-0x1.f7f2fd49680e7p-1"),
    *("0x1.04d79955b961dp-1", "-0x1.4ef95a6e7af1dp-1", "-0x1.b487999c66aa1p-1"),
    *("0x1.b894f638a0fbfp-2", "-0x1.d10f2431da98bp+0"),
)
_NORMAL = {
    0.0: "-0x1.095b412e1c243p+3",
    2.0**-30: "-0x1.80993cc0d6b9ap+2",
    0.01: "-0x1.29c5c5af04cddp+1",
    0.3: "-0x1.0c7e39ce2490cp-1",
    0.5: "0x1.40d932f59411cp-53",
    1 - 2.0**-53: "0x1.095b412e1c243p+3",
}
_EXP = {
    -2.4: "0x1.7394ab289bfc4p-4",
    -0.01: "0x1.fae7cfd2b9cfep-1",
    0.0: "0x1.0000000000000p+0",
    0.35: "0x1.6b4802c805dedp+0",
    1.0: "0x1.5bf0a8b145769p+1",
    2.4: "0x1.60bddc649ca68p+3",
}
_POWER = {
    (1.1, 1 / 600): "0x1.000a694708851p+0",
    (10001.0, 1 / 600): "0x1.03f5c9777785fp+0",
    (0.2, 0.5): "0x1.c9f25c5bfedd9p-2",
}
_SINE = {
    -0.25: "-0x1.fffffffffffffp-1",
    0.0: "0x0.0p+0",
    0.1: "0x1.2cf2304755a5ep-1",
    0.5: "0x0.0p+0",
    0.75: "-0x1.fffffffffffffp-1",
    3.37: "0x1.753b603d2b815p-1",
}


def quantile(share):
    return portable.normal(share)


@pytest.fixture(scope="module")
def many():
    """A million numbers of one stream."""
    return np.array(Normal(1, "moments").block(_MANY))


def test_a_stream_begins_with_the_same_bits_on_every_platform():
    assert [value.hex() for value in Normal(1, "adc noise").block(8)] == list(_FIRST)


def test_the_size_of_the_blocks_does_not_change_a_stream():
    stream = Normal(1, "adc noise")
    parts = [value for size in (1, 3, 4) for value in stream.block(size)]
    assert [value.hex() for value in parts] == list(_FIRST)


def test_quantiles_have_the_same_bits_on_every_platform():
    assert {share: quantile(share).hex() for share in _NORMAL} == _NORMAL


def test_exp_has_the_same_bits_on_every_platform():
    assert {x: portable.exp(x).hex() for x in _EXP} == _EXP


def test_nothing_of_the_platforms_mathematical_library_is_called():
    tree = ast.parse(inspect.getsource(portable))
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert called == {"fromhex"}
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    assert imported == {"frexp", "ldexp", "sqrt"}


def test_a_block_of_normal_numbers_has_the_bits_of_the_single_ones():
    draw = random.Random(2)
    shares = [draw.random() for _ in range(20_000)]
    shares += [index / 2.0**53 for index in range(100)] + [1 - 2.0**-53, 0.5, 0.075, 0.925]
    blocks = portable_blocks.normals(np.array(shares))
    assert [portable.normal(share) for share in shares] == blocks.tolist()


def test_a_stream_without_numpy_has_the_same_bits(monkeypatch):
    expected = [Normal(seed, "adc noise").block(2000, 1.3) for seed in (1, 2, 77)]
    monkeypatch.setitem(sys.modules, portable_blocks.__name__, None)
    streams = [Normal(seed, "adc noise") for seed in (1, 2, 77)]
    assert all(isinstance(stream._source, noise.OneByOne) for stream in streams)
    assert [stream.block(2000, 1.3) for stream in streams] == expected


def test_the_twisters_start_is_numpys_for_every_seed():
    for seed in (0, 1, 12345, 2**31, 2**32 - 1):
        uniform = np.random.RandomState(seed).random_sample(1000)
        generator = noise.twister(seed)
        assert [generator.random() for _ in range(1000)] == uniform.tolist()


def test_exp_is_right_to_one_unit_of_its_last_place():
    draw = random.Random(1)
    for x in [draw.uniform(-700, 700) for _ in range(5000)] + [0.0, 1e-17, -1e-17]:
        assert abs(portable.exp(x) - math.exp(x)) <= math.ulp(math.exp(x))


def test_a_power_and_a_sine_have_the_same_bits_on_every_platform_and_are_right():
    for (base, exponent), told in _POWER.items():
        assert portable.power(base, exponent).hex() == told
        assert portable.power(base, exponent) == pytest.approx(base**exponent, rel=1e-11)
    for turns, told in _SINE.items():
        assert portable.sine(turns).hex() == told
        assert portable.sine(turns) == pytest.approx(math.sin(2 * math.pi * turns), abs=1e-14)


def test_quantiles_are_the_normals_out_to_seven_sigma():
    steps = [10.0**-exponent for exponent in range(1, 13)]
    for share in [index / 1000 for index in range(1, 1000)] + steps:
        assert quantile(share) == pytest.approx(_TRUE.inv_cdf(share), abs=2e-6)


def test_quantiles_rise_across_the_seam_of_centre_and_tail():
    for seam in (0.075, 0.925):
        around = portable_blocks.normals(seam + np.arange(-2000.0, 2000.0) * 1e-9)
        assert (np.diff(around) > 0).all()


def test_both_tails_are_mirrors_of_each_other():
    steps = np.array([0, 1, 5, 2.0**20, 2.0**40, 2.0**52 - 1])
    low = portable_blocks.normals(steps / 2.0**53)
    high = portable_blocks.normals((2.0**53 - 1 - steps) / 2.0**53)
    assert (low == -high).all()


def test_the_moments_are_those_of_a_standard_normal(many):
    error = 5 / math.sqrt(_MANY)  # five standard deviations of a mean
    assert abs(many.mean()) < error
    assert abs((many**2).mean() - 1) < error * math.sqrt(2)
    assert abs((many**3).mean()) < error * math.sqrt(15)
    assert abs((many**4).mean() - 3) < error * math.sqrt(96)


def test_as_many_numbers_lie_beyond_each_sigma_as_should(many):
    for sigma in (0.5, 1.0, 2.0, 3.0, 4.0, 4.5, 5.0):
        expected = 2 * _MANY * _TRUE.cdf(-sigma)
        beyond = int((np.abs(many) > sigma).sum())
        assert abs(beyond - expected) < 5 * math.sqrt(expected)


def test_neighbours_of_a_stream_know_nothing_of_each_other(many):
    for apart in (1, 2, 3):
        assert abs((many[apart:] * many[:-apart]).mean()) < 5 / math.sqrt(_MANY)


def test_no_two_purposes_and_no_two_seeds_share_a_stream():
    streams = [Normal(seed, purpose).block(4096) for seed in (1, 2) for purpose in ("a", "b")]
    for index, one in enumerate(streams):
        for other in streams[:index]:
            assert not set(one) & set(other)


def test_a_single_draw_is_normal_and_takes_one_number_of_its_generator():
    draw, twin = seeded(1, "jitter"), seeded(1, "jitter")
    values = [one_normal(draw) for _ in range(4)]
    assert values == [portable.normal(twin.random()) for _ in range(4)]


def test_a_slow_wander_has_unit_variance_and_its_correlation_time():
    wander = SlowWander(1, "motion", 0.01, 0.05)
    values = np.array([wander.next() for _ in range(100_000)])
    assert values.var() == pytest.approx(1.0, abs=0.05)
    assert (values[5:] * values[:-5]).mean() == pytest.approx(math.exp(-1), abs=0.05)


def test_a_slow_wander_begins_with_the_same_bits_on_every_platform():
    wander = SlowWander(1, "motion active", 0.01, 1.5)
    expected = ["0x1.0f9a8e43b2510p-1", "0x1.12ca0233a1339p-1", "0x1.3ae27f6da73b2p-1"]
    assert [wander.next().hex() for _ in range(3)] == expected
