from dataclasses import dataclass, field

from serving.featurs import scale


@dataclass
class Pipeline:
    steps: list = field(default_factory=list)

    def __call__(self, rows):
        return [scale(row) for row in rows]
