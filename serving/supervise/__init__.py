"""A manager's day: acts on queues and team that can be undone, and the team's numbers."""
