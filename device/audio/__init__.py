"""Sound in and out of the device."""
