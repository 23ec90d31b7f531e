"""The examples of docs/examples run: a PyMeasure procedure, a stream of the streaming layer."""

import importlib.util

import numpy as np
import pytest
from tests.arch.sources import ROOT

import iontobench


def example(name):
    """The example's module; skipped by name where its library is not there or cannot be used."""
    library = {"pymeasure_procedure": "pymeasure", "lsl_outlet": "pylsl"}[name]
    try:
        importlib.import_module(library)
    except (ImportError, RuntimeError) as error:  # pylsl's own, without its binary library
        pytest.skip(f"{library}: install the extra `examples` ({error})")
    path = ROOT / "docs" / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Caught:
    """What a worker of PyMeasure gives a procedure: a place for its rows, and a stop button."""

    def __init__(self, procedure, stop_after=None):
        self.rows = []
        self._stop_after = stop_after
        procedure.emit = self._emit
        procedure.should_stop = self._should_stop

    def _emit(self, topic, record):
        assert topic == "results"
        self.rows.append(record)

    def _should_stop(self):
        return self._stop_after is not None and len(self.rows) >= self._stop_after


@pytest.mark.long
def test_a_pymeasure_procedure_gives_the_rows_of_the_session():
    module = example("pymeasure_procedure")
    procedure = module.BenchSession(seed=3)
    caught = Caught(procedure)
    procedure.execute()
    result = iontobench.run("demo", skin="palm", seed=3)
    assert procedure.outcome == "complete"
    assert set(caught.rows[0]) == set(procedure.DATA_COLUMNS)
    times = [row["t_ms"] for row in caught.rows]
    where = np.isin(result.t_ms, times)
    assert len(times) >= len(result.t_ms) - 2
    for name in procedure.DATA_COLUMNS:
        assert [row[name] for row in caught.rows] == getattr(result, name)[where].tolist()


def test_the_stop_button_of_pymeasure_ends_the_session_by_its_ramp():
    module = example("pymeasure_procedure")
    procedure = module.BenchSession()
    caught = Caught(procedure, stop_after=50)
    procedure.execute()
    assert procedure.outcome == "stopped"
    assert len(caught.rows) == 50


class Outlet:
    """Keeps what is pushed; it takes what the streaming layer takes."""

    def __init__(self):
        self.pushed = []

    def push_sample(self, values, timestamp):
        assert len(values) == 4
        assert all(type(value) is float for value in values)
        self.pushed.append((values, timestamp))


def test_an_outlet_gets_every_sample_at_its_board_time():
    module = example("lsl_outlet")
    outlet = Outlet()
    result = module.play(outlet, skin="palm", seed=3)
    assert result.outcome == "complete"
    assert len(outlet.pushed) >= len(result.t_ms) - 2
    times_s = np.array([time_s for _, time_s in outlet.pushed])
    board_s = result.t_ms / 1000 + times_s[0] - result.t_ms[0] / 1000
    which = np.searchsorted(board_s, times_s - 1e-6)  # the end's samples come together
    assert (np.diff(which) > 0).all()
    assert times_s == pytest.approx(board_s[which], abs=1e-6)
    assert [values[1] for values, _ in outlet.pushed] == result.current_ua[which].tolist()


def test_the_stream_tells_its_channels_and_their_units():
    module = example("lsl_outlet")
    info = module.stream().get_info()
    told = info.desc().child("channels").child("channel")
    assert (info.channel_count(), info.nominal_srate()) == (4, 10.0)
    assert (told.child_value("label"), told.child_value("unit")) == ("set", "microamperes")
