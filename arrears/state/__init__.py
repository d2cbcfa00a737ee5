"""What Arrears must remember between two commands: nights, work items, who may sign in, who moved which alias.

`server` finds or starts PostgreSQL, `schema` lists every table, `migrate` brings an older database up to it.
"""

from arrears.state.migrate import upgrade
from arrears.state.server import connect, opened, opened_where_made, served

__all__ = ["connect", "opened", "opened_where_made", "served", "upgrade"]
