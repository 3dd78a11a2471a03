"""What is said to our questions, and what is asked where a reading is in doubt."""
