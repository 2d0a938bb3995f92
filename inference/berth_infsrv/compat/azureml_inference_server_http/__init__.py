"""Stands in for the original package, so that scripts can import its names."""

from berth_infsrv import CONTRACT_VERSION as __version__

__all__ = ["__version__"]
