"""Only here where the environment has no package of this name."""

__path__ = __import__("pkgutil").extend_path(__path__, __name__)
