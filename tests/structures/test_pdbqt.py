from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from workbench.structures.loading import load_receptor
from workbench.structures.receptor import Receptor
from workbench.structures.writing import autodock_types, receptor_pdbqt


@pytest.fixture(scope="module")
def receptor() -> Receptor:
    return load_receptor("human-groove")


def _types(receptor: Receptor, number: int) -> dict[str, str]:
    return {
        atom.name: kind
        for atom, kind in zip(receptor.atoms, autodock_types(receptor), strict=True)
        if atom.residue_number == number and atom.residue_name not in ("ACE", "NME")
    }


def test_types_of_cysteine_and_phenylalanine(receptor: Receptor) -> None:
    cysteine = _types(receptor, 528)
    assert (cysteine["SG"], cysteine["HG"], cysteine["CB"]) == ("SA", "HD", "C")
    assert (cysteine["N"], cysteine["H"], cysteine["O"], cysteine["HB2"]) == ("N", "HD", "OA", "")
    phenylalanine = _types(receptor, 572)
    assert Counter(phenylalanine.values())["A"] == 6


def test_histidine_accepts_on_the_bare_nitrogen_only(receptor: Receptor) -> None:
    numbers = {atom.residue_number for atom in receptor.atoms if atom.residue_name == "HIS"}
    assert numbers
    for number in numbers:
        kinds = _types(receptor, number)
        bare = "NE2" if "HD1" in kinds else "ND1"
        other = "ND1" if bare == "NE2" else "NE2"
        assert (kinds[bare], kinds[other]) == ("NA", "N")


def test_text_holds_heavy_atoms_and_polar_hydrogens(receptor: Receptor) -> None:
    lines = [line for line in receptor_pdbqt(receptor).splitlines() if line.startswith("ATOM")]
    kinds = Counter(line[77:79].strip() for line in lines)
    assert set(kinds) == {"C", "A", "N", "NA", "OA", "SA", "HD"}
    heavy = sum(atom.element != "H" for atom in receptor.atoms)
    assert len(lines) - kinds["HD"] == heavy
    assert {line[70:76] for line in lines} == {" 0.000"}
    read = np.array([[float(line[i : i + 8]) for i in (30, 38, 46)] for line in lines])
    kept = [i for i, kind in enumerate(autodock_types(receptor)) if kind]
    np.testing.assert_allclose(read, receptor.coordinates[kept], atol=0.0006)


def test_atoms_are_left_out(receptor: Receptor) -> None:
    side_chain = [receptor.find(528, name) for name in ("CB", "SG", "HG")]
    text = receptor_pdbqt(receptor, side_chain)
    names = [line[12:16].strip() for line in text.splitlines() if line[17:26] == "CYS A 528"]
    assert names == ["N", "H", "CA", "C", "O"]


def test_vina_takes_the_file(receptor: Receptor, tmp_path: Path) -> None:
    from vina import Vina

    path = tmp_path / "receptor.pdbqt"
    path.write_text(receptor_pdbqt(receptor))
    vina = Vina(sf_name="vina", cpu=1, seed=1, verbosity=0)
    vina.set_receptor(str(path))
    centre = receptor.coordinates[receptor.find(528, "SG")]
    vina.compute_vina_maps(center=centre.tolist(), box_size=[8, 8, 8])
