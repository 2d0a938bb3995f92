import os
from dataclasses import dataclass, field


def _required(name):
    return field(default_factory=lambda: os.environ[name])


@dataclass(frozen=True)
class Settings:
    search_url: str = _required("SEARCH_URL")
    index: str = "products"
