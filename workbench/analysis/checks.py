"""What a validity check returns, and the limits that the checks apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.analysis.parts import ComplexParts


@dataclass(frozen=True)
class Limits:
    """Limits of the checks; lengths in angstrom, angles in degrees.

    The tether's windows enclose C-S bonds and angles of small-molecule thioethers, those of a
    trigonal carbon (thioesters, dithiocarbamates, aryl and vinyl sulfides) being shorter, and S-S
    bonds of disulfides. The bond and
    angle tolerances are beyond the range that RDKit's distance bounds allow: minimised adducts
    of SINEs stay within 0.06 angstrom and 10 degrees of them (18 at a linear atom).

    References
    ----------
    Buttenschoen, Morris and Deane 2024 (the idea of such checks), doi:10.1039/D3SC04185A
    Allen et al. 1987 (C-S 1.82, trigonal C-S 1.74 to 1.77, S-S 2.05), doi:10.1039/P298700000S1
    Engh and Huber 1991 (CA-CB-SG 114.4 +- 2.3 degrees in cysteine), doi:10.1107/S0108767391001071
    """

    sg_c_distance: tuple[float, float] = (1.78, 1.88)
    sg_trigonal_distance: tuple[float, float] = (1.70, 1.82)
    sg_sulphur_distance: tuple[float, float] = (1.98, 2.12)
    cb_sg_c_angle: tuple[float, float] = (95.0, 112.0)
    ca_cb_sg_angle: tuple[float, float] = (105.0, 122.0)
    bond_tolerance: float = 0.10
    angle_tolerance: float = 20.0
    hydrogen_bond_length: tuple[float, float] = (0.85, 1.40)
    receptor_bond_length: tuple[float, float] = (1.15, 2.15)
    single_bond_minimum: float = 1.44
    stereo_volume_minimum: float = 0.30
    receptor_stereo_volume_minimum: float = 0.40
    ring_deviation: float = 0.10
    trigonal_degree: float = 15.0
    amide_twist_degree: float = 30.0
    contact: float = 2.9
    hydrogen_bond_contact: float = 2.5
    internal_contact_fraction: float = 0.75
    neighbourhood: float = 6.0


@dataclass(frozen=True)
class CheckResult:
    """Outcome of one check.

    Parameters
    ----------
    name
        Name of the check, as it appears among the failed ones.
    passed
        Whether the pose passes it.
    measures
        What was measured; the unit is in the name. A quantity that the pose does not have
        (the twist of an amide where there is none) is left out.
    details
        One line for each atom, bond or pair worth naming.
    """

    name: str
    passed: bool
    measures: dict[str, float] = field(default_factory=dict)
    details: tuple[str, ...] = ()


Check = Callable[[ComplexParts, Limits], CheckResult]


def within(value: float, window: tuple[float, float]) -> bool:
    """Tell whether a value lies in a closed window; NaN does not."""
    return window[0] <= value <= window[1]
