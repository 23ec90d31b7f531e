"""Bytes that no credit covers: in order, once each, and none where there is no room."""

from hypothesis import given
from hypothesis import strategies as st

from ionto.core.pusher import Pusher


@given(st.binary(min_size=1, max_size=80), st.lists(st.booleans(), max_size=200))
def test_every_byte_goes_once_and_in_order_however_often_there_is_no_room(data, rooms):
    gone = bytearray()
    has_room = iter(rooms)

    def put(buf):
        if next(has_room, True):
            gone.extend(buf)
            return 1
        return 0

    pusher = Pusher(put)
    pusher.send(data, len(data))
    while pusher.busy:
        before = len(gone)
        pusher.step()
        assert len(gone) <= before + 1
        assert gone == data[: len(gone)]
    assert gone == data


def test_a_port_that_nobody_reads_is_asked_once_a_step_and_never_waited_for():
    asked = []

    def put(buf):
        asked.append(bytes(buf))
        return 0

    pusher = Pusher(put)
    pusher.send(b"status", 6)
    for _ in range(1000):
        pusher.step()
    assert asked == [b"s"] * 1000
    assert pusher.busy


def test_a_reset_forgets_what_was_on_its_way():
    pusher = Pusher(lambda buf: 0)
    pusher.send(b"status", 6)
    pusher.reset()
    assert not pusher.busy
