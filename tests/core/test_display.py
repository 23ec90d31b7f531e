"""The line for a person: right for every value, one character a step, never formatted at once."""

from hypothesis import given
from hypothesis import strategies as st

from ionto.core import codes
from ionto.core.display import LINE_MAX, Display
from ionto.core.units import UC_PER_MAMIN

SAMPLES = st.tuples(
    st.integers(0, 2**24 - 1),
    st.sampled_from(sorted(codes.STATE_NAMES)),
    st.just(0),
    st.integers(0, 600_000),
    st.integers(-600_000, 600_000),
    st.just(0),
    st.integers(-5_000, 75_000),
    st.integers(-100_000_000, 100_000_000),
)


def line_of(values, display=None):
    """The line that `values` (a sample's, from its time on) become."""
    display = display or Display()
    display.begin([0, 0, *values])
    while display.building:
        display.step()
    return bytes(display.frame[: display.length])


def signed(value, width, places):
    """As the line shows a number of `places` decimals: its sign before its leading blanks."""
    sign = "-" if value < 0 else " "
    return sign + f"{abs(value) / 10**places:{width}.{places}f}"


def test_a_line_reads_as_a_person_expects():
    values = (83_400, codes.STATE_HOLD, 0, 2000 * 16, 1998 * 16, 0, 10_420, 109_800)
    assert line_of(values) == (
        b"   1:23  hold            1.998 mA (set  2.000)  10.42 V  dose     1.83 mA min\r\n"
    )


@given(SAMPLES)
def test_every_sample_becomes_the_line_that_says_it(values):
    t_ms, state, _, set_q4, current_q4, _, load_mv, dose_uc = values
    current_ua, set_ua = (current_q4 + 8) >> 4, (set_q4 + 8) >> 4
    seconds = t_ms // 1000
    assert line_of(values).decode() == (
        f"{seconds // 60:4d}:{seconds % 60:02d}  {codes.STATE_NAMES[state]:13} "
        f"{signed(current_ua, 6, 3)} mA (set {set_ua / 1000:6.3f}) "
        f"{signed(load_mv // 10, 5, 2)} V  dose "
        f"{signed(dose_uc * 100 // UC_PER_MAMIN, 7, 2)} mA min\r\n"
    )


@given(SAMPLES, SAMPLES)
def test_a_line_knows_nothing_of_the_one_before(first, second):
    display = Display()
    line_of(first, display)
    assert line_of(second, display) == line_of(second)


def test_a_line_fits_its_buffer_and_a_terminal_of_80_columns():
    assert Display().length - len(b"\r\n") < 80
    assert Display().length <= LINE_MAX


def test_a_line_takes_a_step_a_character():
    display = Display()
    display.begin([0] * 10)
    steps = 0
    while display.building:
        display.step()
        steps += 1
    assert steps == display.length
