"""The error of a tracking store that cannot be used."""


class TrackingError(ValueError):
    """An MLflow store cannot be reached or written; the message says what to do about it."""
