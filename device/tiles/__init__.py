"""Map tiles of a region: made of the extract when a region is built, or of its roads where there are none."""
