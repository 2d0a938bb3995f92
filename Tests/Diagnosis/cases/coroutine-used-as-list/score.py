import json


async def lookup(ids):
    return {i: "name-%d" % i for i in ids}


def init():
    pass


def run(raw_data):
    names = lookup(json.loads(raw_data))
    return [names[i] for i in (1, 2)]
