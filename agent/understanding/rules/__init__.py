"""The grammar of both languages, by patterns."""
