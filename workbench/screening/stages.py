"""The stages of the funnel for one ligand: what runs in a worker's process.

Each function takes the job and an item and returns rows; an item that cannot be done raises.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem.Scaffolds.MurckoScaffold import MurckoScaffoldSmiles

from workbench.docking.covalent import (
    Site,
    adduct_maps,
    covalent_site,
    moving_probes,
    reach_angstrom,
)
from workbench.docking.flexible import turning_neighbours, with_side_chains, with_turned
from workbench.docking.grids import GridMaps, Probe, build_maps
from workbench.docking.search import search as search_adduct
from workbench.docking.torsions import TorsionTree, build_tree
from workbench.errors import WorkbenchError
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.building import build_ligands
from workbench.ligands.conformers import embed
from workbench.ligands.files import Record
from workbench.ligands.molecules import Adduct, Ligand, Pose, SideChain
from workbench.ligands.properties import Properties, drug_properties, structural_alerts
from workbench.ligands.reading import mol_from_smiles, parsed
from workbench.mechanism.reactivity import react as reactions
from workbench.physics.assembly import bond
from workbench.physics.strain import refine
from workbench.pipeline.summarising import adduct_record
from workbench.screening.plan import Item, Job, Row
from workbench.settings import DockSettings, FilterSettings, GridSettings

_LIMITED = {
    "molecular weight": "molecular_weight_g_per_mol",
    "heavy atoms": "heavy_atoms",
    "rotatable bonds": "rotatable_bonds",
    "clogP": "clogp",
}


def read(job: Job, item: Item) -> list[Row]:
    """Read one record of ``ligands.files``; return a row, ready or dropped, for each stereoisomer.

    Raises
    ------
    LigandError
        When the record holds no usable ligand.
    """
    with rdBase.BlockLogs():
        record = Record(**{name: item[name] for name in item.keys() - {"record"}})
        ligands = build_ligands(parsed(record), record.name, record.where, job.settings.ligand)
        return [
            {"where": item["where"], **_read_row(job, drawn, isomer)}
            for isomer, drawn in enumerate(ligands)
        ]


def _read_row(job: Job, drawn: Ligand, isomer: int) -> Row:
    """Return the row of one ligand, as the later stages will build it from its SMILES."""
    ligand = _again(job, drawn.smiles, drawn.name)
    properties = drug_properties(ligand.mol)
    marked = ligand.warhead.atom_indices if ligand.warhead else ()
    alerts = structural_alerts(ligand.mol, marked)
    reason = _why_dropped(
        ligand,
        properties,
        {a.filter_set for a in alerts if not a.on_warhead},
        job.settings.filters,
    )
    return {
        "isomer": isomer,
        "name": ligand.name,
        "status": "dropped" if reason else "ready",
        "reason": reason,
        "key": compound_key(ligand),
        "smiles": ligand.smiles,
        "inchikey": ligand.inchikey,
        "formula": ligand.formula,
        "warhead": ligand.warhead.name if ligand.warhead else None,
        "scaffold": str(MurckoScaffoldSmiles(mol=ligand.mol)),
        "alerts": "; ".join(dict.fromkeys(f"{a.filter_set} {a.name}" for a in alerts)),
        **asdict(properties),
    }


def compound_key(ligand: Ligand) -> str:
    """Return what two records of one compound share: InChIKey and stereo labels.

    The standard InChIKey leaves out stereo that a mobile hydrogen could move through, such as
    that of an amidine; the labels tell such isomers apart.
    """
    mol = Chem.Mol(ligand.mol)
    Chem.rdCIPLabeler.AssignCIPLabels(mol)
    holders: list[Any] = [*mol.GetAtoms(), *mol.GetBonds()]
    labels = sorted(x.GetProp("_CIPCode") for x in holders if x.HasProp("_CIPCode"))
    return f"{ligand.inchikey}/{','.join(labels)}"


def _why_dropped(
    ligand: Ligand, properties: Properties, alerts: set[str], filters: FilterSettings
) -> str:
    """Return the first filter that a ligand does not pass; blank when it passes all."""
    if ligand.warhead is None:
        return f"no warhead: {ligand.warhead_problem or ligand.warhead_verdict}"
    if filters.warheads and ligand.warhead.name not in filters.warheads:
        return f"warhead {ligand.warhead.name} is not asked for"
    for words, name in _LIMITED.items():
        value, most = getattr(properties, name), getattr(filters, f"max_{name}")
        if value > most:
            return f"{words} above {most:g}"
    if properties.clogp < filters.min_clogp:
        return f"clogP below {filters.min_clogp:g}"
    for name in filters.alerts:
        if name in alerts:
            return f"{name} alert"
    return ""


def _again(job: Job, smiles: str, name: str) -> Ligand:
    """Return the ligand of a SMILES that the workbench wrote, atoms in the same order."""
    settings = job.settings.ligand
    return build_ligands(mol_from_smiles(smiles, name), name, name, settings)[0]


class MapLibrary:
    """Maps of one site in one box, shared by all ligands that fit into it.

    A map depends on its kind of atom and on the box alone, so a ligand's score does not depend
    on which ligands came before it.
    """

    def __init__(self, site: Site, half_width_angstrom: float, settings: GridSettings) -> None:
        self.site = site
        self._half_width = half_width_angstrom
        self._settings = settings
        self._maps: GridMaps | None = None

    def maps_for(self, adduct: Adduct, trees: Sequence[TorsionTree]) -> GridMaps:
        """Return maps that hold every kind of atom of an adduct.

        Parameters
        ----------
        adduct, trees
            One of a ligand's adducts, and the trees of all of them. One that reaches beyond the
            box gets maps of its own.
        """
        reach = max(reach_angstrom(tree, self.site) for tree in trees)
        if reach + self._settings.margin_angstrom > self._half_width:
            return adduct_maps(self.site, adduct, trees, self._settings)
        probes: set[Probe] = {p for p in moving_probes(self.site, adduct) if p is not None}
        known = self._maps.probes if self._maps else ()
        new = tuple(sorted(set(probes).difference(known)))
        if new or self._maps is None:
            made = build_maps(
                self.site.atoms,
                self.site.group,
                new,
                self.site.cb,
                self._half_width,
                self._settings.spacing_angstrom,
            )
            if self._maps is not None:
                made = replace(
                    made,
                    probes=known + new,
                    coefficients=np.concatenate([self._maps.coefficients, made.coefficients]),
                )
            self._maps = made
        return self._maps


_libraries: list[tuple[Job, MapLibrary]] = []
"""The job that this process works on, one at a time, and its maps."""


def _maps_of(job: Job) -> MapLibrary:
    if not _libraries or _libraries[0][0] is not job:
        asked = job.settings.search.flexible
        if asked == "auto":
            flexible = turning_neighbours(job.receptor)
        else:
            flexible = () if asked == "none" else asked
        site = covalent_site(job.receptor, flexible)
        library = MapLibrary(site, job.settings.maps_half_width_angstrom, job.settings.grid)
        _libraries[:] = [(job, library)]
    return _libraries[0][1]


def search(job: Job, item: Item) -> list[Row]:
    """Search every diastereomer of a ligand's adduct; the intact drug is not docked.

    The row holds the best diastereomer and score; all scores and the poses to minimise as JSON.

    Raises
    ------
    WorkbenchError
        When no diastereomer has a pose.
    """
    library, settings = _maps_of(job), job.settings.search
    adducts = enumerate_adducts(_again(job, item["smiles"], item["name"]))
    trees = [
        with_side_chains(
            build_tree(
                adduct,
                embed(adduct, settings.n_conformers, job.settings.seed),
                library.site.backbone,
            ),
            library.site.flexible,
            settings.rotamer_penalty_kcal_per_mol,
        )
        for adduct in adducts
    ]
    maps = library.maps_for(adducts[0], trees)
    poses: list[Pose] = []
    refused: list[WorkbenchError] = []
    for adduct, tree in zip(adducts, trees, strict=True):
        try:
            poses += search_adduct(
                library.site, adduct, tree, maps, settings, job.settings.seed
            ).poses
        except WorkbenchError as error:
            refused.append(error)
    if not poses:
        raise refused[0]
    poses.sort(key=lambda pose: pose.score_kcal_per_mol)
    best: dict[str, Pose] = {}
    for pose in poses:
        best.setdefault(pose.adduct.label, pose)
    return [
        {
            "diastereomer": poses[0].adduct.label,
            "score_kcal_per_mol": round(poses[0].score_kcal_per_mol, 3),
            "scores": json.dumps(
                {label: round(pose.score_kcal_per_mol, 3) for label, pose in best.items()}
            ),
            "poses": json.dumps(
                [_packed_pose(pose) for pose in poses[: job.settings.minimised_poses]]
            ),
        }
    ]


def _packed_pose(pose: Pose) -> dict[str, Any]:
    return {
        "label": pose.adduct.label,
        "score": pose.score_kcal_per_mol,
        "terms": pose.terms,
        "coordinates": pose.coordinates.tolist(),
        "side_chains": [asdict(chain) for chain in pose.side_chains],
    }


def _pose(packed: dict[str, Any], adducts: dict[str, Adduct]) -> Pose:
    return Pose(
        adducts[packed["label"]],
        np.array(packed["coordinates"]),
        packed["score"],
        packed["terms"],
        tuple(
            SideChain(**{**chain, "dihedrals_degree": tuple(chain["dihedrals_degree"])})
            for chain in packed["side_chains"]
        ),
    )


def minimise(job: Job, item: Item) -> list[Row]:
    """Minimise a ligand's poses as bonded complexes; return the valid one with the best score."""
    adducts = {a.label: a for a in enumerate_adducts(_again(job, item["smiles"], item["name"]))}
    poses = [_pose(packed, adducts) for packed in json.loads(item["poses"])]
    complexes = [bond(with_turned(job.receptor, pose.side_chains), pose) for pose in poses]
    settings = DockSettings(minimization=job.settings.minimization)
    records = []
    for label in dict.fromkeys(pose.adduct.label for pose in poses):
        own = [k for k, pose in enumerate(poses) if pose.adduct.label == label]
        refined = refine(
            [poses[k] for k in own],
            [complexes[k] for k in own],
            complexes,
            settings,
            job.settings.seed,
            lambda: None,
        )
        records.append(adduct_record(adducts[label], refined, None))
    best = min(records, key=lambda r: (not r.poses[0].valid, r.poses[0].score_kcal_per_mol))
    pose = best.poses[0]
    return [
        {
            "minimised_diastereomer": best.label,
            "valid": pose.valid,
            "failed_checks": "; ".join(pose.failed_checks),
            "minimised_energy_kcal_per_mol": pose.minimised_energy_kcal_per_mol,
            "strain_kcal_per_mol": pose.strain_kcal_per_mol,
            "sg_c_distance_angstrom": pose.sg_c_distance_angstrom,
            "moved_by_minimisation_angstrom": pose.moved_by_minimisation_angstrom,
            "sdf": pose.drug_sdf,
        }
    ]


def react(job: Job, item: Item) -> list[Row]:
    """Compute the thiol addition of a ligand: free energy relative to selinexor's."""
    reaction = reactions(_again(job, item["smiles"], item["name"]), seed=job.settings.seed)[0]
    best = reaction.best
    return [
        {
            "reaction_diastereomer": best.label,
            "reaction_level": reaction.level,
            "delta_g_kcal_per_mol": best.delta_g_kcal_per_mol,
            "relative_to_selinexor_kcal_per_mol": best.relative_to_selinexor_kcal_per_mol,
            "reaction_uncertainty_kcal_per_mol": best.uncertainty_kcal_per_mol,
        }
    ]
