"""What the words of a trip ask for, read by the language data."""
