"""Fixtures that every test module may ask for."""

from emulated import cloud, emulators

__all__ = ["cloud", "emulators"]
