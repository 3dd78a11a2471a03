"""Opening hours as OpenStreetMap writes them: read, and judged at a place and a time."""
