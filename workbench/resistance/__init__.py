"""The resistance scan: mutants of the groove against drugs, structure and chemistry."""

from workbench.resistance.scanning import scan

__all__ = ["scan"]
