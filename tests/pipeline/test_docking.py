"""The main job, end to end on the real receptor: chemistry, geometry, files, repeatability."""

from __future__ import annotations

import json
from pathlib import Path

import gemmi
import numpy as np
import pandas as pd
import pytest
from Bio.PDB.MMCIFParser import MMCIFParser
from Bio.PDB.PDBParser import PDBParser
from pipeline_cases import HASTY, QUICK
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from workbench.errors import LigandError, UsageError
from workbench.pipeline.docking import dock
from workbench.records.docking import DockingResult
from workbench.report.docking_page import write_docking
from workbench.structures.loading import load_receptor


def test_both_diastereomers_of_a_sine_come_out_bonded(docked: DockingResult) -> None:
    assert docked.verdict == "adduct"
    assert [a.label for a in docked.adducts] == ["bR", "bS"]
    for adduct in docked.adducts:
        assert CalcMolFormula(Chem.MolFromSmiles(adduct.smiles)) == "C19H23F3N4O5S"
        assert adduct.formula == "C19H23F3N4O5S"
        assert [p.rank for p in adduct.poses] == [1, 2]


def test_a_valid_pose_has_the_geometry_of_a_thioether(docked: DockingResult) -> None:
    valid = [p for a in docked.adducts for p in a.poses if p.valid]
    assert len(valid) >= 2
    for pose in valid:
        assert 1.78 <= pose.sg_c_distance_angstrom <= 1.88
        assert 95 <= pose.c_s_c_angle_degree <= 112
        assert pose.rms_gradient_kcal_per_mol_angstrom <= 0.3
        assert pose.strain_kcal_per_mol >= 0
        assert {"covalent"} <= {i["type"] for i in pose.interactions}
        assert sum(pose.score_terms.values()) == pytest.approx(pose.score_kcal_per_mol, abs=0.01)


def test_valid_poses_rank_before_invalid_ones_and_by_score(docked: DockingResult) -> None:
    for adduct in docked.adducts:
        keys = [(not p.valid, p.score_kcal_per_mol) for p in adduct.poses]
        assert keys == sorted(keys)


def test_the_best_scored_diastereomer_lies_on_the_crystal_estimate(docked: DockingResult) -> None:
    best = min(docked.adducts, key=lambda a: a.poses[0].score_kcal_per_mol).poses[0]
    assert best.rmsd_to_reference_angstrom is not None
    assert best.rmsd_to_reference_angstrom <= 2.0


def test_files_and_schema(docked: DockingResult, folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    complexes = {
        f"complex_{label}_{rank}.{kind}"
        for label in ("bR", "bS")
        for rank in (1, 2)
        for kind in ("cif", "pdb")
    }
    assert names >= complexes | {
        "result.json",
        "poses.csv",
        "poses.sdf",
        "report.html",
        "provenance.json",
    }
    result = json.loads((folder / "result.json").read_text())
    assert result["schema_version"] == 1
    assert result["verdict"] == "adduct"
    assert result["receptor"]["reactive_atom"] == "A:528:SG"
    assert result["receptor"]["numbering"] == "human"
    assert result["receptor"]["groove_state"] == "open"
    pose = result["adducts"][0]["poses"][0]
    for key in (
        "rank",
        "score_kcal_per_mol",
        "minimised_energy_kcal_per_mol",
        "strain_kcal_per_mol",
        "sg_c_distance_angstrom",
        "c_s_c_angle_degree",
        "rmsd_to_reference_angstrom",
        "valid",
        "failed_checks",
        "interactions",
        "files",
        "interaction_kcal_per_mol",
        "residue_energies_kcal_per_mol",
        "minimisation",
    ):
        assert key in pose
    parts = pose["residue_energies_kcal_per_mol"]
    assert sum(parts.values()) == pytest.approx(pose["interaction_kcal_per_mol"], abs=2.0)
    assert "CYS528" in parts and min(parts.values()) < -1
    steps = pose["minimisation"]
    assert steps["iterations"] == len(steps["energy_trace_kcal_per_mol"])
    assert sum(steps["energy_terms_kcal_per_mol"].values()) == pytest.approx(
        pose["minimised_energy_kcal_per_mol"], abs=0.1
    )
    for name in pose["files"].values():
        assert (folder / name).is_file()
    assert set(result["provenance"]) >= {"command", "seed", "versions", "platform", "inputs"}
    encounter = result["encounter"]["poses"][0]
    assert encounter["sg_c_distance_angstrom"] > 3
    assert encounter["face"] in ("re", "si", None)
    assert [a["form"] for a in result["adducts"]] == ["adduct", "adduct"]
    assert set(result["ranking"]) >= {
        "preferred",
        "gap_kcal_per_mol",
        "spread_kcal_per_mol",
        "words",
    }
    assert [(p["adduct"], p["adduct_rank"]) for p in result["paths"]] == [
        ("bR", 1),
        ("bR", 2),
        ("bS", 1),
        ("bS", 2),
    ]


def test_a_path_begins_at_a_ready_pose_of_the_same_face(docked: DockingResult) -> None:
    """The RMSD again from the written mol blocks, without any symmetry: it can only be larger."""
    poses = {(a.label, p.rank): p for a in docked.adducts for p in a.poses}
    for path in docked.paths:
        ready = [e for e in docked.encounter if e.attack_ready and path["adduct"] in e.leads_to]
        assert (path["encounter_rank"] is not None) == bool(ready)
        if not ready:
            continue
        start = docked.encounter[path["encounter_rank"] - 1]
        assert start in ready
        assert path["adduct"] == {"re": "bR", "si": "bS"}[str(start.face)]
        blocks = (start.sdf, poses[path["adduct"], path["adduct_rank"]].drug_sdf)
        before, after = (Chem.MolFromMolBlock(b).GetConformer().GetPositions() for b in blocks)
        plain = np.sqrt(((before - after) ** 2).sum(axis=1).mean())
        assert 0 < path["rmsd_angstrom"] <= plain + 0.6


def test_the_spread_is_over_searches_with_other_seeds(docked: DockingResult) -> None:
    for adduct in docked.adducts:
        scores = adduct.seed_scores_kcal_per_mol
        assert len(scores) == 2
        assert adduct.score_spread_kcal_per_mol == pytest.approx(max(scores) - min(scores))
        assert min(p.score_kcal_per_mol for p in adduct.poses) >= min(scores) - 1e-3
    assert docked.ranking is not None
    assert docked.ranking["words"] in docked.reason


@pytest.mark.parametrize(
    ("drug", "reason"),
    [
        ("ratjadone A", "stereocentre .* is undefined"),
        ("KPT-185", "'hydrolysed' does not apply to the adduct of KPT-185"),
    ],
)
def test_a_form_that_cannot_be_built_is_refused_at_once(drug: str, reason: str) -> None:
    with pytest.raises(LigandError, match=reason):
        dock(drug, form="hydrolysed", settings=QUICK)


@pytest.mark.slow
def test_the_opened_lactone_of_leptomycin_b_is_docked() -> None:
    """The drug is C33H48O6; a water, and two hydrogens where the C=C and the sulphur were."""
    result = dock("leptomycin-B", form="hydrolysed", poses=1, settings=HASTY)
    assert "hydrolysed" in result.reason
    assert result.reference is not None
    assert result.reference["name"] == "LMB of 4HAT"
    for adduct in result.adducts:
        assert adduct.form == "hydrolysed"
        drug = Chem.MolFromMolBlock(adduct.poses[0].drug_sdf)
        assert CalcMolFormula(drug) == "C33H52O7"
        assert adduct.poses[0].rmsd_to_reference_angstrom is not None


def test_the_indexed_atom_of_the_written_smiles_is_the_attacked_carbon(folder: Path) -> None:
    ligand = json.loads((folder / "result.json").read_text())["ligand"]
    mol = Chem.MolFromSmiles(ligand["smiles"])
    carbon = mol.GetAtomWithIdx(ligand["warhead"]["reactive_atom_index"])
    neighbours = sorted(n.GetSymbol() for n in carbon.GetNeighbors())
    assert carbon.GetSymbol() == "C"
    assert neighbours == ["C", "N"]
    assert carbon.GetTotalNumHs() == 1


def _sulphur_bonds(path: Path) -> list[tuple[str, str, float]]:
    structure = gemmi.read_structure(str(path))
    return [
        (
            f"{c.partner1.res_id.seqid}{c.partner1.atom_name}",
            c.partner2.res_id.name,
            structure[0]
            .find_cra(c.partner1)
            .atom.pos.dist(structure[0].find_cra(c.partner2).atom.pos),
        )
        for c in structure.connections
        if c.type == gemmi.ConnectionType.Covale
    ]


@pytest.mark.parametrize("kind", ["cif", "pdb"])
def test_gemmi_reads_one_bond_from_sg_528(folder: Path, kind: str) -> None:
    for label in ("bR", "bS"):
        bonds = _sulphur_bonds(folder / f"complex_{label}_1.{kind}")
        assert len(bonds) == 1
        sulphur, residue, length = bonds[0]
        assert (sulphur, residue) == ("528SG", "LIG")
        assert 1.78 < length < 1.88


@pytest.mark.parametrize(("kind", "parser"), [("cif", MMCIFParser), ("pdb", PDBParser)])
def test_biopython_reads_sulphur_and_carbon_in_place(folder: Path, kind: str, parser: type) -> None:
    model = parser(QUIET=True).get_structure("x", str(folder / f"complex_bS_1.{kind}"))[0]
    sulphur = model["A"][528]["SG"]
    ligand = next(model["L"].get_residues())
    near = [a for a in ligand if a.element == "C" and a - sulphur < 2.0]
    assert len(near) == 1
    assert ligand.get_resname() == "LIG"
    assert model["A"][528].get_resname() == "CYS"
    assert "HG" not in model["A"][528]


def test_conect_joins_sulphur_and_carbon(folder: Path) -> None:
    lines = (folder / "complex_bS_1.pdb").read_text().splitlines()
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
    assert [p[17:20] for p in partners] == ["LIG"]
    assert partners[0][76:78].strip() == "C"


def test_sdf_bond_orders_are_the_drugs_but_for_the_alkene(
    docked: DockingResult, folder: Path
) -> None:
    drug = Chem.MolFromSmiles(docked.ligand["smiles"])
    records = list(Chem.SDMolSupplier(str(folder / "poses.sdf")))
    assert len(records) == 4
    for record in records:
        assert record is not None
        changed = [
            bond
            for bond in drug.GetBonds()
            if record.GetBondBetweenAtoms(
                bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
            ).GetBondType()
            != bond.GetBondType()
        ]
        assert len(changed) == 1
        assert changed[0].GetBondType() == Chem.BondType.DOUBLE
        assert docked.ligand["warhead"]["reactive_atom_index"] in (
            changed[0].GetBeginAtomIdx(),
            changed[0].GetEndAtomIdx(),
        )


def test_sdf_and_complex_hold_the_same_coordinates(docked: DockingResult, folder: Path) -> None:
    record = next(iter(Chem.SDMolSupplier(str(folder / "poses.sdf"))))
    lines = (folder / "complex_bR_1.pdb").read_text().splitlines()
    heavy = [
        [float(line[k : k + 8]) for k in (30, 38, 46)]
        for line in lines
        if line.startswith("HETATM") and line[17:20] == "LIG" and line[76:78].strip() != "H"
    ]
    assert np.abs(np.array(heavy) - record.GetConformer().GetPositions()).max() < 0.002


def test_the_same_seed_gives_the_same_table(
    docked: DockingResult, folder: Path, tmp_path: Path
) -> None:
    again = dock("kpt-185", poses=2, seed=1, settings=QUICK, jobs=1)
    write_docking(again, tmp_path)
    assert (tmp_path / "poses.csv").read_bytes() == (folder / "poses.csv").read_bytes()
    assert len(pd.read_csv(tmp_path / "poses.csv")) == 4


def test_the_resistance_mutant_gets_an_encounter_and_no_adduct() -> None:
    result = dock("KPT-251", load_receptor("human-groove", mutations=("C528S",)), settings=QUICK)
    assert result.verdict == "no_thiol"
    assert "528" in result.reason
    assert result.adducts == ()
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
    assert result.reason
    assert not result.encounter
    assert not result.adducts


def test_settings_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsageError, match="force field"):
        dock("KPT-185", force_field="uff")
    with pytest.raises(UsageError, match="receptor is loaded"):
        dock("KPT-185", load_receptor("human-groove"), mutations=("C528S",))


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("drug", ["KPT-185", "KPT-251"])
def test_redocking_within_two_angstrom(drug: str, seed: int) -> None:
    result = dock(drug, seed=seed)
    best = min(result.adducts, key=lambda a: a.poses[0].score_kcal_per_mol).poses[0]
    assert best.valid
    assert best.rmsd_to_reference_angstrom is not None
    assert best.rmsd_to_reference_angstrom <= 2.0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("drug", "count", "formula"),
    [
        ("selinexor", 2, "C20H18F6N8O3S"),
        ("eltanexor", 4, "C20H17F6N7O3S"),
        ("verdinexor", 2, "C21H19F6N7O3S"),
        ("KPT-276", 2, "C19H17F8N5O3S"),
    ],
)
def test_the_other_sines_form_their_adducts(drug: str, count: int, formula: str) -> None:
    result = dock(drug, poses=3)
    assert result.verdict == "adduct"
    assert len(result.adducts) == count
    for adduct in result.adducts:
        assert adduct.formula == formula
        assert adduct.poses[0].valid


@pytest.mark.slow
def test_amber_docks_end_to_end(tmp_path: Path) -> None:
    result = dock(
        "KPT-185", poses=1, seed=1, force_field="amber", settings=HASTY, jobs=2, platform="CPU"
    )
    assert result.provenance["force_field"] == "amber"
    assert [adduct.label for adduct in result.adducts] == ["bR", "bS"]
    for adduct in result.adducts:
        (pose,) = adduct.poses
        assert 1.78 <= pose.sg_c_distance_angstrom <= 1.88
        assert np.isfinite(pose.strain_kcal_per_mol)
    write_docking(result, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "10.1021/acs.jctc.5b00255" in page
