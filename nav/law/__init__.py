"""What a road demands of a vehicle at a time: rules, their conditions, vehicles."""
