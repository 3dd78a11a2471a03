"""Questions about more than one route: alternatives, detours, matrices, orders of visit, reach."""
