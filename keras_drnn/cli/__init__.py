"""The command `drnn`."""
