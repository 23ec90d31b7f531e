"""The load model beside what is published: one row an anchor, with its verdict.

Plausible, not validated on people: the anchors are few, from other electrodes, sites and years,
and a row that agrees proves no more than itself. Misfits stay in the list. Units are in the names.
"""

import cmath
from collections.abc import Callable
from math import degrees, pi

import msgspec
from msgspec.structs import replace

from .load import SLOW_US, SkinState
from .population import load_population, sample
from .skin import SkinParams, load_skin
from .voigt import ALPHA, RATIOS, SHARES, SLOWEST, TAU_PER_KOHM_NF

NOTICE = "Plausible, not validated on people."
_PEOPLE = 60
_SECOND_US = 1_000_000
_MIN_S = 60
_HANDS_CM2 = 150.0
_SETTLING_MIN = 20
_REST_KOHM = (15.0, 50.0, 150.0, 300.0, 450.0)  # of 1 cm2 at rest, axilla to dry forearm


class Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """One published fact: what the model says in `unit`, and from where to where it agrees."""

    name: str
    source: str
    published: str
    unit: str
    value: float
    low: float
    high: float

    @property
    def agrees(self) -> bool:
        """Whether the model's value lies within what is published."""
        return self.low <= self.value <= self.high


def impedance_ohm(r_kohm: float, c_nf: float, f_hz: float, series_ohm: float = 0.0) -> complex:
    """Return the model's impedance of an interface at rest, of the areas r and c are for."""
    tau_s = 1e-6 * (r_kohm * c_nf * TAU_PER_KOHM_NF) ** (1.0 / ALPHA)
    turn = 2j * pi * f_hz * tau_s * SLOWEST
    branches = (share / (1.0 + turn / ratio) for share, ratio in zip(SHARES, RATIOS, strict=True))
    return series_ohm + 1000.0 * r_kohm * sum(branches)


def cole_ohm(r_kohm: float, c_nf: float, f_hz: float, series_ohm: float = 0.0) -> complex:
    """Return the same with a true constant-phase element (Cole)."""
    tau_s = 1e-6 * (r_kohm * c_nf * TAU_PER_KOHM_NF) ** (1.0 / ALPHA)
    return series_ohm + 1000.0 * r_kohm / (1.0 + (2j * pi * f_hz * tau_s) ** ALPHA)


def anchors() -> list[Anchor]:
    """Return every row, in the order of docs/loads.md."""
    makers: tuple[Callable[[], list[Anchor]], ...] = (
        *(_rosell, _phase, _cole, _recovery, _small_electrodes),
        *(_hands, _tap_water, _onset, _breakdown),
    )
    return [row for make in makers for row in make()]


def _rosell() -> list[Anchor]:
    skin = _quiet("forearm")
    found = [
        abs(impedance_ohm(skin.r0_kohm_cm2, skin.c_nf_cm2, f_hz, skin.r_series_ohm_cm2))
        for f_hz in (1e5, 1e6)
    ]
    people = load_population("forearm")
    low_hz = []
    for index in range(_PEOPLE):
        one = sample(people, index)
        low_hz.append(abs(impedance_ohm(one.r0_kohm_cm2, one.c_nf_cm2, 1.0)) / 1000.0)
    one_cm2 = "Rosell 1988 [F54]"
    return [
        _near("1 cm², 100 kHz", one_cm2, "220 Ω", "Ω", found[0], 220.0, 0.05),
        _near("1 cm², 1 MHz", one_cm2, "120 Ω", "Ω", found[1], 120.0, 0.05),
        _row("1 cm², 1 Hz: least of 60 people", one_cm2, "10 kΩ", "kΩ", min(low_hz), 10, 1000),
        _row("1 cm², 1 Hz: most of 60 people", one_cm2, "1 MΩ", "kΩ", max(low_hz), 10, 1000),
    ]


def _phase() -> list[Anchor]:
    skin = _quiet("forearm")
    r, c = skin.r0_kohm_cm2, skin.c_nf_cm2
    share, f_hz = abs(impedance_ohm(r, c, 1.0)) * 0.23, 1.0
    while abs(impedance_ohm(r, c, f_hz)) > share:
        f_hz *= 1.01
    found = degrees(cmath.phase(impedance_ohm(r, c, f_hz)))
    source = "Plutchik and Hirsch 1963"
    return [_row("phase where |Z| is 0.23 of 1 Hz", source, "−58°", "°", found, -61, -55)]


def _cole() -> list[Anchor]:
    c, size, turn = load_skin("forearm").c_nf_cm2, 0.0, 0.0  # type: ignore[union-attr]
    for r in _REST_KOHM:
        f_hz = 1.0
        while f_hz <= 1e4:
            ratio = impedance_ohm(r, c, f_hz) / cole_ohm(r, c, f_hz)
            size = max(size, 100.0 * abs(abs(ratio) - 1.0))
            turn = max(turn, abs(degrees(cmath.phase(ratio))))
            f_hz *= 1.05
    what = "five branches against Cole, 1 Hz to 10 kHz"
    return [
        _row("exponent, palm", "PubMed 7666695", "0.75 to 0.80", "", ALPHA, 0.75, 0.80),
        _row(f"{what}: size", "Cole", "the same", "%", size, 0, 5),
        _row(f"{what}: phase", "Cole", "the same", "°", turn, 0, 3),
    ]


def _recovery() -> list[Anchor]:
    state = SkinState(_quiet("forearm"), 1)
    _hold(state, 2000.0, 20 * _MIN_S)
    end = state.r1_kohm + state.r2_kohm
    _hold(state, 0.0, 30 * _MIN_S)
    times = (state.r1_kohm + state.r2_kohm) / end
    return [
        _row("30 min after 20 min of 2 mA", "Curdy 2000 [F60]", "about × 3", "×", times, 2.4, 3.6)
    ]


def _small_electrodes() -> list[Anchor]:
    """At 20 Hz, as such amplifiers measure; 1 cm² of scalp: r0 120 kΩ·cm² (unverified)."""
    skin = replace(_quiet("forearm", 1.0, 100.0), r0_kohm_cm2=120.0)

    def now_ohm() -> float:
        return abs(impedance_ohm(state.r1_kohm, skin.c_nf_cm2, 20.0, skin.r_series_ohm_cm2))

    state = SkinState(skin, 1)
    before = now_ohm()
    _hold(state, 50.0, 30)
    _hold(state, 0.0, 5)  # the field has gone
    after = now_ohm()
    _hold(state, 0.0, 2 * 60 * _MIN_S)
    later = now_ohm()
    source = "arXiv 1711.01059"
    return [
        _row(
            *("50 µA for 30 s on 1 cm², at 20 Hz", source, "−10 to −30 %", "%"),
            *(100.0 * (after / before - 1.0), -30, -10),
        ),
        _row(
            *("two hours later", source, "lasts several hours", "%"),
            *(100.0 * (later / before - 1.0), -30, -5),
        ),
    ]


def _hands() -> list[Anchor]:
    state = SkinState(_quiet("bath", _HANDS_CM2, _HANDS_CM2), 1)
    current_ua, seen = 0.0, []
    for _ in range(10 * _MIN_S * 100):
        v1, v2 = current_ua * state.r1_kohm, current_ua * state.r2_kohm
        charge = current_ua * SLOW_US
        state.step(SLOW_US, charge, charge, v1, v2)
        ohmic = state.series_kohm + state.r1_kohm + state.r2_kohm
        current_ua = max(0.0, 8500.0 - state.emf_mv) / ohmic
        seen.append(current_ua / 1000.0)
    source = "[F13]"
    return [
        _row("hands at 8.5 V: after 5 s", source, "2 mA", "mA", seen[500], 1.5, 2.5),
        _row("hands at 8.5 V: after 10 min", source, "4.5 mA", "mA", seen[-1], 3.5, 5.0),
    ]


def _tap_water() -> list[Anchor]:
    """Hands in tap water at 10 mA: people 20 minutes in, and how much a drying edge adds."""
    people, found = load_population("bath"), []
    for index in range(_PEOPLE):
        state = SkinState(sample(people, index, 1, 1, _HANDS_CM2, _HANDS_CM2), index)
        most = 0.0
        for _ in range(_SETTLING_MIN):
            _hold(state, 10_000.0, _MIN_S)
            most = max(most, state.series_kohm + state.r1_kohm + state.r2_kohm)
        found.append(most)
    found.sort()
    edge = replace(_quiet("palm", _HANDS_CM2, _HANDS_CM2), edge_after_s=600.0, edge_per_min=0.03)
    state = SkinState(edge, 1)
    _hold(state, 10_000.0, 10 * _MIN_S)
    wet = state.series_kohm + state.r1_kohm + state.r2_kohm
    _hold(state, 10_000.0, 20 * _MIN_S)
    dry = (state.series_kohm + state.r1_kohm + state.r2_kohm) / wet
    source = "[F10]"
    return [
        _row(
            "hands at 10 mA: median of 60 people",
            source,
            "2 kΩ",
            "kΩ",
            found[_PEOPLE // 2],
            1.5,
            2.5,
        ),
        _row("hands at 10 mA: most of 60 people", source, "4 to 6 kΩ", "kΩ", found[-1], 4, 8),
        _row("a drying edge, 20 min later", source, "rises", "×", dry, 1.02, 3),
    ]


def _onset() -> list[Anchor]:
    """1.5 and 2.5 mA through sponges of 35 cm², scalp: r0 120 kΩ·cm², a ramp of 10 s."""
    skin = replace(
        _quiet("forearm", 35.0, 35.0), r0_kohm_cm2=120.0, field_mv=9000.0, r_body_ohm=350.0
    )
    rows = []
    for level_ua in (1500.0, 2500.0):
        state, most = SkinState(skin, 1), 0.0
        for tick in range(1500):
            current = level_ua * min(1.0, (tick + 1) / 1000)
            _step(state, current, SLOW_US)
            ohmic = state.series_kohm + state.r1_kohm + state.r2_kohm
            most = max(most, current * ohmic + state.emf_mv)
        name = f"onset of tDCS, {level_ua / 1000:g} mA: peak"
        rows.append(_row(name, "Hahn 2013 [F62]", "14.5 V", "V", most / 1000.0, 10, 21))
    return rows


def _breakdown() -> list[Anchor]:
    """60 V over one interface for 100 ms, against its resistance at rest."""
    skin = replace(_quiet("forearm"), field_mv=9000.0)
    state = SkinState(skin, 1)
    rest = state.r1_kohm
    for _ in range(100):
        state.step(1000, 0.0, 0.0, 60_000.0, 0.0)
    name = "60 V over one skin: falls to a share of its rest of one in"
    source = "Chizmadzhev 1998 [F56]"
    return [_row(name, source, "up to 1000", "", rest / state.r1_kohm, 30, 1000)]


def _quiet(name: str, active_cm2: float = 10.0, return_cm2: float = 20.0) -> SkinParams:
    skin = load_skin(name, active_cm2, return_cm2)
    if not isinstance(skin, SkinParams):
        raise TypeError(f"{name} is no skin")
    return replace(skin, noise_sigma=0.0)


def _hold(state: SkinState, current_ua: float, seconds: int) -> None:
    """Hold a current, second by second: the field is at rest with it."""
    for _ in range(seconds):
        _step(state, current_ua, _SECOND_US)


def _step(state: SkinState, current_ua: float, dt_us: int) -> None:
    charge = current_ua * dt_us
    v1, v2 = current_ua * state.r1_kohm, current_ua * state.r2_kohm
    state.step(dt_us, charge, charge, v1, v2)


def _near(
    name: str, source: str, published: str, unit: str, value: float, told: float, share: float
) -> Anchor:
    low, high = told * (1.0 - share), told * (1.0 + share)
    return _row(name, source, published, unit, value, low, high)


def _row(
    name: str, source: str, published: str, unit: str, value: float, low: float, high: float
) -> Anchor:
    return Anchor(
        name=name, source=source, published=published, unit=unit, value=value, low=low, high=high
    )
