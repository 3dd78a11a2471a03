"""Addresses: streets, house numbers, crossings and posts on the road."""
