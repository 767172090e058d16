"""What the accuracy benchmark docks, and how one run is measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from core_placement import parts_against
from deposited import RedockingCase, adducts_of, deposited, native_stereo, redocking_cases
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula
from stages import flexible_residues, searched

from workbench.analysis.reference import (
    PlacedMolecule,
    compare_to_reference,
    symmetric_rmsd,
)
from workbench.docking.encounter import dock_encounter, docking_box
from workbench.errors import WorkbenchError
from workbench.ligands.adducts import after, enumerate_adducts, flat_adduct
from workbench.ligands.geometry import connectivity, equivalent_mappings
from workbench.ligands.isomers import open_elements
from workbench.ligands.molecules import Adduct, Ligand
from workbench.ligands.reading import load_ligand
from workbench.ligands.reference_poses import reference_for, reference_for_adduct
from workbench.ligands.warheads import find_warheads
from workbench.pipeline.docking import dock
from workbench.settings import DockSettings
from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]

GROOVE = "human-groove"
SINES = ("KPT-185", "KPT-251", "KPT-276", "eltanexor", "selinexor")
LACTONES = ("leptomycin B", "ratjadone A", "anguinomycin A")
CONTROLS = {
    "KPT-185": "CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1",
    "E-KPT-185": "CC(C)OC(=O)/C=C/n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1",
    "KPT-185 without warhead": "CC(C)OC(=O)CCn1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1",
    "KPT-185 on C528S": "CC(C)OC(=O)/C=C\\n1cnc(-c2cc(OC)cc(C(F)(F)F)c2)n1",
}
ISOMERS = ("KPT-185", "E-KPT-185")
"""Controls that only a score can tell apart, so that each seed counts."""


@dataclass(frozen=True)
class Job:
    """One case in one receptor with one seed.

    Parameters
    ----------
    kind
        ``sine``, ``lactone``, ``cysteine``, ``control`` or ``encounter``.
    flexible
        Which side chains turn: ``auto``, ``none`` or a residue's number.
    stage
        ``search`` stops after the covalent search, ``dock`` runs the whole main job.
    """

    kind: str
    case: str
    receptor: str
    flexible: str
    seed: int
    stage: str = "search"

    @property
    def key(self) -> str:
        """What tells the job from all others."""
        return "|".join(map(str, (self.kind, self.case, self.receptor, self.flexible, self.seed)))


def measured(job: Job, structures: Path | None, settings: DockSettings) -> dict[str, Any]:
    """Run one job and return its record, ready for JSON; ``error`` says why there is none."""
    started = time.process_time()
    record: dict[str, Any] = vars(job).copy()
    try:
        record |= _MEASURES[job.kind](job, structures, _with_flexible(settings, job.flexible))
    except WorkbenchError as error:
        record["error"] = str(error)
    return record | {"cpu_s": round(time.process_time() - started, 1)}


def _with_flexible(settings: DockSettings, flexible: str) -> DockSettings:
    chosen = (int(flexible),) if flexible.isdigit() else flexible
    asked = settings.search.model_copy(update={"flexible": chosen})
    return settings.model_copy(update={"search": asked})


def _sine(job: Job, structures: Path | None, settings: DockSettings) -> dict[str, Any]:
    ligand = load_ligand(job.case)
    reference = reference_for(ligand)
    assert reference is not None, "every SINE of the benchmark has a reference"
    receptor = load_receptor(job.receptor)
    if job.stage == "dock":
        found = _docked(ligand, receptor, settings, job.seed, reference)
    else:
        found = _found(receptor, enumerate_adducts(ligand), settings, job.seed, reference)
    return found | {
        "native": reference.diastereomer,
        "resolved": reference.resolved,
        "reference": f"{reference.ccd} of {reference.pdb}",
    }


def _lactone(job: Job, structures: Path | None, settings: DockSettings) -> dict[str, Any]:
    ligand = load_ligand(with_component_stereo(job.case))
    adducts = [after(adduct, "hydrolysed") for adduct in enumerate_adducts(ligand)]
    reference = reference_for_adduct(adducts[0])
    if reference is None:
        raise WorkbenchError(f"{job.case}: its stereo is not the component's")
    found = _found(load_receptor(job.receptor), adducts, settings, job.seed, reference)
    return found | {"native": "", "resolved": False, "smiles": ligand.smiles}


@cache
def with_component_stereo(name: str) -> str:
    """Return a lactone's SMILES; stereo that the catalogue lacks is its component's.

    The component's coordinates decide: the intact drug's atoms take them, ring oxygen included,
    and its stereo is read from them.
    """
    ligand = load_ligand(name)
    if not open_elements(ligand.mol):
        return ligand.smiles
    opened = after(flat_adduct(ligand), "hydrolysed")
    pose = reference_for_adduct(opened)
    if pose is None:
        raise WorkbenchError(f"{name} has no opened component")
    points = pose.coordinates_for(opened.remnant())[0]
    placed = Chem.Mol(ligand.mol)
    conformer = Chem.Conformer(placed.GetNumAtoms())
    conformer.Set3D(True)
    for old, new in opened.atom_pairs:
        conformer.SetAtomPosition(old, points[new])
    placed.AddConformer(conformer)
    Chem.AssignStereochemistryFrom3D(placed)
    return Chem.MolToSmiles(placed)


def _cysteine(job: Job, structures: Path | None, settings: DockSettings) -> dict[str, Any]:
    case = redocking_cases()[job.case]
    if structures is None:
        raise WorkbenchError("no folder of structure files: give --structures")
    path = structures / "adducts" / case.file
    native = deposited(path, case)
    receptor = load_receptor(path, nucleophile=case.nucleophile)
    adducts = adducts_of(case)
    if job.stage == "dock":
        found = _docked(load_ligand(case.smiles), receptor, settings, job.seed, native)
    else:
        found = _found(receptor, adducts, settings, job.seed, native)
    return found | {
        "native": _native_label(case, adducts, path),
        "resolved": True,
        "reference": f"{case.file}, {' '.join(case.residues)}",
        "role": case.role,
    }


def _native_label(case: RedockingCase, adducts: Sequence[Adduct], path: Path) -> str:
    native = deposited(path, case)
    for adduct in adducts:
        drawn, seen = native_stereo(adduct, native)
        if drawn == seen:
            return adduct.label
    raise WorkbenchError(f"{case.name}: no stereoisomer drawn is the deposited one")


def _found(
    receptor: Receptor,
    adducts: Sequence[Adduct],
    settings: DockSettings,
    seed: int,
    reference: PlacedMolecule,
) -> dict[str, Any]:
    result = searched(receptor, adducts, settings, seed)
    rows = []
    for adduct in adducts:
        outcome = result.outcomes[adduct.label]
        poses = [
            _pose_row(adduct, pose.coordinates, pose.score_kcal_per_mol, reference)
            for pose in outcome.poses
        ]
        rows.append(
            {
                "label": adduct.label,
                "poses": poses,
                "top": np.round(outcome.poses[0].coordinates[: adduct.n_drug_atoms], 3).tolist(),
                "torsions": result.trees[adduct.label].n_torsions,
                "evaluations": outcome.evaluations,
                "pools": outcome.pools,
                "agreeing": outcome.agreeing_pools,
                "search_s": round(result.search_s[adduct.label], 1),
                "conformers_s": round(result.conformers_s[adduct.label], 1),
                "profiles_s": round(result.profiles_s[adduct.label], 1),
            }
        )
    turned = list(flexible_residues(receptor, settings))
    return {"adducts": rows, "maps_s": round(result.maps_s, 1), "turned": turned}


def _docked(
    ligand: Ligand,
    receptor: Receptor,
    settings: DockSettings,
    seed: int,
    reference: PlacedMolecule,
) -> dict[str, Any]:
    """Run the main job; poses are in the order in which it ranks them."""
    result = dock(ligand, receptor, seed=seed, jobs=1, settings=settings)
    drawn = {adduct.label: adduct for adduct in enumerate_adducts(ligand)}
    rows = []
    for found in result.adducts:
        adduct = drawn[found.label]
        poses = []
        drugs = []
        for pose in found.poses:
            mol = Chem.MolFromMolBlock(pose.drug_sdf, removeHs=True, sanitize=False)
            points = mol.GetConformer().GetPositions()[: adduct.n_drug_atoms]
            row = _pose_row(adduct, points, pose.score_kcal_per_mol, reference)
            row |= {"valid": pose.valid, "energy": pose.minimised_energy_kcal_per_mol}
            poses.append(row)
            drugs.append(np.round(points, 3).tolist())
        rows.append({"label": found.label, "poses": poses, "top": drugs[0]})
    return {"adducts": rows, "timing": result.timing, "reason": result.reason}


def _pose_row(
    adduct: Adduct, coordinates: FloatArray, score: float, reference: PlacedMolecule
) -> dict[str, Any]:
    drug = np.asarray(coordinates)[: adduct.n_drug_atoms]
    return {"score": round(score, 3)} | _compared(adduct, drug, reference)


def _compared(adduct: Adduct, drug: FloatArray, reference: PlacedMolecule) -> dict[str, Any]:
    compared = compare_to_reference(adduct, drug, reference)
    row: dict[str, Any] = {"rmsd": round(compared.rmsd_angstrom, 3)}
    parts = parts_against(adduct, drug, reference)
    if parts is None or compared.core_rmsd_angstrom is None:
        return row
    core, tail = parts
    return row | {
        "core": round(compared.core_rmsd_angstrom, 3),
        "tail": round(tail, 3),
        "centroid": round(core.aryl_centroid_distance_angstrom, 3),
        "normal": round(core.aryl_normal_angle_degree, 1),
        "axis": round(core.axis_angle_degree, 1),
        "flip": round(core.triazole_flip_degree, 1),
        "in_place": core.in_place,
    }


def apart(first: dict[str, Any], second: dict[str, Any]) -> float | None:
    """Return the RMSD of two seeds' best-scored poses of one drug, in angstrom.

    ``None`` when they are of different diastereomers, whose atoms cannot lie on each other.
    """
    found = [min(r["adducts"], key=lambda a: a["poses"][0]["score"]) for r in (first, second)]
    if found[0]["label"] != found[1]["label"]:
        return None
    skeleton = connectivity(load_ligand(first["case"]).mol)
    mappings = equivalent_mappings(skeleton, skeleton)
    one, other = (np.array(adduct["top"]) for adduct in found)
    return symmetric_rmsd(one, other, mappings)


def _encounter(job: Job, structures: Path | None, settings: DockSettings) -> dict[str, Any]:
    ligand = load_ligand(job.case)
    return _encounter_rows(ligand, load_receptor(job.receptor), settings, job.seed)


def _control(job: Job, structures: Path | None, settings: DockSettings) -> dict[str, Any]:
    """Dock a look-alike: what the workbench says of the bond, and the intact drug's poses."""
    ligand = as_drawn(job.case)
    mutations = ("C528S",) if "C528S" in job.case else ()
    receptor = load_receptor(job.receptor, mutations=mutations)
    thiol = receptor.reactive_atom is not None
    record: dict[str, Any] = {"verdict": ligand.warhead_verdict if thiol else "no_thiol"}
    try:
        adducts = enumerate_adducts(ligand)
        result = searched(receptor, adducts, settings, job.seed)
        record["adduct_smiles"] = [adduct.smiles for adduct in adducts]
        record["scores"] = {
            label: round(outcome.poses[0].score_kcal_per_mol, 3)
            for label, outcome in result.outcomes.items()
        }
    except WorkbenchError as error:
        record["refused"] = str(error)
    return record | _encounter_rows(ligand, receptor, settings, job.seed)


def as_drawn(case: str) -> Ligand:
    """Return a control's ligand; the saturated one is not taken for a crystal's bound form.

    The reader gives such a component back its alkene, which here is to stay away.
    """
    smiles = CONTROLS[case]
    if "without warhead" not in case:
        return load_ligand(smiles)
    mol = Chem.MolFromSmiles(Chem.CanonSmiles(smiles))
    finding = find_warheads(mol)
    return replace(
        load_ligand("KPT-185"),
        name=case,
        mol=mol,
        smiles=Chem.MolToSmiles(mol),
        inchikey=Chem.MolToInchiKey(mol),
        formula=CalcMolFormula(mol),
        warhead=finding.matches[0] if finding.matches else None,
        warhead_verdict=finding.verdict,
        warhead_problem=finding.problem,
    )


def _encounter_rows(
    ligand: Ligand, receptor: Receptor, settings: DockSettings, seed: int
) -> dict[str, Any]:
    box = docking_box(receptor, settings.encounter.edge_angstrom)
    poses = dock_encounter(receptor, ligand, box, settings.encounter, seed).poses
    reference = reference_for(ligand)
    rows = []
    for pose in poses:
        row: dict[str, Any] = {
            "score": round(pose.score_kcal_per_mol, 3),
            "sg_c": pose.sg_c_distance_angstrom and round(pose.sg_c_distance_angstrom, 2),
            "angle": pose.attack_angle_degree and round(pose.attack_angle_degree, 1),
            "ready": pose.attack_ready,
        }
        if reference is not None:
            adduct = enumerate_adducts(ligand)[0]
            row |= _compared(adduct, pose.coordinates, reference)
        rows.append(row)
    return {"encounter": rows}


_MEASURES: dict[str, Callable[[Job, Path | None, DockSettings], dict[str, Any]]] = {
    "sine": _sine,
    "lactone": _lactone,
    "cysteine": _cysteine,
    "control": _control,
    "encounter": _encounter,
}
