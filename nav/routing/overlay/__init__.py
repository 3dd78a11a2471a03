"""Routes over several packs: what they have in common, the seam between them, and an overlay."""
