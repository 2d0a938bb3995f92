import json


class Service:
    scale = 2

    def predict(self, rows):
        return [self.scale * row for row in rows]


service = Service()


def init():
    service.scale = 3


def run(self, raw_data):
    return service.predict(json.loads(raw_data))
