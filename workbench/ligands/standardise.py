"""Salts left out, charges settled, the tautomer chosen."""

from __future__ import annotations

from collections import Counter
from functools import cache

from dimorphite_dl.protonate.run import Protonate
from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from workbench.errors import LigandError
from workbench.ligands.catalogue import inchikey_of
from workbench.ligands.molecules import pattern
from workbench.tables import Salt, charge_corrections, salts
from workbench.text import quoted

MAX_TAUTOMERS = 200
MAX_TRANSFORMS = 400
SOUND_PH = (5.0, 9.0)
"""Outside, one mean pKa per class is too coarse for azoles and azines."""

_ALKALI = frozenset({3, 11, 19, 37, 55, 12, 20, 38, 56})

Changed = tuple[Chem.Mol, tuple[str, ...]]
"""A molecule, and in words what was changed to get it."""


def parent(mol: Chem.Mol, where: str) -> Changed:
    """Return the one molecule that is neither a counterion nor a solvent of ``salts.csv``.

    A molecule that stands alone is kept whatever it is; a bond to an alkali or alkaline earth
    metal is taken as ionic. Several copies of one drug count once.

    Raises
    ------
    LigandError
        When nothing is left, or more than one compound is.
    """
    mol, warnings = _without_metal_bonds(mol)
    if len(Chem.GetMolFrags(mol)) < 2:
        return mol, warnings
    with rdBase.BlockLogs():
        pieces = Chem.GetMolFrags(mol, asMols=True)
    known = [(Chem.MolToSmiles(piece), piece, salt_of(piece)) for piece in pieces]
    kept = {smiles: piece for smiles, piece, salt in known if salt is None}
    if not kept:
        names = ", ".join(dict.fromkeys(salt.name for _, _, salt in known if salt))
        raise LigandError(
            f"{where}: nothing but salts and solvents ({quoted(names, 80)}): no drug is left; "
            "if one of them is the ligand, give it alone"
        )
    if len(kept) > 1:
        shown = " and ".join(quoted(smiles, 50) for smiles in list(kept)[:2])
        raise LigandError(
            f"{where}: a mixture of {len(kept)} compounds ({shown}), of which none is a known "
            "counterion or solvent; give the drug alone"
        )
    counts = Counter((salt, smiles) for smiles, _, salt in known if salt)
    warnings += tuple(
        f"a {salt.kind} was left out: {smiles} ({salt.name}{f', {count} times' * (count > 1)})"
        for (salt, smiles), count in counts.items()
    )
    copies = sum(salt is None for _, _, salt in known)
    if copies > 1:
        warnings += (f"drawn {copies} times beside its counterion: taken once",)
    return next(iter(kept.values())), warnings


def salt_of(fragment: Chem.Mol) -> Salt | None:
    """Return the counterion or solvent that a fragment is, whatever its charge or stereo."""
    return _salts_by_key().get(_salt_key(fragment))


def _without_metal_bonds(mol: Chem.Mol) -> Changed:
    """Return the molecule with alkali and alkaline earth metals as ions."""
    bound = [a for a in mol.GetAtoms() if a.GetAtomicNum() in _ALKALI and a.GetDegree()]
    if not bound:
        return mol, ()
    with rdBase.BlockLogs():
        apart = rdMolStandardize.MetalDisconnector().Disconnect(mol)
    return apart, (f"the bond to {bound[0].GetSymbol()} was taken as ionic",)


@cache
def _salts_by_key() -> dict[str, Salt]:
    """Return the table by comparison key (it is only read)."""
    return {_salt_key(Chem.MolFromSmiles(salt.smiles)): salt for salt in salts()}


def _salt_key(fragment: Chem.Mol) -> str:
    """Return what stands for a fragment: its element, or its neutral SMILES without stereo."""
    if fragment.GetNumAtoms() == 1:
        return str(fragment.GetAtomWithIdx(0).GetSymbol())
    with rdBase.BlockLogs():
        uncharged = rdMolStandardize.Uncharger().uncharge(fragment)
    return Chem.MolToSmiles(uncharged, isomericSmiles=False)


def neutral(mol: Chem.Mol) -> Changed:
    """Return the neutral form as far as protons can make it.

    Permanent charges (quaternary nitrogen, nitro group, N-oxide) stay; beside a permanent
    charge its balancing ion stays too.
    """
    if not any(atom.GetFormalCharge() for atom in mol.GetAtoms()):
        return mol, ()
    with rdBase.BlockLogs():
        uncharged = rdMolStandardize.Uncharger().uncharge(mol)
        Chem.SanitizeMol(uncharged)
    before, after = Chem.GetFormalCharge(mol), Chem.GetFormalCharge(uncharged)
    warnings = []
    if Chem.MolToSmiles(uncharged) != Chem.MolToSmiles(mol):
        drawn = f"net charge {before:+d} as drawn" if before else "drawn as a zwitterion"
        now = f"{after:+d}" if after else "0"
        warnings.append(f"charges were neutralised with protons ({drawn}, now {now})")
    if after:
        warnings.append(f"a permanent charge of {after:+d} is kept")
    return uncharged, tuple(warnings)


def at_ph(mol: Chem.Mol, ph: float, where: str) -> Changed:
    """Return the dominant charge state of a neutral molecule at a pH, by each class's mean pKa.

    Where several states are equally likely the library's first is taken.

    Raises
    ------
    LigandError
        When the library cannot handle the molecule, or changes more than protons.

    References
    ----------
    Ropp et al., J Cheminform 2019, 11, 14, doi:10.1186/s13321-019-0336-9 (Dimorphite-DL).
    """
    # in a list: a bare text might be taken for the path of a file
    run = Protonate([Chem.MolToSmiles(mol)], ph_min=ph, ph_max=ph, precision=0.0, max_variants=1)
    with rdBase.BlockLogs():
        states: list[str] = run.to_list()
        if len(states) != 1 or run.stats.fallback_used:
            raise LigandError(f"{where}: no charge state at pH {ph:g} was found; leave the pH away")
        state = Chem.MolFromSmiles(states[0])
    warnings: tuple[str, ...] = ()
    if state is not None:
        state, warnings = _corrected(state, ph)
    if state is None or _uncharged_key(neutral(state)[0]) != _uncharged_key(mol):
        raise LigandError(
            f"{where}: the charge state at pH {ph:g} could not be worked out; draw it and leave "
            "the pH away"
        )
    if Chem.MolToSmiles(state) != Chem.MolToSmiles(mol):
        charge = Chem.GetFormalCharge(state)
        warnings = (
            f"charge state at pH {ph:g}: {Chem.MolToSmiles(state)} "
            f"(net charge {f'{charge:+d}' if charge else 0}), by the mean pKa of each class",
            *warnings,
        )
    if not SOUND_PH[0] <= ph <= SOUND_PH[1]:
        warnings += (f"charge states at pH {ph:g} are rough: the rules hold for pH 5 to 9",)
    return state, warnings


def _corrected(mol: Chem.Mol, ph: float) -> Changed:
    """Return the state with the ions of ``charge_corrections.csv`` taken back."""
    warnings = []
    for correction in charge_corrections():
        if ph >= correction.pka:
            continue
        ions = [match[0] for match in mol.GetSubstructMatches(pattern(correction.smarts))]
        for index in ions:
            atom = mol.GetAtomWithIdx(index)
            atom.SetFormalCharge(0)
            atom.SetNumExplicitHs(0)
            atom.SetNoImplicit(False)
        if ions:
            Chem.SanitizeMol(mol)
            warnings.append(
                f"the {correction.name} is kept neutral at pH {ph:g} (pKa about "
                f"{correction.pka:g}: {correction.source})"
            )
    return mol, tuple(warnings)


def _uncharged_key(mol: Chem.Mol) -> list[str]:
    """Return the connectivity and stereo blocks of the InChIKey: no charge, no mobile proton."""
    return inchikey_of(mol).split("-")[:2]


def canonical_tautomer(mol: Chem.Mol) -> Changed:
    """Return the tautomer that RDKit's scoring rules prefer.

    It need not be the most stable one in water. Above ``MAX_TAUTOMERS`` the drawn one is kept.
    """
    enumerator = rdMolStandardize.TautomerEnumerator()
    enumerator.SetMaxTautomers(MAX_TAUTOMERS)
    enumerator.SetMaxTransforms(MAX_TRANSFORMS)
    enumerator.SetRemoveSp3Stereo(False)
    enumerator.SetRemoveBondStereo(False)
    with rdBase.BlockLogs():
        found = enumerator.Enumerate(mol)
        if found.status != rdMolStandardize.TautomerEnumeratorStatus.Completed:
            return mol, (f"over {MAX_TAUTOMERS} tautomers: the one that is drawn was kept",)
        chosen = enumerator.PickCanonical(found)
    drawn, smiles = Chem.MolToSmiles(mol), Chem.MolToSmiles(chosen)
    if smiles == drawn:
        return mol, ()
    warnings = [f"the canonical tautomer was taken: {smiles} in place of {drawn}"]
    elements = (Chem.FindPotentialStereo(form) for form in (mol, chosen))
    specified = Chem.StereoSpecified.Specified
    n_drawn, n_left = (sum(e.specified == specified for e in found) for found in elements)
    lost = n_drawn - n_left
    if lost > 0:
        warnings.append(f"the tautomer has {lost} defined stereo element(s) fewer than the drawing")
    return chosen, tuple(warnings)
