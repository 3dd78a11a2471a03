"""What the map has for a trip: towns, sights, tables, beds, and when they are open."""
