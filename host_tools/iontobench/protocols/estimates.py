"""What a charge may have moved or spent, for research: an estimate, never a dose.

By Faraday's law from the charge, and from what the protocol declares: nothing is told of what is
not declared, but charge density and mAh. Charge in uC; results in the unit that each names. The
formulas: m = t Q M / (z F) for a substance with transport number t; n = Q / F at most for the acid
or base of split water; mAh = C / 3.6. Must not judge, and no result limits anything.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from iontobench import signs
from iontobench.tomlfile.errors import one_line

from .schema import Active, Protocol, Return, Substance

NOTE = "an estimate, not a dose"
FARADAY_C_MOL = 96485.332  # exact by the definition of the mole and the ampere
_AG_G_MOL = 107.868
_AGCL_G_MOL = 143.32
_UC_PER_C = 1_000_000
_C_PER_MAH = 3.6
_UG_PER_MG = 1000


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """One quantity from `low` to `high` in `unit`, its words, and where its numbers come from.

    `declared` is what the protocol says of the electrode in the same unit, None where it says
    nothing.
    """

    quantity: str
    low: float
    high: float
    unit: str
    text: str
    declared: float | None = None
    source: str = ""

    @property
    def line(self) -> str:
        """The estimate as a line for people, marked as one."""
        source = f"; source: {one_line(self.source)}" if self.source else ""
        return f"{self.quantity}: {self.text} ({NOTE}{source})"

    def as_dict(self) -> dict[str, Any]:
        """Plain data for `--json`."""
        names = ("quantity", "low", "high", "unit", "declared", "source")
        return {name: getattr(self, name) for name in names} | {"note": NOTE}


def estimates(
    protocol: Protocol | None, charge_uc: float, active_uc: float, area_mm2: float
) -> list[Estimate]:
    """The estimates for a charge.

    Args:
        protocol: what is declared; None where that is not known.
        charge_uc: gross: at an electrode that is reversed, what it spends at most.
        active_uc: the part that flows in the direction of `electrodes.active.polarity`.
        area_mm2: the smaller electrode; 0 where it is not known.
    """
    found = list(_density(charge_uc, area_mm2))
    charge_c = charge_uc / _UC_PER_C
    found.append(_charge(charge_c))
    if protocol is None:
        return found
    both = {"active": protocol.electrodes.active, "return": protocol.electrodes.return_}
    for name, electrode in both.items():
        found += _electrode(f"{name} electrode", electrode, charge_c)
    if any(electrode.material == "ag-agcl" for electrode in both.values()):
        found.append(_silver(charge_c))
    if protocol.substance is not None:
        found.append(_mass(protocol.substance, active_uc / _UC_PER_C))
    return found


def _density(charge_uc: float, area_mm2: float) -> Iterator[Estimate]:
    if area_mm2 > 0:
        c_cm2 = charge_uc / _UC_PER_C / (area_mm2 / 100)
        unit = f"C/{signs.CM2}"
        text = f"{_digits(c_cm2)} {unit} over the smaller electrode"
        yield Estimate(quantity="charge density", low=c_cm2, high=c_cm2, unit=unit, text=text)


def _charge(charge_c: float) -> Estimate:
    mah = charge_c / _C_PER_MAH
    text = f"{_digits(mah)} mAh"
    return Estimate(quantity="electrode charge", low=mah, high=mah, unit="mAh", text=text)


def _electrode(name: str, electrode: Active | Return, charge_c: float) -> Iterator[Estimate]:
    """What an electrode spends against what is declared of it."""
    if electrode.capacity_mah is not None:
        mah, own = charge_c / _C_PER_MAH, electrode.capacity_mah
        text = f"{_digits(mah)} mAh, {_share(mah, own)} of the declared {own:g} mAh"
        yield Estimate(
            quantity=f"{name}, capacity", low=mah, high=mah, unit="mAh", text=text, declared=own
        )
    if electrode.buffer_umol is not None:
        umol, own = charge_c / FARADAY_C_MOL * 1e6, electrode.buffer_umol
        text = (
            f"at most {_digits(umol)} {signs.UMOL} of H+ or OH-, {_share(umol, own)} of the "
            f"declared buffer of {own:g} {signs.UMOL}"
        )
        yield Estimate(
            quantity=f"{name}, water split",
            low=0.0,
            high=umol,
            unit=signs.UMOL,
            text=text,
            declared=own,
        )


def _silver(charge_c: float) -> Estimate:
    """Ag + Cl- gives AgCl at an anode, and AgCl gives Ag at a cathode."""
    mmol = charge_c / FARADAY_C_MOL * 1000
    ag_mg, agcl_mg = mmol * _AG_G_MOL, mmol * _AGCL_G_MOL
    text = f"{_digits(ag_mg)} mg Ag, {_digits(agcl_mg)} mg AgCl"
    quantity = "each Ag/AgCl electrode"
    return Estimate(quantity=quantity, low=ag_mg, high=agcl_mg, unit="mg", text=text)


def _mass(substance: Substance, charge_c: float) -> Estimate:
    """m = t Q M / (z F); such a transport number is measured in vitro [Sylvestre 2008]."""
    whole_mol = charge_c / (substance.charge_number * FARADAY_C_MOL)
    whole_ug = whole_mol * substance.molar_mass_g_mol * 1e6
    low, high = (
        whole_ug * number
        for number in (substance.transport_number_min, substance.transport_number_max)
    )
    numbers = f"{substance.transport_number_min:g}"
    shown = _ug(low)
    if low != high:
        numbers += f" to {substance.transport_number_max:g}"
        shown += f" to {_ug(high)}"
    return Estimate(
        quantity=one_line(substance.name),
        low=low,
        high=high,
        unit=signs.UG,
        text=f"{shown}, transport number {numbers}",
        source=substance.source,
    )


def _ug(mass_ug: float) -> str:
    if mass_ug < _UG_PER_MG:
        return f"{_digits(mass_ug)} {signs.UG}"
    return f"{_digits(mass_ug / _UG_PER_MG)} mg"


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:.0f} %"


def _digits(value: float) -> str:
    """Three significant digits, never as a power of ten."""
    if value == 0:
        return "0"
    places = 0
    while places < 9 and abs(value) * 10**places < 99.95:
        places += 1
    return f"{value:.{places}f}"
