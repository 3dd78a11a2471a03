"""Names, areas and addresses that places are measured on."""
