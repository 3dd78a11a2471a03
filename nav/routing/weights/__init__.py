"""What the engine searches over: states, turns, and what each costs."""
