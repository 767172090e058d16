"""``workbench compounds``: the catalogue of XPO1 inhibitors, one of them, or two side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.cli.options import Json, argument, catalogue_names, flag, option
from workbench.cli.terminal import aligned, print_json
from workbench.errors import UsageError
from workbench.files.writing import write_texts
from workbench.tables import Compound, compounds, warheads
from workbench.text import clean_text, quoted

if TYPE_CHECKING:
    from workbench.ligands.molecules import Ligand

Record = dict[str, Any]
Line = tuple[str, str]

EXAMPLES = (
    "workbench compounds KPT-330",
    "workbench compounds --properties",
    "workbench compounds --warheads",
    "workbench compounds eltanexor --compare selinexor --svg pair.svg",
)
REFERENCE = "selinexor"
"""The drug that a difference in the brain is told against: its penetration was measured."""

COMPUTED = {
    "g/mol": ("molecular_weight_g_per_mol", ".2f"),
    "clogP": ("clogp", ".2f"),
    "TPSA A2": ("tpsa_angstrom2", ".1f"),
    "HBD": ("hydrogen_bond_donors", "d"),
    "HBA": ("hydrogen_bond_acceptors", "d"),
    "rotors": ("rotatable_bonds", "d"),
    "QED": ("qed", ".2f"),
}
"""Columns of the table of properties: name and format of each."""


def run(
    name: str | None = argument(
        "NAME",
        "a name, synonym or PDB component code; with --compare also a SMILES or a file",
        default=None,
        autocompletion=catalogue_names,
    ),
    compare: str | None = option(
        None, "LIGAND", "show what changed against this one, such as selinexor"
    ),
    warhead_family: str | None = option(
        None, "FAMILY", "only drugs with such a warhead, such as lactone"
    ),
    properties: bool = flag("--properties", "list the computed properties of all"),
    known_warheads: bool = flag(
        "--warheads", "list the known warheads, each with a drug of the catalogue"
    ),
    svg: Path | None = option(None, "FILE", "also draw it, or the pair"),
    as_json: Json = False,
) -> int:
    """List the known XPO1 inhibitors: structure, warhead, properties, brain, sources.

    The catalogue of XPO1 inhibitors and controls with sources and confidence. Given a name it
    shows one; with --compare, how it differs from another. Properties are estimates from the
    structure; what was measured is marked so.
    """
    from workbench.ligands.depiction import drug_svg, pair_svg
    from workbench.ligands.matched_pairs import matched_pair, pair_summary
    from workbench.ligands.reading import load_ligand

    content: Any
    show: Callable[[Any], str]
    if name is None:
        if compare is not None or svg is not None:
            raise UsageError("--compare and --svg need a compound: give its name")
        if known_warheads:
            content, show = _warheads(warhead_family), _warheads_text
        else:
            content = _selected(warhead_family)
            show = _properties_text if properties else _list_text
    elif warhead_family is not None or properties or known_warheads:
        raise UsageError("give a name or filters, not both")
    elif compare is not None:
        first, second = (load_ligand(_drug_name(_found(x)) or x) for x in (compare, name))
        pair = matched_pair(first, second)
        _draw(svg, lambda: pair_svg(pair))
        content, show = pair_summary(pair), _pair_text
    else:
        compound = _found(name)
        if compound is None:
            raise _unknown(name)
        _draw(svg, lambda: drug_svg(load_ligand(compound.parent or compound.name)))
        content, show = _record(compound), compound_text
    if as_json:
        print_json(content)
    else:
        print(show(content))
    return 0


def _draw(path: Path | None, picture: Any) -> None:
    """Write a drawing where one was asked for."""
    if path is None:
        return
    if path.suffix.lower() != ".svg":
        raise UsageError("--svg writes a file that ends in .svg")
    write_texts(path.parent, {path.name: picture()})


def _families(part: str | None) -> set[str]:
    """Return the families of warheads whose name holds a text; all of them when it is None."""
    families = sorted({row.family for row in warheads()})
    wanted = {name for name in families if (part or "").strip().casefold() in name.casefold()}
    if part is not None and (not wanted or not part.strip()):
        raise UsageError(
            f"{quoted(part)} is no family of warheads: give a part of {'; '.join(families)}"
        )
    return wanted


def _selected(family: str | None) -> list[Record]:
    """Return the records of all compounds, or of those with a warhead of one family."""
    wanted = _families(family)
    records = map(_record, compounds())
    return [row for row in records if family is None or wanted & set(row["warhead_families"])]


def _warheads(family: str | None) -> list[Record]:
    """Return the table of warheads, each with the first drug of the catalogue that has it."""
    examples: dict[str, str] = {}
    for record in _selected(family):
        for match in (record, *record.get("other_warheads", ())):
            examples.setdefault(match.get("warhead") or "", record["name"])
    wanted = _families(family)
    rows = (asdict(row) for row in warheads() if row.family in wanted)
    return [row | {"example": examples.get(row["name"])} for row in rows]


def _warheads_text(rows: Sequence[Record]) -> str:
    lines = [("warhead", "family", "the bond", "drug")]
    for row in rows:
        bond, example = row["reversibility"] or "refused", row["example"] or "-"
        lines.append((row["name"], row["family"], bond, example))
    return _table(lines)


def _found(text: str) -> Compound | None:
    """Return the compound of a name or synonym, or the drug of a component code."""
    from workbench.ligands.catalogue import drug_named, find_compound

    return find_compound(text) or drug_named(text)


def _drug_name(compound: Compound | None) -> str | None:
    """Return the name of the drug that a compound is, or is a bound form of."""
    return None if compound is None else compound.parent or compound.name


def _unknown(text: str) -> UsageError:
    """Return the error of a name that the catalogue lacks, with the nearest names."""
    from workbench.ligands.catalogue import nearest_names

    nearest = nearest_names(text)
    hint = f"did you mean {', '.join(nearest)}?" if nearest else "no name is near"
    return UsageError(
        f"the catalogue has no compound {quoted(text)} ({hint}); `workbench compounds` lists all, "
        "and `workbench prepare ligand` reads structures of your own"
    )


def _record(compound: Compound) -> Record:
    """Return all about a compound: what the catalogue says, and what is computed for a drug."""
    from workbench.ligands.properties import brain_estimate, comparison, ligand_summary
    from workbench.ligands.reading import load_ligand

    reported = {
        "kind": compound.kind,
        "parent": compound.parent or None,
        "synonyms": list(compound.synonyms),
        "unverified_synonyms": list(compound.unverified_synonyms),
        "pdb_ligand": compound.pdb_ligand or None,
        "pdb_entries": list(compound.pdb_entries),
        "reported_warhead": compound.warhead or None,
        "reported_reversibility": compound.reversibility or None,
        "source": compound.source,
        "confidence": compound.confidence,
        "note": compound.note or None,
        "warhead_families": [],
    }
    if compound.kind == "bound_form":
        of_table = {
            "name": compound.name,
            "smiles": compound.smiles,
            "inchikey": compound.inchikey,
            "formula": compound.formula,
            "molecular_weight_g_per_mol": compound.mw,
        }
        return of_table | reported
    ligand = load_ligand(compound.name)
    matches = (*((ligand.warhead,) if ligand.warhead else ()), *ligand.other_warheads)
    reported["warhead_families"] = list(dict.fromkeys(m.warhead.family for m in matches))
    reported["attacked_atom"] = _attacked(ligand)
    record = ligand_summary(ligand) | reported
    if any(row["reason"] for row in record["brain"]["measured"]):
        first = brain_estimate(load_ligand(REFERENCE).mol)
        record["brain"]["comparison"] = comparison(REFERENCE, first, brain_estimate(ligand.mol))
    return record


def _attacked(ligand: Ligand) -> str | None:
    """Return the SMILES in which the atom that the sulphur attacks is number 1."""
    from rdkit import Chem

    if ligand.warhead is None:
        return None
    mol = Chem.Mol(ligand.mol)
    mol.GetAtomWithIdx(ligand.warhead.reactive_atom_index).SetAtomMapNum(1)
    text: str = Chem.MolToSmiles(mol)
    return text


def _list_text(records: Sequence[Record]) -> str:
    lines = [("name", "kind", "warhead", "reversibility", "PDB", "g/mol", "confidence")]
    for record in records:
        bound = record["kind"] == "bound_form"
        leaves = "-" if bound else (record["reported_reversibility"] or "-").split(" (")[0]
        known = (record["name"], record["kind"].replace("_", " "), record.get("warhead") or "-")
        entries = " ".join(record["pdb_entries"]) or "-"
        lines.append((*known, leaves, entries, f"{_weight(record):.2f}", record["confidence"]))
    return _table(lines) if records else "no compound has such a warhead"


def _properties_text(records: Sequence[Record]) -> str:
    """Return the computed properties of the drugs as a table, what was measured in the end."""
    lines = [("name", *COMPUTED, "log BB", "CNS MPO", "brain, measured")]
    for record in records:
        if "brain" in record:
            numbers = (format(record["properties"][name], form) for name, form in COMPUTED.values())
            brain = record["brain"]["estimated"]
            estimated = (f"{brain['log_bb']:.2f}", f"{brain['cns_mpo']:.1f}")
            measured = [_finding(row) for row in record["brain"]["measured"][:1]] or ["-"]
            lines.append((record["name"], *numbers, *estimated, *measured))
    return _table(lines) + "\nall but the last column: computed from the structure, not measured"


def compound_text(record: Record) -> str:
    """Return one compound, field by field."""
    unverified = [f"{name} (unverified)" for name in record["unverified_synonyms"]]
    lines: list[Line] = [
        ("name", record["name"]),
        ("kind", record["kind"].replace("_", " ")),
        ("parent", record["parent"] or ""),
        ("synonyms", ", ".join([*record["synonyms"], *unverified])),
        ("SMILES", record["smiles"]),
        ("InChIKey", record["inchikey"]),
        ("formula", f"{record['formula']}, {_weight(record):.2f} g/mol"),
        ("PDB component", record["pdb_ligand"] or ""),
        ("PDB entries", " ".join(record["pdb_entries"])),
        ("warhead", record["reported_warhead"] or ""),
        ("reversibility", record["reported_reversibility"] or ""),
    ]
    if "brain" in record:
        lines += _warhead_lines(record)
        lines += [(n, f"{value:g} (computed)") for n, value in record["properties"].items()]
        lines += _brain_lines(record)
        for alert in record["alerts"]:
            where = "on the warhead" if alert["on_warhead"] else "elsewhere"
            kind = f"{alert['filter_set']} {alert['name'].replace('_', ' ')}"
            lines.append(("alert", f"{kind} ({where})"))
    lines += [
        ("note", record["note"] or ""),
        ("source", record["source"]),
        ("confidence", record["confidence"]),
        *(("warning", text) for text in record.get("warnings", ())),
    ]
    return _fields(lines)


def _pair_text(record: Record) -> str:
    """Return what changed from a reference to a ligand."""
    lines: list[Line] = [
        ("from", record["reference"]),
        ("to", record["ligand"]),
        ("common core", f"{record['core_smiles'] or 'none'} ({record['core_atoms']} atoms)"),
    ]
    if not record["core_search_complete"]:
        lines.append(("warning", "the search for the core hit its time limit; it may be larger"))
    for change in record["changes"]:
        lines.append(("changed", f"{change['taken_out'] or 'H'} to {change['put_in'] or 'H'}"))
    for begin, end in record["turned_double_bonds"]:
        lines.append(("turned over", f"the double bond between atoms {begin} and {end}"))
    for name, value in record["property_changes"].items():
        if value:
            lines.append((name, f"{value:+g} (computed)"))
    brain = record["brain"]
    lines += [("brain, measured", f"{r['compound']}: {_finding(r)}") for r in brain["measured"]]
    lines += [("brain, estimated", brain["comparison"]), ("reason", brain["reason"] or "")]
    return _fields(lines)


def _warhead_lines(record: Record) -> list[Line]:
    """Return what the thiol does, as the table of warheads has it."""
    if record["warhead"] is None:
        return [("modelled as", "no warhead")]
    return [
        ("modelled as", f"{record['warhead']}, {record['reversibility']}"),
        ("attacked atom", f"{record['attacked_atom']} (number 1)"),
        ("adducts", ", ".join(adduct["label"] for adduct in record["adducts"])),
        *(("afterwards", text) for text in record["follow_up"]),
        *(
            ("second warhead", f"{row['warhead']} at atom {row['reactive_atom_index']}")
            for row in record["other_warheads"]
        ),
    ]


def _brain_lines(record: Record) -> list[Line]:
    """Return measured findings first, then the estimates and how their pKa was set."""
    brain = record["brain"]
    estimated = brain["estimated"]
    if estimated["basic_pka"] is None:
        base = "no basic centre recognised, its term is 1"
    else:
        base = f"pKa {estimated['basic_pka']:g} of {estimated['basic_centre']}, not measured"
    lines = []
    for row in brain["measured"]:
        lines += [("brain, measured", f"{_finding(row)} [{row['source']}; {row['confidence']}]")]
        lines += [("reason", row["reason"])]
    return [
        *(lines or [("brain, measured", "nothing known")]),
        ("brain, compared", brain.get("comparison", "")),
        ("brain, estimated", f"log BB {estimated['log_bb']:.2f} (Clark 1999)"),
        ("", f"CNS MPO {estimated['cns_mpo']:.2f} of 6 (Wager 2010; {base}; "
         f"log D {estimated['log_d']:.2f})"),
    ]  # fmt: skip


def _finding(row: Record) -> str:
    """Return a measured row in one phrase."""
    value, low, high = (row[name] for name in ("value", "low", "high"))
    spread = "" if low is None else f"{low:g} to {high:g} {row['unit']}"
    if value is None:
        number = spread
    else:
        number = f"{value:g} {row['unit']}" + (f" ({spread})" if spread else "")
    said = ", ".join(text for text in (row["quantity"], number, row["system"]) if text)
    return f"{said}: {row['finding']}"


def _weight(record: Record) -> float:
    holder = record.get("properties", record)
    return float(holder["molecular_weight_g_per_mol"])


def _fields(lines: Iterable[Line]) -> str:
    """Return named lines, the blank ones left out."""
    return _table((name, text) for name, text in lines if text)


def _table(lines: Iterable[Sequence[str]]) -> str:
    """Return lines of cells as text; a cell from outside cannot steer the terminal."""
    return aligned([[clean_text(cell) for cell in line] for line in lines])
