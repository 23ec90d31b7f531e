"""`records list` narrowed down by label, protocol, outcome and date."""

import pytest
from tests.host.cli import call
from tests.host.synthetic_sessions import header

from iontobench.records import RecordStore, RecordWriter, write_meta

# protocol, label, outcome, when it began
SESSIONS = [
    ("galvanisation", "load A", "complete", "2025-02-28T23:59:59+00:00"),
    ("galvanisation", "load B", "fault", "2025-03-01T00:00:00+00:00"),
    ("sham", "load A", "fault", "2025-03-01T14:30:00+00:00"),
    ("sham", None, "complete", "2025-03-02T00:00:00+00:00"),
    ("sham", None, "complete", None),
]


@pytest.fixture
def data(tmp_path):
    store = RecordStore(tmp_path)
    for seed, (protocol, label, outcome, began) in enumerate(SESSIONS, 1):
        path = store.new_path(protocol, seed)
        more = {} if label is None else {"label": label}
        with RecordWriter(path, header(protocol={"name": protocol}, seed=seed, **more)) as writer:
            writer.close({"outcome": outcome, "fault": "open" if outcome == "fault" else None})
        if began:
            write_meta(path, began, "0.1.0")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "seeds"),
    [
        ([], {1, 2, 3, 4, 5}),
        (["--label", "load A"], {1, 3}),
        (["--label", "load"], set()),
        (["--protocol", "sham"], {3, 4, 5}),
        (["--outcome", "fault"], {2, 3}),
        (["--outcome", "no closing line"], set()),
        (["--label", "load A", "--outcome", "fault", "--protocol", "sham"], {3}),
        (["--since", "2025-03-01"], {2, 3, 4}),
        (["--until", "2025-03-01"], {1, 2, 3}),
        (["--until", "2025-02-28"], {1}),
        (["--since", "2025-03-01", "--until", "2025-03-01"], {2, 3}),
        (["--since", "2025-03-01T14:30"], {3, 4}),
        (["--until", "2025-03-01T14:30"], {1, 2, 3}),
        (["--until", "2025-03-01T14:29:59"], {1, 2}),
        (["--since", "2025-03-01T15:30+01:00"], {3, 4}),
        (["--since", "2025-03-01T14:30:01Z", "--until", "9999-12-31"], {4}),
        (["--since", "0001-01-01"], {1, 2, 3, 4}),
    ],
)
def test_options_narrow_the_list_down_together(data, options, seeds):
    said = call("records", "list", *options, "--data", data, "--json")
    assert said.code == 0
    assert {row["seed"] for row in said.object["records"]} == seeds


def test_a_label_is_in_the_list_where_there_is_one(data):
    assert "load B" in call("records", "list", "--data", data).out
    alone = call("records", "list", "--data", data, "--protocol", "sham", "--since", "2025-03-02")
    assert "label" not in alone.out


def test_nothing_of_what_is_asked_for_is_said_and_is_no_error(data):
    said = call("records", "list", "--label", "load C", "--data", data)
    assert said.code == 0
    assert "no such records under" in said.out


@pytest.mark.parametrize("option", ["--since", "--until"])
@pytest.mark.parametrize("value", ["yesterday", "2025-02-30", "2025-3-1", "12:00", "", "2025-03"])
def test_a_bad_date_is_exit_2_with_one_line_that_shows_a_good_one(data, option, value):
    said = call("records", "list", option, value, "--data", data)
    assert said.code == 2
    [line] = [line for line in said.err.splitlines() if line.startswith("iontobench: ")]
    assert "is no date; write 2025-03-31" in line


def test_a_span_that_ends_before_it_begins_is_exit_2(data):
    said = call(
        *("records", "list", "--data", data), *("--since", "2025-03-02", "--until", "2025-03-01")
    )
    assert said.code == 2
    assert "--since is after --until" in said.err


def test_an_unknown_outcome_is_told_with_the_nearest_one(data):
    said = call("records", "list", "--outcome", "completed", "--data", data)
    assert said.code == 2
    assert "did you mean complete?" in said.err


@pytest.mark.parametrize("began", ["not a date", 5, None])
def test_a_companion_with_an_odd_date_is_in_no_span_and_no_error(data, began):
    path = RecordStore(data).new_path("sham", 6)
    with RecordWriter(path, header(seed=6)) as writer:
        writer.close({"outcome": "complete"})
    write_meta(path, began, "0.1.0")
    said = call("records", "list", "--since", "2025-01-01", "--data", data, "--json")
    assert said.code == 0
    assert 6 not in {row["seed"] for row in said.object["records"]}
