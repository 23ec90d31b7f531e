"""A row of the matrix, as the JSON and the tables have it. Times in ms, uA, uC; None: not so."""

import msgspec

OK, LATE, MISSED = "ok", "late", "missed"
NOT_OBSERVABLE, NUISANCE = "not_observable", "nuisance"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One cell, judged. Times count from the onset; `visible_ms` is when a rule could see it."""

    fault: str
    scenario: int
    phase: str
    load: str
    verdict: str
    reaction: str | None
    fault_code: str | None
    outcome: str
    visible_ms: float | None
    detected_ms: float | None
    gate_off_ms: float | None
    current_off_ms: float | None
    limiter_ms: float | None
    stray_uc: float | None
    peak_ua: float
    required: str
    required_ms: float
    source: str
    next_start: str | None
    reason: str | None

    @property
    def is_detected(self) -> bool:
        """The bench answered, in the session or by refusing the next one."""
        refused = self.next_start is not None and self.next_start.startswith("refused")
        return self.reaction is not None or refused
