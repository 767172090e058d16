"""Which residues each part of the drug touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from workbench.analysis.matching import find_core
from workbench.analysis.parts import CAPS, ComplexParts, residue_label, split
from workbench.physics.complex import Complex

CONTACT_ANGSTROM = 4.5


@dataclass(frozen=True)
class PocketContacts:
    """Residues near the drug and near its parts, each as ``("LEU525", ...)`` by number.

    ``aryl`` counts the ring with its substituents, which fill the hydrophobic pockets. All parts
    are ``None`` for a drug without an aryl-triazole.
    """

    drug: tuple[str, ...]
    aryl: tuple[str, ...] | None
    triazole: tuple[str, ...] | None
    tail: tuple[str, ...] | None


def pocket_contacts(complex_: Complex, cutoff_angstrom: float = CONTACT_ANGSTROM) -> PocketContacts:
    """Return the residues with a heavy atom near the drug, its rings and its tail.

    Parameters
    ----------
    complex_
        A bonded complex; the tethered cysteine counts as a residue, caps do not.
    cutoff_angstrom
        Largest distance between heavy atoms.
    """
    parts, adduct = split(complex_), complex_.adduct
    core = find_core(adduct.mol, adduct.n_drug_atoms)
    everything = residues_near(parts, range(adduct.n_drug_atoms), cutoff_angstrom)
    if core is None:
        return PocketContacts(everything, None, None, None)
    return PocketContacts(
        everything,
        *(
            residues_near(parts, atoms, cutoff_angstrom)
            for atoms in (core.aryl_group, core.triazole, core.tail)
        ),
    )


def residues_near(
    parts: ComplexParts, drug_atoms: Sequence[int], cutoff_angstrom: float
) -> tuple[str, ...]:
    """Return the residues with a heavy atom within a distance of some drug atoms.

    Parameters
    ----------
    drug_atoms
        Drug atom indices.
    """
    chosen = parts.coordinates[parts.complex.drug_atoms[list(drug_atoms)]]
    distances, _ = cKDTree(chosen).query(parts.coordinates[parts.receptor_heavy])
    near = parts.receptor_heavy[np.flatnonzero(distances <= cutoff_angstrom)]
    atoms = [parts.complex.atoms[int(index)] for index in near]
    found = {
        (atom.residue_number, residue_label(atom))
        for atom in atoms
        if atom.residue_name not in CAPS
    }
    return tuple(label for _, label in sorted(found))
