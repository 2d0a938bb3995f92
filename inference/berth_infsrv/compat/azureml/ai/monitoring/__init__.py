"""The model data collector."""

from .collector import Collector

__all__ = ["Collector"]
