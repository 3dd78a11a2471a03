"""Workshop: makes the data files of `poi/data` out of tagging schema and name index. In no wheel."""
