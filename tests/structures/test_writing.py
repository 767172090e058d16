"""Files of receptors and complexes, read back by gemmi, Biopython, RDKit, OpenMM and Vina."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path

import gemmi
import numpy as np
import pytest
from Bio.PDB import MMCIFParser, PDBParser
from rdkit import Chem

from workbench.errors import ReceptorError
from workbench.structures.receptor import Atom, FloatArray, IntArray, Receptor
from workbench.structures.writing import (
    autodock_types,
    file_places,
    mmcif_text,
    pdb_text,
    receptor_json,
    receptor_mmcif,
    receptor_pdb,
    receptor_pdbqt,
)

Toy = tuple[list[Atom], FloatArray, IntArray, tuple[int, int]]

# acrylonitrile added to the thiol: S-CH2-CH2-C#N, a triple bond and a made-up frame
LIGAND = [("C1", "C"), ("C2", "C"), ("C3", "C"), ("N1", "N"), ("CL9", "Cl")]
LIGAND_BONDS = [(0, 1, 1), (1, 2, 1), (2, 3, 3), (1, 4, 1)]


@pytest.fixture(scope="module")
def toy(human_groove: Receptor) -> Toy:
    """The receptor with a small ligand on Cys528, its thiol hydrogen gone."""
    hydrogen = human_groove.find(528, "HG")
    keep = [i for i in range(len(human_groove.atoms)) if i != hydrogen]
    new = {old: i for i, old in enumerate(keep)}
    atoms = [human_groove.atoms[i] for i in keep]
    bonds = [
        (new[i], new[j], order)
        for i, j, order in human_groove.bonds.tolist()
        if hydrogen not in (i, j)
    ]
    sulphur = new[human_groove.reactive_atom or 0]
    first = len(atoms)
    atoms += [Atom(name, element, "LIG", 1, "L") for name, element in LIGAND]
    bonds += [(first + i, first + j, order) for i, j, order in LIGAND_BONDS]
    bonds.append((sulphur, first, 1))
    direction = (
        human_groove.coordinates[hydrogen] - human_groove.coordinates[human_groove.find(528, "SG")]
    )
    direction /= np.linalg.norm(direction)
    steps = np.array([1.82, 3.35, 4.8, 5.96, 3.9])[:, None] * direction
    steps[4] += 1.5 * np.cross(direction, [0.0, 0.0, 1.0])
    ligand = human_groove.coordinates[human_groove.find(528, "SG")] + steps
    coordinates = np.concatenate([human_groove.coordinates[keep], ligand])
    return atoms, coordinates, np.array(bonds), (sulphur, first)


def _pdb(toy: Toy) -> str:
    atoms, coordinates, bonds, link = toy
    return pdb_text(atoms, coordinates, bonds=bonds, links=[link], title="toy")


def _cif(toy: Toy) -> str:
    atoms, coordinates, bonds, link = toy
    return mmcif_text(atoms, coordinates, bonds=bonds, links=[link], title="toy")


@pytest.mark.parametrize("form", ["pdb", "cif"])
def test_gemmi_reads_one_bond_from_sulphur_to_carbon(toy: Toy, form: str) -> None:
    if form == "pdb":
        structure = gemmi.read_pdb_string(_pdb(toy))
    else:
        structure = gemmi.make_structure_from_block(gemmi.cif.read_string(_cif(toy))[0])
    (link,) = structure.connections
    ends = {(p.chain_name, str(p.res_id), p.atom_name) for p in (link.partner1, link.partner2)}
    assert ends == {("A", "528(CYS)", "SG"), ("L", "1(LIG)", "C1")}
    assert structure[0].count_atom_sites() == len(toy[0])
    sites = [structure[0].find_cra(partner).atom for partner in (link.partner1, link.partner2)]
    assert sites[0].pos.dist(sites[1].pos) == pytest.approx(1.82, abs=0.002)


@pytest.mark.parametrize("form", ["pdb", "cif"])
def test_every_atom_comes_back(toy: Toy, form: str) -> None:
    atoms, coordinates, _, _ = toy
    if form == "pdb":
        parser, text = PDBParser(QUIET=True), _pdb(toy)
    else:
        parser, text = MMCIFParser(QUIET=True), _cif(toy)
    structure = parser.get_structure("toy", io.StringIO(text))
    read = {
        (a.get_parent().get_parent().id, a.get_parent().resname, a.get_parent().id[1], a.name): a
        for a in structure.get_atoms()
    }
    assert len(read) == len(atoms)
    for atom, position in zip(atoms, coordinates, strict=True):
        found = read[(atom.chain, atom.residue_name, atom.residue_number, atom.name)]
        np.testing.assert_allclose(found.coord, position, atol=0.0006)
        assert found.element == atom.element.upper()


def test_conect_holds_the_ligand_and_the_link_only(toy: Toy) -> None:
    atoms, _, _, _ = toy
    lines = _pdb(toy).splitlines()
    serial_of = {}
    for line in lines:
        if line.startswith(("ATOM", "HETATM")):
            serial_of[int(line[6:11])] = (line[17:20], line[22:26].strip(), line[12:16].strip())
    assert len(serial_of) == len(atoms)
    pairs: dict[frozenset[tuple[str, str, str]], int] = {}
    for line in lines:
        if line.startswith("CONECT"):
            fields = [int(line[i : i + 5]) for i in range(6, len(line.rstrip()), 5)]
            for other in fields[1:]:
                pair = frozenset((serial_of[fields[0]], serial_of[other]))
                pairs[pair] = pairs.get(pair, 0) + 1
    assert pairs[frozenset({("CYS", "528", "SG"), ("LIG", "1", "C1")})] == 2
    assert pairs[frozenset({("LIG", "1", "C3"), ("LIG", "1", "N1")})] == 6
    assert pairs[frozenset({("LIG", "1", "C2"), ("LIG", "1", "CL9")})] == 2
    names = {residue for pair in pairs for residue, _, _ in pair}
    assert {"LIG", "ACE", "NME"} <= names
    backbone = {frozenset({"N", "CA"}), frozenset({"CA", "C"})}
    assert not any(frozenset(name for _, _, name in pair) in backbone for pair in pairs)


def test_columns_are_those_of_the_format(toy: Toy) -> None:
    lines = _pdb(toy).splitlines()
    assert {len(line) for line in lines} == {80}
    (link,) = [line for line in lines if line.startswith("LINK")]
    assert (link[12:16], link[17:20], link[21], link[22:26]) == (" SG ", "CYS", "A", " 528")
    assert (link[42:46], link[47:50], link[51], link[52:56]) == (" C1 ", "LIG", "L", "   1")
    assert (link[59:65], link[66:72], link[73:78]) == ("  1555", "  1555", " 1.82")
    chlorine = next(line for line in lines if line[12:16] == "CL9 ")
    assert chlorine[76:78] == "CL"
    charged = [line for line in lines if line[12:20] == " NZ  LYS"]
    assert charged and all(line[78:80] == "1+" for line in charged)


def test_rdkit_reads_the_ligand_with_its_triple_bond(toy: Toy) -> None:
    lines = [
        line for line in _pdb(toy).splitlines() if line[17:20] == "LIG" or line[:6] == "CONECT"
    ]
    kept = {line[6:11] for line in lines if line.startswith("HETATM")}
    block = [line for line in lines if line[:6] != "CONECT" or line[6:11] in kept]
    mol = Chem.MolFromPDBBlock("\n".join(block), proximityBonding=False, sanitize=False)
    orders = sorted(int(bond.GetBondTypeAsDouble()) for bond in mol.GetBonds())
    assert orders == [1, 1, 1, 3]


def test_mmcif_names_components_and_ligand_bonds(toy: Toy) -> None:
    block = gemmi.cif.read_string(_cif(toy)).sole_block()
    kinds = {row.str(0): row.str(1) for row in block.find("_chem_comp.", ["id", "type"])}
    assert kinds["LIG"] == "NON-POLYMER" and kinds["CYS"] == "L-PEPTIDE LINKING"
    rows = block.find("_chem_comp_bond.", ["comp_id", "atom_id_1", "atom_id_2", "value_order"])
    found = {tuple(row.str(i) for i in range(4)) for row in rows}
    assert {row for row in found if row[0] == "LIG"} == {
        ("LIG", "C1", "C2", "sing"),
        ("LIG", "C2", "C3", "sing"),
        ("LIG", "C2", "CL9", "sing"),
        ("LIG", "C3", "N1", "trip"),
    }
    # PyMOL leaves a component without rows unbonded
    assert {row[0] for row in found} == set(kinds)
    assert {("CYS", "CB", "SG", "sing"), ("GLU", "CD", "OE1", "doub")} <= found
    assert {row[0] for row in found if {row[1], row[2]} == {"C", "N"}} == {"NME"}
    (kind,) = [row.str(0) for row in block.find("_struct_conn.", ["conn_type_id"])]
    assert kind == "covale"


def test_caps_have_places_of_their_own() -> None:
    def residue(name: str, number: int) -> Atom:
        return Atom("C", "C", name, number, "A")

    atoms = [residue("ALA", 389), residue("NME", 390), residue("ACE", 390), residue("GLY", 391)]
    assert file_places(atoms) == [
        ("A", 389, ""),
        ("A", 390, ""),
        ("A", 390, "A"),
        ("A", 391, ""),
    ]
    beside = [residue("ALA", 389), residue("NME", 390), residue("ACE", 389), residue("GLY", 390)]
    assert file_places(beside)[1:3] == [("A", 390, "A"), ("A", 389, "A")]
    with pytest.raises(ReceptorError, match="two residues"):
        file_places([residue("ALA", 5), residue("GLY", 6), residue("ALA", 5)])


def test_large_numbers_are_hybrid_36() -> None:
    atoms = [Atom("C1", "C", "LIG", min(1 + i, 10_001), "L") for i in range(100_001)]
    lines = pdb_text(atoms, np.zeros((len(atoms), 3))).splitlines()
    sites = [line for line in lines if line.startswith("HETATM")]
    assert sites[99_998][6:11] == "99999" and sites[99_999][6:11] == "A0000"
    assert sites[9_998][22:26] == "9999" and sites[9_999][22:26] == "A000"
    model = gemmi.read_pdb_string("\n".join(lines))[0]
    assert max(residue.seqid.num for chain in model for residue in chain) == 10_001


HOSTILE = "<script>alert(1)</script>\nATOM      1  N   ALA A   1      é\" 'loop_"


def test_hostile_title_adds_no_record(human_groove: Receptor) -> None:
    none = np.empty((0, 3), dtype=np.int64)
    pdb = pdb_text(human_groove.atoms, human_groove.coordinates, bonds=none, title=HOSTILE)
    assert gemmi.read_pdb_string(pdb)[0].count_atom_sites() == len(human_groove.atoms)
    assert all(line[:6] != "ATOM  " or line[76:78].strip() for line in pdb.splitlines())
    cif = mmcif_text(
        human_groove.atoms, human_groove.coordinates, bonds=none, title=HOSTILE, name="a b\n_x.y 1"
    )
    block = gemmi.cif.read_string(cif).sole_block()
    assert len(block.find(["_atom_site.id"])) == len(human_groove.atoms)
    assert not block.find_value("_x.y")


@pytest.mark.parametrize("wrong", ["nan", "far", "shape"])
def test_what_does_not_fit_is_refused(human_groove: Receptor, wrong: str) -> None:
    coordinates = human_groove.coordinates.copy()
    if wrong == "shape":
        coordinates = coordinates[:-1]
    else:
        coordinates[0, 0] = np.nan if wrong == "nan" else 1e5
    with pytest.raises(ReceptorError):
        pdb_text(human_groove.atoms, coordinates, bonds=human_groove.bonds)


def test_json_has_the_keys_of_the_interface(human_groove: Receptor) -> None:
    record = json.loads(json.dumps(receptor_json(human_groove)))
    keys = (
        "source organism xpo1_chain entry_residue human_residue verdict groove_state "
        "groove_measures partners mutations covalent_bonds residue_map changes"
    )
    assert set(keys.split()) <= set(record)
    assert (record["entry_residue"], record["human_residue"]) == ("A:CYS:528", 528)
    assert record["residue_map"]["528"] == "A:528"


@pytest.mark.parametrize("form", ["pdb", "cif"])
def test_openmm_finds_the_same_bonds_and_every_template(human_groove: Receptor, form: str) -> None:
    """OpenMM perceives bonds by its own residue table: an independent view of the topology."""
    from openmm import app

    if form == "pdb":
        file = app.PDBFile(io.StringIO(receptor_pdb(human_groove)))
    else:
        file = app.PDBxFile(io.StringIO(receptor_mmcif(human_groove)))
    found = {frozenset((a.index, b.index)) for a, b in file.topology.bonds()}
    assert found == {frozenset((i, j)) for i, j, _ in human_groove.bonds.tolist()}
    system = app.ForceField("amber14/protein.ff14SB.xml").createSystem(file.topology)
    assert system.getNumParticles() == len(human_groove.atoms)


def _types(receptor: Receptor, number: int) -> dict[str, str]:
    return {
        atom.name: kind
        for atom, kind in zip(receptor.atoms, autodock_types(receptor), strict=True)
        if atom.residue_number == number and atom.residue_name not in ("ACE", "NME")
    }


def test_types_of_cysteine_and_phenylalanine(human_groove: Receptor) -> None:
    cysteine = _types(human_groove, 528)
    assert (cysteine["SG"], cysteine["HG"], cysteine["CB"]) == ("SA", "HD", "C")
    assert (cysteine["N"], cysteine["H"], cysteine["O"], cysteine["HB2"]) == ("N", "HD", "OA", "")
    phenylalanine = _types(human_groove, 572)
    assert Counter(phenylalanine.values())["A"] == 6


def test_histidine_accepts_on_the_bare_nitrogen_only(human_groove: Receptor) -> None:
    numbers = {atom.residue_number for atom in human_groove.atoms if atom.residue_name == "HIS"}
    assert numbers
    for number in numbers:
        kinds = _types(human_groove, number)
        bare = "NE2" if "HD1" in kinds else "ND1"
        other = "ND1" if bare == "NE2" else "NE2"
        assert (kinds[bare], kinds[other]) == ("NA", "N")


def test_text_holds_heavy_atoms_and_polar_hydrogens(human_groove: Receptor) -> None:
    lines = [line for line in receptor_pdbqt(human_groove).splitlines() if line.startswith("ATOM")]
    kinds = Counter(line[77:79].strip() for line in lines)
    assert set(kinds) == {"C", "A", "N", "NA", "OA", "SA", "HD"}
    heavy = sum(atom.element != "H" for atom in human_groove.atoms)
    assert len(lines) - kinds["HD"] == heavy
    assert {line[70:76] for line in lines} == {" 0.000"}
    read = np.array([[float(line[i : i + 8]) for i in (30, 38, 46)] for line in lines])
    kept = [i for i, kind in enumerate(autodock_types(human_groove)) if kind]
    np.testing.assert_allclose(read, human_groove.coordinates[kept], atol=0.0006)


def test_atoms_are_left_out(human_groove: Receptor) -> None:
    side_chain = [human_groove.find(528, name) for name in ("CB", "SG", "HG")]
    text = receptor_pdbqt(human_groove, side_chain)
    names = [line[12:16].strip() for line in text.splitlines() if line[17:26] == "CYS A 528"]
    assert names == ["N", "H", "CA", "C", "O"]


def test_vina_takes_the_file(human_groove: Receptor, tmp_path: Path) -> None:
    from vina import Vina

    path = tmp_path / "receptor.pdbqt"
    path.write_text(receptor_pdbqt(human_groove))
    vina = Vina(sf_name="vina", cpu=1, seed=1, verbosity=0)
    vina.set_receptor(str(path))
    centre = human_groove.coordinates[human_groove.find(528, "SG")]
    vina.compute_vina_maps(center=centre.tolist(), box_size=[8, 8, 8])
