"""The command line: a verb imports what it needs only when it runs."""

from workbench.cli.main import entry, main

__all__ = ["entry", "main"]
