"""Who works what: work items, strategies that rank them, and the store that keeps them."""
