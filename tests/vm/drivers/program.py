"""Params: a board, as in supervisor.py. Rows: program words, right or wrong. No tick path."""

from ionto.core.limits import Board
from ionto.core.program import Program, ProgramError, crc16, pack, unpack


class State:
    def __init__(self, params):
        self.board = Board("twin", params[0], params[1], params[2], proof_scale=params[3])
        self.crc = 0
        self.error_crc = 0
        self.same = 0
        self.peak_ua = 0
        self.segments = 0


def start(params):
    return State(params)


def step(state, row):
    state.error_crc = 0
    try:
        data = pack(row)
        state.crc = crc16(data)
        words = unpack(data)
        state.same = words == row
        program = Program(words, state.board)
        state.peak_ua = program.peak_ua
        state.segments = program.segments
    except ProgramError as refused:
        state.error_crc = crc16(str(refused).encode())
