"""May we work this account, and if not, why and until when.

Rules are column functions over NumPy arrays, the same for a whole book at night and for one account at its claim.
"""
