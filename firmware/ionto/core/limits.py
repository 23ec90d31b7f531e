"""The data of a board, the hard limits of every program, and the thresholds made from them.

Units are in the names. The rules of docs/control.md turn a board's data into thresholds in this
file only, so the host's checker and the supervisor use the same ones. It knows no set point and no
regulator.
"""

from .const import const
from .units import UA_Q4

TIME_WALL_S = const(14400)  # 4 h, for any session
TIME_SLACK_S = const(120)  # the supervisor's time limit is this much above the program's
DOWN_MAX_S = const(119)  # the last ramp down: a second less, as that limit counts in 16 ms
SLEW_MAX_UA_S = const(10000)  # the ramp's arithmetic: slew * 20 ms stays below 2^30
SLEW_MIN_UA_S = const(1)
CHARGE_MAX_UC = const(100000000)  # 100 C: far above any wall, below 2^30
PEAK_MAX_UA = const(30000)
LEAST_MAX_OHM = const(1000000)
LIFT_PERCENT = const(6)  # what tells of a lift where the site is not known
LIFT_MAX_PERCENT = const(100)
DENSITY_MAX_UA_CM2 = const(2000)  # above 2 mA/cm2 a standard asks special attention [F53]
AREA_MIN_MM2 = const(10)
AREA_MAX_MM2 = const(200000)


class Board:
    """The abilities of one piece of hardware, without its pins; plain data.

    Args:
        name: the board's name.
        max_ua: board maximum, 1..30 000 uA.
        compliance_mv: highest load voltage the stage can make, mV.
        sigma_q4: one standard deviation of a current sample of this range, `_q4`.
        drive_counts: full scale of the drive; it makes `full_scale_ua`.
        proof_scale: 1, or 6 on 30 mA boards [docs/control.md, Proof].
        probe_mv, probe_ohm: the PROBE source, 5 V behind 100 kOhm.
        lim_test: whether the proof can test the hardware limiter.
        supply_min_mv: least supply with which the stage works, mV.
        accuracy_ua: error bound of a calibrated current, uA, at any set point.
        code_top: the converter's largest code; what knows the board's scales needs it.
        drive_steps: how many steps the drive's full scale has, for a simulation of it.
        bridge: whether a bridge can reverse the load; without one no program may.
        limiter: whether the stage has a limiter of its own. What the firmware checks is the same.
        loads_ohm: (least, most) of the resistors that a stage without a source of current works
            with: a voltage behind resistors, full scale at one between them; (): any load.
        inside_ohm: of the return's shunts, what lies inside the measured load voltage; the port
            takes their drop away, by sense A.
    """

    def __init__(
        self,
        name,
        max_ua,
        compliance_mv,
        sigma_q4,
        drive_counts=65535,
        proof_scale=1,
        probe_mv=5000,
        probe_ohm=100000,
        lim_test=True,
        supply_min_mv=4300,
        accuracy_ua=10,
        code_top=4095,
        drive_steps=4096,
        bridge=True,
        limiter=True,
        loads_ohm=(),
        inside_ohm=0,
    ):
        self.name = name
        self.max_ua = max_ua
        self.full_scale_ua = max_ua + max_ua // 4  # without that room an over-current would clip
        self.compliance_mv = compliance_mv
        self.sigma_q4 = sigma_q4
        self.drive_counts = drive_counts
        self.proof_scale = proof_scale
        self.probe_mv = probe_mv
        self.probe_ohm = probe_ohm
        self.lim_test = lim_test
        self.supply_min_mv = supply_min_mv
        self.accuracy_ua = accuracy_ua
        self.code_top = code_top
        self.drive_steps = drive_steps
        self.bridge = bridge
        self.limiter = limiter
        self.loads_ohm = loads_ohm
        self.inside_ohm = inside_ohm


def floor_q4(board):
    """The floor of comparisons on this range: 1 % of full scale, at least 8 sigma, `_q4`.

    Not at least 30 uA: on a 500 uA range that hides a sense that is 10 % wrong, and
    on the others it is the smaller number [DESIGN.md, Thresholds by Monte Carlo].
    """
    return max(8 * board.sigma_q4, board.full_scale_ua * UA_Q4 // 100)


def stuck_q4(board):
    """A commanded change that a sense has to follow: 2 % of the maximum, at least 40 uA, `_q4`.

    100 uA on 5 mA [docs/control.md, Stuck sense]. At the fastest slew the supervisor's ramp lags
    up to 20 uA behind, and a sense that has arrived seems to stand still. Twice that keeps it from
    being a fault.
    """
    return max(board.max_ua * UA_Q4 // 50, 40 * UA_Q4)


def under_q4(board):
    """How far below 90 % is under-current: 0.6 % of the maximum, 30 uA on 5 mA, `_q4`."""
    return board.max_ua * UA_Q4 * 6 // 1000


def absolute_limit_q4(board):
    """Board maximum x 1.03 + 20 uA, `_q4`."""
    return (board.max_ua * 103 // 100 + 20) * UA_Q4


def running_limit_q4(board, peak_ua):
    """Program peak x 1.05 + the floor, `_q4`."""
    return peak_ua * 105 * UA_Q4 // 100 + floor_q4(board)


def noise_q4(board):
    """The mean second difference of sense A that warns: 4 sigma + 1 % of full scale, `_q4`."""
    return 4 * board.sigma_q4 + board.full_scale_ua * UA_Q4 // 100


def zero_q4(board):
    """A mean up to this counts as zero: max(20 uA, 0.1 % of full scale), `_q4`."""
    return max(20 * UA_Q4, board.full_scale_ua * UA_Q4 // 1000)


def open_floor_q4(board):
    """The least I_open: five sigma of the range, `_q4`."""
    return 5 * board.sigma_q4


def open_cap_q4(board):
    """The most I_open may be from 85 % of compliance on: 40 uA x proof_scale, `_q4`."""
    return 40 * board.proof_scale * UA_Q4


def high_mv(board):
    """From here on the stage counts as limited: 95 % of nominal compliance, mV."""
    return board.compliance_mv * 95 // 100


def near_high_mv(board):
    """From here on a stage with low true compliance may be limited: 85 % of nominal, mV."""
    return board.compliance_mv * 85 // 100


def density_ua_cm2(current_ua, area_mm2):
    """Current density over an electrode, rounded up, uA/cm2."""
    return (current_ua * 100 + area_mm2 - 1) // area_mm2
