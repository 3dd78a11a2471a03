"""Areas: districts, towns and counties, and what lies in them."""
