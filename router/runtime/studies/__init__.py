"""Seeded days worked cell by cell: in this process, in local ones, or on a Dask cluster."""
