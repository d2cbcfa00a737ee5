"""What must not be lost: one PostgreSQL, its schema and its migrations."""
