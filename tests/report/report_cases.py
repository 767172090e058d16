"""A small but chemically real case: KPT-185 on the cysteine of a piece of XPO1."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from rdkit import Chem
from rdkit.Chem import AllChem, rdCIPLabeler, rdMolTransforms

from workbench.files.docking import read_docking_result
from workbench.records.docking import AdductRecord, DockingResult, PoseRecord
from workbench.report.tour import POSES, WILD_TYPE

KPT_185 = r"CC(C)OC(=O)/C=C\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"
BOUND = "CC(C)OC(=O)CCn1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"
ADDUCT = "CC(C)OC(=O)C[C{}H](SC[C@H](N)C(=O)O)n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1"
BETA = 7
MOVED = ("525", "529", "537", "541", "544", "548", "568", "572", "576")
FIRST_RESIDUE = 526
SEQUENCE = "GLCEQ"
HOSTILE = (
    '=HYPERLINK("x")\n> <score_kcal_per_mol>\n99\n\n$$$$\n</script><script>alert(1)</script>&"'
)
HOSTILE_NAMES = {
    "everything": HOSTILE,
    "script": "<script>alert(1)</script>",
    "formula": '=HYPERLINK("http://example.org/?"&A1,"click")',
    "formula after a space": " =1+1",
    "10 kB": "n" * 10_000,
    "right to left": "\u202eevil \u05e9\u05dc\u05d5\u05dd\u202c abc",
    "emoji": "\U0001f9ea\U0001f469\u200d\U0001f52c drug",
    "broken encoding": "drug\udcff",
}
"""What a name from outside may be."""


def bonded_peptide(label: str, seed: int) -> Chem.Mol:
    """Return KPT-185 bonded to the cysteine of 526-530, embedded; the drug's atoms come last."""
    peptide = Chem.MolFromSequence(SEQUENCE)
    sulphur = next(
        a.GetIdx() for a in peptide.GetAtoms() if a.GetPDBResidueInfo().GetName().strip() == "SG"
    )
    drug = Chem.MolFromSmiles(BOUND)
    beta = peptide.GetNumAtoms() + BETA
    mol = Chem.RWMol(Chem.CombineMols(peptide, drug))
    mol.GetAtomWithIdx(beta).SetNumExplicitHs(0)
    mol.GetAtomWithIdx(beta).SetNoImplicit(False)
    mol.AddBond(sulphur, beta, Chem.BondType.SINGLE)
    for tag in (Chem.ChiralType.CHI_TETRAHEDRAL_CCW, Chem.ChiralType.CHI_TETRAHEDRAL_CW):
        mol.GetAtomWithIdx(beta).SetChiralTag(tag)
        Chem.SanitizeMol(mol)
        rdCIPLabeler.AssignCIPLabels(mol)
        if f"b{mol.GetAtomWithIdx(beta).GetProp('_CIPCode')}" == label:
            break
    whole = Chem.AddHs(mol)
    assert AllChem.EmbedMolecule(whole, randomSeed=seed, useRandomCoords=True) == 0
    AllChem.MMFFOptimizeMolecule(whole)
    return Chem.RemoveHs(whole)


def pdb_line(
    serial: int, name: str, residue: str, chain: str, number: int, point: Any, element: str
) -> str:
    record = "HETATM" if residue == "LIG" else "ATOM  "
    x, y, z = point
    return (
        f"{record}{serial:5d} {name:^4s} {residue:>3s} {chain}{number:4d}    "
        f"{x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00          {element:>2s}"
    )


def texts_of(mol: Chem.Mol) -> tuple[str, str, float, float]:
    """Return the PDB text, the drug's mol block, the S-C distance and the C-S-C angle."""
    points = mol.GetConformer().GetPositions()
    lines, drug = [], []
    for atom in mol.GetAtoms():
        info, i = atom.GetPDBResidueInfo(), atom.GetIdx()
        if info is None:
            drug.append(i)
            where = (f"{atom.GetSymbol()}{len(drug)}", "LIG", "L", 1)
        else:
            number = info.GetResidueNumber() + FIRST_RESIDUE - 1
            where = (info.GetName().strip(), info.GetResidueName(), "A", number)
        lines.append(pdb_line(i + 1, *where, points[i], atom.GetSymbol()))
    lines += ["TER", "END"]
    sulphur = next(a for a in mol.GetAtoms() if a.GetSymbol() == "S")
    carbon = next(n.GetIdx() for n in sulphur.GetNeighbors() if n.GetIdx() in drug)
    beta_carbon = next(n.GetIdx() for n in sulphur.GetNeighbors() if n.GetIdx() not in drug)
    conformer = mol.GetConformer()
    angle = rdMolTransforms.GetAngleDeg(conformer, beta_carbon, sulphur.GetIdx(), carbon)
    part = Chem.RWMol(mol)
    for i in sorted(set(range(mol.GetNumAtoms())) - set(drug), reverse=True):
        part.RemoveAtom(i)
    Chem.SanitizeMol(part)
    distance = float(np.linalg.norm(points[sulphur.GetIdx()] - points[carbon]))
    return "\n".join(lines) + "\n", Chem.MolToMolBlock(part), distance, angle


def turned(mol: Chem.Mol, names: tuple[str, str], degrees: float) -> Chem.Mol:
    """Return a copy with the side chain turned about a bond named by its two atoms."""
    copy = Chem.Mol(mol)
    cysteine = {
        a.GetPDBResidueInfo().GetName().strip(): a.GetIdx()
        for a in copy.GetAtoms()
        if a.GetPDBResidueInfo() and a.GetPDBResidueInfo().GetResidueName() == "CYS"
    }
    sulphur = copy.GetAtomWithIdx(cysteine["SG"])
    cysteine["C_DRUG"] = next(
        n.GetIdx() for n in sulphur.GetNeighbors() if n.GetIdx() != cysteine["CB"]
    )
    order = ("N", "CA", "CB", "SG", "C_DRUG")
    i = order.index(names[0])
    quad = [cysteine[name] for name in order[i - 1 : i + 3]]
    conformer = copy.GetConformer()
    now = rdMolTransforms.GetDihedralDeg(conformer, *quad)
    rdMolTransforms.SetDihedralDeg(conformer, *quad, now + degrees)
    return copy


def pose_of(mol: Chem.Mol, rank: int, score: float, *, valid: bool = True) -> PoseRecord:
    pdb, sdf, distance, angle = texts_of(mol)
    contact = {
        "type": "hydrogen_bond",
        "residue": "GLU529",
        "receptor_atom": "N",
        "ligand_atoms": [5],
        "distance_angstrom": 2.9,
        "angle_degree": 155.0,
    }
    return PoseRecord(
        rank=rank,
        score_kcal_per_mol=score,
        score_terms={"gauss_1": score - 1.5, "repulsion": 1.5},
        minimised_energy_kcal_per_mol=-20.0 + rank,
        strain_kcal_per_mol=2.0 + rank,
        sg_c_distance_angstrom=round(distance, 3),
        c_s_c_angle_degree=round(angle, 1),
        rmsd_to_reference_angstrom=1.5 if rank == 1 else None,
        core_rmsd_to_reference_angstrom=0.75 if rank == 1 else None,
        moved_by_minimisation_angstrom=0.4,
        rms_gradient_kcal_per_mol_angstrom=0.28,
        valid=valid,
        failed_checks=() if valid else ("no_receptor_clash",),
        interactions=(contact,),
        drug_sdf=sdf,
        complex_pdb=pdb,
        complex_cif=f"data_pose_{rank}\n",
    )


def label_of(smiles: str) -> str:
    """Return the label of an adduct, ``bR`` or ``bS``, by the CIP rules."""
    mol = Chem.MolFromSmiles(smiles)
    rdCIPLabeler.AssignCIPLabels(mol)
    carbon = mol.GetSubstructMatch(Chem.MolFromSmarts("[C;$(C(S)n)]"))[0]
    return f"b{mol.GetAtomWithIdx(carbon).GetProp('_CIPCode')}"


def adduct_smiles(label: str) -> str:
    both = [ADDUCT.format(hand) for hand in ("@", "@@")]
    return next(smiles for smiles in both if label_of(smiles) == label)


def adduct_of(label: str, seed: int, best: float) -> AdductRecord:
    mol = bonded_peptide(label, seed)
    poses = (
        pose_of(mol, 1, best),
        pose_of(turned(mol, ("CB", "SG"), 90), 2, best + 0.5),
        pose_of(turned(mol, ("CA", "CB"), 120), 3, best + 0.9, valid=False),
    )
    centres = ({"atom_index": BETA, "cip": label[1]},)
    return AdductRecord(label, adduct_smiles(label), "C19H23F3N4O5S", centres, poses)


def with_path(adduct: AdductRecord) -> AdductRecord:
    """Return an adduct that was searched with three seeds, its first pose reached and moved."""
    turned = {"residue": "GLU529", "dihedrals_degree": [60.0, 180.0, 10.0], "moved_angstrom": 3.25}
    first = replace(
        adduct.poses[0],
        encounter_rank=1,
        encounter_rmsd_angstrom=1.23,
        side_chains=(turned,),
        posebusters={"checks": {"bond_lengths": False}, "failed": ["bond_lengths"], "note": "n"},
    )
    return replace(
        adduct, poses=(first, *adduct.poses[1:]), seed_scores_kcal_per_mol=(-10.9, -10.5, -10.7)
    )


def hostile_result(result: DockingResult, text: str) -> DockingResult:
    """Return the same result with a text wherever one can come from outside."""
    first = result.adducts[0]
    pose = replace(
        first.poses[0],
        failed_checks=(text,),
        valid=False,
        side_chains=({"residue": text, "dihedrals_degree": [text], "moved_angstrom": 1.0},),
        posebusters={"checks": {text: False}, "failed": [text], "note": text},
        interactions=({"type": text, "residue": text, "receptor_atom": text},),
    )
    return replace(
        result,
        reason=text,
        ligand={**result.ligand, "name": text, "formula": text, "inchikey": text},
        receptor={**result.receptor, "name": text, "source": text},
        encounter=(replace(result.encounter[0], face=text, leads_to=(text,)),),
        ranking={**(result.ranking or {}), "words": text},
        adducts=(replace(first, formula=text, form=text, poses=(pose, *first.poses[1:])),),
        warnings=(text,),
        timing={text: 1.0},
        provenance={**result.provenance, "command": text, "inputs": {text: text}},
        reference={**(result.reference or {}), "name": text, "note": text},
    )


def ten_poses() -> DockingResult:
    """Return a run on the whole groove, ten poses that each move nine side chains."""
    result = read_docking_result(POSES / WILD_TYPE)
    adduct = result.adducts[0]
    first = adduct.poses[0]
    poses = tuple(
        replace(
            first,
            rank=rank,
            complex_pdb="\n".join(_moved(x, 0.2 * rank) for x in first.complex_pdb.splitlines()),
        )
        for rank in range(1, 11)
    )
    return replace(result, adducts=(replace(adduct, poses=poses),))


def _moved(line: str, by: float) -> str:
    """Return an atom's line, moved along x when it is of a side chain that turns."""
    turns = line[22:26].strip() in MOVED and line[12:16].strip() not in ("N", "CA", "C", "O")
    if not line.startswith("ATOM") or not turns:
        return line
    return f"{line[:30]}{float(line[30:38]) + by:8.3f}{line[38:]}"


def without_adducts(result: DockingResult, verdict: str) -> DockingResult:
    """Return what a run with another verdict gives."""
    receptor = {**result.receptor, "reactive_atom": ""} if verdict == "no_thiol" else {}
    ligand = {} if verdict == "no_thiol" else {"warhead": None}
    return replace(
        result,
        verdict=verdict,  # type: ignore[arg-type]
        reason="the reason in words",
        adducts=(),
        ligand={**result.ligand, **ligand},
        receptor={**result.receptor, **receptor},
        encounter=result.encounter if verdict == "no_thiol" else (),
    )
