"""The runner: named skips, units in names, and no data of a transient that stopped early."""

import subprocess

import numpy as np
import pytest

from iontobench.circuit import ngspice as runner
from iontobench.circuit.ngspice import NgspiceError, analyse, transient

from .conftest import ngspice_or_skip

RC = "Vin in 0 PULSE(0 1 1m 1n 1n 1 2)\nR1 in out 1k\nC1 out 0 1u"


def _absent():
    raise NgspiceError("no such program here")


def test_a_missing_ngspice_skips_by_name(monkeypatch):
    monkeypatch.delenv("IONTOBENCH_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="circuit tier: no such program here"):
        ngspice_or_skip(_absent)


@pytest.mark.parametrize("required", ["circuit", "vm,circuit,chip"])
def test_a_missing_ngspice_fails_where_it_is_required(monkeypatch, required):
    monkeypatch.setenv("IONTOBENCH_REQUIRE", required)
    with pytest.raises(pytest.fail.Exception, match="required: no such program here"):
        ngspice_or_skip(_absent)


def test_a_missing_ngspice_says_what_to_install(monkeypatch):
    monkeypatch.setattr(runner.shutil, "which", lambda name: None)
    runner.find_ngspice.cache_clear()
    with pytest.raises(NgspiceError, match="apt-get install ngspice"):
        runner.find_ngspice()
    runner.find_ngspice.cache_clear()


def test_a_transient_has_the_units_of_its_names(ngspice):
    result = transient(RC, 6, 20, {"out_mv": "v(out)", "in_ua": "i(vin)"})
    assert result.at("out_mv", 2) == pytest.approx(1000 * (1 - np.exp(-1)), rel=1e-3)
    assert result.at("in_ua", 2) == pytest.approx(-1000 * np.exp(-1), rel=1e-3)
    assert result.mean("out_mv", 0, 0.9) == pytest.approx(0, abs=1e-6)


def test_a_signal_without_a_unit_is_refused():
    with pytest.raises(ValueError, match="'out' has no unit"):
        analyse(RC, "op", {"out": "v(out)"})


def test_a_transient_that_ends_early_gives_no_data(monkeypatch):
    # ngspice writes what it has and ends with exit 0 ("timestep too small").
    early = np.array([[0.0, 1.0], [3e-3, 1.0]])
    monkeypatch.setattr(runner, "_run", lambda *given: (early, ""))
    with pytest.raises(NgspiceError, match="stopped at 3 of 6 ms"):
        transient(RC, 6, 20, {"out_v": "v(out)"})


def test_a_netlist_that_ngspice_refuses_is_told(ngspice):
    with pytest.raises(NgspiceError):
        analyse("R1 a 0 nonsense(", "op", {"a_v": "v(a)"})


def test_a_run_that_takes_too_long_is_told(ngspice, monkeypatch):
    def expire(*args, **more):
        raise subprocess.TimeoutExpired(args, more["timeout"])

    monkeypatch.setattr(runner.subprocess, "run", expire)
    with pytest.raises(NgspiceError, match="took more than"):
        analyse(RC, "op", {"out_v": "v(out)"})
