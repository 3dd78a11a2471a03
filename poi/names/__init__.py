"""Names: how alike they are in letters, sounds and parts, and the search for them."""
