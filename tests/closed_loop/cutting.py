"""What has to hold when a fault cuts a session, by the plant's truth. In us, uA and uC."""

import pytest
from tests.closed_loop.sessions import GONE_UA
from tests.support.trial import Trial

from ionto.core import codes

OPEN_OFF_US = 20_000  # [docs/control.md, Required figures]
EMPTY_US = 5000  # bleed and the load's own capacitors after the gate is low
DOSE_NEAR_UC = 5


class CutTrial(Trial):
    """A trial that watches what flows once its first fault has brought the gate down."""

    def __init__(self, load, *specs, adc="ideal", seed=1, compliance_share=None):
        super().__init__(load, adc, seed, specs, compliance_share=compliance_share)
        self.each = self._watch
        # The largest from EMPTY_US after gate-off to the end; a load that empties itself through
        # bleed or short drives backwards, and that is not the stage's.
        self.later_ua = 0.0
        self.returned = False  # whether the gate has closed again

    def _watch(self, plant):
        gate_us = self.truth.gate_low_us
        if gate_us is not None:
            self.returned |= plant.gate or plant.is_driven
            if plant.now_us > gate_us + EMPTY_US:
                self.later_ua = max(self.later_ua, plant.load_ua)


def assert_latched_off(trial, fault, within_us):
    """Off in time, never on again until long after the end, told once, with its cause."""
    last, truth = trial.last, trial.truth
    assert (last["outcome"], last["fault"], last["state"]) == ("fault", fault, "fault")
    assert truth.gate_off_us is not None
    assert truth.gate_off_us <= within_us
    trial.wait_s(2)
    assert not trial.returned
    assert trial.later_ua < GONE_UA
    assert trial.plant.drive_ua == 0
    [event] = trial.events(codes.EVENT_FAULT)
    assert codes.FAULT_NAMES[event.a] == fault
    assert event.t_ms * 1000 >= truth.fault_onset_us
    [end] = trial.events(codes.EVENT_END)
    assert (end.a, codes.FAULT_NAMES[end.b]) == (codes.OUTCOME_FAULTED, fault)


def assert_dose_kept(trial, share=1e-5):
    """The dose so far is the charge that really flowed: to 5 uC, or to a share of a long one."""
    true_uc = trial.truth.gross_uc
    assert trial.last["dose_uc"] == pytest.approx(true_uc, abs=max(DOSE_NEAR_UC, share * true_uc))


def assert_refuses_until_cleared(trial, words):
    """The bench will not run again before somebody clears the fault."""
    with pytest.raises(RuntimeError, match="latched"):
        trial.run(words)
    trial.bench.clear()
    assert trial.bench.info()["fault"] == "none"
