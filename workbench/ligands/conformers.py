"""Three-dimensional shapes: ETKDGv3, MMFF94s, and checks that the stereo asked for is there."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem, rdBase
from rdkit.Chem import rdDistGeom, rdForceFieldHelpers, rdMolTransforms

from workbench.errors import LigandError
from workbench.ligands.geometry import distinct, flat_aromatic_rings, stereo_is_right
from workbench.ligands.isomers import open_elements
from workbench.ligands.molecules import Adduct, Ligand, pattern
from workbench.settings import ConformerSettings

FloatArray = NDArray[np.float64]

# The electrostatics of the minimisation in the pocket: distance-dependent dielectric, 4 r.
# Gas-phase electrostatics would fold the polar tail back onto the triazole.
_DISTANCE_DEPENDENT = 2
_DIELECTRIC = 4.0
_MAX_CONFORMERS = 1000
# amide, ester, thioamide and amidine bonds hold cis or trans; a hydrazide's N-N turns
_HELD = "[$(C=O),$(C=S),$(C=N)]-!@[#7,O;!$([OH])]"
# nitrogens whose acyl bonds are found in both forms
_TWO_FORMS = "[#7;H0,$([#7]~[#7,#8])]"
_DEFAULT = ConformerSettings()
_TO_DOCK = ConformerSettings(force_tolerance=1e-2)
"""The docking turns every torsion anew: what it takes are bond lengths, angles and rings."""


@dataclass(frozen=True)
class ConformerSet:
    """Distinct conformers of one molecule, lowest energy first, their ids from 0.

    Hydrogens stand behind the heavy atoms, which keep their order; ``energies`` are
    ``(n_conformers,)`` kcal/mol, MMFF94s with a dielectric of 4 r.
    """

    mol: Chem.Mol
    energies: FloatArray

    @property
    def coordinates(self) -> FloatArray:
        """``(n_conformers, n_atoms, 3)`` angstrom, hydrogens included."""
        return np.array([c.GetPositions() for c in self.mol.GetConformers()], dtype=np.float64)


def conformers(
    mol: Chem.Mol,
    n_conformers: int,
    seed: int,
    *,
    name: str = "",
    settings: ConformerSettings = _DEFAULT,
) -> ConformerSet:
    """Return distinct, minimised conformers of heavy atoms with explicit stereo, which they keep.

    ``n_conformers`` are embedded; duplicates and those that fail a check are dropped.

    Raises
    ------
    LigandError
        When the molecule cannot be embedded, has atoms without MMFF94s parameters, or no
        conformer keeps its stereo and flat aromatic rings.

    Reference
    ---------
    ETKDGv3, with torsions for small rings and macrocycles: Wang 2020, 10.1021/acs.jcim.0c00025.
    MMFF94s: Halgren 1999, 10.1002/(SICI)1096-987X(199905)20:7<720::AID-JCC7>3.0.CO;2-X.
    """
    name = name or Chem.MolToSmiles(mol)
    if not 1 <= n_conformers <= _MAX_CONFORMERS:
        raise LigandError(f"{name}: ask for 1 to {_MAX_CONFORMERS} conformers, not {n_conformers}")
    full = _embedded(mol, n_conformers, seed, name, settings.embedding_attempts)
    _turn_held_bonds(full, mol)
    energies = _minimised(full, name, settings)
    places = np.array([conformer.GetPositions() for conformer in full.GetConformers()])
    good = [
        int(index)
        for index in np.argsort(energies, kind="stable")
        if stereo_is_right(full, places[index]) and flat_aromatic_rings(full, places[index])
    ]
    if not good:
        raise LigandError(
            f"{name}: none of {n_conformers} conformers keeps the stereo and the flat rings of "
            "the molecule; check its configuration or ask for more conformers"
        )
    ceiling = energies[good[0]] + settings.window_kcal_per_mol
    good = [index for index in good if energies[index] <= ceiling]
    shapes = places[good, : mol.GetNumAtoms()]
    kept = [good[i] for i in distinct(mol, shapes, settings.distinct_angstrom)]
    result = Chem.Mol(full)
    result.RemoveAllConformers()
    for index in kept:
        result.AddConformer(full.GetConformer(index), assignId=True)
    return ConformerSet(result, np.array([energies[i] for i in kept]))


def embed(
    adduct: Adduct, n_conformers: int, seed: int, settings: ConformerSettings = _TO_DOCK
) -> FloatArray:
    """Return distinct conformers of an adduct, its cis and trans amide-like forms among them.

    ``(n_found, n_atoms, 3)`` angstrom, at most ``n_conformers``, the lowest energy first, then each
    form within ``form_window_kcal_per_mol`` of it: the docking does not turn those bonds.

    Raises
    ------
    LigandError
        See ``conformers``; and for a flat adduct, which has no shape.
    """
    name = f"{adduct.ligand.name} {adduct.label}"
    if open_elements(adduct.mol):
        raise LigandError(
            f"{name}: its stereo is open, so it has no shape to dock; give the drug's full stereo"
        )
    # more are embedded than asked for: duplicates and failures would thin the set
    offered_shapes = min(n_conformers + n_conformers // 4 + 1, _MAX_CONFORMERS)
    found = conformers(adduct.mol, offered_shapes, seed, name=name, settings=settings)
    offered = _forms(found, adduct.mol, settings.form_window_kcal_per_mol)
    turns = [index for round_ in zip_longest(*offered) for index in round_ if index is not None]
    return found.coordinates[turns[:n_conformers], : adduct.mol.GetNumAtoms()]


def _forms(found: ConformerSet, mol: Chem.Mol, window: float) -> list[list[int]]:
    """Sort conformers by which held bonds are cis, the lowest form first, up to ``window``."""
    torsions = held_bonds(mol)
    forms: dict[tuple[bool, ...], list[int]] = {}
    for index, conformer in enumerate(found.mol.GetConformers()):
        angles = [rdMolTransforms.GetDihedralDeg(conformer, *torsion) for torsion in torsions]
        forms.setdefault(tuple(abs(angle) < 90 for angle in angles), []).append(index)
    ceiling = found.energies[0] + window
    return [members for members in forms.values() if found.energies[members[0]] <= ceiling]


def embed_drug(ligand: Ligand, seed: int, n_conformers: int = 10) -> Chem.Mol:
    """Return the intact drug with hydrogens, behind its heavy atoms, and its best conformer."""
    return drug_forms(ligand, seed, 1, n_conformers)[0]


def drug_forms(
    ligand: Ligand, seed: int, n_forms: int, n_conformers: int = 10
) -> tuple[Chem.Mol, ...]:
    """Return the best conformer of at most ``n_forms`` cis or trans forms of the intact drug.

    The lowest in energy comes first; atoms as in ``embed_drug``.
    """
    found = conformers(ligand.mol, n_conformers, seed, name=ligand.name)
    forms = []
    for members in _forms(found, ligand.mol, _DEFAULT.form_window_kcal_per_mol)[:n_forms]:
        mol = Chem.Mol(found.mol, confId=members[0])
        mol.SetProp("_Name", ligand.name)
        forms.append(mol)
    return tuple(forms)


def mmff_properties(mol: Chem.Mol) -> Any:
    """Return MMFF94s with a dielectric of 4 r; ``None`` when an atom has no parameters."""
    with rdBase.BlockLogs():
        properties = rdForceFieldHelpers.MMFFGetMoleculeProperties(mol, mmffVariant="MMFF94s")
    if properties is not None:
        properties.SetMMFFDielectricModel(_DISTANCE_DEPENDENT)
        properties.SetMMFFDielectricConstant(_DIELECTRIC)
    return properties


def _embedded(mol: Chem.Mol, n_conformers: int, seed: int, name: str, attempts: int) -> Chem.Mol:
    """Return the molecule with hydrogens and raw conformers, ids from 0."""
    full = Chem.AddHs(mol)
    parameters: Any = rdDistGeom.ETKDGv3()
    parameters.randomSeed = int(seed) % (2**31 - 1)
    parameters.numThreads = 1
    # macrocycle torsions are on by default, those of small rings are not
    parameters.useSmallRingTorsions = True
    parameters.maxIterations = attempts
    with rdBase.BlockLogs():
        ids = list(rdDistGeom.EmbedMultipleConfs(full, n_conformers, parameters))
        if not ids:
            # large and bridged molecules often need a start from random coordinates
            parameters.useRandomCoords = True
            ids = list(rdDistGeom.EmbedMultipleConfs(full, n_conformers, parameters))
    if not ids:
        raise LigandError(f"{name}: no three-dimensional shape could be built; check its stereo")
    for index, conformer in enumerate(list(full.GetConformers())):
        conformer.SetId(index)
    return full


def _turn_held_bonds(full: Chem.Mol, mol: Chem.Mol) -> None:
    """Turn bonds that are found cis and trans in half of the conformers, in all combinations.

    ETKDG builds acyl hydrazides trans only; component V6A of 6XJS has selinexor cis.
    """
    for bit, torsion in enumerate(two_form_bonds(mol)):
        for conformer in full.GetConformers():
            if (conformer.GetId() >> bit) & 1:
                angle = rdMolTransforms.GetDihedralDeg(conformer, *torsion)
                rdMolTransforms.SetDihedralDeg(conformer, *torsion, angle + 180.0)


def _minimised(mol: Chem.Mol, name: str, settings: ConformerSettings) -> FloatArray:
    """Minimise every conformer in place and return their energies in kcal/mol."""
    properties = mmff_properties(mol)
    if properties is None:
        raise LigandError(f"{name}: the force field MMFF94s lacks parameters for one of its atoms")
    energies = []
    for conformer in mol.GetConformers():
        field = rdForceFieldHelpers.MMFFGetMoleculeForceField(
            mol, properties, confId=conformer.GetId(), ignoreInterfragInteractions=False
        )
        field.Initialize()
        field.Minimize(maxIts=settings.max_steps, forceTol=settings.force_tolerance)
        energies.append(field.CalcEnergy())
    return np.array(energies, dtype=np.float64)


def rotatable_bonds(mol: Chem.Mol) -> tuple[tuple[int, int], ...]:
    """Return the bonds about which a molecule turns, each as (lower, higher) atom index.

    Single bonds outside rings that move a heavy atom on both sides, without amide-like bonds
    and bonds to linear groups that end there (nitriles, alkynes); a CF3 group turns.
    """
    held = {frozenset(pair) for pair in mol.GetSubstructMatches(pattern(_HELD))}
    bonds = []
    for bond in mol.GetBonds():
        if bond.GetBondType() != Chem.BondType.SINGLE or bond.IsInRing():
            continue
        begin, end = bond.GetBeginAtom(), bond.GetEndAtom()
        pair = (begin.GetIdx(), end.GetIdx())
        if frozenset(pair) in held:
            continue
        if _moves_heavy_atom(begin, end) and _moves_heavy_atom(end, begin):
            bonds.append((min(pair), max(pair)))
    return tuple(sorted(bonds))


def held_bonds(mol: Chem.Mol) -> tuple[tuple[int, int, int, int], ...]:
    """Return the amide-like bonds that can be cis or trans, each as the four atoms of a torsion.

    The outer atoms are the lowest-numbered neighbours apart from the double bond's partner, so
    a torsion of 0 degree has them cis.
    """
    torsions = []
    for first, second in mol.GetSubstructMatches(pattern(_HELD)):
        before = _side_chain(mol, first, second)
        after = _side_chain(mol, second, first)
        if before is not None and after is not None:
            torsions.append((before, first, second, after))
    return tuple(sorted(torsions))


def two_form_bonds(mol: Chem.Mol) -> tuple[tuple[int, int, int, int], ...]:
    """Return the held bonds whose cis and trans forms are both common, as torsions.

    Acyl hydrazides and hydroxamates, and amides without N-H. Esters and simple secondary
    amides are trans but for rare exceptions.
    """
    nitrogens = {match[0] for match in mol.GetSubstructMatches(pattern(_TWO_FORMS))}
    return tuple(torsion for torsion in held_bonds(mol) if torsion[2] in nitrogens)


def _side_chain(mol: Chem.Mol, pivot: int, axis: int) -> int | None:
    """Return the lowest-numbered heavy neighbour of an end of a bond, single bonds preferred."""
    atom = mol.GetAtomWithIdx(pivot)
    ranked = sorted(
        (bond.GetBondTypeAsDouble(), bond.GetOtherAtomIdx(pivot))
        for bond in atom.GetBonds()
        if bond.GetOtherAtomIdx(pivot) != axis and bond.GetOtherAtom(atom).GetAtomicNum() > 1
    )
    return ranked[0][1] if ranked else None


def _moves_heavy_atom(pivot: Chem.Atom, axis: Chem.Atom) -> bool:
    """Return whether turning about ``axis``-``pivot`` displaces a heavy atom beyond the pivot."""
    beyond = [
        atom
        for atom in pivot.GetNeighbors()
        if atom.GetIdx() != axis.GetIdx() and atom.GetAtomicNum() > 1
    ]
    if pivot.GetHybridization() != Chem.HybridizationType.SP or len(beyond) != 1:
        return bool(beyond)
    # a linear group lies on the axis: only what hangs beyond its far end is displaced
    return _moves_heavy_atom(beyond[0], pivot)
