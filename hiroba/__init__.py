"""Hiroba: makes information and conversation visible the moment they exist."""

__version__ = "0.1.0"
