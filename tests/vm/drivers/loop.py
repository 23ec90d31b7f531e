"""The real session loop on an integer bench: port, load and host, as small as they can be.

Params: max _ua, compliance _mv, sigma _q4, proof scale, supervised, first now _us, then the words
of a program. Rows are stretches: ticks, load _ohm (0 is open), dt _us, noise _q4, stage gain in
thousandths, inputs, and the bytes of a line that the operator types at its start.
"""

from ionto.core.crc import CRC_START, crc_nibble
from ionto.core.limits import Board
from ionto.core.program import Program
from ionto.loop import Loop

WRAP_US = 0x3FFFFFFF
BEAT = b"beat "
LINE = 6  # where a stretch's line begins
_REPLY_BYTES = 16  # "beat 01234*89ab" and a newline
_BODY_BYTES = 10
_HOLD_TICKS = 6  # the dead-man's
_LIM_TEST_Q4 = 480


class RowsOver(Exception):
    """The last stretch has ended before the session did."""


class Port:
    def __init__(self, board, supervised, now_us):
        self.board = board
        self.supervised = supervised
        self.over = RowsOver()  # made here: under a locked heap nothing can be
        self.clock_us = now_us
        self.polarity = 1
        self.gate = 0
        self.drive_counts = 0
        self.probing = 0
        self.testing = 0
        self.tripped = 0
        self.unpumped = 0  # ticks since the last ENABLE edge
        self.stopped = 0
        self.pumps = 0
        self.feeds = 0
        self.current_q4 = 0
        self.load_mv = 0
        self.noise = 1
        self.beat_ticks = 0
        self.last_seq = 0
        self.frames = 0
        self.pushed = 0
        self.line = bytearray(64)
        self.bytes_sum = 0
        self.at = -1
        self.left = 0
        self.line_at = LINE
        self.reply = bytearray(_REPLY_BYTES)
        self.reply_at = _REPLY_BYTES

    def attach(self, rows, hooks):
        self._rows = rows
        self._row = rows[0]
        self._hooks = hooks

    def begin(self):
        self.stopped = 0
        self._hooks.lock()

    def end(self):
        self._hooks.unlock()

    def off(self):
        self.gate = 0
        self.drive_counts = 0
        self.probing = 0
        self.stopped = 1

    def now_us(self):
        return self.clock_us

    def wait(self):
        self._hooks.look()
        if self.left == 0:
            self.at += 1
            if self.at == len(self._rows):
                raise self.over
            self._row = self._rows[self.at]
            self.left = self._row[0]
            self.line_at = LINE
        self.left -= 1
        before_wrap_us = WRAP_US - self._row[2]
        if self.clock_us > before_wrap_us:
            self.clock_us -= before_wrap_us + 1
        else:
            self.clock_us += self._row[2]
        self._flow()
        if self.supervised:
            self._beat()

    def sample(self, buf):
        buf[0] = self.current_q4 + self._noise()
        buf[1] = self.current_q4 * self.polarity + self._noise()
        buf[2] = self.load_mv
        buf[3] = 5000
        buf[4] = self._row[5] | (2 if self.tripped else 0)

    def resample(self, buf):
        buf[0] = self.current_q4 + self._noise()

    def actuate(self, gate, drive_counts):
        if not self.stopped:
            self.gate = gate
            self.drive_counts = drive_counts

    def prove(self, gate, drive_counts):
        self.actuate(gate, drive_counts)

    def lim_test(self, on):
        self.testing = on

    def rearm(self):
        self.tripped = 0

    def set_polarity(self, sign):
        self.polarity = sign

    def probe(self, on):
        self.probing = on

    def feed(self):
        self.feeds += 1

    def pump(self):
        self.pumps += 1
        self.unpumped = 0

    def read(self, buf):
        if self.reply_at < len(self.reply):
            buf[0] = self.reply[self.reply_at]
            self.reply_at += 1
            return 1
        if self.line_at < len(self._row):
            buf[0] = self._row[self.line_at]
            self.line_at += 1
            return 1
        return 0

    def write(self, frame, count):
        self.frames += 1
        total = self.bytes_sum
        for at in range(count):
            total = (total * 31 + frame[at]) & 0xFFFFFF
        self.bytes_sum = total
        seq = 0
        for at in range(2, 6):
            digit = frame[at]
            seq = seq << 4 | (digit - 48 if digit < 58 else digit - 87)
        if frame[1] != 51:  # a status frame carries the next number, not its own
            self.last_seq = seq

    def put(self, buf):
        """A byte of a frame that goes out one by one; a person's line is longer than a frame."""
        if self.pushed < len(self.line):
            self.line[self.pushed] = buf[0]
        self.pushed += 1
        if buf[0] == 10:
            count = min(self.pushed, len(self.line))
            self.pushed = 0
            self.write(self.line, count)
        return 1

    def _beat(self):
        """Every 200 ticks: `beat` and the last sequence number, five digits, and their CRC."""
        self.beat_ticks += 1
        if self.beat_ticks < 200 or LINE < self.line_at < len(self._row):
            return
        self.beat_ticks = 0
        reply = self.reply
        for at in range(5):
            reply[at] = BEAT[at]
        rest = self.last_seq
        for at in range(9, 4, -1):
            reply[at] = 48 + rest % 10
            rest //= 10
        crc = CRC_START
        for at in range(_BODY_BYTES):
            crc = crc_nibble(crc_nibble(crc, reply[at] >> 4), reply[at] & 15)
        reply[_BODY_BYTES] = 42
        for at in range(_REPLY_BYTES - 2, _BODY_BYTES, -1):
            digit = crc & 15
            reply[at] = digit + (48 if digit < 10 else 87)
            crc >>= 4
        reply[_REPLY_BYTES - 1] = 10
        self.reply_at = 0

    def _flow(self):
        """Ohm's law on the drive of the last tick, one lag; every product below 2^30."""
        load_ohm = self._row[1]
        board = self.board
        aim_q4 = 0
        self.unpumped += 1
        if self.gate and self.unpumped <= _HOLD_TICKS and not self.tripped:
            full_scale_q10 = board.full_scale_ua * 16 >> 6
            aim_q4 = (full_scale_q10 * self.drive_counts >> 10) * self._row[4] // 1000
        most_q4 = board.compliance_mv * 16000 // load_ohm if load_ohm else 0
        self.current_q4 = min(self.current_q4 + ((aim_q4 - self.current_q4) >> 1), most_q4)
        if self.testing and self.current_q4 > _LIM_TEST_Q4 * board.proof_scale:
            self.tripped = 1
            self.current_q4 = 0
        if self.probing and load_ohm:
            self.load_mv = board.probe_mv * load_ohm // (load_ohm + board.probe_ohm)
        elif self.probing:
            self.load_mv = board.probe_mv
        elif load_ohm:
            self.load_mv = self.current_q4 * load_ohm // 16000
        else:
            self.load_mv = board.compliance_mv if self.gate else 0

    def _noise(self):
        self.noise = (self.noise * 1103 + 12345) & 0xFFFF
        span_q4 = self._row[3]
        return self.noise % (2 * span_q4 + 1) - span_q4


class State:
    def __init__(self, params):
        board = Board("twin", params[0], params[1], params[2], proof_scale=params[3])
        self.program = Program(params[6:], board)
        self.supervised = params[4]
        self.port = Port(board, params[4], params[5])
        self.loop = Loop(self.port, board)
        self.outcome = 0
        self.left = -1
        self.ended = self.keep

    def keep(self, left):
        self.left = left


def start(params):
    return State(params)


def run(state, rows, hooks):
    state.port.attach(rows, hooks)
    try:
        state.loop.run(state.program, state.supervised, state.ended)
        state.outcome = state.loop.tick.session.outcome
    except RowsOver:
        state.outcome = -1
