"""How models are used: scoring, the night, the service, the console."""
