"""The HTTP interface and the tools for language-model agents."""
