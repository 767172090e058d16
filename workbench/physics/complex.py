"""Receptor and drug as one set of atoms: bonded, or before the bond forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.ligands.molecules import Adduct, Ligand
from workbench.structures.receptor import Atom, Receptor

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Assembly:
    """Receptor and drug, hydrogens included: what every kind of complex has.

    Parameters
    ----------
    mol
        Receptor and ligand as one sanitised RDKit molecule with explicit hydrogens, without a
        conformer.
    atoms
        ``n_atoms`` records for writing. Receptor atoms keep their names; the ligand is residue
        ``LIG`` number 1 of chain ``L`` with unique atom names.
    coordinates
        ``(n_atoms, 3)`` angstrom.
    drug_atoms
        ``(n_drug,)``: index in the complex of each heavy drug atom, in the drug's order.
    sg, cb, ca, reactive_carbon
        Indices in the complex.
    """

    receptor: Receptor
    mol: Chem.Mol
    atoms: tuple[Atom, ...]
    coordinates: FloatArray
    drug_atoms: IntArray
    sg: int
    cb: int
    ca: int
    reactive_carbon: int

    @property
    def ligand(self) -> Ligand:
        """The drug."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """Drug and state, for messages: ``selinexor bR``, ``selinexor, not bonded``."""
        raise NotImplementedError

    @property
    def title(self) -> str:
        """What a file of it is called inside."""
        raise NotImplementedError

    @property
    def graph(self) -> Chem.Mol:
        """Heavy atoms of the drug in their order, then those of the side chain it is bonded to."""
        raise NotImplementedError

    @property
    def bonded(self) -> bool:
        """Whether sulphur and the attacked carbon are bonded."""
        return self.mol.GetBondBetweenAtoms(self.sg, self.reactive_carbon) is not None

    def heavy_coordinates(self, coordinates: FloatArray | None = None) -> FloatArray:
        """Return the coordinates of ``graph``'s atoms, ``(n, 3)`` angstrom.

        Parameters
        ----------
        coordinates
            ``(n_atoms, 3)`` angstrom; the complex's own when ``None``.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Complex(Assembly):
    """One bonded complex: the bond SG-C is in ``mol``."""

    adduct: Adduct

    @property
    def ligand(self) -> Ligand:
        """The drug that the adduct is made of."""
        return self.adduct.ligand

    @property
    def name(self) -> str:
        """Drug and diastereomer."""
        return f"{self.adduct.ligand.name} {self.adduct.label}".strip()

    @property
    def title(self) -> str:
        """Form, drug, diastereomer and receptor."""
        form = "" if self.adduct.form == "adduct" else f"{self.adduct.form} "
        drug = f"{self.adduct.ligand.name} {self.adduct.label}"
        return f"{form}{drug} bonded to {self.receptor.name}"

    @property
    def graph(self) -> Chem.Mol:
        """The adduct's own heavy atoms."""
        return self.adduct.mol

    def heavy_coordinates(self, coordinates: FloatArray | None = None) -> FloatArray:
        """Return the heavy atoms of the adduct, ``(n_atoms, 3)``, in the order of its ``mol``."""
        points = self.coordinates if coordinates is None else coordinates
        adduct = self.adduct
        found = np.empty((adduct.mol.GetNumAtoms(), 3))
        found[: adduct.n_drug_atoms] = points[self.drug_atoms]
        found[adduct.sg_index] = points[self.sg]
        found[adduct.cb_index] = points[self.cb]
        found[adduct.ca_index] = points[self.ca]
        return found


@dataclass(frozen=True)
class EncounterComplex(Assembly):
    """The intact drug in the groove beside the free thiol: nothing is bonded yet."""

    drug: Ligand

    @property
    def ligand(self) -> Ligand:
        """The drug."""
        return self.drug

    @property
    def name(self) -> str:
        """Drug, and that it is free."""
        return f"{self.drug.name}, not bonded"

    @property
    def title(self) -> str:
        """Drug and receptor."""
        return f"{self.drug.name} beside the thiol of {self.receptor.name}"

    @property
    def graph(self) -> Chem.Mol:
        """The drug's own heavy atoms."""
        return self.drug.mol

    def heavy_coordinates(self, coordinates: FloatArray | None = None) -> FloatArray:
        """Return the heavy atoms of the drug, ``(n_drug, 3)`` angstrom."""
        points = self.coordinates if coordinates is None else coordinates
        return points[self.drug_atoms]


Kind = TypeVar("Kind", bound=Assembly)
"""Bonded, or before the bond forms: what goes in comes out."""
