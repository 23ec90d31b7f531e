"""The page of messages explains each one that a user may meet, and none that there is not."""

import re

import pytest
from tests.arch.markdown import tables
from tests.arch.sources import FIRMWARE, HOST, ROOT
from tests.site import messages

from ionto.core import codes
from iontobench import errors

PAGE = ROOT / "docs" / "troubleshooting.md"
SESSION = "A session that ended"
_WORDS_MIN = 10  # characters without a gap: a shorter message says nothing by itself
_ROW_MIN = 6  # characters of a row's message without a gap: a shorter one fits too much


def rows():
    """The message of each row, but for the tables of exit codes and faults."""
    return {
        row[0].strip("`").strip()
        for heading, found in tables(PAGE).items()
        for row in found
        if len(row) == 3 and heading not in ("Troubleshooting", SESSION)
    }


def fits(message, text):
    """Whether a row's message stands in a line of a text: its pieces, in their order."""
    if messages.GAP not in message:
        return message in text
    pattern = ".*?".join(re.escape(piece) for piece in message.split(messages.GAP))
    return re.search(pattern, text) is not None


def is_said(text):
    """Whether a text says something beside what is filled in."""
    return any(len(piece.strip(" :;,.()")) >= _WORDS_MIN for piece in text.split(messages.GAP))


def test_every_fault_stands_in_its_table_with_what_to_do():
    named = [row[0].strip("`") for row in tables(PAGE)[SESSION] if len(row) == 3]
    faults = [codes.FAULT_NAMES[code] for code in codes.FAULT_SENTENCES]
    assert [name for name in named if name in faults] == faults
    assert all(len(row[1]) > 8 and row[2] for row in tables(PAGE)[SESSION])


def test_every_exit_code_is_told():
    told = [int(row[0]) for row in tables(PAGE)["Troubleshooting"]]
    values = [value for name, value in vars(errors).items() if name.isupper()]
    assert sorted(told) == sorted(values)


def test_no_row_explains_a_message_that_the_program_does_not_have():
    said = "\n".join(messages.texts((HOST, FIRMWARE)))
    assert [one for one in sorted(rows()) if not fits(one, said)] == []


def test_no_row_is_so_short_that_it_fits_anything():
    assert [one for one in rows() if len(one.replace(messages.GAP, "").strip()) < _ROW_MIN] == []


def test_every_message_that_a_user_may_meet_has_a_row():
    known = rows()
    lacking = {
        text: file
        for text, file in messages.told().items()
        if is_said(text) and not any(fits(one, text) for one in known)
    }
    assert lacking == {}


def test_the_messages_that_are_looked_for_are_most_of_all():
    assert sum(map(is_said, messages.told())) > 180


@pytest.mark.parametrize(
    ("row", "text", "told"),
    [
        ("is latched by a fault", "refused: … is latched by a fault: …", True),
        ("seed …: it is 0 to", "seed …: it is 0 to …", True),
        ("it is 0 to … seed", "seed …: it is 0 to …", False),
    ],
)
def test_a_row_fits_a_message_by_its_pieces_in_their_order(row, text, told):
    assert fits(row, text) is told
