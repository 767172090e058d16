"""Amber's energy as an OpenMM System: ff14SB for the protein, GAFF2 for the ligand, both bonded.

Of the terms across the bond to the ligand, those that hold a ligand atom are GAFF2's, with the
cysteine's atoms typed as GAFF2 types them; the rest is ff14SB. Every term of the ligand is
written out atom by atom, none is left to a lookup inside OpenMM.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import openmm
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.ligands.molecules import Adduct
from workbench.physics.amber_protein import (
    SIGMA_PER_HALF_MINIMUM,
    STUB,
    TETHERED,
    AtomTerms,
    protein_terms,
)
from workbench.physics.amber_tables import AmberMolecule, AmberTerms, Term
from workbench.physics.mmff import (
    ANGSTROM_PER_NM,
    COULOMB_SCALE,
    KJ_PER_KCAL,
    cut_off,
    filled,
    system_of,
)
from workbench.physics.mmff_parameters import (
    Terms,
    angle_triples,
    edges_of,
    neighbours_of,
    terms_of,
    torsion_quadruples,
)
from workbench.structures.receptor import Atom

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BONDED = ("bond", "angle", "torsion")
NONBONDED = "nonbonded"
FORCE_GROUPS = (*BONDED, NONBONDED)

COULOMB_14 = 1 / 1.2
VDW_14 = 0.5
_GAFF_OF_CYSTEINE = {"SG": "ss", "CB": "c3", "CA": "c3", "HB": "h1"}


def amber_parameters(
    mol: Chem.Mol,
    atoms: Sequence[Atom],
    ligand: IntArray,
    molecule: AmberMolecule,
    terms: AmberTerms,
    *,
    sulphur: int | None,
    template: str = TETHERED,
) -> AtomTerms:
    """Put together the terms of protein and ligand; ``template`` is that of ``protein_terms``.

    ``mol`` holds everything, hydrogens included, the atoms of each residue together, with one
    record each in ``atoms``; ``ligand``, ``(n_ligand,)``, has its atom for each of ``molecule``.
    Each torsion of the ligand has a row, of k 0 where GAFF2 has no barrier.

    Raises
    ------
    PhysicsError
        When a parameter is missing; the message names the atoms.
    """
    host = np.setdiff1d(np.arange(mol.GetNumAtoms()), ligand)
    protein = _protein(mol, atoms, host, sulphur, template)
    added = LigandTerms(mol, atoms, ligand, molecule, terms)
    charges, sigma, epsilon = np.zeros((3, mol.GetNumAtoms()))
    charges[host], sigma[host], epsilon[host] = protein.charges, protein.sigma, protein.epsilon
    charges[ligand] = molecule.charges
    sigma[ligand], epsilon[ligand] = added.van_der_waals()
    if sulphur is not None:
        for atom, name in side_chain(mol, sulphur, set(ligand.tolist())).items():
            charges[atom] = molecule.side_chain[name]
    return AtomTerms(
        charges=charges,
        sigma=sigma,
        epsilon=epsilon,
        bonds=_joined(protein.bonds, added.bonds()),
        angles=_joined(protein.angles, added.angles()),
        torsions=_joined(protein.torsions, added.torsions()),
    )


def _protein(
    mol: Chem.Mol, atoms: Sequence[Atom], host: IntArray, sulphur: int | None, template: str
) -> AtomTerms:
    """Return the terms of the atoms that are not the ligand's, by their indices in ``mol``."""
    place = {atom: k for k, atom in enumerate(host.tolist())}
    inner = [(place[i], place[j]) for i, j in edges_of(mol) if i in place and j in place]
    found = protein_terms(
        [atoms[i] for i in host.tolist()],
        inner,
        None if sulphur is None else place[sulphur],
        template,
    )
    return replace(
        found,
        bonds=Terms(host[found.bonds.atoms], found.bonds.values),
        angles=Terms(host[found.angles.atoms], found.angles.values),
        torsions=Terms(host[found.torsions.atoms], found.torsions.values),
    )


def fragment_parameters(
    mol: Chem.Mol, adduct: Adduct, molecule: AmberMolecule, terms: AmberTerms, ligand: IntArray
) -> AtomTerms:
    """Return the terms of an adduct on its own: the drug with S, CB and a methyl group for CA.

    ``mol`` is ``adduct.mol`` with its hydrogens after the heavy atoms.

    Raises
    ------
    PhysicsError
        When a parameter is missing.
    """
    inside = set(ligand.tolist())
    named = {adduct.sg_index: "SG", adduct.cb_index: "CB", adduct.ca_index: "CA"}
    atoms = [
        Atom(
            name=named.get(index, f"{atom.GetSymbol()}{index}"),
            element=atom.GetSymbol(),
            residue_name="LIG" if index in inside else "CYS",
            residue_number=1,
            chain="L" if index in inside else "A",
        )
        for index, atom in enumerate(mol.GetAtoms())
    ]
    return amber_parameters(
        mol, atoms, ligand, molecule, terms, sulphur=adduct.sg_index, template=STUB
    )


def side_chain(mol: Chem.Mol, sulphur: int, ligand: set[int]) -> dict[int, str]:
    """Return SG, CB and CB's hydrogens of the cysteine by atom index, with their names."""
    around = mol.GetAtomWithIdx(sulphur).GetNeighbors()
    cb = next(n for n in around if n.GetIdx() not in ligand)
    hydrogens = [n.GetIdx() for n in cb.GetNeighbors() if n.GetAtomicNum() == 1]
    return {sulphur: "SG", cb.GetIdx(): "CB"} | dict(zip(hydrogens, ("HB2", "HB3"), strict=True))


def amber_system(
    parameters: AtomTerms, mol: Chem.Mol, mobile: BoolArray, cutoff_angstrom: float | None
) -> openmm.System:
    """Return the System of some parameters, one named force per term, no implicit solvent.

    Atoms that are not in ``mobile``, ``(n_atoms,)``, get mass 0, and bonded terms among them are
    left out; non-bonded ones stay, as a constant. At the cut-off van der Waals is switched off over
    the last angstrom and Coulomb shifted to zero, without a reaction field, as OpenMM does beside
    generalised Born.
    """
    forces = (
        filled(openmm.HarmonicBondForce(), _moving(parameters.bonds, mobile)),
        filled(openmm.HarmonicAngleForce(), _moving(parameters.angles, mobile)),
        filled(openmm.PeriodicTorsionForce(), _moving(parameters.torsions, mobile)),
        _nonbonded(parameters, edges_of(mol), cutoff_angstrom),
    )
    return system_of(mol, mobile, dict(zip(FORCE_GROUPS, forces, strict=True)))


def _joined(first: Terms, second: Terms) -> Terms:
    return Terms(np.vstack([first.atoms, second.atoms]), np.vstack([first.values, second.values]))


def _moving(terms: Terms, mobile: BoolArray) -> Terms:
    kept = mobile[terms.atoms].any(axis=1)
    return Terms(terms.atoms[kept], terms.values[kept])


def _nonbonded(
    parameters: AtomTerms, edges: list[tuple[int, int]], cutoff_angstrom: float | None
) -> openmm.NonbondedForce:
    """Return Lennard-Jones and Coulomb; ``COULOMB_SCALE`` scales every charge."""
    force = openmm.NonbondedForce()
    force.addGlobalParameter(COULOMB_SCALE, 1.0)
    columns = (parameters.charges, parameters.sigma, parameters.epsilon)
    for row in np.stack(columns, axis=1).tolist():
        force.addParticle(*row)
    force.createExceptionsFromBonds(edges, COULOMB_14, VDW_14)
    # The charges move into offsets, so that the soft stage and the sums by term can turn them off.
    for index, (charge, sigma, epsilon) in enumerate(np.stack(columns, axis=1).tolist()):
        force.setParticleParameters(index, 0.0, sigma, epsilon)
        force.addParticleParameterOffset(COULOMB_SCALE, index, charge, 0.0, 0.0)
    for index in range(force.getNumExceptions()):
        first, second, product, sigma, epsilon = force.getExceptionParameters(index)
        if product._value:
            force.setExceptionParameters(index, first, second, 0.0, sigma, epsilon)
            force.addExceptionParameterOffset(COULOMB_SCALE, index, product._value, 0.0, 0.0)
    cut_off(force, cutoff_angstrom)
    force.setReactionFieldDielectric(1.0)
    return force


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
        for ends in edges_of(self.mol):
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
