"""Region packs as files: arrays, formats, staging, paths."""
