"""Each wait with the gate low at its borders: the probe, the proof, contact, zero after a rest."""

import pytest
from tests.support.programs import SMALL, make_program, sample

from ionto.core import codes
from ionto.core.impedance import Probe
from ionto.core.limits import zero_q4
from ionto.core.proof import Proof
from ionto.core.transitions import BACK, LOAD_FOUND, PROVEN, RESTED, TRIPPED
from ionto.core.units import INPUT_LIMITER, SAMPLE_A, SAMPLE_B, SAMPLE_INPUTS, SAMPLE_V
from ionto.core.waits import Waits

BEGIN_MS = 5000  # of the state that waits
LEAST_MV = 4750  # 2.5 uA of the probe's, which is the program's least
OPEN_MV = 4751
ZERO_Q4 = zero_q4(SMALL)


class Wait:
    """A state with the gate low that began at `BEGIN_MS`; `tick` is one of its ticks."""

    def __init__(self, state):
        self.state = state
        self.buf = sample(load_mv=LEAST_MV)
        self.proof = Proof(SMALL)
        self.waits = Waits(self.buf, Probe(5000, 100_000), self.proof, ZERO_Q4)
        self.waits.start(make_program())
        self.enter()

    def enter(self):
        """The state begins (again)."""
        self.t_ms = BEGIN_MS
        self.waits.enter(BEGIN_MS)

    def tick(self, polarity=1):
        """The next ms; what came."""
        self.t_ms += 1
        return self.waits.step(self.state, self.t_ms, polarity)

    def ticks(self, count, event=codes.ASK_NONE):
        """So many ticks in all of which `event` came."""
        assert [self.tick() for _ in range(count)] == [event] * count
        return self

    def until(self, limit=3000):
        """The tick in which anything came, from the state's begin, and what it was."""
        for _ in range(limit):
            event = self.tick()
            if event:
                return self.t_ms - BEGIN_MS, event
        return limit, codes.ASK_NONE


@pytest.mark.parametrize(("load_mv", "event"), [(LEAST_MV, LOAD_FOUND), (OPEN_MV, TRIPPED)])
def test_the_probe_is_the_mean_of_the_16_ticks_from_200_ms_on(load_mv, event):
    wait = Wait(codes.STATE_PROBE)
    wait.buf[SAMPLE_V] = 40_000  # of no account while it settles
    wait.ticks(199)
    wait.buf[SAMPLE_V] = load_mv
    assert wait.until() == (215, event)
    assert wait.waits.fault == (codes.FAULT_NO_LOAD if event == TRIPPED else 0)


def test_the_first_tick_of_the_probes_mean_is_that_at_200_ms():
    wait = Wait(codes.STATE_PROBE).ticks(199)
    wait.buf[SAMPLE_V] = LEAST_MV + 16  # one of 16: a mV in the mean
    wait.ticks(1)
    wait.buf[SAMPLE_V] = LEAST_MV
    assert wait.until() == (215, TRIPPED)


@pytest.mark.parametrize("polarity", [1, -1])
def test_the_proof_sees_both_senses_the_load_and_the_limiter(polarity):
    wait = Wait(codes.STATE_PROOF)
    proof = wait.proof
    event = codes.ASK_NONE
    for _ in range(200):
        flows_q4 = 480 if proof.gate and proof.pump and not proof.lim_test else 0
        wait.buf[SAMPLE_A] = flows_q4
        wait.buf[SAMPLE_B] = flows_q4 * polarity
        wait.buf[SAMPLE_INPUTS] = INPUT_LIMITER if proof.lim_test else 0
        event = wait.tick(polarity)
        if event:
            break
    assert (event, proof.fault, proof.proven) == (PROVEN, 0, 31)


@pytest.mark.parametrize(
    ("load_mv", "fault"),
    [(SMALL.compliance_mv, codes.FAULT_OPEN), (0, codes.FAULT_PROOF_STAGE)],
)
def test_a_proof_that_fails_is_a_trip_with_the_proofs_fault(load_mv, fault):
    wait = Wait(codes.STATE_PROOF)
    wait.buf[SAMPLE_V] = load_mv
    assert wait.until() == (32, TRIPPED)
    assert wait.waits.fault == fault


def test_contact_is_back_after_three_ticks_in_a_row_at_the_least_current():
    wait = Wait(codes.STATE_CONTACT).ticks(2)
    wait.buf[SAMPLE_V] = OPEN_MV
    wait.ticks(1)
    wait.buf[SAMPLE_V] = LEAST_MV
    wait.ticks(2)
    assert wait.tick() == BACK


def test_contact_that_is_lost_again_is_counted_from_its_begin():
    wait = Wait(codes.STATE_CONTACT).ticks(2)
    wait.enter()
    assert wait.until() == (3, BACK)


@pytest.mark.hazard("H-03")
@pytest.mark.parametrize(("open_ms", "came"), [(91, (94, BACK)), (92, (95, TRIPPED))])
def test_contact_has_95_ms_to_be_back_after_the_cut(open_ms, came):
    wait = Wait(codes.STATE_CONTACT)
    wait.buf[SAMPLE_V] = OPEN_MV
    wait.ticks(open_ms)
    wait.buf[SAMPLE_V] = LEAST_MV
    assert wait.until() == came
    assert wait.waits.fault == (codes.FAULT_OPEN if came[1] == TRIPPED else 0)


@pytest.mark.hazard("H-14")
def test_a_rest_is_a_second_and_then_64_ticks_of_zero_from_that_tick_on():
    wait = Wait(codes.STATE_REST)
    wait.buf[SAMPLE_A] = 600_000
    wait.ticks(999)
    wait.buf[SAMPLE_A] = 0
    assert wait.until() == (1063, RESTED)


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize(
    ("sum_q4", "event"),
    [
        (64 * ZERO_Q4 + 63, RESTED),
        (64 * ZERO_Q4 + 64, TRIPPED),
        (-64 * ZERO_Q4, RESTED),
        (-64 * ZERO_Q4 - 1, TRIPPED),
    ],
)
@pytest.mark.parametrize("odd_tick", [0, 63])
def test_zero_is_a_mean_up_to_its_border_in_both_directions(sum_q4, event, odd_tick):
    wait = Wait(codes.STATE_REST).ticks(999)
    each_q4 = ZERO_Q4 if sum_q4 > 0 else -ZERO_Q4
    came = []
    for tick in range(64):
        wait.buf[SAMPLE_A] = each_q4 if tick != odd_tick else sum_q4 - 63 * each_q4
        came.append(wait.tick())
    assert came == [codes.ASK_NONE] * 63 + [event]
    assert wait.waits.fault == (codes.FAULT_NOT_ZERO if event == TRIPPED else 0)


def test_a_rest_that_begins_again_forgets_the_currents_of_the_first():
    wait = Wait(codes.STATE_REST).ticks(999)
    wait.buf[SAMPLE_A] = 600_000
    wait.ticks(40)
    wait.enter()
    wait.buf[SAMPLE_A] = 0
    assert wait.until() == (1063, RESTED)


@pytest.mark.parametrize("state", [codes.STATE_IDLE, codes.STATE_PAUSED, codes.STATE_OFF])
def test_other_states_wait_for_nothing(state):
    assert Wait(state).until() == (3000, codes.ASK_NONE)
