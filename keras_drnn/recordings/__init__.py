"""Recordings of a user's own: the table that names them, and the description beside it."""
