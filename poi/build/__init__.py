"""What makes the places of a region pack out of an extract; nothing here runs while driving."""
