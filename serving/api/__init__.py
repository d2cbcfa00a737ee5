"""The public application: its addresses under /v1, its contracts and its problems."""
