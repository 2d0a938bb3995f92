import asyncio


@asyncio.coroutine
def load():
    yield


def init():
    pass


def run(raw_data):
    return []
