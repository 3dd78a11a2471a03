"""Kinds of place: categories, filters, opening hours, and the search for what is near or ahead."""
