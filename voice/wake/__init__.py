"""The call: features, detector, second hearing and its check."""
