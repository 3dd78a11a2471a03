"""OpenStreetMap data into road arrays: reading, tags, restrictions, speeds, and fetching extracts."""
