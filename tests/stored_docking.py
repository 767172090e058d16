"""The docking run that the package ships, filled up to two diastereomers of three poses each."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from workbench.files.docking import read_docking_result
from workbench.ligands.adducts import enumerate_adducts
from workbench.ligands.reading import load_ligand
from workbench.records.docking import AdductRecord, DockingResult, PoseRecord
from workbench.report.tour import POSES, WILD_TYPE
from workbench.structures.loading import load_receptor
from workbench.structures.writing import receptor_pdb

TURNED = ("525", "529", "537", "541", "544", "548", "568", "572", "576")
HOSTILE = (
    '=HYPERLINK("x")\n> <score_kcal_per_mol>\n99\n\n$$$$\n</script><script>alert(1)</script>&"'
    "\u202eevil\u202c \U0001f9ea \udcff" + "n" * 3000
)
"""A formula, an SD record, a script, right to left, a broken encoding, and long."""


@cache
def stored_docking() -> DockingResult:
    """Return selinexor in the human groove: real coordinates, the other diastereomer made up."""
    result = read_docking_result(POSES / WILD_TYPE)
    (found,) = result.adducts
    bond = {"type": "hydrogen_bond", "residue": "GLU529", "receptor_atom": "N"}
    contact = {**bond, "ligand_atoms": [5], "distance_angstrom": 2.9, "angle_degree": 155.0}
    real = found.poses[0]
    first = replace(
        real,
        interactions=(*real.interactions, contact),
        posebusters={"checks": {"bond_lengths": False}, "failed": ["bond_lengths"], "note": "n"},
        complex_cif="data_pose\n",
    )
    own = replace(found, poses=_three(first))
    smiles = {adduct.label: adduct.smiles for adduct in enumerate_adducts(load_ligand("selinexor"))}
    label = next(other for other in smiles if other != found.label)
    bare = replace(first, encounter_rank=None, encounter_rmsd_angstrom=None, posebusters=None)
    worse = replace(bare, score_kcal_per_mol=real.score_kcal_per_mol + 0.1)
    centre = {**found.stereocentres[0], "cip": label[1]}
    other = AdductRecord(label, smiles[label], found.formula, (centre,), _three(worse))
    return replace(
        result,
        adducts=(own, other),
        timing={"encounter": 1.5, "covalent search": 2.25},
        receptor_pdb=receptor_pdb(load_receptor("human-groove")),
    )


def _three(first: PoseRecord) -> tuple[PoseRecord, ...]:
    """Return a pose, one with other side chains, and one that fails a check."""
    score = first.score_kcal_per_mol
    moved = "\n".join(_moved(line) for line in first.complex_pdb.splitlines()) + "\n"
    second = replace(first, rank=2, score_kcal_per_mol=score + 0.5, complex_pdb=moved)
    failed = ("no_receptor_clash",)
    third = replace(
        second,
        rank=3,
        score_kcal_per_mol=score + 0.9,
        valid=False,
        failed_checks=failed,
        rmsd_to_reference_angstrom=None,
    )
    return first, second, third


def _moved(line: str) -> str:
    """Return an atom's line, 0.2 angstrom along x when it is of a side chain that turns."""
    turns = line[22:26].strip() in TURNED and line[12:16].strip() not in ("N", "CA", "C", "O", "SG")
    if not line.startswith("ATOM") or not turns:
        return line
    return f"{line[:30]}{float(line[30:38]) + 0.2:8.3f}{line[38:]}"


def without_adducts(result: DockingResult, verdict: str) -> DockingResult:
    """Return what a run with another verdict gives."""
    no_thiol = verdict == "no_thiol"
    return replace(
        result,
        verdict=verdict,  # type: ignore[arg-type]
        reason="the reason in words",
        adducts=(),
        ligand=result.ligand if no_thiol else {**result.ligand, "warhead": None},
        receptor={**result.receptor, "reactive_atom": ""} if no_thiol else result.receptor,
        encounter=result.encounter if no_thiol else (),
    )


def hostile_docking(text: str) -> DockingResult:
    """Return the same run with a text wherever one can come from outside."""
    result = stored_docking()
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
