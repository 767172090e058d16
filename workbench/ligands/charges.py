"""Charge states: neutral as far as possible, or the dominant one at a pH."""

from __future__ import annotations

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

from workbench.errors import LigandError
from workbench.ligands.patterns import pattern
from workbench.tables import charge_corrections

SOUND_PH = (5.0, 9.0)
"""Outside, one mean pKa per class is too coarse for azoles and azines."""


def neutral(mol: Chem.Mol) -> tuple[Chem.Mol, tuple[str, ...]]:
    """Return the neutral form as far as protons can make it, and what changed.

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
        warnings.append(f"charges were neutralised with protons ({drawn}, now {_signed(after)})")
    if after:
        warnings.append(f"a permanent charge of {after:+d} is kept")
    return uncharged, tuple(warnings)


def at_ph(mol: Chem.Mol, ph: float, where: str) -> tuple[Chem.Mol, tuple[str, ...]]:
    """Return the dominant charge state at a pH, each site decided by its class's mean pKa.

    Where several states are equally likely the library's first is taken.

    Parameters
    ----------
    mol
        The neutral form.

    Raises
    ------
    LigandError
        When the library cannot handle the molecule, or changes more than protons.

    References
    ----------
    Ropp et al., J Cheminform 2019, 11, 14, doi:10.1186/s13321-019-0336-9 (Dimorphite-DL).
    """
    with rdBase.BlockLogs():
        state = Chem.MolFromSmiles(_protonated(Chem.MolToSmiles(mol), ph, where))
    warnings: tuple[str, ...] = ()
    if state is not None:
        state, warnings = _corrected(state, ph)
    if state is None or _skeleton(neutral(state)[0]) != _skeleton(mol):
        raise LigandError(
            f"{where}: the charge state at pH {ph:g} could not be worked out; draw it and leave "
            "the pH away"
        )
    if Chem.MolToSmiles(state) != Chem.MolToSmiles(mol):
        warnings = (
            f"charge state at pH {ph:g}: {Chem.MolToSmiles(state)} "
            f"(net charge {_signed(Chem.GetFormalCharge(state))}), by the mean pKa of each class",
            *warnings,
        )
    if not SOUND_PH[0] <= ph <= SOUND_PH[1]:
        warnings += (f"charge states at pH {ph:g} are rough: the rules hold for pH 5 to 9",)
    return state, warnings


def _protonated(smiles: str, ph: float, where: str) -> str:
    """Return the library's SMILES of the dominant state."""
    from dimorphite_dl.protonate.run import Protonate

    # in a list: a bare text might be taken for the path of a file
    run = Protonate([smiles], ph_min=ph, ph_max=ph, precision=0.0, max_variants=1)
    states: list[str] = run.to_list()
    if len(states) != 1 or run.stats.fallback_used:
        raise LigandError(f"{where}: no charge state at pH {ph:g} was found; leave the pH away")
    return states[0]


def _corrected(mol: Chem.Mol, ph: float) -> tuple[Chem.Mol, tuple[str, ...]]:
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


def _signed(charge: int) -> str:
    return f"{charge:+d}" if charge else "0"


def _skeleton(mol: Chem.Mol) -> tuple[str, ...]:
    """Return the connectivity and stereo blocks of the InChIKey: no charge, no mobile proton."""
    with rdBase.BlockLogs():
        return tuple(str(Chem.MolToInchiKey(mol)).split("-")[:2])
