"""What is kept on disk: models, regions, private data."""
