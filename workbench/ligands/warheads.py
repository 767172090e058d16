"""The warheads that the workbench models, and the electrophiles that it refuses by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from rdkit import Chem

from workbench.ligands.molecules import WarheadMatch, WarheadVerdict


@dataclass(frozen=True)
class Warhead:
    """One electrophile that takes up a thiol by conjugate addition.

    Parameters
    ----------
    name, smarts
        The pattern must match a warhead at one place only.
    reactive_position, alpha_position
        Positions in the pattern of the carbon that the sulphur attacks and of the other carbon
        of the C=C, which takes up the proton.
    reversible
        Whether the thiol can leave again.
    reference
        Where the addition to Cys528 (or its class) is reported.
    """

    name: str
    smarts: str
    reactive_position: int
    alpha_position: int
    reversible: bool
    reference: str


@dataclass(frozen=True)
class Electrophile:
    """One electrophile that is recognised only to refuse it with a reason."""

    name: str
    smarts: str
    reason: str


class WarheadFinding(NamedTuple):
    """What ``find_warhead`` saw: a match, or the problem and the verdict that follows."""

    match: WarheadMatch | None
    problem: str
    verdict: WarheadVerdict


# Position 0 is the vinyl carbon that bears the triazole nitrogen (beta to the acceptor), 1 the
# alpha carbon with a hydrogen or an aryl ring (eltanexor); a third substituent is untested.
_VINYL = "[CX3;H1](n1ncnc1)=!@[CX3;H1,$([CX3]-c)]"
_LAPALOMBELLA = "Lapalombella 2012 Blood 120:4621 (KPT-185, KPT-251); Etchin 2013 Leukemia 27:66"

WARHEADS: tuple[Warhead, ...] = (
    Warhead(
        name="triazolyl acrylohydrazide",
        smarts=f"{_VINYL}[CX3](=[OX1])[NX3;$(N-[#7])]",
        reactive_position=0,
        alpha_position=6,
        reversible=True,
        reference="component V6A of PDB 6XJS and 7L5E (selinexor)",
    ),
    Warhead(
        name="triazolyl acrylamide",
        smarts=f"{_VINYL}[CX3](=[OX1])[NX3;!$(N-[#7])]",
        reactive_position=0,
        alpha_position=6,
        reversible=True,
        reference="component 6L8 of PDB 5JLJ (eltanexor); Hing 2016 Leukemia",
    ),
    Warhead(
        name="triazolyl acrylate",
        smarts=f"{_VINYL}[CX3](=[OX1])[OX2,OX1-]",
        reactive_position=0,
        alpha_position=6,
        reversible=True,
        reference=_LAPALOMBELLA,
    ),
    Warhead(
        name="triazolyl enone",
        smarts=f"{_VINYL}[CX3](=[OX1])[#6]",
        reactive_position=0,
        alpha_position=6,
        reversible=True,
        reference="by analogy with the acrylamides; no ketone of the series was seen in a crystal",
    ),
    Warhead(
        name="triazolyl vinyl oxadiazole",
        smarts=f"{_VINYL}[$(c1nnco1),$(c1oncn1),$(c1nocn1)]",
        reactive_position=0,
        alpha_position=6,
        reversible=True,
        reference=_LAPALOMBELLA,
    ),
)

_ELSEWHERE = "a thiol adds there in a way that the workbench does not model"

# From the particular to the general: the first that matches gives the reason.
ELECTROPHILES: tuple[Electrophile, ...] = (
    Electrophile(
        "unsaturated delta-lactone",
        "[CX3]1(=O)[OX2][#6][#6][CX3]=[CX3]1",
        "XPO1 hydrolyses the ring after the addition, which then cannot reverse "
        "(Sun 2013 PNAS 110:1303)",
    ),
    Electrophile("maleimide", "[#6]1(=O)[#6]=[#6][#6](=O)[#7]1", _ELSEWHERE),
    Electrophile(
        "quinone", "[#6]1(=O)[#6]=,:[#6][#6](=O)[#6]=,:[#6]1", "quinones add at several places"
    ),
    Electrophile(
        "ortho-quinone", "O=[#6;R]-[#6;R](=O)-[#6]=[#6]", "quinones add at several places"
    ),
    Electrophile(
        "isothiocyanate",
        "[NX2]=[CX2]=[SX1]",
        "a thiol adds to its carbon and gives a dithiocarbamate, not a C-S bond to an alkene",
    ),
    Electrophile("isocyanate", "[NX2]=[CX2]=[OX1]", "a thiol gives a thiocarbamate"),
    Electrophile("cyanoacrylamide or cyanoacrylate", "[CX3]=[CX3](C#N)[CX3]=O", _ELSEWHERE),
    Electrophile("enone", "[CX3]=[CX3][CX3](=[OX1])[#6]", _ELSEWHERE),
    Electrophile("enal", "[CX3]=[CX3][CX3H1]=[OX1]", _ELSEWHERE),
    Electrophile("acrylamide", "[CX3]=[CX3][CX3](=[OX1])[#7]", _ELSEWHERE),
    Electrophile("acrylate", "[CX3]=[CX3][CX3](=[OX1])[#8]", _ELSEWHERE),
    Electrophile("vinyl oxadiazole", "[CX3]=[CX3][$(c1nnco1),$(c1oncn1),$(c1nocn1)]", _ELSEWHERE),
    Electrophile("propiolic acid derivative", "[CX2]#[CX2][CX3]=[OX1]", _ELSEWHERE),
    Electrophile("vinyl sulfone or sulfoxide", "[CX3]=[CX3][SX3,SX4]=[OX1]", _ELSEWHERE),
    Electrophile("vinyl sulfone or sulfoxide", "[CX3]=[CX3][SX3+][OX1-]", _ELSEWHERE),
    Electrophile("nitroalkene", "[CX3]=[CX3][$([NX3](=O)=O),$([NX3+](=O)[O-])]", _ELSEWHERE),
    Electrophile("acrylonitrile", "[CX3]=[CX3][CX2]#[NX1]", _ELSEWHERE),
    Electrophile("haloacetyl group", "[Cl,Br,I][CX4][CX3]=[OX1]", "it alkylates, irreversibly"),
    Electrophile("epoxide or aziridine", "[#6]1[#6][O,N]1", "it alkylates, irreversibly"),
    Electrophile("sulfonyl or acyl halide", "[CX3,SX4](=O)[F,Cl,Br,I]", _ELSEWHERE),
    Electrophile("allylic ester of a benzylic alcohol", "c[CX4](C=C)OC(=O)[#6]", _ELSEWHERE),
    Electrophile("aldehyde", "[CX3;H1](=[OX1])[#6]", "a thiol gives a hemithioacetal"),
    Electrophile("disulfide", "[SX2][SX2]", "a thiol exchanges with it"),
    Electrophile("nitrile", "[CX2]#[NX1]", "a thiol gives a thioimidate"),
)


@cache
def _pattern(smarts: str) -> Chem.Mol:
    """Return the compiled pattern (it is only read)."""
    return Chem.MolFromSmarts(smarts)


def _matches(mol: Chem.Mol) -> list[WarheadMatch]:
    """Return every place where a warhead matches, one match per attacked double bond."""
    found: dict[tuple[int, int], WarheadMatch] = {}
    for warhead in WARHEADS:
        # uniquify is off: two matches over the same atoms may name another carbon
        for atoms in mol.GetSubstructMatches(_pattern(warhead.smarts), uniquify=False):
            bond = (atoms[warhead.reactive_position], atoms[warhead.alpha_position])
            found.setdefault(bond, WarheadMatch(warhead.name, warhead.smarts, *bond, atoms))
    return list(found.values())


def other_electrophiles(mol: Chem.Mol, match: WarheadMatch | None) -> tuple[Electrophile, ...]:
    """Return the electrophiles outside a matched warhead, particular ones first."""
    taken = set(match.atom_indices) if match else set()
    return tuple(
        electrophile
        for electrophile in ELECTROPHILES
        if any(
            not taken.intersection(atoms)
            for atoms in mol.GetSubstructMatches(_pattern(electrophile.smarts))
        )
    )


def find_warhead(mol: Chem.Mol) -> WarheadFinding:
    """Return the one warhead of a drug, or why there is none to dock.

    Parameters
    ----------
    mol
        A sanitised molecule with heavy atoms only.

    Returns
    -------
    WarheadFinding
        ``match`` is set only when exactly one C=C of the molecule is a known warhead.
    """
    matches = _matches(mol)
    if len(matches) == 1:
        return WarheadFinding(matches[0], "", "adduct")
    if matches:
        places = ", ".join(f"{m.name} at atom {m.reactive_atom_index}" for m in matches)
        problem = (
            f"{len(matches)} warheads found ({places}); one adduct cannot be named, "
            "so dock a molecule with a single warhead"
        )
        return WarheadFinding(None, problem, "unsupported_warhead")
    others = other_electrophiles(mol, None)
    if others:
        problem = (
            f"{others[0].name}: {others[0].reason}; the workbench models thiol addition to "
            "(1,2,4-triazol-1-yl)vinyl carbonyls and oxadiazoles only"
        )
        return WarheadFinding(None, problem, "unsupported_warhead")
    return WarheadFinding(
        None, "no electrophile that could take up the thiol of cysteine was found", "no_warhead"
    )
