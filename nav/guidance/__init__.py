"""Manoeuvres and their wording, map matching, and guidance along a route."""
