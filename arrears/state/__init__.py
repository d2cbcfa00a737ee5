"""What Arrears must remember between two commands: nights, work items, who may sign in, who moved which alias.

`server` finds or starts PostgreSQL, `schema` lists every table, `migrations` brings an older database up to it.
"""
