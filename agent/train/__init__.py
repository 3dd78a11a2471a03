"""Workshop: trains what understands. In no wheel."""
