"""A short minimisation of a whole receptor, its heavy atoms on springs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from workbench.settings import PreparationSettings
from workbench.structures.building import relaxed
from workbench.structures.receptor import FloatArray, Receptor

FAR_ANGSTROM = 0.5
"""Heavy atoms that move farther than this are told by residue."""


def relaxed_receptor(receptor: Receptor, settings: PreparationSettings | None = None) -> Receptor:
    """Return the receptor after a minimisation of all its atoms.

    Hydrogens move freely, heavy atoms (caps, partners and waters too) on springs to where they
    are. The list of changes says how far they went.

    Parameters
    ----------
    settings
        Force field and stiffness of the springs.

    Raises
    ------
    ReceptorError
        When the minimisation diverges.
    """
    settings = settings or PreparationSettings()
    heavy = [i for i, atom in enumerate(receptor.atoms) if atom.element != "H"]
    hydrogens = [i for i, atom in enumerate(receptor.atoms) if atom.element == "H"]
    coordinates = relaxed(
        receptor.atoms,
        receptor.coordinates,
        settings,
        mobile=hydrogens,
        restrained=heavy,
        spring_kcal_per_mol_angstrom2=settings.relax_spring_kcal_per_mol_angstrom2,
    )
    note = _movement(receptor, coordinates, heavy, settings)
    made = receptor.with_coordinates(coordinates)
    return replace(
        made,
        changes=(*receptor.changes, note),
        provenance=receptor.provenance | {"relaxed": note},
    )


def _movement(
    receptor: Receptor, coordinates: FloatArray, heavy: list[int], settings: PreparationSettings
) -> str:
    """Return how far the heavy atoms went, in words."""
    ways = np.linalg.norm(coordinates[heavy] - receptor.coordinates[heavy], axis=1)
    farthest = receptor.atoms[heavy[int(ways.argmax())]]
    far = [receptor.atoms[heavy[k]] for k in np.flatnonzero(ways > FAR_ANGSTROM).tolist()]
    residues = dict.fromkeys(f"{atom.residue_name} {atom.residue_number}" for atom in far)
    return (
        f"all atoms were relaxed with {settings.force_field}, heavy atoms on springs of "
        f"{settings.relax_spring_kcal_per_mol_angstrom2:g} kcal/mol/angstrom^2: "
        f"{np.sqrt((ways**2).mean()):.2f} angstrom rms, at most {ways.max():.2f} "
        f"({farthest.name} of {farthest.residue_name} {farthest.residue_number}); "
        f"{len(far) or 'no'} heavy atom{'' if len(far) == 1 else 's'} moved by more than "
        f"{FAR_ANGSTROM:g} angstrom{': ' if far else ''}{', '.join(residues)}"
    )
