"""The browser's port as the link takes it: names, timeouts, an end of the cable, refusals."""

import pytest
import serial

from iontobench.device.port import PortError, guarded
from iontobench.page.web_port import WebPort, web_ports

PICO = (0x2E8A, 0x0005)


class FakeCable:
    """The browser's end; `coming` are (ms to wait, bytes), and the cable is cut after them."""

    def __init__(self, *ids):
        self.ids = ids or (PICO,)
        self.coming = []
        self.arrived_bytes = b""
        self.why_not = self.why_lost = ""
        self.opened = []
        self.sent = []
        self.waited_ms = []
        self.closed = 0

    def ports(self):
        return self.ids

    def open(self, place):
        self.opened.append(place)
        return self.why_not or self

    def close(self):
        self.closed += 1

    def take(self):
        data, self.arrived_bytes = self.arrived_bytes, b""
        return data

    def lost(self):
        return self.why_lost

    def arrived(self, wait_ms):
        self.waited_ms.append(wait_ms)
        if self.coming:
            self.arrived_bytes += self.coming.pop(0)

    def write(self, data, wait_ms):
        self.sent.append((data, wait_ms))
        return self.why_lost

    def pause(self, wait_ms):
        self.waited_ms.append(wait_ms)


@pytest.fixture
def cable():
    return FakeCable()


@pytest.fixture
def port(cable):
    return web_ports(cable).open("usb://2e8a:0005")


def test_ports_are_named_by_what_they_are_and_equal_ones_are_numbered():
    ports = web_ports(FakeCable(PICO, (None, None), PICO, (0x0403, 0x6001)))
    assert ports.names() == [
        *("usb://2e8a:0005", "serial://port"),
        *("usb://2e8a:0005#2", "usb://0403:6001"),
    ]
    assert ports.boards() == ["usb://2e8a:0005", "usb://2e8a:0005#2"]


def test_auto_is_the_only_board_that_was_allowed():
    assert web_ports(FakeCable((None, None), PICO)).resolve("auto") == "usb://2e8a:0005"


def test_a_port_is_opened_by_its_place_among_the_allowed_ones():
    cable = FakeCable((0x0403, 0x6001), PICO)
    web_ports(cable).open("usb://2e8a:0005")
    assert cable.opened == [1]


def test_a_read_returns_what_has_come_and_the_rest_later(cable, port):
    cable.arrived_bytes = b"abcdef"
    assert port.in_waiting == 6
    assert (port.read(2), port.read(4)) == (b"ab", b"cdef")
    assert cable.waited_ms == []


def test_a_read_waits_for_as_much_as_was_asked_for(cable, port):
    port.timeout = 5.0
    cable.coming = [b"ab", b"", b"cd"]
    assert port.read(3) == b"abc"
    assert len(cable.waited_ms) == 3
    assert all(wait_ms <= 5000 for wait_ms in cable.waited_ms)


def test_a_read_without_time_returns_what_there_is(cable, port):
    port.timeout = 0.0
    cable.arrived_bytes = b"a"
    assert port.read(3) == b"a"
    assert port.read(3) == b""


def test_what_came_before_the_cable_was_pulled_is_read_before_the_loss_is_told(cable, port):
    cable.arrived_bytes, cable.why_lost = b"last", "NetworkError: The device has been lost."
    assert port.read(4) == b"last"
    with pytest.raises(PortError, match=r"the link to the board broke .NetworkError"), guarded():
        port.read(1)


def test_a_write_that_fails_is_a_lost_link(cable, port):
    cable.why_lost = "NetworkError: The device has been lost."
    with pytest.raises(PortError, match="the link to the board broke"), guarded():
        port.write(b"stop")
    assert cable.sent == [(b"stop", 5000.0)]


def test_a_second_look_in_a_row_lets_bytes_come_in_and_a_first_one_costs_no_time(cable, port):
    cable.coming = [b"x"]
    assert port.inWaiting() == 0
    assert cable.waited_ms == []
    assert port.inWaiting() == 1
    assert cable.waited_ms == [10.0]
    assert port.read(1) == b"x"
    assert port.inWaiting() == 0
    port.write(b"y")
    assert port.inWaiting() == 0
    assert cable.waited_ms == [10.0]


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("InvalidStateError: It is open.", "busy, another program holds it"),
        ("NetworkError: Failed to open serial port.", "cannot be opened"),
    ],
)
def test_a_port_that_cannot_be_opened_is_refused_in_the_words_of_a_computers(cable, why, told):
    cable.why_not = why
    with pytest.raises(PortError, match=told):
        web_ports(cable).open("usb://2e8a:0005")


def test_a_port_that_is_gone_is_refused_and_never_opened(cable):
    with pytest.raises(PortError, match="no such port"):
        web_ports(cable).open("usb://1234:0001")
    assert cable.opened == []


def test_a_closed_port_takes_nothing_and_is_closed_once(cable, port):
    port.close()
    port.close()
    assert cable.closed == 1
    for use in (lambda: port.read(1), lambda: port.write(b"x"), lambda: port.in_waiting):
        with pytest.raises(serial.PortNotOpenError):
            use()


def test_a_wait_for_a_board_that_went_away_can_be_ended(cable):
    def ended():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        web_ports(cable, ended).sleep(0.5)
    assert cable.waited_ms == [500.0]


def test_an_opening_that_was_pulled_has_nothing_of_the_next_one():
    """A board that came back is another opening; the pulled one is closed when its owner ends."""
    cable, next_cable = FakeCable(), FakeCable()
    port = web_ports(cable).open("usb://2e8a:0005")
    cable.why_lost = "NetworkError: The device has been lost."
    port._cable = next_cable
    with pytest.raises(serial.SerialException):
        port.write(b"last words")
    port.close()
    assert (next_cable.sent, next_cable.closed, cable.closed) == ([], 0, 1)


def test_an_option_that_no_browser_has_is_refused(cable):
    with pytest.raises(TypeError, match="parity"):
        WebPort(cable, "usb://2e8a:0005", parity="E")
