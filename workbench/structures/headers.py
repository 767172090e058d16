"""What the head of a structure file states: bonds on record, and each chain's organism."""

from __future__ import annotations

import re

import gemmi

from workbench.structures.source import LinkRecord


def link_records(structure: gemmi.Structure) -> tuple[LinkRecord, ...]:
    """Return the covalent bonds and disulfides on record; metal contacts are left out."""
    wanted = (gemmi.ConnectionType.Covale, gemmi.ConnectionType.Disulf)
    records = []
    for link in structure.connections:
        # a LINK record of the PDB format does not say what kind of bond it is
        if link.type not in (*wanted, gemmi.ConnectionType.Unknown):
            continue
        first, second = link.partner1, link.partner2
        if not first.atom_name or not second.atom_name:
            continue
        records.append(
            LinkRecord(
                _key(first),
                first.atom_name,
                _key(second),
                second.atom_name,
            )
        )
    return tuple(records)


def _key(address: gemmi.AtomAddress) -> str:
    return f"{address.chain_name}:{str(address.res_id.seqid).strip()}"


def organisms_of(
    structure: gemmi.Structure, text: str, block: gemmi.cif.Block | None
) -> dict[str, str]:
    """Return chain -> organism, as the file states it; empty where it does not.

    Parameters
    ----------
    text
        The whole file; its COMPND and SOURCE records are read when it is a PDB file.
    block
        The mmCIF block, ``None`` for a PDB file.
    """
    if block is None:
        return _from_pdb(text)
    return _from_mmcif(structure, block)


def _from_mmcif(structure: gemmi.Structure, block: gemmi.cif.Block) -> dict[str, str]:
    by_entity: dict[str, str] = {}
    for category, item in (
        ("_entity_src_gen.", "pdbx_gene_src_scientific_name"),
        ("_entity_src_nat.", "pdbx_organism_scientific"),
        ("_pdbx_entity_src_syn.", "organism_scientific"),
    ):
        for row in block.find(category, ["entity_id", item]):
            name = row.str(1)
            if name and name not in "?.":
                by_entity[row.str(0)] = _sentence(name)
    chains: dict[str, str] = {}
    for chain in structure[0]:
        entity = structure.get_entity_of(chain.get_polymer())
        if entity is not None and entity.name in by_entity:
            chains[chain.name] = by_entity[entity.name]
    return chains


def _from_pdb(text: str) -> dict[str, str]:
    chains = _specification(text, "COMPND", "CHAIN")
    organisms = _specification(text, "SOURCE", "ORGANISM_SCIENTIFIC")
    return {
        chain.strip(): _sentence(organisms[molecule])
        for molecule, listed in chains.items()
        if molecule in organisms
        for chain in listed.split(",")
    }


def _specification(text: str, record: str, token: str) -> dict[str, str]:
    """Return MOL_ID -> the value of one token of the COMPND or SOURCE records."""
    lines = [line[10:80].strip() for line in text.splitlines() if line.startswith(record)]
    values: dict[str, str] = {}
    molecule = ""
    for item in " ".join(lines).split(";"):
        key, _, value = item.partition(":")
        if key.strip() == "MOL_ID":
            molecule = value.strip()
        elif key.strip() == token:
            values[molecule] = value.strip()
    return values


def _sentence(name: str) -> str:
    """Return a species name in its usual case: ``HOMO SAPIENS`` becomes ``Homo sapiens``."""
    clean = re.sub(r"\s+", " ", name).strip()
    return clean.capitalize() if clean.isupper() else clean
