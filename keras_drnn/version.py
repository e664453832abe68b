"""The version, where the packaging tool can read it without importing Keras."""

__version__ = "0.1.0"
