"""From words to sound, and how written text is read aloud."""
