"""From words to intents."""
