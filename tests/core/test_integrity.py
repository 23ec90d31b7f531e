"""The program's words in memory: one changed bit is found within one walk, none is imagined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.programs import SMALL, make_program, pulses, segment

from ionto.core.integrity import Integrity
from ionto.core.program import HEADER_LEN, SEGMENT_LEN

WORDS = HEADER_LEN + 3 * SEGMENT_LEN
STEPS = -(-WORDS // 8)  # of a walk
BITS = 31  # of a word within +-2^30


def armed():
    """A watch over a program of three segments, with steps of one walk."""
    program = make_program(SMALL, [segment(), pulses(20, 20, 1, 3), segment(level_ua=500)])
    watch = Integrity()
    watch.arm(program)
    return watch, program


def test_an_unchanged_program_is_whole_walk_after_walk():
    watch, _ = armed()
    assert [watch.step() for _ in range(5 * WORDS)] == [0] * 5 * WORDS


@pytest.mark.hazard("H-24")
@pytest.mark.parametrize("word", range(WORDS))
def test_any_one_flipped_bit_is_found_at_the_end_of_the_walk(word):
    for bit in range(BITS):
        watch, program = armed()
        program.words[word] ^= 1 << bit
        found = [watch.step() for _ in range(STEPS)]
        assert found == [0] * (STEPS - 1) + [1]


@pytest.mark.hazard("H-24")
@pytest.mark.parametrize(
    ("steps", "word", "walks"), [(1, 7, 2), (1, 8, 1), (5, 39, 2), (5, 40, 1)]
)
def test_a_step_takes_eight_words(steps, word, walks):
    watch, program = armed()
    assert [watch.step() for _ in range(steps)] == [0] * steps
    program.words[word] ^= 1
    to_go = STEPS * walks - steps
    assert [watch.step() for _ in range(to_go)] == [0] * (to_go - 1) + [1]


@pytest.mark.hazard("H-24")
@given(st.integers(0, WORDS - 1), st.integers(0, BITS - 1), st.integers(0, 200))
def test_a_bit_that_flips_during_a_walk_is_found_in_it_or_the_next(word, bit, before):
    watch, program = armed()
    for _ in range(before):
        assert watch.step() == 0
    program.words[word] ^= 1 << bit
    assert 1 in [watch.step() for _ in range(2 * STEPS)]


@pytest.mark.hazard("H-24")
@given(st.integers(0, WORDS - 1), st.integers(-(2**30), 2**30 - 1))
def test_any_change_of_a_single_word_is_found(word, value):
    watch, program = armed()
    changed = program.words[word] ^ value
    program.words[word] = value
    found = sum(watch.step() for _ in range(STEPS))
    # A burst of up to 16 bits is always found; of a longer one, one in 65 536 is not.
    assert found <= bool(changed)
    assert found or not changed or (changed & 0xFFFFFFFF).bit_length() > 16


def test_a_watch_that_was_never_armed_sees_another_crc_and_nothing_worse():
    watch = Integrity()
    assert [watch.step(), watch.step()] == [1, 1]


@pytest.mark.hazard("H-24")
def test_a_new_program_is_watched_from_its_first_word_on():
    watch, _ = armed()
    watch.step()
    following = make_program(SMALL)
    watch.arm(following)
    assert [watch.step() for _ in range(8)] == [0] * 8
    following.words[0] ^= 1
    assert [watch.step() for _ in range(4)] == [0, 0, 0, 1]
