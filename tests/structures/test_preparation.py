from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import rdForceFieldHelpers
from structure_cases import as_entry, bond_lengths, heavy_positions, rdkit_mol

from workbench.errors import ReceptorError
from workbench.geometry import dihedral
from workbench.settings import PreparationSettings
from workbench.structures.loading import load_receptor
from workbench.structures.preparation import prepare_receptor
from workbench.structures.reading import read_structure
from workbench.structures.receptor import Receptor
from workbench.structures.sites import named_site
from workbench.structures.topology import clashing_pairs

ADDUCTS = [
    # file, nucleophile, bonded atom as deposited, distance, how it is known
    ("6lu7.pdb", "A:145:SG", "C:PJE:5:C20", 1.76, "record"),
    ("1vsn.pdb", "A:CYS:25:SG", "A:NFT:283:C44", 1.73, "record"),
    ("4i39.cif", "A:69:SG", "A:HC4:201:C1", 1.98, "record"),
    ("5HG8.pdb", "X:797:SG", "X:634:9001:C21", 1.80, "distance"),
    ("5UG8.pdb", "X:797", "X:8BP:9001:C29", 1.81, "distance"),
]


QUICK = PreparationSettings(shell_angstrom=1.0)
"""The lining residues and what fills single gaps: enough where only one residue is looked at."""


@pytest.fixture(scope="session")
def human_groove() -> Receptor:
    return load_receptor("human-groove")


@pytest.fixture(scope="session")
def prepared(human_groove: Receptor, tmp_path_factory: pytest.TempPathFactory) -> Receptor:
    """The shipped groove taken through the whole preparation again, from heavy atoms only."""
    path = tmp_path_factory.mktemp("entry") / "entry.pdb"
    path.write_text(as_entry(human_groove, chain="C", shift=11))
    return prepare_receptor(path)


@pytest.fixture(params=["shipped", "prepared"])
def receptor(
    request: pytest.FixtureRequest, human_groove: Receptor, prepared: Receptor
) -> Receptor:
    return human_groove if request.param == "shipped" else prepared


def test_receptor_is_a_molecule_that_mmff_knows(receptor: Receptor) -> None:
    mol = rdkit_mol(receptor)
    Chem.SanitizeMol(mol)
    assert rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol)
    assert not any(atom.GetNumRadicalElectrons() for atom in mol.GetAtoms())
    names = [(a.residue_name, a.name) for a in receptor.atoms]
    acids = sum(name in (("ASP", "OD2"), ("GLU", "OE2")) for name in names)
    bases = sum(name in (("LYS", "NZ"), ("ARG", "CZ")) for name in names)
    histidines = [
        {a.name for a in receptor.atoms if a.residue_number == number} & {"HD1", "HE2"}
        for number in {a.residue_number for a in receptor.atoms if a.residue_name == "HIS"}
    ]
    assert all(len(protons) == 1 for protons in histidines)
    assert Chem.GetFormalCharge(mol) == bases - acids


def test_bond_lengths_are_those_of_a_protein(receptor: Receptor) -> None:
    lengths = bond_lengths(receptor)
    for pair, low, high in (
        ("CH", 1.05, 1.13),
        ("NH", 0.97, 1.06),
        ("OH", 0.93, 1.02),
        ("SH", 1.30, 1.38),
        ("CN", 1.24, 1.56),
        ("CO", 1.18, 1.46),
        ("CS", 1.72, 1.88),
    ):
        found = lengths[frozenset(pair)]
        assert low < min(found) and max(found) < high, pair
    assert max(lengths[frozenset("C")]) < 1.62


def test_nothing_clashes(receptor: Receptor) -> None:
    pairs = clashing_pairs(receptor.atoms, receptor.coordinates, receptor.bonds)
    described = [(receptor.atoms[i], receptor.atoms[j]) for i, j in pairs.tolist()]
    assert described == []


def test_every_residue_is_l(receptor: Receptor) -> None:
    positions = heavy_positions(receptor)
    residues = {(number, name) for number, name, atom in positions if atom == "CB"}
    assert len(residues) > 90
    for residue in residues:
        n, ca, c, cb = (positions[(*residue, atom)] for atom in ("N", "CA", "C", "CB"))
        # looking from H to CA, CO, R and N run clockwise in an L-amino acid
        assert np.dot(np.cross(n - ca, c - ca), cb - ca) > 0, residue


def test_peptides_are_planar_and_caps_fit(receptor: Receptor) -> None:
    positions = heavy_positions(receptor)
    atoms = receptor.atoms
    joints = [
        (atoms[i], atoms[j])
        for i, j, _ in receptor.bonds.tolist()
        if (atoms[i].name, atoms[j].name) == ("C", "N")
        and (atoms[i].residue_number, atoms[i].residue_name)
        != (atoms[j].residue_number, atoms[j].residue_name)
    ]
    caps = [{a.residue_name for a in joint} for joint in joints]
    assert sum("ACE" in names for names in caps) == sum("NME" in names for names in caps) >= 15
    assert len(joints) > 115
    for left, right in joints:
        before = (left.residue_number, left.residue_name)
        after = (right.residue_number, right.residue_name)
        quartet = [
            positions[(*before, "CH3" if left.residue_name == "ACE" else "CA")],
            positions[(*before, "C")],
            positions[(*after, "N")],
            positions[(*after, "C" if right.residue_name == "NME" else "CA")],
        ]
        torsion = abs(dihedral(*quartet))
        assert torsion > 155 or torsion < 25, (left, right)


def test_reactive_cysteine_is_a_thiol(receptor: Receptor) -> None:
    assert receptor.verdict == "thiol"
    assert receptor.reactive_address() == "A:528:SG"
    assert receptor.reactive_residue_number == 528
    neighbours = {
        receptor.atoms[j if i == receptor.reactive_atom else i].name
        for i, j, _ in receptor.bonds.tolist()
        if receptor.reactive_atom in (i, j)
    }
    assert neighbours == {"CB", "HG"}


def test_heavy_atoms_stay_where_the_entry_has_them(
    human_groove: Receptor, prepared: Receptor
) -> None:
    before, after = heavy_positions(human_groove), heavy_positions(prepared)
    shared = [key for key in after if key in before and key[1] not in ("ACE", "NME")]
    assert len(shared) > 900
    shifts = [float(np.linalg.norm(before[key] - after[key])) for key in shared]
    assert max(shifts) <= 0.5
    assert np.median(shifts) < 0.001


def test_human_numbers_beside_the_entrys_own(prepared: Receptor) -> None:
    assert prepared.entry_residue == "C:CYS:539"
    assert prepared.residue_map[571] == "C:582"
    assert prepared.numbering == "human"


def test_same_entry_gives_the_same_receptor(prepared: Receptor, tmp_path: Path) -> None:
    path = tmp_path / "entry.pdb"
    path.write_text(as_entry(load_receptor("human-groove"), chain="C", shift=11))
    again = prepare_receptor(path)
    np.testing.assert_array_equal(again.coordinates, prepared.coordinates)


@pytest.mark.parametrize(("ph", "charged"), [(2.0, {"LYS", "HIS"}), (13.5, {"ASP", "GLU"})])
def test_protonation_follows_ph(
    human_groove: Receptor, tmp_path: Path, ph: float, charged: set[str]
) -> None:
    path = tmp_path / "entry.pdb"
    path.write_text(as_entry(human_groove, chain="A", shift=0))
    receptor = prepare_receptor(path, PreparationSettings(ph=ph, shell_angstrom=5.0))
    mol = rdkit_mol(receptor)
    Chem.SanitizeMol(mol)
    assert rdForceFieldHelpers.MMFFHasAllMoleculeParams(mol)
    found: dict[str, int] = {}
    for atom in receptor.atoms:
        if atom.formal_charge:
            found[atom.residue_name] = atom.formal_charge
    assert found.pop("ARG") == 1  # a guanidinium stays one at any pH that water allows
    assert set(found) == charged
    assert set(found.values()) == ({1} if ph < 7 else {-1})
    assert receptor.verdict == "thiol" and receptor.find(528, "HG")


def test_missing_side_chain_is_built_and_told(human_groove: Receptor, tmp_path: Path) -> None:
    lines = as_entry(human_groove, chain="A", shift=0).splitlines()
    kept = [
        line
        for line in lines
        if not (line[17:26] == "LYS A 568" and line[12:16].strip() in ("CG", "CD", "CE", "NZ"))
    ]
    path = tmp_path / "entry.pdb"
    path.write_text("\n".join(kept))
    receptor = prepare_receptor(path, QUICK)
    assert any("LYS 568 lacked CG CD CE NZ" in change for change in receptor.changes)
    pairs = clashing_pairs(receptor.atoms, receptor.coordinates, receptor.bonds)
    assert len(pairs) == 0
    zeta, alpha = receptor.find(568, "NZ"), receptor.find(568, "CA")
    reach = np.linalg.norm(receptor.coordinates[zeta] - receptor.coordinates[alpha])
    assert 3.0 < reach < 6.6


@pytest.mark.parametrize(
    ("name", "extra", "verdict"),
    [("CSO", "OD", "oxidised"), ("CYS", "OD", "oxidised"), ("CME", "SD", "bonded")],
)
def test_modified_cysteine_cannot_react(
    human_groove: Receptor, tmp_path: Path, name: str, extra: str, verdict: str
) -> None:
    sulphur = human_groove.coordinates[human_groove.find(528, "SG")]
    x, y, z = sulphur + np.array([0.0, 0.0, 1.7])
    lines = []
    for line in as_entry(human_groove, chain="A", shift=0).splitlines():
        mutated = line.replace("CYS A 528", f"{name} A 528")
        lines.append(mutated)
        if line[12:16] == " SG " and "CYS A 528" in line:
            place = f"{x:8.3f}{y:8.3f}{z:8.3f}  1.00  0.00           {extra[0]}"
            lines.append(f"HETATM 9999  {extra:<3} {name} A 528    {place}")
    path = tmp_path / "entry.pdb"
    path.write_text("\n".join(lines))
    receptor = prepare_receptor(path, QUICK)
    assert receptor.verdict == verdict
    assert receptor.reactive_atom is None and receptor.reactive_address() == ""
    assert any("cannot react" in change for change in receptor.changes)


def test_disulfide_cannot_react(human_groove: Receptor, tmp_path: Path) -> None:
    """Another chain's cysteine 2.05 angstrom away: a bond that no preparation may cut."""
    sulphur = human_groove.coordinates[human_groove.find(528, "SG")]
    text = as_entry(human_groove, chain="A", shift=0).replace("END", "   ")
    offsets = {"SG": 2.05, "CB": 3.6, "CA": 5.0, "N": 5.8, "C": 6.3, "O": 7.2}
    extra = [
        f"ATOM  {9000 + i:5d}  {name:<3} CYS B   1    {sulphur[0]:8.3f}{sulphur[1]:8.3f}"
        f"{sulphur[2] + dz:8.3f}  1.00  0.00           {name[0]}"
        for i, (name, dz) in enumerate(offsets.items())
    ]
    path = tmp_path / "entry.pdb"
    path.write_text(text + "\n".join(extra))
    receptor = prepare_receptor(path, QUICK)
    assert receptor.verdict == "bonded"
    (bond,) = receptor.covalent_bonds
    assert bond["atom_2"] == "B:CYS:1:SG" and bond["distance_angstrom"] == 2.05


def test_broken_geometry_is_refused(human_groove: Receptor, tmp_path: Path) -> None:
    lines = as_entry(human_groove, chain="A", shift=0).splitlines()
    zero = f"{0:8.3f}{0:8.3f}{0:8.3f}"
    text = "\n".join(
        f"{line[:30]}{zero}{line[54:]}" if line[12:26] == " CD1 PHE A 572" else line
        for line in lines
    )
    path = tmp_path / "entry.pdb"
    path.write_text(text)
    with pytest.raises(ReceptorError, match="PHE 572"):
        prepare_receptor(path, QUICK)


def test_unknown_force_field_is_refused(human_groove: Receptor, tmp_path: Path) -> None:
    path = tmp_path / "entry.pdb"
    path.write_text(as_entry(human_groove, chain="A", shift=0))
    with pytest.raises(ReceptorError, match="force field"):
        prepare_receptor(path, PreparationSettings(force_field="no/such.xml"))


def test_yeast_wild_type_has_no_thiol(shared_structures: Path) -> None:
    receptor = prepare_receptor(shared_structures / "receptors" / "3m1i.pdb")
    assert receptor.verdict == "no_thiol" and receptor.reactive_atom is None
    assert receptor.entry_residue == "C:THR:539"
    assert receptor.groove_state == "closed"
    assert receptor.organism == "Saccharomyces cerevisiae"
    assert any(name.startswith("chain A") for name in receptor.partners)
    assert rdForceFieldHelpers.MMFFHasAllMoleculeParams(_sanitised(receptor))


@pytest.mark.parametrize(
    "file", ["3nc1_pdbredo.pdb", "4hb2_pdbredo.pdb", "3gjx_stripped.pdb", "5dif_groove_495-650.pdb"]
)
def test_crystal_grooves_are_prepared(shared_structures: Path, file: str) -> None:
    path = shared_structures / "receptors" / file
    receptor = prepare_receptor(path)
    assert receptor.reactive_address() == "A:528:SG"
    assert rdForceFieldHelpers.MMFFHasAllMoleculeParams(_sanitised(receptor))
    shifts = _shifts_from_entry(receptor, path)
    assert np.median(shifts) < 0.001 and max(shifts) <= 0.5
    assert len(clashing_pairs(receptor.atoms, receptor.coordinates, receptor.bonds)) == 0


@pytest.mark.parametrize("case", ADDUCTS, ids=[case[0] for case in ADDUCTS])
def test_bound_drug_is_taken_off_another_protein(
    shared_structures: Path, case: tuple[str, str, str, float, str]
) -> None:
    file, nucleophile, atom, distance, known_from = case
    receptor = prepare_receptor(shared_structures / "adducts" / file, nucleophile=nucleophile)
    chain, number = nucleophile[0], receptor.reactive_residue_number
    assert receptor.numbering == "entry" and receptor.verdict == "thiol"
    assert receptor.reactive_address() == f"{chain}:{number}:SG"
    (bond,) = receptor.covalent_bonds
    assert bond["atom_2"] == atom and bond["from"] == known_from
    assert bond["distance_angstrom"] == pytest.approx(distance, abs=0.01)
    assert any("taken off" in change for change in receptor.changes)
    assert rdForceFieldHelpers.MMFFHasAllMoleculeParams(_sanitised(receptor))


@pytest.mark.parametrize(("nucleophile", "state"), [("C:539:SG", "closed"), ("C:648", "unknown")])
def test_the_groove_is_judged_in_the_entrys_numbering_too(
    shared_structures: Path, nucleophile: str, state: str
) -> None:
    """Cys539 of yeast is human 528; another cysteine of the chain does not lie in the groove."""
    structure = read_structure(shared_structures / "receptors" / "4hb2_pdbredo.pdb")
    site = named_site(structure, nucleophile)
    assert (site.numbering, site.groove.state) == ("entry", state)


@pytest.mark.parametrize(
    ("nucleophile", "message"),
    [
        ("", "names no atom"),
        ("::", "names no atom"),
        ("A:25:SG; rm", "names no atom"),
        ("A:25:N", "no cysteine sulphur"),
        ("A:24:SG", "no cysteine"),
        ("B:25:SG", "no residue"),
        ("A:SER:25:SG", "no residue"),
        ("A:9999:SG", "no residue"),
    ],
)
def test_wrong_nucleophile_is_refused(
    shared_structures: Path, nucleophile: str, message: str
) -> None:
    with pytest.raises(ReceptorError, match=message):
        prepare_receptor(shared_structures / "adducts" / "1vsn.pdb", nucleophile=nucleophile)


def _sanitised(receptor: Receptor) -> Chem.Mol:
    mol = rdkit_mol(receptor)
    Chem.SanitizeMol(mol)
    return mol


def _shifts_from_entry(receptor: Receptor, path: Path) -> list[float]:
    entry = {residue.key: residue for residue in read_structure(path).residues}
    shifts = []
    for (number, name, atom), position in heavy_positions(receptor).items():
        if name in ("ACE", "NME") or number not in receptor.residue_map:
            continue
        there = entry[receptor.residue_map[number]].position(atom)
        if there is not None:
            shifts.append(float(np.linalg.norm(position - there)))
    return shifts


@pytest.mark.parametrize("file", ["3nc1_pdbredo.pdb", "3m1i.pdb", "AF-O14980-F1_human_xpo1.pdb"])
def test_no_atom_of_a_kept_residue_is_lost(shared_structures: Path, file: str) -> None:
    path = shared_structures / "receptors" / file
    receptor = prepare_receptor(path)
    assert max(_shifts_from_entry(receptor, path)) <= 0.5
    entry = {residue.key: residue for residue in read_structure(path).residues}
    there = heavy_positions(receptor)
    residues = {(n, name) for n, name, _ in there if name not in ("ACE", "NME")}
    lost = [
        (number, name, atom)
        for number, name in residues
        for atom in entry[receptor.residue_map[number]].atom_names
        if (number, name, atom) not in there
    ]
    assert lost == []


def test_atom_without_a_place_in_the_residue_is_told(
    human_groove: Receptor, tmp_path: Path
) -> None:
    lines = []
    for line in as_entry(human_groove, chain="A", shift=0).splitlines():
        lines.append(line)
        if line[12:26] == " CB  ALA A 541":
            x = float(line[30:38]) + 1.4
            lines.append(f"{line[:12]} CX {line[16:30]}{x:8.3f}{line[38:]}")
    path = tmp_path / "entry.pdb"
    path.write_text("\n".join(lines))
    receptor = prepare_receptor(path, QUICK)
    assert any("A:ALA:541; left out of it: CX" in change for change in receptor.changes)
