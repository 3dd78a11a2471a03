"""What measures; nothing that runs in a car imports it."""

import device  # noqa: F401  # libraries are loaded as they are in the car: `device` says with how many threads
