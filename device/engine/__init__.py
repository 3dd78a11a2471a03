"""Engines as child processes with limits."""
