"""The canonical tautomer, with bounded work and its losses said."""

from __future__ import annotations

from rdkit import Chem, rdBase
from rdkit.Chem.MolStandardize import rdMolStandardize

MAX_TAUTOMERS = 200
MAX_TRANSFORMS = 400


def canonical_tautomer(mol: Chem.Mol) -> tuple[Chem.Mol, tuple[str, ...]]:
    """Return the tautomer that RDKit's scoring rules prefer, and what changed.

    The rules choose one drawing for all tautomers, not the most stable one in water. Stereo is
    kept where the tautomers leave it. Above ``MAX_TAUTOMERS`` the drawn one is kept.
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
    lost = _defined(mol) - _defined(chosen)
    if lost > 0:
        warnings.append(f"the tautomer has {lost} defined stereo element(s) fewer than the drawing")
    return chosen, tuple(warnings)


def _defined(mol: Chem.Mol) -> int:
    """Return how many stereo elements are defined."""
    return sum(
        element.specified == Chem.StereoSpecified.Specified
        for element in Chem.FindPotentialStereo(mol)
    )
