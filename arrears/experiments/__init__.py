"""Champion against challenger: who gets which arm, what came of it, and when that may be believed.

Pure arithmetic over NumPy arrays that knows no page and no night; `records` alone knows the database.
"""
