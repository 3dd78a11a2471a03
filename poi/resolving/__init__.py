"""The one place that words mean, or the question that tells several apart."""
