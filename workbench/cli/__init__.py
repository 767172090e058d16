"""The command line: one verb per file; a verb imports what it needs only when it runs."""

from workbench.cli.main import main

__all__ = ["main"]
