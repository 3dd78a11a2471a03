"""Manoeuvres: what a driver has to do along a route, of junctions, roundabouts, turns and lanes."""
