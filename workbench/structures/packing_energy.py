"""The simple energy that ranks rotamers: contacts of heavy atoms and screened charges."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.structures.fragment import FragmentResidue
from workbench.structures.source import FloatArray

_RADIUS_ANGSTROM = {"C": 1.85, "N": 1.60, "O": 1.50, "S": 1.90}
"""Half the distance of the minimum; carbon and sulphur count with their hydrogens. Chosen, not
fitted: they rank rotamers and give no free energy."""

_HYDROGEN_BOND_ANGSTROM = 2.9
_WELL_KCAL_PER_MOL = 0.15
_WORST_KCAL_PER_MOL = 10.0
_COULOMB = 332.06
_DIELECTRIC_PER_ANGSTROM = 15.0
"""A dielectric that grows with the distance. Chosen so that a salt bridge at the surface is worth
about 2 kcal/mol and does not pull over side chains that are well placed."""

_CHARGES = {
    ("LYS", "NZ"): 1.0,
    ("ARG", "NH1"): 0.5,
    ("ARG", "NH2"): 0.5,
    ("ASP", "OD1"): -0.5,
    ("ASP", "OD2"): -0.5,
    ("GLU", "OE1"): -0.5,
    ("GLU", "OE2"): -0.5,
}


@dataclass(frozen=True)
class PackingAtoms:
    """Heavy atoms with what the energy needs.

    Parameters
    ----------
    radii
        ``(n,)`` angstrom.
    polar
        ``(n,)``: nitrogen or oxygen, which come nearer to each other.
    charges
        ``(n,)`` electron charges.
    """

    radii: FloatArray
    polar: np.ndarray[tuple[int], np.dtype[np.bool_]]
    charges: FloatArray

    def chosen(self, indices: list[int]) -> PackingAtoms:
        """Return some of the atoms."""
        return PackingAtoms(self.radii[indices], self.polar[indices], self.charges[indices])


def packing_atoms(residues: list[FragmentResidue]) -> PackingAtoms:
    """Return the parameters of all atoms of some residues, in order."""
    names = [(residue.name, name) for residue in residues for name in residue.atom_names]
    elements = [name[0] for _, name in names]
    return PackingAtoms(
        np.array([_RADIUS_ANGSTROM[element] for element in elements]),
        np.array([element in "NO" for element in elements], dtype=np.bool_),
        np.array([_CHARGES.get(name, 0.0) for name in names]),
    )


def contact_energies(
    one: FloatArray, one_atoms: PackingAtoms, other: FloatArray, other_atoms: PackingAtoms
) -> FloatArray:
    """Return the energy of each conformer of one group with each of another.

    A 12-6 sum, capped per pair of atoms, and screened Coulomb energy of whole charges. All
    atoms of one group count as more than three bonds from those of the other.

    Parameters
    ----------
    one, other
        ``(n_conformers, n_atoms, 3)`` angstrom.

    Returns
    -------
    (n_one, n_other) array
        kcal/mol.
    """
    minimum = one_atoms.radii[:, None] + other_atoms.radii[None, :]
    polar = one_atoms.polar[:, None] & other_atoms.polar[None, :]
    minimum = np.where(polar, _HYDROGEN_BOND_ANGSTROM, minimum)
    charge = one_atoms.charges[:, None] * other_atoms.charges[None, :]
    energies = np.empty((len(one), len(other)))
    for index, conformer in enumerate(one):
        deltas = conformer[None, :, None, :] - other[:, None, :, :]
        squared = np.maximum(np.einsum("ijkl,ijkl->ijk", deltas, deltas), 0.25)
        ratio = (minimum**2 / squared) ** 3
        pairs = np.minimum(_WELL_KCAL_PER_MOL * (ratio**2 - 2 * ratio), _WORST_KCAL_PER_MOL)
        pairs += _COULOMB * charge / (_DIELECTRIC_PER_ANGSTROM * squared)
        energies[index] = pairs.sum(axis=(1, 2))
    return energies
