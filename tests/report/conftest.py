"""Results that every test of the report reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_driver import Browser, find_browser
from rdkit import Chem
from rdkit.Chem import AllChem
from report_cases import BETA, HOSTILE, KPT_185, adduct_of, hostile_result, with_path

from workbench.records.docking import DockingResult, EncounterRecord


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = find_browser()
    if program is None:
        pytest.skip("no Chromium found: install it or name it in CHROMIUM")
    with Browser(program, tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="session")
def docked() -> DockingResult:
    """Return two diastereomers of KPT-185, three poses each, and an encounter pose."""
    adducts = (adduct_of("bR", 7, -10.6), with_path(adduct_of("bS", 11, -10.9)))
    drug = Chem.AddHs(Chem.MolFromSmiles(KPT_185))
    AllChem.EmbedMolecule(drug, randomSeed=3)
    peptide_only = [
        line for line in adducts[0].poses[0].complex_pdb.splitlines() if line.startswith("ATOM")
    ]
    encounter = EncounterRecord(
        1, -7.5, 3.6, 101.0, True, "si", ("bS",), sdf=Chem.MolToMolBlock(drug)
    )
    return DockingResult(
        verdict="adduct",
        reason="KPT-185 bonds to A:528:SG",
        ligand={
            "name": "KPT-185",
            "smiles": KPT_185,
            "inchikey": Chem.MolToInchiKey(Chem.MolFromSmiles(KPT_185)),
            "formula": "C16H16F3N3O3",
            "warhead": {
                "name": "triazolyl acrylate",
                "reactive_atom_index": BETA,
                "smarts": "[CH]=[CH]",
            },
        },
        receptor={
            "name": "human-groove",
            "source": "AF-O14980-F1",
            "reactive_atom": "A:528:SG",
            "numbering": "human",
            "entry_residue": "A:CYS:528",
            "groove_state": "open",
            "mutations": [],
        },
        encounter=(encounter,),
        adducts=adducts,
        ranking={
            "best_scored": "bS",
            "preferred": None,
            "gap_kcal_per_mol": 0.3,
            "spread_kcal_per_mol": 0.4,
            "least_telling_gap_kcal_per_mol": 1.0,
            "words": "bS scores best by 0.3 kcal/mol, within the search's spread over seeds of "
            "0.4: none is preferred",
        },
        timing={"encounter": 1.5, "covalent search": 2.25},
        provenance={
            "command": "workbench dock KPT-185",
            "seed": 1,
            "versions": {"workbench": "0.1.0", "rdkit": "2026.9.1"},
            "platform": {"name": "CPU", "report": ["CUDA: not installed"]},
            "force_field": "mmff94s",
            "inputs": {"ligand": "ab" * 32},
        },
        receptor_pdb="\n".join(peptide_only) + "\n",
        reference={
            "name": "K85 of 4GMX",
            "sdf": adducts[0].poses[0].drug_sdf,
            "note": "moved rigidly",
            "uncertainty_angstrom": 1.5,
        },
    )


@pytest.fixture(scope="session")
def hostile(docked: DockingResult) -> DockingResult:
    return hostile_result(docked, HOSTILE)
