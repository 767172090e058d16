"""Computed properties and alerts against published values of well-known compounds."""

from __future__ import annotations

import pytest
from rdkit import Chem

from workbench.ligands.properties import drug_properties, structural_alerts
from workbench.ligands.reading import load_ligand
from workbench.tables import compounds

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"
PARACETAMOL = "CC(=O)Nc1ccc(O)cc1"
DIAZEPAM = "CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc21"
NICOTINE = "CN1CCC[C@H]1c1cccnc1"
CAFFEINE = "Cn1c(=O)c2c(ncn2C)n(C)c1=O"


@pytest.mark.parametrize(
    ("smiles", "weight", "tpsa", "donors", "hydrogens"),
    [
        # weights, polar surface and donors as PubChem lists them
        (ASPIRIN, 180.16, 63.6, 1, 1),
        (PARACETAMOL, 151.16, 49.3, 2, 2),
        (DIAZEPAM, 284.74, 32.7, 0, 0),
        (NICOTINE, 162.23, 16.1, 0, 0),
        ("CC(C)Cc1ccc(cc1)C(C)C(=O)O", 206.28, 37.3, 1, 1),
        ("NC(N)=O", 60.06, 69.1, 2, 4),
    ],
)
def test_well_known_drugs(
    smiles: str, weight: float, tpsa: float, donors: int, hydrogens: int
) -> None:
    found = drug_properties(Chem.MolFromSmiles(smiles))
    assert found.molecular_weight_g_per_mol == pytest.approx(weight, abs=0.01)
    assert found.tpsa_angstrom2 == pytest.approx(tpsa, abs=0.06)
    assert found.hydrogen_bond_donors == donors
    assert found.polar_hydrogens == hydrogens


@pytest.mark.parametrize(
    ("smiles", "clogp"),
    # the two worked examples of Wildman and Crippen 1999
    [("COc1ccccc1O", 1.40), ("c1ccc(cc1)-c1ccccn1", 2.75)],
)
def test_logp_of_the_papers_examples(smiles: str, clogp: float) -> None:
    assert drug_properties(Chem.MolFromSmiles(smiles)).clogp == pytest.approx(clogp, abs=0.006)


def test_counts_by_hand() -> None:
    caffeine = drug_properties(Chem.MolFromSmiles(CAFFEINE))
    assert (caffeine.heavy_atoms, caffeine.hydrogen_bond_donors) == (14, 0)
    assert caffeine.fraction_sp3 == pytest.approx(3 / 8)
    assert caffeine.rotatable_bonds == 0
    assert caffeine.molecular_weight_g_per_mol == pytest.approx(194.19, abs=0.01)
    aspirin = drug_properties(Chem.MolFromSmiles(ASPIRIN))
    assert aspirin.fraction_sp3 == pytest.approx(1 / 9, abs=0.001)
    # quoted for aspirin wherever QED is introduced
    assert aspirin.qed == pytest.approx(0.55, abs=0.005)


def test_the_weight_of_every_catalogue_drug_is_the_tables() -> None:
    for row in compounds():
        found = drug_properties(Chem.MolFromSmiles(row.smiles))
        assert found.molecular_weight_g_per_mol == pytest.approx(row.mw, abs=0.015)


def test_a_salt_form_has_the_properties_of_the_neutral_drug() -> None:
    ion, acid = (drug_properties(Chem.MolFromSmiles(s)) for s in ("CC(=O)[O-]", "CC(=O)O"))
    assert (ion.clogp, ion.tpsa_angstrom2) == (acid.clogp, acid.tpsa_angstrom2)
    assert ion.molecular_weight_g_per_mol < acid.molecular_weight_g_per_mol


def test_filters_know_their_own_examples() -> None:
    # the best-known PAINS class: 5-benzylidene rhodanines
    rhodanine = Chem.MolFromSmiles("O=C1NC(=S)SC1=Cc1ccccc1")
    assert any("rhod" in a.name for a in structural_alerts(rhodanine) if a.filter_set == "PAINS")
    quinone = structural_alerts(load_ligand("plumbagin").mol)
    assert any(a.filter_set == "PAINS" and "quinone" in a.name for a in quinone)
    maleimide = structural_alerts(load_ligand("N-ethylmaleimide").mol)
    assert any(a.filter_set == "NIH" and "maleimide" in a.name for a in maleimide)
    assert structural_alerts(Chem.MolFromSmiles(DIAZEPAM)) == ()


def test_an_alert_says_whether_it_is_the_warhead() -> None:
    ligand = load_ligand("selinexor")
    assert ligand.warhead is not None
    alerts = structural_alerts(ligand.mol, ligand.warhead.atom_indices)
    assert {a.name: a.on_warhead for a in alerts} == {
        "Michael_acceptor_1": True,
        "Oxygen-nitrogen_single_bond": False,
    }
    hydrazide = next(a for a in alerts if not a.on_warhead)
    assert [ligand.mol.GetAtomWithIdx(i).GetSymbol() for i in hydrazide.atom_indices] == ["N", "N"]
