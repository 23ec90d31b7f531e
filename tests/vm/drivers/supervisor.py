"""Params: max _ua, compliance _mv, sigma _q4, proof scale, then the words of a program.

Rows: what to do first, target _q4, slew _ua_s, current in thousandths of the target, more current
_q4, how far sense B is apart _q4, load _mv, inputs, gate, charge _uc, dt _us, drive counts, supply
_mv. What to do: 1 to 3 follow (by ramp, by pulses, by pulses at once), 4 gate low, 5 the allowance
for a leak, 6 forget warnings, 7 turn.
"""

from ionto.core.codes import VERDICT_RECHECK
from ionto.core.limits import Board
from ionto.core.program import Program
from ionto.core.slow_checks import SLOW_CHECK_US
from ionto.core.supervisor import BY_RAMP, Supervisor


class State:
    def __init__(self, params):
        board = Board("twin", params[0], params[1], params[2], proof_scale=params[3])
        self.supervisor = Supervisor(board)
        program = Program(params[4:], board)
        self.supervisor.arm(program)
        self.polarity = program.polarity
        self.buf = [0, 0, 0, 0, 0]
        self.code = 0
        self.passed_us = 0
        self.drive_counts = 0


def start(params):
    return State(params)


def step(state, row):
    supervisor = state.supervisor
    current_q4 = supervisor.envelope.target_q4 * row[3] // 1000 + row[4]
    if 1 <= row[0] <= 3:
        supervisor.follow(row[1], row[2], current_q4, row[0] - 1 + BY_RAMP)
    elif row[0] == 4:
        supervisor.output_off()
    elif row[0] == 5:
        supervisor.allow(row[1] & 1023, row[2] & 1)
    elif row[0] == 6:
        supervisor.warning = supervisor.slow_checks.warning = 0
    elif row[0] == 7:
        state.polarity = -state.polarity
        supervisor.set_polarity(state.polarity)
    buf = state.buf
    buf[0] = current_q4
    buf[1] = (current_q4 - row[5]) * state.polarity
    buf[2] = row[6]
    buf[3] = row[12]
    buf[4] = row[7]
    code = supervisor.check(buf, row[8], row[9], row[10])
    while code == VERDICT_RECHECK:
        code = supervisor.recheck(current_q4 + row[5])
    state.passed_us += row[10]
    if state.passed_us >= SLOW_CHECK_US:
        state.passed_us -= SLOW_CHECK_US
        found = supervisor.slow_checks.step(buf, row[8], supervisor.freeze)
        if found:
            code = supervisor.trip(found)
    state.code = code
    state.drive_counts = supervisor.clamp_drive(row[11], row[8])
