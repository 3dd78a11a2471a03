"""Changes to a plan at hand."""
