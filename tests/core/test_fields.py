"""The table of a frame's fields: the link fills by it, the host reads by it, its indices agree."""

from itertools import product
from types import SimpleNamespace

import pytest

from ionto.core import codes, fields, telemetry
from ionto.core.fields import EVENT_FIELDS, FLAG_NAMES, SAMPLE_FIELDS
from ionto.core.frame import FRAME_MAX
from ionto.core.units import SAMPLE_A, SAMPLE_B, SAMPLE_LEN, SAMPLE_V
from ionto.link import Link
from iontobench.link.events import Event, Sample
from iontobench.link.frames import decode

FRAMED = len("~") + len("crc4") + len("\n")
TABLES = {"sample": SAMPLE_FIELDS, "event": EVENT_FIELDS}
PERIOD_US = telemetry.SAMPLE_PERIOD_US


def parts(limited=0, gate=0, low=0, warning=0):
    """What a link tells of, every number another."""
    buf = [0] * SAMPLE_LEN
    buf[SAMPLE_A], buf[SAMPLE_B], buf[SAMPLE_V] = 31_990, 31_890, 10_420
    steady = SimpleNamespace(warning=0)
    return SimpleNamespace(
        buf=buf,
        session=SimpleNamespace(t_ms=83_400, state=codes.STATE_HOLD, gate=gate),
        supervisor=SimpleNamespace(
            limited=limited,
            low=low,
            warning=0,
            slow_checks=SimpleNamespace(warning=warning, near_mv=33_000, steady=steady),
        ),
        ramp=SimpleNamespace(set_q4=32_000),
        dose=SimpleNamespace(gross_uc=109_800),
    )


def samples(made, count=1):
    """The first samples that a link tells of these parts, as the host reads them."""
    written = []
    port = SimpleNamespace(
        put=lambda data: 0, read=lambda data: 0, write=lambda data, n: keep(data, n)
    )

    def keep(data, length):
        written.append(decode(bytes(data[: length - 1])))

    link = Link(port, made)
    link.reset(1, supervised=1)
    for _ in range(20 * (count + 2)):
        link.tell(PERIOD_US // 20)
        link.hear()
        link.telemetry.ack(written[-1][1].seq if written else 0)
    return [item for kind, item in written if kind == telemetry.SAMPLE][:count]


def test_each_number_that_the_link_packs_arrives_under_its_name():
    (sample,) = samples(parts(gate=1))
    assert sample == Sample(
        seq=0,
        t_ms=83_400,
        state=codes.STATE_HOLD,
        flags=fields.FLAG_GATE,
        set_ua=2000.0,
        current_ua=31_990 / 16,
        difference_ua=100 / 16,
        load_mv=10_420,
        dose_uc=109_800,
    )


@pytest.mark.parametrize(("limited", "gate", "low", "near"), list(product((0, 1), repeat=4)))
def test_each_flag_that_the_link_packs_is_the_tables(limited, gate, low, near):
    made = parts(limited, gate, low, codes.WARN_COMPLIANCE if near else 0)
    told = {
        fields.FLAG_LIMITED: limited,
        fields.FLAG_GATE: gate,
        fields.FLAG_DIP: low,
        fields.FLAG_NEAR_COMPLIANCE: near,
    }
    second = samples(made, 2)[1]  # a warning comes with the sample after it
    assert {flag: int(bool(second.flags & flag)) for flag in FLAG_NAMES} == told


def test_an_index_is_the_place_of_its_name():
    for at, (name, _, _) in enumerate(SAMPLE_FIELDS):
        assert getattr(fields, name.upper()) == at


def test_flags_are_single_bits_that_fit_their_field():
    assert sorted(FLAG_NAMES) == [1 << bit for bit in range(len(FLAG_NAMES))]
    widths = {name: width for name, width, _ in SAMPLE_FIELDS + EVENT_FIELDS}
    assert max(FLAG_NAMES) < 16 ** widths["flags"]
    assert max(codes.STATE_NAMES) < 16 ** widths["state"]
    assert max(codes.EVENT_NAMES) < 16 ** widths["code"]


@pytest.mark.parametrize("table", TABLES)
def test_a_frame_begins_with_its_kind_and_number_and_fits(table):
    rows = TABLES[table]
    assert [name for name, _, _ in rows[:3]] == ["kind", "seq", "t_ms"]
    assert FRAMED + sum(width for _, width, _ in rows) <= FRAME_MAX
    assert all(width <= 8 for _, width, _ in rows)  # a small int of the core


def test_the_hosts_types_have_the_tables_fields_in_its_order():
    in_ua = [name.replace("_q4", "_ua") for name, _, _ in SAMPLE_FIELDS[1:]]
    assert list(Sample.__struct_fields__) == in_ua
    assert list(Event.__struct_fields__) == [name for name, _, _ in EVENT_FIELDS[1:]]


@pytest.mark.parametrize("row", [range(1, 10), [-(1 << 30) + 1] * 9, [(1 << 30) - 1] * 9])
def test_a_row_becomes_a_sample_and_the_same_row_again(row):
    assert Sample.of(list(row)).row() == tuple(row)
