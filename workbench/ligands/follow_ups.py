"""What may happen to an adduct afterwards: hydrolysis, oxidation, reversal."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from rdkit import Chem

from workbench.errors import LigandError
from workbench.ligands.assembly import FLAT, assembled, composition
from workbench.ligands.bond_edits import edited
from workbench.ligands.molecules import Adduct
from workbench.ligands.names import quoted
from workbench.ligands.patterns import pattern
from workbench.ligands.reversal import undone
from workbench.tables import FollowUp, follow_ups

_BACK = ("back",)


def steps_of(adduct: Adduct) -> tuple[FollowUp, ...]:
    """Return the steps of the table that an adduct can take."""
    warhead = adduct.ligand.warhead
    if adduct.form != "adduct" or warhead is None:
        return ()
    return tuple(
        step
        for step in follow_ups()
        if warhead.name in step.applies_to and (step.edits == _BACK or _match(adduct, step))
    )


def what_may_follow(adduct: Adduct) -> tuple[str, ...]:
    """Return in words what may happen to an adduct, each with its source.

    The reversal of the addition first, where the warhead's class is known to reverse; empty for
    an adduct that has taken its last step.
    """
    warhead = adduct.ligand.warhead
    if warhead is None or adduct.form != "adduct":
        return ()
    lines = []
    if warhead.warhead.reversible and not adduct.left_atoms:
        lines.append(
            f"reversal: the thiol leaves again ({warhead.warhead.reference}; "
            f"confidence {warhead.warhead.confidence})"
        )
    lines += [f"{s.name} ({s.reference}; confidence {s.confidence})" for s in steps_of(adduct)]
    return tuple(lines)


def after(adduct: Adduct, step: str) -> Adduct:
    """Return an adduct after a step of the table, its stereo kept.

    Parameters
    ----------
    step
        Name of the step (``lactone hydrolysis``) or of what it makes (``hydrolysed``).

    Returns
    -------
    Adduct
        Atoms that the step brought stand behind the drug's, with -1 in ``drug_atoms``; SG, CB
        and CA are still the last. Its label is of the new molecule: CIP labels may change where
        no atom moved.

    Raises
    ------
    LigandError
        When the step does not apply, or the adduct took one already.
    """
    steps = steps_of(adduct)
    chosen = next((row for row in steps if step.strip().casefold() in (row.name, row.form)), None)
    if chosen is None:
        known = ", ".join(row.name for row in steps) or "none"
        raise LigandError(
            f"{quoted(step)} does not apply to the {adduct.form} of {adduct.ligand.name}; "
            f"steps that do: {known}"
        )
    mol, n_new = _changed(adduct, chosen)
    n_drug = adduct.n_drug_atoms
    n_all = adduct.mol.GetNumAtoms()
    order = [*range(n_drug), *range(n_all, n_all + n_new), *range(n_drug, n_all)]
    done = assembled(
        adduct.ligand,
        Chem.RenumberAtoms(mol, order),
        (*adduct.drug_atoms, *[-1] * n_new),
        [centre.atom_index for centre in adduct.stereocentres],
        form=chosen.form,
        change=_change(chosen),
    )
    return replace(done, label=FLAT if adduct.label == FLAT else _label(adduct, done))


def _label(before: Adduct, done: Adduct) -> str:
    """Return the label, with the new double bonds that the addition made."""
    kept = [part for part in before.label.split("_") if part in ("E", "Z")]
    centres = [] if done.label == "single" else [done.label]
    return "_".join([*centres, *kept]) or "single"


def _changed(adduct: Adduct, step: FollowUp) -> tuple[Chem.Mol, int]:
    """Return the changed molecule, new atoms last, and how many they are."""
    warhead = adduct.ligand.warhead
    assert warhead is not None, "an adduct has a warhead"
    if step.edits == _BACK:
        return undone(adduct.mol, warhead), 0
    mol = Chem.RWMol(adduct.mol)
    places = list(_match(adduct, step))
    gained = Chem.MolFromSmiles(step.gains)
    places += [mol.AddAtom(Chem.Atom(atom.GetAtomicNum())) for atom in gained.GetAtoms()]
    edits = []
    for text in step.edits:
        pair, change = text.split(":")
        first, second = (places[int(position)] for position in pair.split("-"))
        edits.append((first, second, int(change)))
    return edited(mol, edits).GetMol(), gained.GetNumAtoms()


def _match(adduct: Adduct, step: FollowUp) -> tuple[int, ...]:
    """Return the atoms at which a step happens: those of Cys528's own sulphur; none is empty."""
    for atoms in adduct.mol.GetSubstructMatches(pattern(step.smarts), uniquify=False):
        if atoms[0] == adduct.sg_index and atoms[1] == adduct.reactive_atom_index:
            return tuple(atoms)
    return ()


def _change(step: FollowUp) -> Counter[str]:
    """Return the atoms that a step adds, those it removes below zero."""
    change: Counter[str] = Counter()
    for smiles, sign in ((step.gains, 1), (step.loses, -1)):
        mol = Chem.MolFromSmiles(smiles)
        for symbol, count in composition(mol).items():
            change[symbol] += sign * count
    return change
