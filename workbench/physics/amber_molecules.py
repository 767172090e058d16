"""Make the Amber description of a drug or of its adduct: GAFF2 types, AM1-BCC charges, terms.

The adduct is modelled as N-acetyl-S-drug-cysteine-N-methylamide. Charges are averaged over
conformers (GFN2 geometries), over the diastereomers, and over atoms that the graph makes equal.
The backbone then takes the charges of ff14SB, and what that leaves over is spread evenly.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from openmm import app
from rdkit import Chem

from workbench.errors import PhysicsError
from workbench.gfn2 import Gfn2, minimised
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.conformers import conformers
from workbench.ligands.molecules import Adduct, Ligand
from workbench.physics.amber_terms import ACETAL, AmberTerms, fitted_terms
from workbench.physics.amber_xml import (
    BACKBONE_CHARGE,
    DRUG,
    SIDE_CHAIN,
    AmberMolecule,
    force_field_xml,
)
from workbench.physics.antechamber import Typing, program_folder, selected_terms, typing
from workbench.physics.assembly import drug_hydrogens, ligand_records, topology_of
from workbench.physics.mmff_parameters import edges_of

FloatArray = NDArray[np.float64]

FOLDER = "ffxml"
OWN_SOURCE = "GAFF2 types and AM1-BCC charges by antechamber at GFN2-xTB geometries"
PROTEIN_FILE = "amber14/protein.ff14SB.xml"
_CARBON, _AZOLE = "c3", "na"

_SEARCHED = 30
_OWN_CONFORMERS = 3
_made: dict[tuple[str, str, int], tuple[str, str]] = {}
_making = Lock()
_CAPS = Chem.MolFromSmiles("CC(=O)NCC(=O)NC")
_ALPHA = 4
_ALPHA_CIP = "R"


@dataclass(frozen=True)
class CappedModel:
    """A molecule to be typed, and which of its atoms are the drug's and the side chain's."""

    mol: Chem.Mol
    drug: list[int]
    side_chain: list[int]


def described(
    ligand: Ligand, adducts: Sequence[Adduct], n_conformers: int, seed: int = 1
) -> tuple[AmberMolecule, AmberTerms]:
    """Describe an adduct, all its diastereomers together, or the intact drug if there are none.

    Charges are the mean over conformers of each; what they lack to a whole charge is spread over
    drug and side chain.

    Raises
    ------
    PhysicsError
        When a program is missing or fails.
    """
    models = [capped_adduct(adduct) for adduct in adducts]
    if not adducts:
        full = Chem.AddHs(ligand.mol)
        models = [CappedModel(full, list(range(full.GetNumAtoms())), [])]
    typed, terms = _typed([model.mol for model in models], n_conformers, seed)
    mol, drug, side_chain = models[0].mol, models[0].drug, models[0].side_chain
    charges = np.mean([one.charges for one in typed], axis=0)
    kept = [*drug, *side_chain]
    total = Chem.GetFormalCharge(mol) - (BACKBONE_CHARGE if adducts else 0.0)
    charges[kept] += (total - charges[kept].sum()) / len(kept)
    place = {atom: k for k, atom in enumerate(drug)}
    bonds = [(place[i], place[j]) for i, j in edges_of(mol) if i in place and j in place]
    side = zip(SIDE_CHAIN, side_chain, strict=True) if adducts else ()
    return AmberMolecule(
        name=ligand.name,
        form=adducts[0].form if adducts else DRUG,
        elements=tuple(mol.GetAtomWithIdx(i).GetSymbol() for i in drug),
        types=tuple(typed[0].types[i] for i in drug),
        charges=charges[drug],
        bonds=np.array(sorted(bonds), dtype=np.int64).reshape(-1, 2),
        reactive=adducts[0].reactive_atom_index if adducts else None,
        side_chain={name: float(charges[i]) for name, i in side},
    ), terms


def _typed(mols: list[Chem.Mol], n_conformers: int, seed: int) -> tuple[list[Typing], AmberTerms]:
    """Type each molecule in its best conformers; equal atoms get equal charges."""
    program_folder()
    found: list[Typing] = []
    for mol in mols:
        shapes = conformers(Chem.RemoveHs(mol), _SEARCHED, seed).coordinates[:n_conformers]
        engine = Gfn2(mol)
        for shape in shapes:
            one = typing(mol, minimised(engine, mol, shape).coordinates)
            found.append(Typing(one.types, _equalised(mol, one.charges), one.mol2))
    if any(one.types != found[0].types for one in found):
        raise PhysicsError("antechamber gave the diastereomers different atom types.")
    terms = selected_terms(found[0])
    _check_planes(mols[0], found[0].types, terms)
    return found, terms


def _check_planes(mol: Chem.Mol, types: tuple[str, ...], terms: AmberTerms) -> None:
    """Refuse a trigonal atom that no improper torsion holds in its plane."""
    for atom in mol.GetAtoms():
        around = tuple(types[n.GetIdx()] for n in atom.GetNeighbors())
        flat = atom.GetHybridization() == Chem.HybridizationType.SP2 and len(around) == 3
        if flat and terms.improper(types[atom.GetIdx()], around) is None:
            raise PhysicsError(
                f"parmchk2 found no improper torsion for {types[atom.GetIdx()]} with "
                f"{', '.join(around)}; use --force-field mmff94s."
            )


def _equalised(mol: Chem.Mol, charges: FloatArray) -> FloatArray:
    """Return charges averaged over atoms that are equal in the graph, stereo left out."""
    flat = Chem.Mol(mol)
    Chem.RemoveStereochemistry(flat)
    ranks = np.array(Chem.CanonicalRankAtoms(flat, breakTies=False))
    means = {int(rank): charges[ranks == rank].mean() for rank in np.unique(ranks)}
    return np.array([means[int(rank)] for rank in ranks])


def capped_adduct(adduct: Adduct) -> CappedModel:
    """Return the adduct of N-acetyl-L-cysteine-N-methylamide with hydrogens."""
    joined = Chem.RWMol(Chem.CombineMols(adduct.mol, _CAPS))
    n_heavy = adduct.mol.GetNumAtoms()
    alpha = n_heavy + _ALPHA
    joined.AddBond(adduct.cb_index, alpha, Chem.BondType.SINGLE)
    joined.RemoveAtom(adduct.ca_index)  # the methyl group that stood for it; it is the last atom
    alpha -= 1
    for tag in (Chem.ChiralType.CHI_TETRAHEDRAL_CW, Chem.ChiralType.CHI_TETRAHEDRAL_CCW):
        joined.GetAtomWithIdx(alpha).SetChiralTag(tag)
        mol = joined.GetMol()
        Chem.SanitizeMol(mol)
        Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
        if mol.GetAtomWithIdx(alpha).GetProp("_CIPCode") == _ALPHA_CIP:
            break
    full = Chem.AddHs(mol)
    drug = list(range(adduct.n_drug_atoms))
    drug += [h for atom in drug for h in _hydrogens(full, atom)]
    side = [adduct.cb_index, *_hydrogens(full, adduct.cb_index), adduct.sg_index]
    return CappedModel(full, drug, side)


def _hydrogens(mol: Chem.Mol, atom: int) -> list[int]:
    around = mol.GetAtomWithIdx(atom).GetNeighbors()
    return [n.GetIdx() for n in around if n.GetAtomicNum() == 1]


def refitted(
    molecule: AmberMolecule, terms: AmberTerms, fits: AmberTerms | None = None
) -> tuple[AmberMolecule, AmberTerms]:
    """Return a molecule and its terms with the fitted ones (default: the shipped) in place."""
    centre, types = molecule.reactive, list(molecule.types)
    if centre is not None and types[centre] == _CARBON:
        around = [pair for pair in molecule.bonds.tolist() if centre in pair]
        if any(types[i] == _AZOLE for pair in around for i in pair):
            types[centre] = ACETAL
    chosen = fitted_terms() if fits is None else fits
    return replace(molecule, types=tuple(types)), terms.overlaid(chosen)


def fitted_file(made: Sequence[tuple[AmberMolecule, AmberTerms]], source: str = OWN_SOURCE) -> str:
    """Return the ForceField file of some forms of one drug, the fitted terms in place."""
    molecules, terms = zip(*(refitted(*one) for one in made), strict=True)
    return force_field_xml(molecules, terms[0].overlaid(*terms[1:]), source)


def force_field_file(
    mol: Chem.Mol, members: Sequence[int], source: Adduct | Ligand
) -> tuple[str, str]:
    """Return the ForceField file of a ligand, and what the names of its templates begin with.

    A catalogue drug's is shipped, bonded or intact; for another one Amber's own programs are run.

    Parameters
    ----------
    mol, members
        A molecule with hydrogens, and those of its atoms that are the drug's.

    Raises
    ------
    PhysicsError
        When no file is shipped and the programs are missing or fail.
    """
    found = _shipped_file(mol, members)
    if found is not None:
        return found
    ligand, adduct = (source, None) if isinstance(source, Ligand) else (source.ligand, source)
    form, attacked = ("", -1) if adduct is None else (adduct.form, adduct.reactive_atom_index)
    key = (ligand.smiles, form, attacked)
    with _making:
        if key not in _made:
            together: tuple[Adduct, ...] = (adduct,) if adduct else ()
            if form == "adduct":
                together = enumerate_adducts(ligand)
            made = described(ligand, together, _OWN_CONFORMERS)
            _made[key] = fitted_file([made]), made[0].stem
        return _made[key]


def ligand_force_field(ligand: Ligand) -> str:
    """Return the ForceField file of a drug and, where it has a warhead, of its adduct.

    Raises
    ------
    PhysicsError
        When no file is shipped and Amber's programs are missing or fail.
    LigandError
        When a stereo element of the drug is open.
    """
    adducts = enumerate_adducts(ligand) if ligand.warhead else ()
    mol = Chem.AddHs(ligand.mol)
    found = [_shipped_file(mol, range(mol.GetNumAtoms()))]
    for adduct in adducts[:1]:
        mol = Chem.AddHs(adduct.mol)
        found.append(_shipped_file(mol, drug_part(mol, adduct)))
    texts = {one[0] if one else "" for one in found}
    if "" not in texts and len(texts) == 1:
        return texts.pop()
    forms = ((), adducts) if adducts else ((),)
    return fitted_file([described(ligand, form, _OWN_CONFORMERS) for form in forms])


def drug_part(mol: Chem.Mol, adduct: Adduct) -> list[int]:
    """Return the drug's atoms in ``adduct.mol`` with hydrogens: heavy ones, then hydrogens."""
    return [*range(adduct.n_drug_atoms), *drug_hydrogens(mol, adduct)]


def _shipped_file(mol: Chem.Mol, members: Sequence[int]) -> tuple[str, str] | None:
    """Return file and stem of a shipped drug with these elements and bonds, stereo left out."""
    place = {atom: k for k, atom in enumerate(members)}
    edges = [(place[i], place[j]) for i, j in edges_of(mol) if i in place and j in place]
    topology = topology_of(ligand_records(mol, members), edges)
    texts, field = _shipped()
    try:
        # Where the sulphur goes shows in the hydrogens.
        (template,) = field.getMatchingTemplates(topology, ignoreExternalBonds=True)
    except ValueError:
        return None
    stem = template.name.removesuffix("-LIG")
    return texts[stem.rpartition("-")[0]], stem


@cache
def _shipped() -> tuple[dict[str, str], app.ForceField]:
    """Return the shipped files by drug, and all of them as one."""
    folder = files("workbench").joinpath("data", FOLDER)
    texts = {
        file.name.removesuffix(".xml"): file.read_text(encoding="utf-8")
        for file in folder.iterdir()
    }
    return texts, app.ForceField(PROTEIN_FILE, *(io.StringIO(text) for text in texts.values()))
