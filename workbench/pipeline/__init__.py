"""The stages in order: what the verbs and the Python interface call."""

from workbench.pipeline.comparing import compare
from workbench.pipeline.docking import dock
from workbench.pipeline.preparing import view_receptor, write_ligands, write_receptor

__all__ = ["compare", "dock", "view_receptor", "write_ligands", "write_receptor"]
