"""A resistance scan made by hand."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from rdkit import Chem
from rdkit.Chem import AllChem

from workbench.records.scan import (
    WILD_TYPE,
    Difference,
    Evidence,
    Groove,
    ScanPair,
    ScanResult,
)
from workbench.structures.embedded import read_embedded
from workbench.structures.mutation import mutated
from workbench.structures.writing import receptor_pdb


@cache
def _sdf() -> str:
    """Return a small molecule beside the sulphur of 528."""
    mol = Chem.AddHs(Chem.MolFromSmiles("CCO"))
    AllChem.EmbedMolecule(mol, randomSeed=1)
    receptor = read_embedded("human-groove")
    assert receptor.reactive_atom is not None
    place = receptor.coordinates[receptor.reactive_atom]
    conformer = mol.GetConformer()
    for i in range(mol.GetNumAtoms()):
        point = conformer.GetAtomPosition(i)
        conformer.SetAtomPosition(i, [point.x + place[0], point.y + place[1], point.z + place[2]])
    return str(Chem.MolToMolBlock(Chem.RemoveHs(mol)))


@cache
def _groove(mutation: str) -> Groove:
    receptor = read_embedded("human-groove")
    if mutation != WILD_TYPE:
        receptor = mutated(receptor, (mutation,))
    return Groove(
        mutation,
        "C528" if mutation == WILD_TYPE else "S528",
        mutation == WILD_TYPE,
        3.1,
        (),
        ("made",),
        receptor_pdb(receptor),
    )


def _pair(mutation: str, ligand: str) -> ScanPair:
    wild = mutation == WILD_TYPE
    return ScanPair(
        mutation=mutation,
        ligand=ligand,
        verdict="adduct" if wild else "no_thiol",
        reason="because",
        encounter_score_kcal_per_mol=-8.0,
        adduct_score_kcal_per_mol=-12.0 if wild else None,
        evidence=(Evidence("a text", "computed", "a source"),),
        confidence="high",
        confidence_reason="chemistry",
        encounter_difference=None if wild else Difference(0.2, 0.5, False),
        contacts_lost=() if wild else ("CYS528",),
        contacts_gained=() if wild else ("SER528", "LYS568"),
        sdf=_sdf(),
    )


def scan_result() -> ScanResult:
    """Return selinexor on the wild type and on C528S."""
    return ScanResult(
        pairs=tuple(_pair(m, "selinexor") for m in (WILD_TYPE, "C528S")),
        grooves=(_groove(WILD_TYPE), _groove("C528S")),
        limits=("nothing was measured",),
        warnings=(),
        outside=({"what": "NF-kB", "finding": "f", "source": "", "confidence": "named only"},),
        failures=(),
        provenance={"command": "workbench scan"},
    )


def hostile_scan(text: str) -> ScanResult:
    """Return the same with a text wherever one can come from outside."""
    plain, said = scan_result(), Evidence(text, "computed", text)
    return replace(
        plain,
        pairs=tuple(replace(p, ligand=text, reason=text, evidence=(said,)) for p in plain.pairs),
        warnings=(text,),
        failures=((text, text),),
        provenance={"command": text},
    )
