"""How readings and replies are judged."""
