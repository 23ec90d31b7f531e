"""How sure the dose of a session is: its job's budget on what it has counted.

Charge in uC, times in s. Must not know a board: that is `uncertainty`.
"""

from fractions import Fraction

from ionto.core import codes
from iontobench.protocols.timeline import Timeline
from iontobench.uncertainty.budget import Counted, DoseUncertainty, of_dose

from .job import Job, Result

_COMPLETE = codes.OUTCOME_NAMES[codes.OUTCOME_COMPLETE]
_REFUSED = codes.OUTCOME_NAMES[codes.OUTCOME_REFUSED]
# Sense A itself is in doubt: no budget of a healthy board holds.
_IN_DOUBT = {
    codes.FAULT_NAMES[code]
    for code in (
        *(codes.FAULT_SENSES_APART, codes.FAULT_STUCK, codes.FAULT_LEAK),
        *(codes.FAULT_CORRUPT, codes.FAULT_INTERNAL, codes.FAULT_PROOF_SIGN),
    )
}


def uncertainty_of(job: Job, result: Result) -> DoseUncertainty | None:
    """What a result's dose may be off by; None where nothing is known, or a sense is in doubt."""
    if job.budget is None or result.outcome == _REFUSED or result.fault in _IN_DOUBT:
        return None
    is_complete = result.outcome == _COMPLETE
    time_s = result.duration_us / 1e6
    return of_dose(job.budget, counted(job.protocol.timeline, result.dose_uc, time_s, is_complete))


def counted(timeline: Timeline, dose_uc: float, time_s: float, is_complete: bool) -> Counted:
    """What a session has counted, with the time at its levels, a ramp as half of itself.

    That time is the program's, as far as the dose has come; what a session took longer than
    planned counts in full, for its levels may have been lowered.

    Args:
        timeline: the program's.
        dose_uc: by the firmware.
        time_s: of the whole session.
        is_complete: the program has come to its end.
    """
    charges_uc = zip(timeline.segments, timeline.charges_uc, strict=True)
    found = (uc / segment.level_ua for segment, uc in charges_uc if segment.level_ua)
    planned_s = float(sum(found, Fraction(0)))
    done = min(1.0, dose_uc / timeline.planned_uc) if timeline.planned_uc else 0.0
    later_s = max(0.0, time_s - timeline.total_s)
    level_s = min(time_s, planned_s * (1.0 if is_complete else done) + later_s)
    return Counted(float(dose_uc), time_s, level_s)
