"""Params: max _ua, compliance _mv, sigma _q4, proof scale, then the words of a program.

Rows: what to do first, target _q4, slew _ua_s, current in thousandths of the target, more current
_q4, how far sense B is apart _q4, load _mv, inputs, gate, charge _uc, dt _us, drive counts.
"""

from ionto.core.faults import RECHECK
from ionto.core.limits import Board
from ionto.core.program import Program
from ionto.core.supervisor import SLOW_US, Supervisor


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
    if row[0] == 1:
        supervisor.follow(row[1], row[2], current_q4)
    elif row[0] == 2:
        supervisor.open_gate()
    elif row[0] == 3:
        supervisor.probing(row[2] & 1)
    elif row[0] == 4:
        supervisor.warning = 0
    buf = state.buf
    buf[0] = current_q4
    buf[1] = (current_q4 - row[5]) * state.polarity
    buf[2] = row[6]
    buf[4] = row[7]
    code = supervisor.check(buf, row[8], row[9], row[10])
    while code == RECHECK:
        code = supervisor.recheck(current_q4 + row[5])
    state.passed_us += row[10]
    if state.passed_us >= SLOW_US:
        code = code or supervisor.check_slow(buf, row[8], state.passed_us)
        state.passed_us = 0
    state.code = code
    state.drive_counts = supervisor.limit(row[11], row[8])
