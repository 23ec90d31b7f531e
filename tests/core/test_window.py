"""Three of something within a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ionto.core.window import Window


@pytest.mark.parametrize(("third_ms", "within"), [(999, 1), (1000, 1), (1001, 0)])
def test_the_third_hit_counts_from_the_first_of_three(third_ms, within):
    window = Window(1000)
    assert [window.hit(at) for at in (0, 500, third_ms)] == [0, 0, within]


@given(st.lists(st.integers(0, 5000), max_size=40))
def test_a_window_agrees_with_a_list_of_all_hits(gaps):
    window = Window(3000)
    now_ms = 0
    hits = []
    for gap in gaps:
        now_ms += gap
        hits.append(now_ms)
        assert window.hit(now_ms) == (len(hits) >= 3 and hits[-1] - hits[-3] <= 3000)
    assert window.count == len(hits)


def test_a_reset_forgets_all_hits():
    window = Window(1000)
    window.hit(1)
    window.hit(2)
    window.reset()
    assert [window.hit(3), window.count] == [0, 1]
    assert [window.hit(4), window.hit(5)] == [0, 1]
