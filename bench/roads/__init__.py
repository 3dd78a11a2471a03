"""Networks, oracles and drives that routes and guidance are measured on."""
