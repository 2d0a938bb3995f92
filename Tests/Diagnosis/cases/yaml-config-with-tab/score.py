import json
from pathlib import Path

import yaml

ROOT = Path(__file__).parent


def load_settings():
    return yaml.safe_load((ROOT / "settings.yml").read_text())


def init():
    global settings
    settings = load_settings()


def run(raw_data):
    return {"threshold": settings["threshold"], "rows": len(json.loads(raw_data))}
