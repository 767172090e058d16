"""The ligand, its adducts and their poses, as they travel between the stages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from workbench.tables import Warhead

FloatArray = NDArray[np.float64]
Face = Literal["re", "si"]
WarheadVerdict = Literal["adduct", "no_warhead", "unsupported_warhead"]


@dataclass(frozen=True)
class WarheadMatch:
    """Where a warhead was found: all drug atoms of the match, in the order of the pattern."""

    warhead: Warhead
    atom_indices: tuple[int, ...]

    @property
    def name(self) -> str:
        """The warhead's name."""
        return self.warhead.name

    @property
    def reaction(self) -> str:
        """The reaction SMARTS of the table."""
        return self.warhead.reaction

    @property
    def smarts(self) -> str:
        """The pattern that matched, the attacked atom mapped as 1 and its partner as 2."""
        return self.warhead.smarts

    @property
    def reactive_atom_index(self) -> int:
        """The atom that the sulphur attacks (drug atom index, from 0)."""
        return self._mapped(1)

    @property
    def partner_atom_index(self) -> int:
        """The atom that gives up its bond to it: a Michael acceptor's alpha carbon, C=O's O ..."""
        return self._mapped(2)

    def _mapped(self, number: int) -> int:
        return self.atom_indices[map_numbers(self.smarts).index(number)]


@dataclass(frozen=True)
class Ligand:
    """A drug with explicit stereo.

    ``mol`` has heavy atoms only, no conformer, in the order of the isomeric, canonical ``smiles``,
    which is the drug atom index everywhere. Without a ``warhead``, ``warhead_problem`` and
    ``warhead_verdict`` say why; ``other_warheads`` are further places where a thiol could add, the
    likelier first.
    """

    name: str
    mol: Chem.Mol
    smiles: str
    inchikey: str
    formula: str
    charge: int
    warhead: WarheadMatch | None
    warhead_problem: str = ""
    warnings: tuple[str, ...] = ()
    warhead_verdict: WarheadVerdict = "no_warhead"
    other_warheads: tuple[WarheadMatch, ...] = ()


@dataclass(frozen=True)
class Stereocentre:
    """A stereocentre that the addition makes: atom index and CIP label in the adduct."""

    atom_index: int
    cip: str


@dataclass(frozen=True)
class Adduct:
    """One stereoisomer of the drug bonded to a cysteine side chain.

    ``mol`` holds heavy atoms only and no conformer: first what is left of the drug, in the drug's
    order, then ``sg_index``, ``cb_index`` and ``ca_index`` (the alpha carbon is drawn as a methyl
    group). ``drug_atoms`` has the drug's index of each of the first ``n_drug_atoms``, -1 for an
    atom that water brought; ``new_double_bonds`` got their geometry by the addition. ``smiles`` and
    ``formula`` are of the whole adduct with free L-cysteine.

    ``label`` is ``bR``, ``bS`` for the S-bearing (beta) carbon, ``bR_aS`` ... when the alpha carbon
    is a new stereocentre too, ``E`` or ``Z`` for a new double bond; ``single`` when only one
    stereoisomer can form; ``flat`` when stereo was left open on request (it is not docked).
    ``form`` is ``adduct``, or what a following step made of it (``hydrolysed``, ``oxidised``).
    """

    label: str
    ligand: Ligand
    mol: Chem.Mol
    smiles: str
    formula: str
    stereocentres: tuple[Stereocentre, ...]
    reactive_atom_index: int
    sg_index: int
    cb_index: int
    ca_index: int
    drug_atoms: tuple[int, ...]
    new_double_bonds: tuple[tuple[int, ...], ...] = ()
    form: str = "adduct"

    @property
    def n_drug_atoms(self) -> int:
        """Number of heavy atoms of the drug that are in the adduct."""
        return self.sg_index

    @property
    def atom_pairs(self) -> tuple[tuple[int, int], ...]:
        """Drug atom index and adduct atom index of every drug atom that is in the adduct."""
        return tuple((old, new) for new, old in enumerate(self.drug_atoms) if old >= 0)

    @property
    def left_atoms(self) -> tuple[int, ...]:
        """Drug atoms that have left: those of a leaving group."""
        return tuple(sorted({*range(self.ligand.mol.GetNumAtoms())} - {*self.drug_atoms}))

    def remnant(self) -> Chem.Mol:
        """Return the drug's part: ``mol`` without SG, CB and CA, a hydrogen in their place."""
        mol = Chem.RWMol(self.mol)
        for index in sorted((self.sg_index, self.cb_index, self.ca_index), reverse=True):
            mol.RemoveAtom(index)
        # without the sulphur the tag would stand for another order of neighbours
        mol.GetAtomWithIdx(self.reactive_atom_index).SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
        Chem.SanitizeMol(mol)
        return mol.GetMol()


@dataclass(frozen=True)
class SideChain:
    """Where the search has turned a side chain: chi1, chi2 ..., and its heavy atom moved most."""

    number: int
    name: str
    dihedrals_degree: tuple[float, ...]
    moved_angstrom: float


@dataclass(frozen=True)
class Pose:
    """One pose of an adduct in a receptor: ``(n_atoms, 3)`` angstrom, as in ``adduct.mol``.

    CA and CB lie on the receptor's. The score and its terms compare within one receptor only;
    ``side_chains`` are of the receptor, where they were free to turn.
    """

    adduct: Adduct
    coordinates: FloatArray
    score_kcal_per_mol: float
    terms: dict[str, float]
    side_chains: tuple[SideChain, ...] = ()


@dataclass(frozen=True)
class EncounterPose:
    """One pose of the intact drug before the bond forms: ``(n_drug_atoms, 3)`` angstrom.

    ``attack_ready`` says whether distance, S...C=C angle and, at a trigonal atom, a face suit the
    bond. ``face`` is the side that the sulphur looks at (see ``docking.faces``), ``None`` without
    one or beside it; ``leads_to`` has the labels of the adducts that can follow.
    """

    coordinates: FloatArray
    score_kcal_per_mol: float
    sg_c_distance_angstrom: float | None
    attack_angle_degree: float | None
    attack_ready: bool
    face: Face | None = None
    leads_to: tuple[str, ...] = ()


@cache
def pattern(smarts: str) -> Chem.Mol:
    """Return the compiled pattern of a SMARTS (it is only read)."""
    return Chem.MolFromSmarts(smarts)


@cache
def map_numbers(smarts: str) -> tuple[int, ...]:
    """Return the map number of each atom of a pattern."""
    return tuple(atom.GetAtomMapNum() for atom in pattern(smarts).GetAtoms())
