"""Champion against challenger: who gets which arm, what came of it, and when that may be believed.

Pure arithmetic over NumPy arrays: nothing here knows a database, a page or a night.
"""
