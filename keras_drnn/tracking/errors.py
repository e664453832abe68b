"""The error of a tracking store that cannot be used, and what any of its errors say."""

from keras_drnn.tracking.uri import without_password


class TrackingError(ValueError):
    """An MLflow store cannot be reached or written; the message says what to do about it."""


def reason(error: Exception) -> str:
    """What an error says, without passwords and without the query that it quotes.

    Args:
        error: Whatever MLflow, its database or its server has raised.
    """
    said, query, _ = str(error).strip().partition("\n[SQL: ")
    # What SQLAlchemy was doing comes first, what the database answered last.
    said = said.splitlines()[-1] if query else said
    return without_password(said) or type(error).__name__
