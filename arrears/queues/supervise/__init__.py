"""What a manager sees and does in a day: read models over a night and its working day, and acts that can be undone."""
