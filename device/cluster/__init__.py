"""Work for several computers, by Dask distributed: many regions, and big matrices. In no car."""
