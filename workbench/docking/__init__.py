"""Placing a ligand: the covalent search and the encounter complex."""
