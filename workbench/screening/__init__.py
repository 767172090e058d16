"""Many ligands: planned, run on Dask, kept chunk by chunk, merged and shown."""
