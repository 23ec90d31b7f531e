"""The state of a load: what its resistances remember, stepped every 10 ms or faster.

Units: kOhm, nF, mV, uA, us. Signs are those of the stage's side of the polarity bridge, so a
reversal turns them over. The capacitors' voltages belong to the plant, which integrates them;
here are only the states that change the coefficients. Must not know what drives it.
"""

from math import sqrt

from .contact import contacts
from .noise import SlowWander
from .portable import exp
from .skin import LoadParams, RcParams, SkinParams
from .voigt import TAU_PER_KOHM_NF

SLOW_US = 10000  # [docs/loads.md, Equations]
_QUICK_US = 1000  # while the field state still moves, or the resistance
_QUICK_PER_US = 2.5e-7  # of the fall: 0.25 % in 10 ms
_QUICK_SHARE = 0.05
_LEAST_KOHM = 0.001  # a lead
_LEAST_TAU = 1e-3  # us: far below any skin's
# Motion changes an interface's r0 at most so far: beyond it no contact would be left, or no skin.
_MOTION_LOW, _MOTION_HIGH = 0.2, 5.0
_DENSITY_TAU_US = 5000.0  # J = |I| filtered over 5 ms
_NEVER_CHANGES_US = 1_000_000  # a resistor is asked again only now and then


class LoadState:
    """What every load has: the coefficients that the plant reads, and what changes them."""

    is_skin: bool  # with branches [`voigt`], whose time constants are tau1_us and tau2_us
    r1_kohm: float
    c1_nf: float
    tau1_us: float
    r2_kohm: float
    c2_nf: float
    tau2_us: float
    series_kohm: float
    emf_mv: float

    def reverse(self) -> None:
        """Turn the load over at the polarity bridge."""
        raise NotImplementedError

    def worsen(self, resistance: float, area: float) -> None:
        """Multiply the resistance, and the area of contact."""
        raise NotImplementedError

    def step(self, dt_us: int, gross_pc: float, net_pc: float, v1: float, v2: float) -> int:
        """Step the slow states; return how long the new coefficients may stand, us."""
        raise NotImplementedError


class RcState(LoadState):
    """A resistor, with or without a capacitor; nothing in it changes."""

    def __init__(self, params: RcParams) -> None:
        self.is_skin = False
        self.r1_kohm = params.r_ohm / 1000.0
        self.c1_nf = params.c_nf
        self.r2_kohm = self.c2_nf = 0.0
        self.tau1_us = self.tau2_us = 0.0  # only skin's
        self.series_kohm = _LEAST_KOHM  # without a capacitor r1 is the whole resistor
        self.r1_kohm -= self.series_kohm
        self.emf_mv = 0.0

    def reverse(self) -> None:
        """Turn the load over at the polarity bridge."""

    def worsen(self, resistance: float, area: float) -> None:
        """Multiply the resistance, and the area of contact."""
        self.r1_kohm *= resistance / area
        self.c1_nf *= area

    def step(self, dt_us: int, gross_pc: float, net_pc: float, v1: float, v2: float) -> int:
        """Nothing to step; return when to ask again, us."""
        return _NEVER_CHANGES_US


class Interface:
    """Skin under one electrode: r_p from states only, so there is no algebraic loop.

    r_p = r_min + (r0 - r_min) / {[1 + g] [1 + (v_e / Ve)^2] [1 + (extra - 1) z / (1 + z)]}

    with g the memory, w g1 + (1 - w) g2 or what is left of it for hours, and
    z = (v_e / V_breakdown)^8. `r_kohm` is that of the area in contact, `tau_us` the
    constant-phase element's (r_p q)^(1 / alpha).
    """

    __slots__ = (
        *("_fall", "_fast", "_hours", "_numbers", "_slow"),
        *("area_cm2", "field_mv", "r_kohm", "tau_us"),
    )

    def __init__(self, params: SkinParams, area_cm2: float) -> None:
        self._numbers = (
            1.0 / params.j50_ua_cm2,
            params.fast_share,
            1.0 - params.fast_share,
            params.hours_share,
            1.0 / params.field_mv,
            -_QUICK_SHARE * params.field_mv,
            1.0 / params.breakdown_mv,
            params.breakdown_times - 1.0,
            params.r_min_kohm_cm2,
            params.r0_kohm_cm2,
            params.c_nf_cm2 * TAU_PER_KOHM_NF,
        )
        self.area_cm2 = area_cm2
        self._fast = 0.0
        self._slow = 0.0
        self._hours = 0.0
        self._fall = 1.0
        self.field_mv = 0.0
        self.r_kohm = params.r0_kohm_cm2 / area_cm2
        self.tau_us = 0.0  # with the first step

    def worsen(self, resistance: float, area: float) -> None:
        """Multiply what a square centimetre resists, and the area."""
        # fmt: off
        (per_j50, share, rest, lasting, per_field, quick_mv, per_break, more, r_min, r0,
         phase) = self._numbers
        # fmt: on
        self._numbers = (
            *(per_j50, share, rest, lasting, per_field, quick_mv, per_break, more),
            *(r_min * resistance, r0 * resistance, phase),
        )
        self.area_cm2 *= area

    def step(
        self, keep: "Keep", current_ua: float, v_mv: float, factor: float, contact: float
    ) -> bool:
        """Step over one interval; return whether the field or the resistance still moves fast.

        Args:
            keep: what is left of each deviation after the interval.
            current_ua: filtered |current|; v_mv: voltage over the interface.
            factor: multiplies r0 (anode or cathode, motion).
            contact: share of the area that touches.
        """
        # fmt: off
        (per_j50, share, rest, lasting, per_field, quick_mv, per_break, more, r_min, r0,
         phase) = self._numbers
        # fmt: on
        area = self.area_cm2 * contact
        goal = current_ua * per_j50 / area
        g = self._fast
        self._fast = g1 = goal + (g - goal) * (keep.fast if goal > g else keep.recovery)
        g = self._slow
        self._slow = g2 = goal + (g - goal) * (keep.slow if goal > g else keep.recovery)
        g = share * g1 + rest * g2
        self._hours = hours = max(self._hours * keep.hours, lasting * g)
        if hours > g:
            g = hours
        size = v_mv if v_mv > 0.0 else -v_mv
        away = self.field_mv - size
        self.field_mv = field = size + away * (keep.field_rise if away < 0.0 else keep.field_fall)
        relative = field * per_field
        z = field * per_break
        z *= z
        z *= z
        z *= z
        fall = (1.0 + g) * (1.0 + relative * relative) * (1.0 + more * z / (1.0 + z))
        moved = fall - self._fall
        self._fall = fall
        r = r_min + (r0 * factor - r_min) / fall
        self.r_kohm = r / area
        r = max(_LEAST_TAU, r * phase)
        self.tau_us = r * sqrt(sqrt(r))
        return away < quick_mv or moved > keep.quick * fall or moved < -keep.quick * fall


class Keep:
    """What is left of each deviation after `dt_us`: exp(-dt / tau) of every slow state."""

    __slots__ = (
        "density",
        "fast",
        "field_fall",
        "field_rise",
        "hours",
        "quick",
        "recovery",
        "slow",
    )

    def __init__(self, params: SkinParams, dt_us: int) -> None:
        dt_s = dt_us * 1e-6
        self.quick = _QUICK_PER_US * dt_us
        self.density = exp(-dt_us / _DENSITY_TAU_US)
        self.fast = exp(-dt_s / params.tau_fast_s)
        self.slow = exp(-dt_s / params.tau_slow_s)
        self.recovery = exp(-dt_s / params.tau_recovery_s)
        self.hours = exp(-dt_s / params.tau_hours_s)
        self.field_rise = exp(-dt_us / (1000.0 * params.tau_field_ms))
        self.field_fall = exp(-dt_us / (1000.0 * params.tau_field_recovery_ms))


class SkinState(LoadState):
    """Two interfaces in series with the body, the gel and an electrode polarisation."""

    def __init__(self, params: SkinParams, seed: int) -> None:
        self.is_skin = True
        self._p = params
        self._active = Interface(params, params.active_cm2)
        self._return = Interface(params, params.return_cm2)
        self._sign = 1
        self._keeps: dict[int, Keep] = {}
        every_s, tau_s = SLOW_US * 1e-6, params.noise_tau_s
        self._active_motion = SlowWander(seed, "motion active", every_s, tau_s)
        self._return_motion = SlowWander(seed, "motion return", every_s, tau_s)
        self._motion_sigma = params.noise_sigma
        self._anode_factor = params.anode_factor
        self._factor = (1.0, 1.0)
        self._contacts = contacts(params, seed)
        self._contact = (1.0, 1.0)
        self._motion_us = 0
        self._current_ua = 0.0  # |current| through the density's filter
        self._dried = 1.0  # by a fault
        self.emf_mv = 0.0
        small_cm2 = min(params.active_cm2, params.return_cm2)
        self._electrode_nf = params.electrode_uf_cm2 * small_cm2 * 1000.0
        self._electrode_mv = params.electrode_mv
        self._decay_per_us = 1e-6 / params.electrode_decay_s
        self._touch()
        self.step(SLOW_US, 0.0, 0.0, 0.0, 0.0)

    def reverse(self) -> None:
        """Turn the load over at the polarity bridge."""
        self._sign = -self._sign
        self.emf_mv = -self.emf_mv

    def worsen(self, resistance: float, area: float) -> None:
        """Dry both electrodes by `resistance`; the active one keeps `area` of its contact."""
        self._active.worsen(resistance, area)
        self._return.worsen(resistance, 1.0)
        self._dried *= resistance
        self._touch()

    def _touch(self) -> None:
        """Take what the areas in contact decide: capacitances, and what lies in series."""
        p = self._p
        on_active, on_return = self._contact
        active_cm2 = self._active.area_cm2 * on_active
        return_cm2 = self._return.area_cm2 * on_return
        areal_ohm = p.areal_ohm_cm2 * (1.0 / active_cm2 + 1.0 / return_cm2)
        series_kohm = 0.001 * (p.r_body_ohm + 2.0 * p.r_lead_ohm + areal_ohm)
        self.series_kohm = max(_LEAST_KOHM, series_kohm) * self._dried
        self.c1_nf = p.c_nf_cm2 * active_cm2
        self.c2_nf = p.c_nf_cm2 * return_cm2

    def step(self, dt_us: int, gross_pc: float, net_pc: float, v1: float, v2: float) -> int:
        """Step the slow states; return how long the new coefficients may stand, us.

        Args:
            dt_us: time since the last step, above 0.
            gross_pc, net_pc: charge since then, uA us; v1, v2: interface voltages, mV.
        """
        keep = self._keeps.get(dt_us)
        if keep is None:
            keep = self._keeps[dt_us] = Keep(self._p, dt_us)
        self._motion_us += dt_us
        if self._motion_us >= SLOW_US:
            self._move()
        mean_ua = gross_pc / dt_us
        self._current_ua = mean_ua = mean_ua + (self._current_ua - mean_ua) * keep.density
        active, back = self._active, self._return
        moves = active.step(keep, mean_ua, v1, self._factor[0], self._contact[0])
        moves |= back.step(keep, mean_ua, v2, self._factor[1], self._contact[1])
        self.r1_kohm = active.r_kohm
        self.tau1_us = active.tau_us
        self.r2_kohm = back.r_kohm
        self.tau2_us = back.tau_us
        if self._electrode_mv > 0.0:
            self._polarise(dt_us, net_pc / dt_us)
        return _QUICK_US if moves else SLOW_US

    def _move(self) -> None:
        """Draw motion and contact of the next 10 ms, and say which side is the anode."""
        if self._contacts:
            on_active, on_return = self._contacts
            active, back = on_active.step(self._motion_us), on_return.step(self._motion_us)
            if active != self._contact[0] or back != self._contact[1]:
                self._contact = (active, back)
                self._touch()
        self._motion_us = 0
        anode, sigma = self._anode_factor, self._motion_sigma
        at_active, at_return = (anode, 1.0) if self._sign > 0 else (1.0, anode)
        self._factor = (
            at_active * _motion(sigma * self._active_motion.next()),
            at_return * _motion(sigma * self._return_motion.next()),
        )

    def _polarise(self, dt_us: int, mean_ua: float) -> None:
        """Charge the double layer towards E0 of the current's sign, and let it decay.

        dE/dt = I / C_dl - |I| E / (C_dl E0) - E / tau: exact for a constant current.
        """
        push = mean_ua / self._electrode_nf  # mV/us
        rate = abs(push) / self._electrode_mv + self._decay_per_us
        goal = push / rate
        self.emf_mv = goal + (self.emf_mv - goal) * exp(-rate * dt_us)


def _motion(share: float) -> float:
    """1 + share, kept between what contact and skin allow."""
    return min(_MOTION_HIGH, max(_MOTION_LOW, 1.0 + share))


def new_state(params: LoadParams, seed: int) -> LoadState:
    """Return a load at rest; `seed` draws its motion noise."""
    if isinstance(params, RcParams):
        return RcState(params)
    return SkinState(params, seed)
