"""Files that appear under their final name only when they are complete."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import OutputError


def prepare_output_folder(path: str | Path) -> Path:
    """Make sure, before any work is done, that results can be written to a folder.

    It is made when only its last part is missing.

    Raises
    ------
    OutputError
        When it is a file, its parent is missing, or nothing can be written to it.
    """
    folder = Path(path)
    try:
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"{shown(path)} is not a folder: choose another with --out")
        if not folder.exists() and not folder.parent.is_dir():
            raise OutputError(f"the folder that should hold {shown(path)} does not exist: make it")
        folder.mkdir(exist_ok=True)
        probe = folder / f".{secrets.token_hex(8)}.tmp"
        with probe.open("xb"):
            pass
        probe.unlink()
    except (OSError, ValueError) as error:
        raise OutputError(
            f"{shown(path)} cannot be written to: {_cause(error)}; choose another with --out"
        ) from error
    return folder


def write_texts(folder: Path, texts: dict[str, str]) -> list[Path]:
    """Write several texts as UTF-8; see :func:`write_files`."""
    return write_files(folder, {name: as_bytes(text) for name, text in texts.items()})


def as_bytes(text: str) -> bytes:
    """Return a text as UTF-8; a name from a broken encoding does not stop the run."""
    return text.encode("utf-8", "backslashreplace")


def write_files(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    """Write several files so that each appears under its name only when it is complete.

    ``contents`` are by file name, in the order in which the files appear and are returned.

    Raises
    ------
    OutputError
        When one cannot be written; no temporary file stays behind.
    """
    suffix = f".{secrets.token_hex(8)}.tmp"
    temporary = {name: folder / f".{name}{suffix}" for name in contents}
    try:
        for name, content in contents.items():
            with explained(name, folder), temporary[name].open("xb") as handle:
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
        for name in contents:
            with explained(name, folder):
                os.replace(temporary[name], folder / name)
    finally:
        # what is left is ours, and a second failure here would hide the first
        for path in temporary.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return [folder / name for name in contents]


@contextmanager
def growing_text(folder: Path, name: str) -> Iterator[Callable[[str], object]]:
    """Yield what appends to a file that appears under its name only when it is complete.

    Until then it has no name: an interruption leaves nothing behind.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    temporary = folder / f".{name}.{secrets.token_hex(8)}.tmp"
    with explained(name, folder), tempfile.TemporaryFile(dir=folder) as growing:
        yield lambda text: growing.write(as_bytes(text))
        growing.seek(0)
        try:
            with temporary.open("xb") as handle:
                shutil.copyfileobj(growing, handle)
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(temporary, folder / name)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


@contextmanager
def explained(name: str, folder: Path) -> Iterator[None]:
    """Turn the operating system's refusal into one sentence."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{name} cannot be written in {shown(folder)}: {_cause(error)}; free some space or "
            "choose another folder with --out"
        ) from error


def _cause(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def shown(path: str | Path) -> str:
    """Return a path as the user gave it, control characters made visible."""
    return ascii(str(path)) if not str(path).isprintable() else f"'{path}'"
