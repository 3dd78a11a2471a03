"""Routes over the road graph: snapping, search, turn costs, matrices, alternatives, exports."""
