"""Whether a pose may be shown: the recipe of checks and its verdict."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.analysis import bonded_checks, contact_checks, stereo_checks
from workbench.analysis.checks import Check, Limits
from workbench.analysis.parts import split
from workbench.physics.complex import Complex

DEFAULT_LIMITS = Limits()

# Nothing else can be measured where these fail.
PRECONDITIONS: tuple[Check, ...] = (contact_checks.finite_coordinates,)

RECIPE: tuple[Check, ...] = (
    bonded_checks.covalent_link,
    bonded_checks.sg_c_distance,
    bonded_checks.cb_sg_c_angle,
    bonded_checks.ca_cb_sg_angle,
    bonded_checks.bond_lengths,
    bonded_checks.bond_angles,
    bonded_checks.alkene_absent,
    bonded_checks.ring_planarity,
    bonded_checks.trigonal_planarity,
    bonded_checks.amide_planarity,
    stereo_checks.new_stereocentres,
    stereo_checks.kept_stereocentres,
    stereo_checks.double_bond_stereo,
    stereo_checks.receptor_chirality,
    contact_checks.receptor_contacts,
    contact_checks.internal_clashes,
    contact_checks.ring_piercing,
    contact_checks.receptor_bonds,
)


@dataclass(frozen=True)
class ValidityReport:
    """Verdict on one pose.

    Parameters
    ----------
    valid
        Whether every check passed.
    failed
        Names of the checks that did not, in the order of the recipe.
    measures
        What the checks measured; the unit is in the name.
    details
        Lines ``check: what and where``; hydrogen-bonded contacts under 2.9 angstrom, which are
        allowed, are listed too.
    """

    valid: bool
    failed: tuple[str, ...]
    measures: dict[str, float]
    details: tuple[str, ...] = ()


def check_complex(
    complex_: Complex, limits: Limits = DEFAULT_LIMITS, recipe: tuple[Check, ...] = RECIPE
) -> ValidityReport:
    """Run a recipe of checks on a bonded complex.

    Parameters
    ----------
    complex_
        A bonded complex with hydrogens, after minimisation.
    limits
        What the checks apply.
    recipe
        The checks, in order; each is a pure function of the complex and the limits.
    """
    parts = split(complex_)
    results = [check(parts, limits) for check in PRECONDITIONS]
    if all(result.passed for result in results):
        results += [check(parts, limits) for check in recipe]
    failed = tuple(result.name for result in results if not result.passed)
    return ValidityReport(
        valid=not failed,
        failed=failed,
        measures={
            name: float(value) for result in results for name, value in result.measures.items()
        },
        details=tuple(f"{result.name}: {line}" for result in results for line in result.details),
    )
