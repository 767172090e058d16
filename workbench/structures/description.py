"""What an entry is, before anything is prepared: chains, numbering, groove, bonds, mutations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from workbench.structures.groove import (
    REACTIVE_RESIDUE,
    chain_pockets,
    compared_references,
    find_xpo1,
    groove_facts,
    groove_state,
    reference_sequence,
    xpo1_chains,
)
from workbench.structures.reading import read_structure
from workbench.structures.receptor import Structure
from workbench.structures.sites import partners
from workbench.structures.thiol import ligand_bonds, thiol_state

SAMPLES = (528, 532, 537, 568, 571)
"""Human numbers that papers name, Lys548 and Glu582 in yeast's count among them."""

_MOST_LISTED = 12
_NO_XPO1 = "no XPO1 here"
_VERDICTS = {
    "thiol": "free to react",
    "no_thiol": "not a cysteine: no covalent adduct can form",
    "oxidised": "oxidised: it cannot react",
    "bonded": "bonded to something that stays: it cannot react",
}


@dataclass(frozen=True)
class Description:
    """An entry as it is.

    ``xpo1`` is ``None`` where there is none; ``reference`` in it is the nearest wild type,
    ``references`` are all three. ``chains`` count the residues that are modelled. ``ligands`` are
    addresses of what is neither protein nor water, ``covalent_bonds`` those between any cysteine
    and a ligand, ``partners`` other chains and ligands.
    """

    name: str
    source: str
    title: str
    xpo1: dict[str, Any] | None
    chains: tuple[dict[str, Any], ...]
    ligands: tuple[str, ...]
    covalent_bonds: tuple[dict[str, Any], ...]
    partners: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the description as JSON types."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}


def describe_entry(path: str | Path) -> Description:
    """Return what a structure file holds, also where that is no XPO1.

    Raises
    ------
    ReceptorError
        When the file cannot be read, or its XPO1 lacks the groove.
    """
    structure = read_structure(path)
    identity = {copy.chain: round(copy.identity, 4) for copy in xpo1_chains(structure)}
    xpo1 = _xpo1_record(structure) if identity else None
    return Description(
        name=structure.name,
        source=structure.source,
        title=structure.title,
        xpo1=xpo1,
        chains=tuple(
            {
                "chain": chain,
                "residues": len(residues),
                "first": residues[0].key.split(":")[1],
                "last": residues[-1].key.split(":")[1],
                "organism": structure.organisms.get(chain, ""),
                "identity_to_human": identity.get(chain),
            }
            for chain, residues in structure.protein_chains().items()
        ),
        ligands=tuple(r.address for r in structure.residues if r.kind == "other"),
        covalent_bonds=ligand_bonds(structure),
        partners=partners(structure, xpo1["chain"] if xpo1 else ""),
        notes=structure.notes if xpo1 else (*structure.notes, _NO_XPO1),
    )


def _xpo1_record(structure: Structure) -> dict[str, Any]:
    chain, copies = find_xpo1(structure)
    thiol = thiol_state(structure, chain.by_human_number[REACTIVE_RESIDUE])
    groove = groove_state(structure, chain)
    pockets = chain_pockets(chain)
    references = compared_references(chain)
    return {
        "chain": chain.chain,
        "other_copies": list(copies),
        "organism": structure.organisms.get(chain.chain, ""),
        "identity_to_human": round(chain.identity, 4),
        "entry_residue": thiol.residue.address,
        "human_residue": REACTIVE_RESIDUE,
        "verdict": thiol.verdict,
        "groove_state": groove.state,
        "groove_measures": dict(groove.measures),
        "groove_occupant": groove.occupant,
        **(pockets.to_dict() if pockets else {}),
        "reference": references[0],
        "references": references,
        "residue_map": {str(number): key for number, key in chain.residue_map.items()},
    }


def description_text(description: Description) -> str:
    """Return what an entry is, one fact a line, for a terminal."""
    lines = [
        ("entry", f"{description.name}, from {description.source}"),
        ("title", description.title or "none stated"),
        *(("chain", _chain(chain, description.xpo1)) for chain in description.chains),
    ]
    xpo1 = description.xpo1
    lines += _xpo1_lines(xpo1, description.covalent_bonds) if xpo1 else [("XPO1", _NO_XPO1)]
    for bond in description.covalent_bonds:
        known = "on record" if bond["from"] == "record" else "seen by its length, not on record"
        ends = f"{bond['atom_1']} to {bond['atom_2']}"
        lines.append(("bond", f"{ends}, {bond['distance_angstrom']:.2f} A, {known}"))
    if not description.covalent_bonds:
        lines.append(("bond", "no covalent bond between a cysteine and a ligand"))
    lines.append(("ligands", _ligands(description.ligands)))
    lines += [("note", note) for note in description.notes if note != _NO_XPO1]
    text = "\n".join(f"{name:<12}{value}" for name, value in lines)
    # names come from the file: none may steer the terminal
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def _chain(chain: dict[str, Any], xpo1: dict[str, Any] | None) -> str:
    what = f"{chain['chain']}: {chain['residues']} residues, {chain['first']} to {chain['last']}"
    if chain["organism"]:
        what += f", {chain['organism']}"
    if chain["identity_to_human"] is None:
        return what
    chosen = "" if xpo1 and xpo1["chain"] == chain["chain"] else ", another copy"
    return f"{what}; XPO1{chosen}, {chain['identity_to_human']:.1%} identical to human"


def _xpo1_lines(
    xpo1: dict[str, Any], bonds: tuple[dict[str, Any], ...]
) -> Iterator[tuple[str, str]]:
    copies = xpo1["other_copies"]
    more = f"; of {len(copies) + 1} copies, its groove is the most complete" if copies else ""
    yield "XPO1", f"chain {xpo1['chain']}{more}"
    here, sequence = xpo1["residue_map"], reference_sequence()
    numbered = (f"{sequence[n - 1]}{n} = {here.get(str(n), 'not modelled')}" for n in SAMPLES)
    yield "numbering", ", ".join(f"human {words}" for words in numbered)
    occupant = f" by {xpo1['groove_occupant']}" if xpo1["groove_occupant"] else ""
    yield "groove", f"{xpo1['groove_state']}{occupant}: {_measures(xpo1['groove_measures'])}"
    facts = groove_facts()
    yield (
        "",
        f"(closed under {facts.closed_below_angstrom:g} A, open from "
        f"{facts.open_from_angstrom:g} A mean CA-CA width; occupied from "
        f"{facts.occupied_from_contacts} lining residues within {facts.contact_angstrom:g} A)",
    )
    for pocket in xpo1.get("pockets", ()):
        # numbers alone: the residue of another species may differ from the human one
        residues = " ".join(str(number) for number in pocket["residues"])
        room = f"{pocket['room_angstrom']:.1f} A to the nearest atom"
        yield f"pocket {pocket['name']}", f"human {residues or 'none near'}; centre {room}"
    yield "reactive", _reactive(xpo1, bonds)
    for reference in xpo1["references"]:
        yield f"vs {reference['species']}", _differences(reference)


def _reactive(xpo1: dict[str, Any], bonds: tuple[dict[str, Any], ...]) -> str:
    residue = xpo1["entry_residue"]
    what = _VERDICTS[xpo1["verdict"]]
    holds = [b["atom_2"] for b in bonds if b["atom_1"].startswith(f"{residue}:")]
    if xpo1["verdict"] == "thiol" and holds:
        what = f"a thiol that holds {', '.join(holds)}: free once that is taken off"
    return f"{residue} (human {xpo1['human_residue']}), {xpo1['verdict']}: {what}"


def _measures(measures: dict[str, float]) -> str:
    """Return the mean width first, then what it is the mean of."""
    parts = []
    for name, value in sorted(measures.items(), key=lambda item: item[0].startswith("ca_")):
        words = name.removesuffix("_angstrom").replace("_", " ").replace("ca ", "CA ")
        length = name.endswith("angstrom")
        parts.append(f"{words} {value:.2f} A" if length else f"{words} {value:g}")
    return ", ".join(parts)


def _differences(reference: dict[str, Any]) -> str:
    mutations = reference["mutations"]
    start = f"{reference['identity']:.1%} identical"
    if not mutations:
        return f"{start}, no difference where it is modelled"
    if len(mutations) > _MOST_LISTED:
        return f"{start}, {len(mutations)} differences (--json lists them)"
    return f"{start}: {' '.join(mutations)} ({reference['species']} numbering)"


def _ligands(addresses: tuple[str, ...]) -> str:
    if not addresses:
        return "none"
    if len(addresses) <= _MOST_LISTED:
        return ", ".join(addresses)
    counted = Counter(address.split(":")[1] for address in addresses)
    return ", ".join(f"{count} x {name}" for name, count in counted.items())
