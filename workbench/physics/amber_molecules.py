"""Make the Amber description of a drug or of its adduct: GAFF2 types, AM1-BCC charges, terms.

The adduct is modelled as N-acetyl-S-drug-cysteine-N-methylamide. Charges are averaged over
conformers (GFN2 geometries), over the diastereomers, and over atoms that the graph makes equal.
The backbone then takes the charges of ff14SB, and what that leaves over is spread evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from threading import Lock
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray
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
    bare_graph,
    force_field_xml,
)
from workbench.physics.antechamber import Typing, program_folder, selected_terms, typing
from workbench.physics.assembly import drug_hydrogens
from workbench.physics.mmff_parameters import edges_of

FloatArray = NDArray[np.float64]

FOLDER = "ffxml"
OWN_SOURCE = "GAFF2 types and AM1-BCC charges by antechamber at GFN2-xTB geometries"
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


def amber_adduct(
    adducts: Sequence[Adduct], n_conformers: int, seed: int = 1
) -> tuple[AmberMolecule, AmberTerms]:
    """Describe an adduct with one set of types and charges for all its diastereomers, at least one.

    Raises
    ------
    PhysicsError
        When a program is missing or fails.
    """
    models = [capped_adduct(adduct) for adduct in adducts]
    typed, terms = _typed([model.mol for model in models], n_conformers, seed)
    model, first = models[0], adducts[0]
    charges = np.mean([one.charges for one in typed], axis=0)
    kept = [*model.drug, *model.side_chain]
    charge = Chem.GetFormalCharge(model.mol)
    spread = (charge - BACKBONE_CHARGE - charges[kept].sum()) / len(kept)
    charges[kept] += spread
    side = {n: float(charges[i]) for n, i in zip(SIDE_CHAIN, model.side_chain, strict=True)}
    names = (first.ligand.name, first.form)
    molecule = _molecule(model, names, typed, charges, first.reactive_atom_index, side, spread)
    return molecule, terms


def amber_drug(
    ligand: Ligand, n_conformers: int, seed: int = 1
) -> tuple[AmberMolecule, AmberTerms]:
    """Describe an intact drug.

    Raises
    ------
    PhysicsError
        When a program is missing or fails.
    """
    mol = Chem.AddHs(ligand.mol)
    model = CappedModel(mol, list(range(mol.GetNumAtoms())), [])
    typed, terms = _typed([mol], n_conformers, seed)
    charges = np.mean([one.charges for one in typed], axis=0)
    spread = (Chem.GetFormalCharge(mol) - charges.sum()) / len(charges)
    names = (ligand.name, DRUG)
    return _molecule(model, names, typed, charges + spread, None, {}, spread), terms


def _molecule(
    model: CappedModel,
    names: tuple[str, str],
    typed: list[Typing],
    charges: FloatArray,
    reactive: int | None,
    side_chain: dict[str, float],
    spread: float,
) -> AmberMolecule:
    place = {atom: k for k, atom in enumerate(model.drug)}
    edges = edges_of(model.mol)
    bonds = sorted((place[i], place[j]) for i, j in edges if i in place and j in place)
    return AmberMolecule(
        name=names[0],
        form=names[1],
        elements=tuple(model.mol.GetAtomWithIdx(i).GetSymbol() for i in model.drug),
        types=tuple(typed[0].types[i] for i in model.drug),
        charges=charges[model.drug],
        bonds=np.array(bonds, dtype=np.int64),
        reactive=reactive,
        side_chain=side_chain,
        n_geometries=len(typed),
        spread=float(spread),
    )


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
    return replace(molecule, types=tuple(types)), terms.overlaid([chosen])


def fitted_file(made: Sequence[tuple[AmberMolecule, AmberTerms]], source: str = OWN_SOURCE) -> str:
    """Return the ForceField file of some forms of one drug, the fitted terms in place."""
    molecules, terms = zip(*(refitted(*one) for one in made), strict=True)
    return force_field_xml(molecules, terms[0].overlaid(terms[1:]), source)


def force_field_file(
    mol: Chem.Mol, members: list[int], reactive: int | None, source: Adduct | Ligand
) -> tuple[str, str]:
    """Return the ForceField file of a ligand, and what the names of its templates begin with.

    A catalogue drug's is shipped, bonded or intact; for another one Amber's own programs are run.

    Parameters
    ----------
    mol, members, reactive
        A molecule with hydrogens, those of its atoms that are the drug's, and the one that bears
        the sulphur, if any.

    Raises
    ------
    PhysicsError
        When no file is shipped and the programs are missing or fail.
    """
    found = _shipped_file(mol, members, reactive)
    if found is not None:
        return found
    ligand, adduct = (source, None) if isinstance(source, Ligand) else (source.ligand, source)
    form = DRUG if adduct is None else adduct.form
    key = (ligand.smiles, form, -1 if adduct is None else adduct.reactive_atom_index)
    with _making:
        if key not in _made:
            if adduct is None:
                made = amber_drug(ligand, _OWN_CONFORMERS)
            else:
                together = enumerate_adducts(ligand) if form == "adduct" else (adduct,)
                made = amber_adduct(together, _OWN_CONFORMERS)
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
    texts = [_shipped_file(mol, list(range(mol.GetNumAtoms())), None)]
    for adduct in adducts[:1]:
        mol = Chem.AddHs(adduct.mol)
        texts.append(_shipped_file(mol, drug_part(mol, adduct), adduct.reactive_atom_index))
    if texts[0] is not None and len({text and text[0] for text in texts}) == 1:
        return texts[0][0]
    made = [amber_drug(ligand, _OWN_CONFORMERS)]
    if adducts:
        made.append(amber_adduct(adducts, _OWN_CONFORMERS))
    return fitted_file(made)


def drug_part(mol: Chem.Mol, adduct: Adduct) -> list[int]:
    """Return the drug's atoms in ``adduct.mol`` with hydrogens: heavy ones, then hydrogens."""
    return [*range(adduct.n_drug_atoms), *drug_hydrogens(mol, adduct)]


def _shipped_file(
    mol: Chem.Mol, members: list[int], reactive: int | None
) -> tuple[str, str] | None:
    """Return file and stem of a shipped drug with these elements and bonds, stereo left out."""
    place = {atom: k for k, atom in enumerate(members)}
    edges = [(place[i], place[j]) for i, j in edges_of(mol) if i in place and j in place]
    marked = None if reactive is None else place[reactive]
    graph = bare_graph((mol.GetAtomWithIdx(i).GetSymbol() for i in members), edges, marked)
    for text, stem, known in _shipped():
        same = (known.GetNumAtoms(), known.GetNumBonds()) == (len(members), len(edges))
        if same and graph.HasSubstructMatch(known):
            return text, stem
    return None


@cache
def _shipped() -> tuple[tuple[str, str, Chem.Mol], ...]:
    """Return file, stem and graph of each molecule that is shipped."""
    found = []
    for file in sorted(files("workbench").joinpath("data", FOLDER).iterdir(), key=str):
        text = file.read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        elements = {row.get("name"): row.attrib["element"] for row in root.iter("Type")}
        for residue in root.iter("Residue"):
            name = residue.attrib["name"]
            if name.endswith((f"-{DRUG}", "-LIG")):
                place = {row.get("name"): k for k, row in enumerate(residue.iter("Atom"))}
                outside = residue.find("ExternalBond")
                graph = bare_graph(
                    (elements[row.get("type")] for row in residue.iter("Atom")),
                    (
                        (place[row.get("atomName1")], place[row.get("atomName2")])
                        for row in residue.iter("Bond")
                    ),
                    None if outside is None else place[outside.get("atomName")],
                )
                found.append((text, name.removesuffix("-LIG"), graph))
    return tuple(found)
