"""What is said of trips and of a plan at hand."""
