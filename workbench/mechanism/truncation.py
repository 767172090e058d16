"""The part of a drug that its reaction feels: warhead, what activates it, and a first shell."""

from __future__ import annotations

from collections.abc import Iterable

from rdkit import Chem

from workbench.errors import MechanismError
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.warheads import reacted

RULE = (
    "kept: the warhead, its rings, the atoms or rings on its reacting and open-chain atoms, and "
    "what hangs on through a hetero atom up to the next C-C bond; cut: C-C single bonds outside "
    "rings, with H in place, where more than 4 heavy atoms lie beyond"
)
SMALL_GROUP = 4
"""Heavy atoms of a group that is kept whole: CF3, nitro, tert-butyl."""


def kept_atoms(ligand: Ligand) -> tuple[int, ...]:
    """Return the drug's atoms that the truncated model keeps, rising; raise without a warhead."""
    mol = ligand.mol
    if ligand.warhead is None:
        raise MechanismError(f"{ligand.name} has no warhead: {ligand.warhead_problem}")
    warhead = ligand.warhead
    _, changed = reacted(mol, warhead.reaction, warhead.atom_indices)
    ends = {atom for bond in changed for atom in bond}
    core = {*ligand.warhead.atom_indices, *ends}
    for ring in mol.GetRingInfo().AtomRings():
        if ends.intersection(ring):
            core.update(ring)
    kept = {*core}
    waiting = sorted(core)
    while waiting:
        atom = mol.GetAtomWithIdx(waiting.pop())
        for bond in atom.GetBonds():
            other = bond.GetOtherAtom(atom)
            if other.GetIdx() in kept:
                continue
            # a reacting atom and an open-chain one keep their first shell: a ketone stays one
            shell = atom.GetIdx() in ends or (atom.GetIdx() in core and not atom.IsInRing())
            if not shell and _may_be_cut(bond) and _size_beyond(mol, atom, other) > SMALL_GROUP:
                continue
            kept.add(other.GetIdx())
            waiting.append(other.GetIdx())
    return tuple(sorted(kept))


def _may_be_cut(bond: Chem.Bond) -> bool:
    """Return whether a bond is a single C-C bond outside rings."""
    carbons = all(a.GetAtomicNum() == 6 for a in (bond.GetBeginAtom(), bond.GetEndAtom()))
    return carbons and bond.GetBondType() == Chem.BondType.SINGLE and not bond.IsInRing()


def _size_beyond(mol: Chem.Mol, atom: Chem.Atom, other: Chem.Atom) -> int:
    """Return the number of heavy atoms on the far side of a bond outside rings."""
    seen, waiting = {atom.GetIdx(), other.GetIdx()}, [other]
    while waiting:
        for neighbour in waiting.pop().GetNeighbors():
            if neighbour.GetIdx() not in seen:
                seen.add(neighbour.GetIdx())
                waiting.append(neighbour)
    return len(seen) - 1


def model_adduct(adduct: Adduct, mol: Chem.Mol, kept: Iterable[int]) -> Chem.Mol:
    """Return an adduct cut back to some of the drug's atoms; the thiol and water's atoms stay.

    ``mol`` is the adduct with any thiol, the drug's part in the order of ``adduct.mol``.
    """
    wanted = {*kept, -1}
    mine = [new for new, old in enumerate(adduct.drug_atoms) if old in wanted]
    return cut_back(mol, [*mine, *range(adduct.n_drug_atoms, mol.GetNumAtoms())])


def cut_back(mol: Chem.Mol, kept: Iterable[int]) -> Chem.Mol:
    """Return the part of a molecule, each cut bond closed with H; stereo of the rest is kept."""
    wanted = {*kept}
    part = Chem.RWMol(mol)
    caps = set()
    for bond in mol.GetBonds():
        inside = [i for i in (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) if i in wanted]
        if len(inside) == 1:
            caps.add(bond.GetOtherAtomIdx(inside[0]))
    for index in caps:
        # the hydrogen takes the place of the atom, so that chiral tags keep their meaning
        hydrogen = Chem.Atom(1)
        hydrogen.SetNoImplicit(True)
        part.ReplaceAtom(index, hydrogen)
    for bond in mol.GetBonds():
        pair = (bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
        if caps.intersection(pair) and not wanted.intersection(pair):
            part.RemoveBond(*pair)
    for index in sorted({*range(mol.GetNumAtoms())} - wanted - caps, reverse=True):
        part.RemoveAtom(index)
    Chem.SanitizeMol(part)
    Chem.AssignStereochemistry(part, cleanIt=True, force=True)
    parameters = Chem.RemoveHsParameters()
    parameters.removeDefiningBondStereo = True  # type: ignore[assignment]
    whole = Chem.RemoveHs(part, parameters)
    Chem.AssignStereochemistry(whole, cleanIt=True, force=True)
    return Chem.Mol(whole)


def mirrored(mol: Chem.Mol) -> Chem.Mol:
    """Return the mirror image of a molecule."""
    image = Chem.Mol(mol)
    for atom in image.GetAtoms():
        atom.InvertChirality()
    return image


def is_achiral(mol: Chem.Mol) -> bool:
    """Return whether a molecule is its own mirror image on paper."""
    return bool(Chem.MolToSmiles(mol) == Chem.MolToSmiles(mirrored(mol)))
