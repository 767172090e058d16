"""What the pocket's shape costs the reaction centre: GFN2-xTB on a model cut from the complex.

The model is an ethyl thioether of the drug's reacting part, cut out of the minimised complex and
closed with hydrogens. Its bonds and angles are relaxed while springs hold the heavy atoms near
their places, so that the force field's bond lengths do not count; the energy above the free
model's lowest minimum is what the pocket makes the new bond pay. Nothing of the protein but the
side chain is in it, and it is part of no other score.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.errors import MechanismError, PhysicsError
from workbench.ligands.conformers import conformers
from workbench.ligands.molecules import Adduct
from workbench.mechanism.optimization import minimised
from workbench.mechanism.quantum import Engine, Gfn2, Point
from workbench.mechanism.truncation import kept_atoms
from workbench.physics.complex import Complex

FloatArray = NDArray[np.float64]

HOLD_KCAL_PER_MOL_ANGSTROM2 = 50.0
"""k of k/2 x^2: a tenth of a bond's stiffness, so that bonds relax and the shape stays."""

N_CONFORMERS = 40
N_RELAXED = 10

_GRADIENT = 0.5
_BOND_TO_H = {6: 1.09, 7: 1.01, 8: 0.96, 16: 1.34}
_OTHER_BOND_TO_H = 1.09


@dataclass(frozen=True)
class ReactionStrain:
    """Cost of the pocket's shape to the reaction centre, kcal/mol, GFN2-xTB/ALPB(water).

    Parameters
    ----------
    strain_kcal_per_mol
        Above the lowest minimum of the free model that was found; never negative beyond the
        search's tolerance, because the pose's own minimum counts too.
    to_local_minimum_kcal_per_mol
        The part that goes when the model is let free where it is.
    """

    strain_kcal_per_mol: float
    to_local_minimum_kcal_per_mol: float


@dataclass(frozen=True)
class Model:
    """The reaction centre: a molecule with hydrogens, one conformer, and its net charge."""

    mol: Chem.Mol
    coordinates: FloatArray

    @property
    def elements(self) -> NDArray[np.int64]:
        """Atomic numbers, ``(n_atoms,)``."""
        return np.array([atom.GetAtomicNum() for atom in self.mol.GetAtoms()])


def reaction_model(bonded: Complex) -> Model:
    """Cut the reaction centre out of a complex and close it with hydrogens.

    Raises
    ------
    PhysicsError
        When a bond that would have to be cut is no single bond, or the drug has no warhead.
    """
    adduct = bonded.adduct
    try:
        kept = set(kept_atoms(adduct.ligand))
    except MechanismError as error:
        raise PhysicsError(str(error)) from error
    heavy = {
        int(bonded.drug_atoms[new])
        for new, old in enumerate(adduct.drug_atoms)
        if old in kept or old < 0
    } | {bonded.sg, bonded.cb, bonded.ca}
    mol, points = bonded.mol, bonded.coordinates
    model = Chem.RWMol()
    place: dict[int, int] = {}
    where: list[FloatArray] = []

    def add(number: int, charge: int, point: FloatArray) -> int:
        atom = Chem.Atom(number)
        atom.SetFormalCharge(charge)
        atom.SetNoImplicit(True)
        where.append(point)
        return int(model.AddAtom(atom))

    kekule = Chem.Mol(mol)
    Chem.Kekulize(kekule, clearAromaticFlags=True)
    for index in sorted(heavy):
        atom = kekule.GetAtomWithIdx(index)
        place[index] = add(atom.GetAtomicNum(), atom.GetFormalCharge(), points[index])
    for index in sorted(heavy):
        for edge in kekule.GetAtomWithIdx(index).GetBonds():
            other = edge.GetOtherAtomIdx(index)
            if other in heavy:
                if index < other:
                    model.AddBond(place[index], place[other], edge.GetBondType())
                continue
            if edge.GetBondType() != Chem.BondType.SINGLE:
                raise PhysicsError(
                    f"{bonded.name}: the reaction centre cannot be cut out, a double bond holds it."
                )
            model.AddBond(
                place[index], add(1, 0, _capped(mol, points, index, other)), Chem.BondType.SINGLE
            )
    made = model.GetMol()
    Chem.SanitizeMol(made)
    return Model(made, np.array(where))


def _capped(mol: Chem.Mol, points: FloatArray, index: int, other: int) -> FloatArray:
    """Return a hydrogen's place: its own, or on the way to the atom that is cut off."""
    if mol.GetAtomWithIdx(other).GetAtomicNum() == 1:
        return np.asarray(points[other])
    away = points[other] - points[index]
    length = _BOND_TO_H.get(mol.GetAtomWithIdx(index).GetAtomicNum(), _OTHER_BOND_TO_H)
    return np.asarray(points[index] + length * away / np.linalg.norm(away))


class ReactionReference:
    """The free reaction centre of one adduct, and what poses of it cost.

    Parameters
    ----------
    adduct
        One diastereomer.
    n_conformers
        Embedded for the free minimum; the best few by MMFF94s are relaxed by GFN2.
    seed
        Of the conformers.

    Raises
    ------
    MechanismError
        On use, when tblite is not installed or GFN2 does not converge.
    """

    def __init__(self, adduct: Adduct, n_conformers: int = N_CONFORMERS, seed: int = 1) -> None:
        self.adduct = adduct
        self._n_conformers = n_conformers
        self._seed = seed
        self._lowest: float | None = None

    def strain(self, bonded: Complex) -> ReactionStrain:
        """Return what the shape of a minimised complex costs.

        Raises
        ------
        PhysicsError
            When the model cannot be cut out.
        MechanismError
            When tblite is not installed or GFN2 does not converge.
        """
        model = reaction_model(bonded)
        engine = _engine(model, bonded.name)
        held = minimised(
            Held(engine, model), model.elements, model.coordinates, max_gradient=_GRADIENT
        ).coordinates
        pose = engine(held).energy
        local = minimised(engine, model.elements, held, max_gradient=_GRADIENT).point.energy
        lowest = min(local, self._free_minimum(model))
        return ReactionStrain(pose - lowest, pose - local)

    def _free_minimum(self, model: Model) -> float:
        """Return the energy of the lowest conformer that was found, kcal/mol."""
        if self._lowest is None:
            placed = Chem.Mol(model.mol)
            conformer = Chem.Conformer(placed.GetNumAtoms())
            conformer.SetPositions(np.ascontiguousarray(model.coordinates))
            placed.AddConformer(conformer, assignId=True)
            for atom in placed.GetAtoms():
                atom.SetNoImplicit(False)
            Chem.AssignStereochemistryFrom3D(placed)
            name = f"the reaction centre of {self.adduct.ligand.name}"
            found = conformers(Chem.RemoveHs(placed), self._n_conformers, self._seed, name=name)
            free = Model(found.mol, found.coordinates[0])
            engine = _engine(free, name)
            self._lowest = min(
                minimised(engine, free.elements, start, max_gradient=_GRADIENT).point.energy
                for start in found.coordinates[:N_RELAXED]
            )
        return self._lowest


class Held:
    """An engine with springs on the heavy atoms, at the places of the model."""

    def __init__(self, engine: Engine, model: Model) -> None:
        self._engine = engine
        self._places = model.coordinates
        self._stiffness = HOLD_KCAL_PER_MOL_ANGSTROM2 * (model.elements > 1)[:, None]

    def __call__(self, coordinates: FloatArray) -> Point:
        """Return energy and gradient, the springs' included."""
        point = self._engine(coordinates)
        off = coordinates - self._places
        return Point(
            point.energy + 0.5 * float((self._stiffness * off**2).sum()),
            point.gradient + self._stiffness * off,
            point.lumo_ev,
        )


def _engine(model: Model, name: str) -> Gfn2:
    return Gfn2(model.elements.tolist(), Chem.GetFormalCharge(model.mol), name=name)
