"""AutoDock4 and Vina on a cysteine with its adduct as a flexible side chain: inputs, runs, poses.

Both dock "a ligand" beside a flexible residue. Here the residue is the cysteine with the whole
adduct on it, and the ligand is nothing (AutoDock4: an empty file) or next to nothing (Vina: one
hydrogen, which its score does not see). AutoDock4's and Vina's printed affinities are then those
of the empty ligand; what counts is the energy of the moving side chains with the rigid receptor
and with each other.

``autodock4`` and ``autogrid4`` are run as programs of their own when they are installed; Vina is
the Python package that the workbench needs anyway, in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdPartialCharges

from workbench.docking.atom_types import AtomType, ligand_types
from workbench.docking.covalent import Site, covalent_site, reach_angstrom
from workbench.docking.flexible import FlexibleResidue, with_side_chains
from workbench.docking.torsions import TorsionTree, build_tree
from workbench.ligands.conformers import embed
from workbench.ligands.molecules import Adduct
from workbench.structures.pdbqt import autodock_types
from workbench.structures.receptor import Receptor

FloatArray = NDArray[np.float64]

PROGRAMS = ("autogrid4", "autodock4")
SPACING_ANGSTROM = 0.375
MARGIN_ANGSTROM = 4.0
_MAX_POINTS = 126
_CONFORMERS = 16
_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class PeerPose:
    """A pose of a peer.

    Parameters
    ----------
    drug
        ``(n_drug_atoms, 3)`` angstrom in the adduct's order.
    energy_kcal_per_mol
        Moving side chains with the receptor and with each other.
    """

    drug: FloatArray
    energy_kcal_per_mol: float


@dataclass(frozen=True)
class PeerRun:
    """What a peer found, best energy first, and its cost.

    Parameters
    ----------
    evaluations
        Of the energy, for AutoDock4 those asked for; ``None`` where the program does not tell.
    """

    poses: tuple[PeerPose, ...]
    maps_s: float
    dock_s: float
    evaluations: int | None
    peak_mb: float


@dataclass(frozen=True)
class PeerInput:
    """Files of one adduct in one receptor.

    Parameters
    ----------
    rigid, flexible, dummy
        PDBQT texts: the receptor without what moves, the residues that move, one hydrogen.
    centre, edge_angstrom
        Of the cubic box.
    types
        AutoDock types of the moving atoms.
    """

    adduct: Adduct
    rigid: str
    flexible: str
    dummy: str
    centre: FloatArray
    edge_angstrom: float
    types: tuple[str, ...]
    n_torsions: int


def missing_programs() -> str:
    """Return a sentence on what of AutoDock4 is not installed; blank when all is."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if not absent:
        return ""
    return (
        f"{' and '.join(absent)} not found: AutoDock4 is not compared "
        "(Debian: apt install autodock autogrid)"
    )


def peer_input(
    receptor: Receptor, adduct: Adduct, flexible: tuple[int, ...], seed: int
) -> PeerInput:
    """Write one adduct, in its best conformer, and its receptor as both peers read them."""
    site = covalent_site(receptor, flexible)
    shape = embed(adduct, _CONFORMERS, seed)[:1]
    tree = build_tree(adduct, shape, site.ca, site.cb)
    charges = _receptor_charges(receptor)
    blocks = [_adduct_block(receptor, adduct, tree)]
    blocks += [_side_chain_block(receptor, residue, charges) for residue in site.flexible]
    text = "".join(blocks)
    whole = with_side_chains(tree, site.flexible, 0.0)
    half = reach_angstrom(whole, site) + MARGIN_ANGSTROM
    edge = min(2 * int(np.ceil(half / SPACING_ANGSTROM)), _MAX_POINTS) * SPACING_ANGSTROM
    corner = site.cb + edge / 2 - 1.0
    types = sorted({line[77:].strip() for line in text.splitlines() if line.startswith("ATOM")})
    return PeerInput(
        adduct=adduct,
        rigid=_rigid(receptor, site, charges),
        flexible=text,
        dummy="ROOT\n" + _line(1, "H", "DUM", "Z", 1, corner, 0.0, "H") + "ENDROOT\nTORSDOF 0\n",
        centre=site.cb,
        edge_angstrom=edge,
        types=tuple(types),
        n_torsions=whole.n_torsions,
    )


def _line(
    serial: int,
    name: str,
    residue: str,
    chain: str,
    number: int,
    point: FloatArray,
    charge: float,
    kind: str,
) -> str:
    x, y, z = point
    padded = f" {name:<3}" if len(name) < 4 else name
    return (
        f"ATOM  {serial:5d} {padded:<4} {residue:>3} {chain}{number:4d}    "
        f"{x:8.3f}{y:8.3f}{z:8.3f}{1:6.2f}{0:6.2f}    {charge:6.3f} {kind:<2}\n"
    )


def _tag(index: int) -> str:
    """Return an atom name that tells the adduct's atom: X and two base-36 digits."""
    return f"X{_BASE_36[index // 36]}{_BASE_36[index % 36]}"


def _index(name: str) -> int:
    return int(name[1:], 36)


def _ligand_kind(atom: Chem.Atom, kind: AtomType) -> str:
    symbol = atom.GetSymbol()
    if symbol == "C":
        return "A" if atom.GetIsAromatic() else "C"
    if symbol == "N":
        return "NA" if kind.acceptor else "N"
    if symbol == "S":
        return "SA" if atom.GetTotalDegree() == 2 else "S"
    return "OA" if symbol == "O" else symbol


def _adduct_block(receptor: Receptor, adduct: Adduct, tree: TorsionTree) -> str:
    """Return the cysteine and its adduct as a flexible residue; polar hydrogens kept."""
    mol = Chem.Mol(adduct.mol)
    conformer = Chem.Conformer(mol.GetNumAtoms())
    conformer.SetPositions(tree.conformers[0])
    conformer.Set3D(True)
    mol.AddConformer(conformer)
    full = Chem.AddHs(mol, addCoords=True)
    charges = _merged(full, _gasteiger(full))
    n, types = mol.GetNumAtoms(), ligand_types(mol)
    rows: dict[int, list[tuple[str, FloatArray, float, str]]] = {}
    points = full.GetConformer().GetPositions()
    for atom in full.GetAtoms():
        index = atom.GetIdx()
        if index < n:
            kind = _ligand_kind(atom, types[index])
            rows.setdefault(index, []).insert(0, (_tag(index), points[index], charges[index], kind))
        else:
            parent = atom.GetNeighbors()[0]
            if parent.GetSymbol() in ("N", "O", "S"):
                row = (f"H{index - n}", points[index], charges[index], "HD")
                rows.setdefault(parent.GetIdx(), []).append(row)
    chain = receptor.atoms[receptor.find(receptor.reactive_residue_number, "CA")].chain
    parents = tree.parent.tolist()
    ends = list(zip(tree.axis_start.tolist(), tree.axis_end.tolist(), strict=True))
    return _block(
        "CYS", chain, receptor.reactive_residue_number, tree.part.tolist(), parents, ends, rows
    )


def _side_chain_block(receptor: Receptor, residue: FlexibleResidue, charges: FloatArray) -> str:
    """Return a side chain of the receptor as a flexible residue."""
    kinds = autodock_types(receptor)
    around = _bonded(receptor)
    rows: dict[int, list[tuple[str, FloatArray, float, str]]] = {}
    for place, index in enumerate(residue.atoms.tolist()):
        members = [index, *(j for j in around[index] if kinds[j] == "HD")]
        rows[place] = [
            (receptor.atoms[i].name, receptor.coordinates[i], float(charges[i]), kinds[i])
            for i in members
        ]
    ends = [(int(axis[1]), int(axis[2])) for axis in residue.axes]
    # PDBQT hangs the end of a turning bond on the branch that it turns
    part = residue.part.copy()
    for k, (_, end) in enumerate(ends):
        part[end] = k + 1
    chain = receptor.atoms[int(residue.atoms[0])].chain
    parents = list(range(len(ends)))
    return _block(residue.name, chain, residue.number, part.tolist(), parents, ends, rows)


def _block(
    name: str,
    chain: str,
    number: int,
    part: list[int],
    parents: list[int],
    ends: list[tuple[int, int]],
    rows: dict[int, list[tuple[str, FloatArray, float, str]]],
) -> str:
    """Return one flexible residue: parts as nested branches, serials in the order written."""
    out = [f"BEGIN_RES {name} {chain} {number:4d}\nROOT\n"]
    serial_of: dict[int, int] = {}
    count = 0

    def atoms(of: int, first: int | None) -> None:
        nonlocal count
        members = sorted((i for i in rows if part[i] == of), key=lambda i: (i != first, i))
        for index in members:
            for label, point, charge, kind in rows[index]:
                count += 1
                serial_of.setdefault(index, count)
                out.append(_line(count, label, name, chain, number, point, charge, kind))

    def branch(k: int) -> None:
        start, end = ends[k]
        place = len(out)
        out.append("")
        atoms(k + 1, end)
        header = f"{serial_of[start]:4d}{serial_of[end]:4d}\n"
        out[place] = "BRANCH" + header
        for child, parent in enumerate(parents):
            if parent == k + 1:
                branch(child)
        out.append("ENDBRANCH" + header)

    atoms(0, None)
    out.append("ENDROOT\n")
    for child, parent in enumerate(parents):
        if parent == 0:
            branch(child)
    out.append(f"END_RES {name} {chain} {number:4d}\n")
    return "".join(out)


def _rigid(receptor: Receptor, site: Site, charges: FloatArray) -> str:
    """Return the receptor without the side chains that move; their CA and N stay out with them."""
    number = receptor.reactive_residue_number
    around = _bonded(receptor)
    gone = {receptor.find(number, name) for name in ("CA", "CB", "SG")}
    for residue in site.flexible:
        gone |= {int(i) for i in residue.atoms}
    kinds = autodock_types(receptor)
    for index in tuple(gone):
        gone |= {j for j in around[index] if receptor.atoms[j].element == "H"}
    lines: list[str] = []
    for index, atom in enumerate(receptor.atoms):
        if kinds[index] and index not in gone:
            lines.append(
                _line(
                    len(lines) + 1,
                    atom.name,
                    atom.residue_name,
                    atom.chain,
                    atom.residue_number,
                    receptor.coordinates[index],
                    float(charges[index]),
                    kinds[index],
                )
            )
    return "".join(lines)


def _bonded(receptor: Receptor) -> list[list[int]]:
    around: list[list[int]] = [[] for _ in receptor.atoms]
    for i, j, _ in receptor.bonds.tolist():
        around[i].append(j)
        around[j].append(i)
    return around


def _receptor_charges(receptor: Receptor) -> FloatArray:
    """Return Gasteiger charges, those of hydrogens on carbon merged into it."""
    mol = Chem.RWMol()
    for atom in receptor.atoms:
        mol.AddAtom(Chem.Atom(atom.element))
    for i, j, order in receptor.bonds.tolist():
        kind = Chem.BondType.DOUBLE if order == 2 else Chem.BondType.SINGLE
        mol.AddBond(i, j, kind)
    for atom in mol.GetAtoms():
        atom.SetNoImplicit(True)
        valence = sum(bond.GetBondTypeAsDouble() for bond in atom.GetBonds())
        atom.SetFormalCharge(_formal_charge(atom.GetSymbol(), round(valence)))
    Chem.SanitizeMol(mol)
    return _merged(mol, _gasteiger(mol))


def _formal_charge(symbol: str, valence: int) -> int:
    if symbol == "N":
        return valence - 3
    if symbol == "O":
        return valence - 2
    return 0


def _gasteiger(mol: Chem.Mol) -> FloatArray:
    rdPartialCharges.ComputeGasteigerCharges(mol)
    charges = np.array([atom.GetDoubleProp("_GasteigerCharge") for atom in mol.GetAtoms()])
    return np.nan_to_num(charges)


def _merged(mol: Chem.Mol, charges: FloatArray) -> FloatArray:
    merged = charges.copy()
    for atom in mol.GetAtoms():
        if atom.GetSymbol() == "H" and atom.GetNeighbors()[0].GetSymbol() == "C":
            merged[atom.GetNeighbors()[0].GetIdx()] += merged[atom.GetIdx()]
            merged[atom.GetIdx()] = 0.0
    return merged


def drug_coordinates(adduct: Adduct, lines: Sequence[str]) -> FloatArray:
    """Read the drug's atoms from PDBQT lines by their names.

    Raises
    ------
    ValueError
        When an atom is missing.
    """
    points = np.full((adduct.n_drug_atoms, 3), np.nan)
    for line in lines:
        name = line[12:16].strip()
        if line.startswith("ATOM") and line[17:20] == "CYS" and name.startswith("X"):
            index = _index(name)
            if index < adduct.n_drug_atoms:
                points[index] = [float(line[k : k + 8]) for k in (30, 38, 46)]
    if not np.isfinite(points).all():
        raise ValueError("the peer's answer lacks atoms of the drug")
    return points


def run_autodock(given: PeerInput, folder: Path, seed: int, runs: int, evaluations: int) -> PeerRun:
    """Run AutoGrid and AutoDock4 in a folder; processor seconds of each."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "receptor.pdbqt").write_text(given.rigid)
    (folder / "flexible.pdbqt").write_text(given.flexible)
    (folder / "empty").write_text("")
    kinds = sorted({line[77:].strip() for line in given.rigid.splitlines()})
    points = round(given.edge_angstrom / SPACING_ANGSTROM)
    x, y, z = given.centre
    maps = "".join(f"map receptor.{kind}.map\n" for kind in given.types)
    fields = "elecmap receptor.e.map\ndsolvmap receptor.d.map\ndielectric -0.1465\n"
    (folder / "grid.gpf").write_text(
        f"npts {points} {points} {points}\ngridfld receptor.maps.fld\n"
        f"spacing {SPACING_ANGSTROM}\nreceptor_types {' '.join(kinds)}\n"
        f"ligand_types {' '.join(given.types)}\nreceptor receptor.pdbqt\n"
        f"gridcenter {x:.3f} {y:.3f} {z:.3f}\nsmooth 0.5\n{maps}{fields}"
    )
    (folder / "dock.dpf").write_text(
        "autodock_parameter_version 4.2\noutlev 1\nintelec\n"
        f"seed {seed + 100} {seed + 1000}\nligand_types {' '.join(given.types)}\n"
        f"fld receptor.maps.fld\n{maps}elecmap receptor.e.map\ndesolvmap receptor.d.map\n"
        "move empty\nflexres flexible.pdbqt\nabout 0 0 0\n"
        "tran0 random\nquaternion0 random\ndihe0 random\ntorsdof 0\nrmstol 2.0\n"
        "extnrg 1000.0\ne0max 0.0 10000\nga_pop_size 150\n"
        f"ga_num_evals {evaluations}\nga_num_generations 27000\nga_elitism 1\n"
        "ga_mutation_rate 0.02\nga_crossover_rate 0.8\nga_window_size 10\n"
        "ga_cauchy_alpha 0.0\nga_cauchy_beta 1.0\nset_ga\nsw_max_its 300\nsw_max_succ 4\n"
        "sw_max_fail 4\nsw_rho 1.0\nsw_lb_rho 0.01\nls_search_freq 0.06\nset_psw1\n"
        f"unbound_model bound\nga_run {runs}\nanalysis\n"
    )
    maps_s = _timed(["autogrid4", "-p", "grid.gpf", "-l", "grid.glg"], folder)
    dock_s = _timed(["autodock4", "-p", "dock.dpf", "-l", "dock.dlg"], folder)
    text = (folder / "dock.dlg").read_text(errors="replace")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    poses = sorted(_autodock_poses(given.adduct, text), key=lambda p: p.energy_kcal_per_mol)
    return PeerRun(tuple(poses), maps_s, dock_s, runs * evaluations, peak)


def _timed(command: list[str], folder: Path) -> float:
    """Return the processor seconds of a program.

    Raises
    ------
    RuntimeError
        With the end of what it printed when it fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        log = folder / command[-1]
        said = log.read_text(errors="replace") if log.is_file() else ""
        tail = (said + done.stdout + done.stderr).strip()[-400:]
        raise RuntimeError(f"{command[0]} failed with {done.returncode}: {tail}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _autodock_poses(adduct: Adduct, text: str) -> list[PeerPose]:
    """Read each run's pose; its energy is moving-fixed plus moving-moving, not the total."""
    poses = []
    for model in text.split("DOCKED: MODEL")[1:]:
        body = model.split("DOCKED: ENDMDL")[0]
        energy = _energy(body)
        lines = [line.removeprefix("DOCKED: ") for line in body.splitlines()]
        poses.append(PeerPose(drug_coordinates(adduct, lines), energy))
    return poses


def _energy(body: str) -> float:
    """Return the energy of the side chains with the receptor and with each other, kcal/mol."""
    found = re.findall(r"Internal Moving-(?:Fixed|Moving) Receptor\s*=\s*([+-]?\d+\.\d+)", body)
    if len(found) != 2:
        raise ValueError("AutoDock4's log does not tell the energy of the flexible residue")
    return float(found[0]) + float(found[1])


def run_vina(given: PeerInput, folder: Path, seed: int, exhaustiveness: int) -> PeerRun:
    """Run Vina in a process of its own, on one thread."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("rigid", "flexible", "dummy"):
        (folder / f"{name}.pdbqt").write_text(getattr(given, name))
    box = [*given.centre.tolist(), given.edge_angstrom]
    command = [sys.executable, __file__, str(folder), "--seed", str(seed)]
    command += ["--exhaustiveness", str(exhaustiveness), "--box", *map(str, box)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"Vina failed: {done.stderr.strip()[-400:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    text = (folder / "poses.pdbqt").read_text()
    models = [part for part in text.split("ENDMDL") if "ATOM" in part]
    poses = [
        PeerPose(drug_coordinates(given.adduct, model.splitlines()), inter + intra)
        for model, (inter, intra) in zip(models, answer["energies"], strict=True)
    ]
    poses.sort(key=lambda pose: pose.energy_kcal_per_mol)
    return PeerRun(tuple(poses), answer["maps_s"], answer["dock_s"], None, answer["peak_mb"])


def _vina_child() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--exhaustiveness", type=int)
    parser.add_argument("--box", type=float, nargs=4)
    asked = parser.parse_args()
    from vina import Vina

    engine = Vina(sf_name="vina", cpu=1, seed=asked.seed, verbosity=0)
    engine.set_receptor(str(asked.folder / "rigid.pdbqt"), str(asked.folder / "flexible.pdbqt"))
    engine.set_ligand_from_file(str(asked.folder / "dummy.pdbqt"))
    started = time.process_time()
    engine.compute_vina_maps(asked.box[:3], [asked.box[3]] * 3)
    maps_s = time.process_time() - started
    started = time.process_time()
    engine.dock(exhaustiveness=asked.exhaustiveness, n_poses=10)
    dock_s = time.process_time() - started
    # the range is of the dummy's total; every pose counts
    (asked.folder / "poses.pdbqt").write_text(engine.poses(10, energy_range=1000.0))
    energies = [[float(e[1]), float(e[2])] for e in engine.energies(10, energy_range=1000.0)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answer = {"maps_s": maps_s, "dock_s": dock_s, "energies": energies, "peak_mb": peak}
    print(json.dumps(answer))


if __name__ == "__main__":
    _vina_child()
