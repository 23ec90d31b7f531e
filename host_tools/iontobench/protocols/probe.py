"""The probe's threshold: below this current an open lead is taken for what it is.

The PROBE source is E behind R_s (5 V, 100 kOhm), so a load R draws E / (R_s + R). A start is
refused as open only below the lower of 5 uA and a third of what the site's 99th percentile of
resistance (the 1st of current) would draw [control.md, Supervisor, High]. Resistance: the
specific resistance r0 of a skin that has carried nothing yet, lognormal per site [domain.md 4b],
both electrodes at that percentile at once:

    r0_99 = median * exp(2.326 * sigma)      R = r0_99 * (1 / A_active + 1 / A_return)
    threshold = min(5 uA, E / (R_s + R) / 3)

Gel, body and leads (under 1 % of R) are left out, which raises the threshold by less than that;
the third is there for them and for a dry start. Must not know the load model's other parameters.
"""

from math import exp

from ionto.core.limits import Board
from ionto.core.units import UA_Q4

from .schema import Protocol

CAP_UA = 5.0
# Open leads still draw 0.5 uA: the stage's 10 MOhm divider. A threshold has to be well above it.
LEAST_UA = 1.0
Z_99 = 2.326  # the 99th percentile of a standard normal

# Site -> (median r0 in kOhm cm2, sigma of its logarithm) [domain.md 4b].
R0 = {
    "forearm": (150.0, 0.8),
    "palm": (300.0, 0.7),
    "sole": (300.0, 0.7),
    "axilla": (60.0, 0.6),
    "tooth": (60.0, 0.6),  # no figure at all: taken as a moist site [sim/skins/tooth.toml]
    "patch": (150.0, 0.8),  # on a forearm
    "bath": (300.0, 0.7),  # palms under water
}


def load_99_kohm(protocol: Protocol) -> float:
    """The site's 99th percentile of load resistance before a start, kOhm."""
    median, sigma = R0[protocol.skin]
    active, back = protocol.electrodes.active, protocol.electrodes.return_
    return median * exp(Z_99 * sigma) * (1 / active.area_cm2 + 1 / back.area_cm2)


def probe_min_q4(protocol: Protocol, board: Board) -> int:
    """The threshold in 1/16 uA, rounded down, at least 1."""
    current_ua = board.probe_mv / (board.probe_ohm / 1000 + load_99_kohm(protocol))
    return max(1, int(min(CAP_UA, current_ua / 3) * UA_Q4))
