"""What the chip runs as machine integers gives the same as the plain Python that it is made of.

One script draws its inputs from its own generator, at the ends of their ranges too, and runs on
the chip and here. It prints a checksum of all results, every 100 of them. What draws and tells is
made of small integers: the chip's time is for what is tested.
"""

import contextlib
import io

import pytest

from .forks import in_copy

SCRIPT = """
from array import array
from binascii import crc32
from ionto.core.const import words
from ionto.core.dose import Dose
from ionto.core.envelope import Envelope
from ionto.core.impedance import Probe
from ionto.core.limits import Board
from ionto.core.program import Program
from ionto.core.proof import Proof
from ionto.core.pulses import Pulses
from ionto.core.ramp import Ramp
from ionto.core.regulator import Regulator
from ionto.core.supervisor import Supervisor

drawn = [1]

def draw(least, most):
    drawn[0] = now = (drawn[0] * 75 + 74) % 65537
    by = now // 7 % 16
    if by == 0:
        return least
    return most if by == 1 else least + now * 16381 % (most - least + 1)

told = [0, 0]

def tell(*values):
    told[0] = crc32(array("i", values), told[0])
    told[1] += len(values)
    if told[1] % 100 < len(values):
        print(told[0])

def regulate():
    made = Regulator(600000, 65535)
    for at in range(ROUNDS):
        drive = made.step(draw(0, 480000), draw(-600000, 600000), draw(0, 9) == 0)
        tell(drive, made.trim_q4)

def count():
    made = Dose()
    made.reset(-1)
    for at in range(ROUNDS):
        made.step(draw(-600000, 600000), draw(1, 30000))
        tell(made.gross_uc, made.table[0])

def climb():
    made = Ramp()
    target = 0
    for at in range(ROUNDS):
        if at % 8 == 0:
            target = draw(0, 480000)
        tell(made.step(target, draw(1, 10000), draw(1, 30000)), made._remainder_pa)

def follow():
    made = Envelope(80, 640)
    for at in range(ROUNDS):
        if at % 10 == 0:
            made.follow(draw(0, 480000), draw(1, 10000), draw(0, 480000))
        elif at % 7 == 0:
            made.retract(draw(-1000, 480000))
        made.move(draw(1, 3000))
        tell(made.max_q4, made.open_q4, made.expected_q4, made.moving)

def judge(flow):
    board = Board("any", 5000, 40000, 37)
    made = Supervisor(board)
    made._over_q4, made._charge_wall_uc, made._drive_max = 60000, 1000000, 40000
    made._peak_q4, made._slew_max_ua_s = 32000, 10000
    made.follow(32000, 10000, 0, 0)
    buf = words([0, 0, 0, 12000, 0])
    for at in range(ROUNDS * 3 // 2):
        current = made.envelope.expected_q4 + draw(-400, 400)
        if at % 9 == 0:
            current = draw(-2000, 70000)
        buf[0] = current
        buf[1] = current + draw(-300, 300) if at % 5 else draw(-70000, 70000)
        buf[2] = draw(0, 41000) if at % 4 == 0 else 10000
        buf[4] = 2 if at == ROUNDS else 0
        charge = draw(0, 1000100)
        late = draw(2001, 3100) if at % 50 == 49 else 1000
        tell(made.check(buf, flow, charge, late), made.freeze, made.low, made.limited)
        tell(made._over_ticks, made._apart_ticks, made._leak_ticks)
        tell(made.clamp_drive(draw(-9, 65535), draw(0, 1)))

def prove():
    made = Proof(Board("any", 5000, 40000, 37))
    for at in range(PROOF_TICKS):
        on = made.gate and made.pump and not made.lim_test
        current = 16 * made.drive * 5000 // 65535 if on else 0
        if at % 300 == 299:
            current = draw(-600, 600)
        a_q4 = current + draw(-16, 16)
        over = made.step(a_q4, current, draw(0, 30000), 1 if made.may_trip else 0)
        tell(over, made.gate, made.drive, made.fault, made.proven, made.on_q4)
        if over:
            made.start()
        elif at == PROOF_TICKS * 7 // 9:
            made.leave()

def probe():
    made = Probe(5000, 100000)
    for at in range(ROUNDS * 2):
        tell(made.step(draw(0, 5000)), made.current_q4, made.load_ohm, made.now_q4(draw(0, 5000)))

def pulse():
    made = Pulses()
    made.start(10, 12, 3, 6)
    for at in range(ROUNDS * 4):
        tell(made.step(draw(1, 3000)), made.left)

def check_slowly():
    made = Supervisor(Board("any", 5000, 40000, 37))
    checks = made.slow_checks
    checks.steady.arm(3000, 6)
    checks._time_ms = 1000000
    made._keep_inverted()
    made._peak_q4, made._slew_max_ua_s = 32000, 10000
    made._keep_inverted()
    checks._integrity._words, checks._integrity._count = [5, -7, 1 << 28], 3
    made.follow(32000, 10000, 0, 0)
    buf = words([0, 0, 0, 12000, 0])
    for at in range(SLOW_TICKS):
        made.envelope.move(4000)
        buf[0] = made.envelope.expected_q4 + draw(-400, 400)
        buf[2] = draw(9000, 9200) if at < SLOW_TICKS * 7 // 12 else draw(2000, 12000)
        tell(checks.step(buf, 1 + at * 3 // SLOW_TICKS % 2, made.freeze), checks.warning)
        tell(checks.steady.warning, checks.steady._sum_mv, checks.energised_ms, checks.noise_q4)

prove()
probe()
pulse()
check_slowly()
regulate()
count()
climb()
follow()
for flow in range(4):
    judge(flow)
print(told)
"""


def _on_the_chip(booted, script):
    return booted[0].exec(script, limit_us=60_000_000).decode().split()


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize(
    ("rounds", "proof_ticks", "slow_ticks"),
    [(14, 310, 180), pytest.param(160, 900, 1200, marks=pytest.mark.long)],
)
def test_machine_integers_on_the_chip_are_the_plain_pythons(
    booted, rounds, proof_ticks, slow_ticks
):
    script = f"ROUNDS, PROOF_TICKS, SLOW_TICKS = {rounds}, {proof_ticks}, {slow_ticks}\n{SCRIPT}"
    here = io.StringIO()
    with contextlib.redirect_stdout(here):
        exec(script, {"__name__": "script"})
    told = here.getvalue().split()
    assert len(told) > rounds // 2
    assert in_copy(_on_the_chip, booted, script) == told
