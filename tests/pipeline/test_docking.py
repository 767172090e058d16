"""The main job on the real receptor: chemistry, geometry, files, repeatability, verdicts."""

from __future__ import annotations

import json
from pathlib import Path

import gemmi
import numpy as np
import pytest
from Bio.PDB.MMCIFParser import MMCIFParser
from Bio.PDB.PDBParser import PDBParser
from pipeline_cases import HASTY
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError, UsageError, WorkbenchError
from workbench.pipeline.docking import dock
from workbench.records.docking import DockingResult
from workbench.structures.loading import load_receptor

POSE_KEYS = {
    "rank", "score_kcal_per_mol", "minimised_energy_kcal_per_mol", "strain_kcal_per_mol",
    "sg_c_distance_angstrom", "c_s_c_angle_degree", "rmsd_to_reference_angstrom", "valid",
    "failed_checks", "interactions", "files", "interaction_kcal_per_mol",
    "residue_energies_kcal_per_mol", "minimisation",
}  # fmt: skip


def test_both_diastereomers_of_a_sine_come_out_bonded(docked_drug: DockingResult) -> None:
    assert docked_drug.verdict == "adduct"
    assert [a.label for a in docked_drug.adducts] == ["bR", "bS"]
    for adduct in docked_drug.adducts:
        assert CalcMolFormula(Chem.MolFromSmiles(adduct.smiles)) == "C19H23F3N4O5S"
        assert [p.rank for p in adduct.poses] == [1, 2]
        keys = [(not p.valid, p.score_kcal_per_mol) for p in adduct.poses]
        assert keys == sorted(keys)


def test_a_valid_pose_has_the_geometry_of_a_thioether(docked_drug: DockingResult) -> None:
    valid = [p for a in docked_drug.adducts for p in a.poses if p.valid]
    assert len(valid) >= 2
    for pose in valid:
        assert 1.78 <= pose.sg_c_distance_angstrom <= 1.88
        assert 95 <= pose.c_s_c_angle_degree <= 112
        assert pose.rms_gradient_kcal_per_mol_angstrom <= 0.3
        assert pose.strain_kcal_per_mol >= 0
        assert "covalent" in {i["type"] for i in pose.interactions}
        counted = sum(v for name, v in pose.score_terms.items() if name != "intramolecular")
        assert counted == pytest.approx(pose.score_kcal_per_mol, abs=0.01)
    # the best score lies on the crystal estimate
    best = min(docked_drug.adducts, key=lambda a: a.poses[0].score_kcal_per_mol).poses[0]
    assert best.rmsd_to_reference_angstrom is not None
    assert best.rmsd_to_reference_angstrom <= 2.0


def test_files_and_schema(docked_folder: Path) -> None:
    poses = [(label, rank) for label in ("bR", "bS") for rank in (1, 2)]
    names = {path.name for path in docked_folder.iterdir()}
    assert names >= {f"complex_{a}_{b}.{kind}" for a, b in poses for kind in ("cif", "pdb")}
    assert names >= {"result.json", "poses.csv", "poses.sdf", "report.html", "provenance.json"}
    result = json.loads((docked_folder / "result.json").read_text())
    receptor, provenance = result["receptor"], result["provenance"]
    assert (receptor["reactive_atom"], receptor["numbering"]) == ("A:528:SG", "human")
    assert receptor["groove_state"] == "open"
    assert set(provenance) >= {"command", "seed", "versions", "platform", "inputs"}
    assert result["encounter"]["poses"][0]["sg_c_distance_angstrom"] > 3
    assert [(p["adduct"], p["adduct_rank"]) for p in result["paths"]] == poses
    pose = result["adducts"][0]["poses"][0]
    assert set(pose) >= POSE_KEYS
    assert all((docked_folder / name).is_file() for name in pose["files"].values())
    parts = pose["residue_energies_kcal_per_mol"]
    assert sum(parts.values()) == pytest.approx(pose["interaction_kcal_per_mol"], abs=2.0)
    assert "CYS528" in parts and min(parts.values()) < -1
    steps = pose["minimisation"]
    assert steps["iterations"] == len(steps["energy_trace_kcal_per_mol"])
    assert sum(steps["energy_terms_kcal_per_mol"].values()) == pytest.approx(
        pose["minimised_energy_kcal_per_mol"], abs=0.1
    )


def test_a_path_begins_at_a_ready_pose_of_the_same_face(docked_drug: DockingResult) -> None:
    """The RMSD again from the written mol blocks, without any symmetry: it can only be larger."""
    poses = {(a.label, p.rank): p for a in docked_drug.adducts for p in a.poses}
    for path in docked_drug.paths:
        ready = [
            e for e in docked_drug.encounter if e.attack_ready and path["adduct"] in e.leads_to
        ]
        assert (path["encounter_rank"] is not None) == bool(ready)
        if not ready:
            continue
        start = docked_drug.encounter[path["encounter_rank"] - 1]
        assert start in ready
        assert path["adduct"] == {"re": "bR", "si": "bS"}[str(start.face)]
        blocks = (start.sdf, poses[path["adduct"], path["adduct_rank"]].drug_sdf)
        before, after = (Chem.MolFromMolBlock(b).GetConformer().GetPositions() for b in blocks)
        plain = np.sqrt(((before - after) ** 2).sum(axis=1).mean())
        assert 0 < path["rmsd_angstrom"] <= plain + 0.6


def test_the_indexed_atom_of_the_written_smiles_is_the_attacked_carbon(
    docked_drug: DockingResult,
) -> None:
    mol = Chem.MolFromSmiles(docked_drug.ligand["smiles"])
    carbon = mol.GetAtomWithIdx(docked_drug.ligand["warhead"]["reactive_atom_index"])
    assert (carbon.GetSymbol(), carbon.GetTotalNumHs()) == ("C", 1)
    assert sorted(n.GetSymbol() for n in carbon.GetNeighbors()) == ["C", "N"]


@pytest.mark.parametrize("kind", ["cif", "pdb"])
@pytest.mark.parametrize("label", ["bR", "bS"])
def test_gemmi_reads_one_bond_from_sg_528(docked_folder: Path, label: str, kind: str) -> None:
    structure = gemmi.read_structure(str(docked_folder / f"complex_{label}_1.{kind}"))
    (bond,) = (c for c in structure.connections if c.type == gemmi.ConnectionType.Covale)
    ends = [structure[0].find_cra(partner).atom for partner in (bond.partner1, bond.partner2)]
    assert (str(bond.partner1.res_id.seqid), bond.partner1.atom_name) == ("528", "SG")
    assert (bond.partner2.res_id.name, ends[1].element.name) == ("LIG", "C")
    assert 1.78 < ends[0].pos.dist(ends[1].pos) < 1.88


@pytest.mark.parametrize(("kind", "parser"), [("cif", MMCIFParser), ("pdb", PDBParser)])
def test_biopython_reads_the_bond(docked_folder: Path, kind: str, parser: type) -> None:
    model = parser(QUIET=True).get_structure("x", str(docked_folder / f"complex_bS_1.{kind}"))[0]
    cysteine, ligand = model["A"][528], next(model["L"].get_residues())
    assert len([a for a in ligand if a.element == "C" and a - cysteine["SG"] < 2.0]) == 1
    assert (ligand.get_resname(), cysteine.get_resname()) == ("LIG", "CYS")
    assert "HG" not in cysteine


def test_conect_joins_sulphur_and_carbon(docked_folder: Path) -> None:
    lines = (docked_folder / "complex_bS_1.pdb").read_text().splitlines()
    atoms = {int(line[6:11]): line for line in lines if line.startswith(("ATOM", "HETATM"))}
    sulphur = next(
        n for n, a in atoms.items() if a[12:16].strip() == "SG" and a[22:26].strip() == "528"
    )
    partners = [
        atoms[int(line[k : k + 5])]
        for line in lines
        if line.startswith("CONECT") and int(line[6:11]) == sulphur
        for k in range(11, len(line.rstrip()), 5)
    ]
    assert [(p[17:20], p[76:78].strip()) for p in partners] == [("LIG", "C")]


def test_sdf_bond_orders_are_the_drugs_but_for_the_alkene(
    docked_drug: DockingResult, docked_folder: Path
) -> None:
    drug = Chem.MolFromSmiles(docked_drug.ligand["smiles"])
    records = list(Chem.SDMolSupplier(str(docked_folder / "poses.sdf")))
    assert len(records) == 4
    for record in records:
        changed = []
        for bond in drug.GetBonds():
            pair = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            if record.GetBondBetweenAtoms(*pair).GetBondType() != bond.GetBondType():
                changed.append((bond.GetBondType(), pair))
        ((kind, pair),) = changed
        assert kind == Chem.BondType.DOUBLE
        assert docked_drug.ligand["warhead"]["reactive_atom_index"] in pair


def test_sdf_and_complex_hold_the_same_coordinates(docked_folder: Path) -> None:
    record = next(iter(Chem.SDMolSupplier(str(docked_folder / "poses.sdf"))))
    heavy = [
        [float(line[k : k + 8]) for k in (30, 38, 46)]
        for line in (docked_folder / "complex_bR_1.pdb").read_text().splitlines()
        if line.startswith("HETATM") and line[17:20] == "LIG" and line[76:78].strip() != "H"
    ]
    assert np.abs(np.array(heavy) - record.GetConformer().GetPositions()).max() < 0.002


def test_the_same_seed_gives_the_same_result_whatever_the_cores() -> None:
    """Two searches of each diastereomer, whose best scores are the spread."""
    search = HASTY.search.model_copy(update={"spread_seeds": 2})
    settings = HASTY.model_copy(update={"search": search})
    first, again = (
        dock("C/C=C/C(=O)NC", poses=1, seed=1, jobs=jobs, settings=settings) for jobs in (2, 1)
    )
    assert again.adducts == first.adducts
    assert again.encounter == first.encounter
    for adduct in first.adducts:
        scores = adduct.seed_scores_kcal_per_mol
        assert len(scores) == 2
        assert adduct.score_spread_kcal_per_mol == pytest.approx(max(scores) - min(scores))
        assert min(p.score_kcal_per_mol for p in adduct.poses) >= min(scores) - 1e-3
    assert first.ranking is not None and first.ranking["words"] in first.reason


def test_the_resistance_mutant_gets_an_encounter_and_no_adduct() -> None:
    result = dock("KPT-251", load_receptor("human-groove", mutations=("C528S",)), settings=HASTY)
    assert (result.verdict, result.adducts) == ("no_thiol", ())
    assert result.encounter
    assert all(p.sg_c_distance_angstrom is None for p in result.encounter)
    assert result.receptor["mutations"] == ["C528S"]


@pytest.mark.parametrize(
    ("smiles", "verdict"),
    [("c1ccccc1CCO", "no_warhead"), ("CS(=O)(=O)Cl", "unsupported_warhead")],
)
def test_a_drug_that_cannot_bond_gets_a_verdict_and_no_work(smiles: str, verdict: str) -> None:
    result = dock(smiles)
    assert result.verdict == verdict
    assert result.reason and not result.encounter and not result.adducts


@pytest.mark.parametrize(
    ("drug", "options", "error", "said"),
    [
        ("KPT-185", {"force_field": "uff"}, UsageError, "force field"),
        ("KPT-185", {"mutations": ("C528S",)}, UsageError, "receptor is loaded"),
        ("ratjadone A", {"form": "hydrolysed"}, LigandError, "stereocentre .* is undefined"),
        ("C=CC(=O)NC" + "OCC" * 15, {}, LigandError, "rotatable bonds are over the limit of 40"),
        ("KPT-185", {"form": "hydrolysed"}, LigandError, "does not apply to the adduct"),
    ],
)
def test_what_does_not_fit_is_refused_before_any_work(
    drug: str, options: dict[str, str], error: type[WorkbenchError], said: str
) -> None:
    with pytest.raises(error, match=said):
        dock(drug, load_receptor("human-groove"), settings=HASTY, **options)  # type: ignore[arg-type]
