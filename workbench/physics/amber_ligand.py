"""GAFF2's terms of a ligand, bonded to a cysteine or free, written out atom by atom."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.physics.amber_molecules import AmberMolecule
from workbench.physics.amber_protein import SIGMA_PER_HALF_MINIMUM
from workbench.physics.amber_terms import AmberTerms, Term
from workbench.physics.mmff import ANGSTROM_PER_NM, KJ_PER_KCAL
from workbench.physics.mmff_parameters import (
    Terms,
    angle_triples,
    neighbours_of,
    terms_of,
    torsion_quadruples,
)
from workbench.structures.receptor import Atom

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_GAFF_OF_CYSTEINE = {"SG": "ss", "CB": "c3", "CA": "c3", "HB": "h1"}


class LigandTerms:
    """The terms that hold an atom of the ligand, in OpenMM's units.

    Parameters
    ----------
    mol, atoms, ligand, molecule, terms
        See ``amber_system.amber_parameters``.
    """

    def __init__(
        self,
        mol: Chem.Mol,
        atoms: Sequence[Atom],
        ligand: IntArray,
        molecule: AmberMolecule,
        terms: AmberTerms,
    ) -> None:
        self.mol, self.atoms, self.table, self.molecule = mol, atoms, terms, molecule
        self.neighbours = neighbours_of(mol)
        self.types = dict(zip(ligand.tolist(), molecule.types, strict=True))
        self.inside = set(self.types)
        self.order = {atom: k for k, atom in enumerate(ligand.tolist())}

    def type_of(self, atom: int) -> str:
        """Return an atom's GAFF2 type; the cysteine's atoms have theirs by name."""
        if atom in self.types:
            return self.types[atom]
        name = self.atoms[atom].name
        key = "HB" if self.atoms[atom].element == "H" else name
        return _GAFF_OF_CYSTEINE[key]

    def _kinds(self, members: tuple[int, ...]) -> tuple[str, ...]:
        return tuple(self.type_of(atom) for atom in members)

    def _missing(self, kind: str, members: tuple[int, ...]) -> PhysicsError:
        names = " - ".join(self.atoms[i].name for i in members)
        return PhysicsError(
            f"the force field amber has no parameters for the {kind} {names} "
            f"({'-'.join(self._kinds(members))}) of {self.molecule.name}."
        )

    def van_der_waals(self) -> tuple[FloatArray, FloatArray]:
        """Return sigma and epsilon in the order of the ligand's description."""
        rows = []
        for atom in self.order:
            found = self.table.van_der_waals.get(self.types[atom])
            if found is None:
                raise self._missing("van der Waals type of", (atom,))
            rows.append((found[0] * SIGMA_PER_HALF_MINIMUM, found[1]))
        table = np.array(rows)
        return table[:, 0] / ANGSTROM_PER_NM, table[:, 1] * KJ_PER_KCAL

    def bonds(self) -> Terms:
        """Return length and force constant of each bond."""
        rows = []
        for bond in self.mol.GetBonds():
            ends = (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
            if self.inside.intersection(ends):
                found = self.table.bond(self._kinds(ends))
                if found is None:
                    raise self._missing("bond", ends)
                k, length = found.values
                stiffness = 2 * k * KJ_PER_KCAL * ANGSTROM_PER_NM**2
                rows.append((ends, (length / ANGSTROM_PER_NM, stiffness)))
        return terms_of(rows, 2, 2)

    def angles(self) -> Terms:
        """Return angle and force constant of each angle."""
        rows = []
        for members in angle_triples(self.neighbours):
            if self.inside.intersection(members):
                found = self.table.angle(self._kinds(members))
                if found is None:
                    raise self._missing("angle", members)
                k, rest = found.values
                rows.append((members, (math.radians(rest), 2 * k * KJ_PER_KCAL)))
        return terms_of(rows, 3, 2)

    def torsions(self) -> Terms:
        """Return periodicity, phase and k of proper and improper torsions."""
        rows = []
        for members in torsion_quadruples(self.mol, self.neighbours):
            if self.inside.intersection(members):
                found = self.table.proper(self._kinds(members))
                if found is None:
                    raise self._missing("torsion", members)
                rows += [(members, _torsion(term)) for term in found]
        for centre in sorted(self.inside):
            around = sorted(self.neighbours[centre], key=lambda atom: self.order.get(atom, -1))
            if len(around) == 3:
                kinds = tuple(self.type_of(atom) for atom in around)
                improper = self.table.improper(self.type_of(centre), kinds)
                if improper is not None:
                    (first, second, last), term = improper
                    members = (around[first], around[second], centre, around[last])
                    rows.append((members, _torsion(term)))
        return terms_of(rows, 4, 3)


def _torsion(term: Term) -> tuple[float, float, float]:
    k, phase, fold = term.values
    return fold, math.radians(phase), k * KJ_PER_KCAL
