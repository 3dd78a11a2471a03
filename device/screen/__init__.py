"""The car's screen: a page on loopback, what it is told, and what it may ask."""
