"""The commands an IT officer types; each command group stands in the room of what it does."""

from flask import Flask


def install(app: Flask) -> None:
    """Register every command group."""
