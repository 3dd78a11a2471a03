"""Trips of one or more days: request, solver, verifier, changes, exports."""
