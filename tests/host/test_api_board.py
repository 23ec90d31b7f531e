"""`iontobench.connect`: sessions on a board that is held open, by the command's own way."""

import pytest

import iontobench
from iontobench.api.remote import RemoteBoard

from .cli import call
from .link_bench import NAME
from .link_run import PROTOCOL, plugged


@pytest.fixture
def protocol(tmp_path):
    path = tmp_path / "short.toml"
    path.write_text(PROTOCOL, "utf-8")
    return path


@pytest.mark.long
def test_a_held_board_runs_session_after_session_and_is_left_at_its_prompt(plug, protocol):
    firmware = plugged(plug)
    with RemoteBoard(NAME, plug.ports) as board:
        assert board.board == "pico_pwm"
        assert board.about["board_id"] == "1234"
        for _ in range(2):
            result = board.run(protocol)
            assert (result.outcome, result.header["rung"]) == ("complete", "serial")
            assert result.summary["true_charge_uc"] is None
            assert len(plug.opened) == 1
    assert firmware.port.gate == 0
    assert plug.board.mode == "friendly"


def test_leaving_a_session_on_a_board_is_off_at_once(plug, protocol, tmp_path):
    firmware = plugged(plug)
    with RemoteBoard(NAME, plug.ports) as board:
        with board.session(protocol, data_dir=tmp_path) as session:
            session.off()
        assert session.result.outcome == "stopped"
        assert firmware.port.gate == 0
        assert iontobench.verify(session.result.record).status == "intact"


def test_a_fault_latches_on_the_board_and_refuses_until_it_is_cleared(plug, protocol):
    firmware = plugged(plug)

    as_before = firmware.port.on_tick

    def open_lead(port):
        if port.tick == 3000:
            port.load_ohm = None
        as_before(port)

    firmware.port.on_tick = open_lead
    with RemoteBoard(NAME, plug.ports) as board:
        assert board.latched_fault is None
        assert board.run(protocol).fault == "open"
        firmware.port.load_ohm = 5000
        firmware.port.on_tick = as_before
        assert board.latched_fault == "open"
        with pytest.raises(iontobench.LatchedError, match="latched by a fault: open"):
            board.run(protocol)
        assert board.run(protocol, clear=True).outcome == "complete"
        assert board.latched_fault is None


def test_a_board_takes_no_fault_of_a_simulated_bench(plug, protocol):
    plugged(plug)
    with RemoteBoard(NAME, plug.ports) as board:
        with board.session(protocol) as session:
            with pytest.raises(iontobench.UserError, match="this is a board"):
                session.inject("open")
            session.off()
        assert session.result.outcome == "stopped"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A board of one's own: its folder."""
    monkeypatch.chdir(tmp_path)
    assert call("boards", "new", "mine").code == 0
    return tmp_path / "mine"


def test_a_board_of_ones_own_is_connected_by_its_folder(plug, protocol, mine):
    firmware = plugged(plug, name="mine")
    with RemoteBoard(NAME, plug.ports, str(mine)) as board:
        assert board.board == "mine"
        with board.session(protocol) as session:
            session.off()
        assert session.result.header["board"]["name"] == "mine"
    assert firmware.port.gate == 0
    with (
        RemoteBoard(NAME, plug.ports) as board,
        pytest.raises(iontobench.UserError, match="a board this program does not know"),
    ):
        board.run(protocol)


def test_another_board_than_the_one_asked_for_is_told_and_left(plug, mine):
    plugged(plug)
    with pytest.raises(iontobench.NoDeviceError, match="it is a pico_pwm, not a mine"):
        RemoteBoard(NAME, plug.ports, str(mine))
    assert not plug.opened[-1].is_open
    assert plug.board.mode == "friendly"


def test_no_board_is_told_by_its_port(plug):
    plug.error = OSError(2, "could not open port")
    with pytest.raises(iontobench.NoDeviceError, match=NAME):
        RemoteBoard(NAME, plug.ports)
