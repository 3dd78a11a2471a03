"""What is done with an intent, and the words of the answer."""
