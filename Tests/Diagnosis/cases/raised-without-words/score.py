import json


class Model:
    def load(self):
        raise NotImplementedError


class Forest(Model):
    def laod(self):
        self.trees = [1, 2]


def init():
    global model
    model = Forest()
    model.load()


def run(raw_data):
    return model.trees
