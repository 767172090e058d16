"""Options that several verbs take, each in one place; the fields of a settings model as options."""

from __future__ import annotations

import inspect
import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args, get_origin

import typer

from workbench.errors import UsageError

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from workbench.settings import Settings

Model = TypeVar("Model", bound="Settings")

LIGAND_HELP = (
    "a catalogue name (selinexor, KPT-330), a SMILES, or a .sdf, .mol, .smi or .csv file (also .gz)"
)
RECEPTOR_HELP = (
    "human-groove or human-groove-3nc1 (its backbone from a crystal), a PDB id, AF-<UniProt>, or "
    "a structure file (.cif, .pdb, .ent, also .gz)"
)
ONE_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
CORES = os.cpu_count() or 1


def argument(unit: str, what: str, default: Any = ..., **more: Any) -> Any:
    """Return a word without an option before it."""
    return typer.Argument(default, metavar=unit, help=what, **more)


def option(default: Any, unit: str, what: str, *name: str, **more: Any) -> Any:
    """Return an option that takes a value; its name is the parameter's unless one is given."""
    return typer.Option(default, *name, metavar=unit, help=what, **more)


def choice(default: str, what: str) -> Any:
    """Return an option that takes one of the words of its parameter's type."""
    return typer.Option(default, help=what)


def flag(name: str, what: str) -> Any:
    """Return an option that takes no value."""
    return typer.Option(False, name, help=what)


def number(text: str) -> float:
    """Read a number; nan is none, and typer would take it."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise typer.BadParameter(f"{text!r} is not a number")
    return value


def catalogue_names(incomplete: str) -> list[str]:
    """Return the catalogue's names of drugs that begin so, for the shell's completion."""
    from workbench.tables import compounds

    drugs = (row for row in compounds() if row.kind != "bound_form")
    names = sorted({name for row in drugs for name in (row.name, *row.synonyms)})
    return [name for name in names if name.startswith(incomplete) and ONE_WORD.fullmatch(name)]


LIGAND = typer.Argument(metavar="LIGAND", help=LIGAND_HELP, autocompletion=catalogue_names)
Ligands = Annotated[list[str], LIGAND]
Ligand = Annotated[str, LIGAND]
Receptor = Annotated[str, typer.Option(metavar="RECEPTOR", help=RECEPTOR_HELP)]
ForceField = Annotated[Literal["mmff94s", "amber"], typer.Option(help="of the bonded complex")]
Seed = Annotated[int, typer.Option(min=0, max=2**31 - 1, metavar="N", help="of the random numbers")]
Jobs = Annotated[
    int, typer.Option(min=1, metavar="N", help="processor cores; the result is the same")
]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Out = Annotated[Path, typer.Option(metavar="DIR", help="folder of the results")]
OutOnRequest = Annotated[
    Path | None, typer.Option(metavar="DIR", help="write tables and a page into this folder")
]


def settings_of(kind: type[Model], values: Mapping[str, Any]) -> Model:
    """Return settings from the values of options.

    Raises
    ------
    UsageError
        Naming the setting that is refused, and the reason.
    """
    from pydantic import ValidationError

    try:
        return kind(**values)
    except ValidationError as error:
        problem = error.errors()[0]
        said = problem["msg"].removeprefix("Value error, ")
        name = ".".join(str(part) for part in problem["loc"])
        value = f"{name} cannot be {str(problem['input'])[:60]!r}: " if name else ""
        raise UsageError(f"the settings do not fit: {value}{said}") from error


def expanded(run: Callable[..., int]) -> Callable[..., int]:
    """Return a verb that takes the fields of its settings models as options.

    A parameter whose type is a model stands for options named like all of its fields;
    ``Annotated[Model, "--seed --timeout=timeout_s"]`` names some. Its default, a model, gives
    other defaults than the fields have.
    """
    models: dict[str, tuple[type[Settings], dict[str, Any], dict[str, str]]] = {}
    parameters: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(run, eval_str=True).parameters.items():
        kind, *notes = get_args(parameter.annotation) or (parameter.annotation,)
        if not hasattr(kind, "model_fields"):
            parameters.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
            continue
        every = " ".join(f"--{field.replace('_', '-')}" for field in kind.model_fields)
        names = dict(map(_named, (notes[0] if notes else every).split()))
        given = {} if parameter.default is parameter.empty else dict(parameter.default)
        models[name] = (kind, given, names)
        for option, field in names.items():
            info = kind.model_fields[field]
            default = given.get(field, info.get_default(call_default_factory=True))
            parameters.append(_parameter(f"{name}_{field}", option, info, default))

    def verb(**words: Any) -> int:
        for name, (kind, given, names) in models.items():
            asked = {field: words.pop(f"{name}_{field}") for field in names.values()}
            words[name] = settings_of(kind, given | asked)
        return run(**words)

    verb.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return verb


def _named(text: str) -> tuple[str, str]:
    option, _, field = text.partition("=")
    return option, field or option.removeprefix("--").replace("-", "_")


def _parameter(name: str, option: str, field: FieldInfo, default: Any) -> inspect.Parameter:
    """Return a field of a model as typer's parameter; the model checks the bounds of its value."""
    kind: Any = field.annotation
    more: dict[str, Any] = {}
    if get_origin(kind) is tuple:
        kind, default = list[str], list(default)
    if float in (kind, *get_args(kind)):
        more["parser"] = number
    if get_origin(kind) is not Literal and kind is not bool:
        unit = re.search(r"g_per_mol$|[a-z0-9]+$", name)
        more["metavar"] = "N" if int in (kind, *get_args(kind)) else unit and unit[0].upper()
    told = typer.Option(option, help=field.description, **more)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, told]
    )
