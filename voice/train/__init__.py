"""Workshop: trains wake word and recogniser corrections. In no wheel."""
