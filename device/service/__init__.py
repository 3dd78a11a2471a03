"""The service that starts with the car, and its health."""
