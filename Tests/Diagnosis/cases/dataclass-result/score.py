import json
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import List


@dataclass
class Prediction:
    label: str
    scores: List[float] = field(default_factory=list)


def init():
    pass


def run(raw_data):
    rows = json.loads(raw_data)
    answers = [Prediction("yes", [0.5, 0.5]) for _ in rows]
    return {"at": datetime(2024, 1, 1, tzinfo=timezone.utc).isoformat(), "predictions": answers}
