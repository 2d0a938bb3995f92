import asyncio


async def load():
    return 1


async def init():
    asyncio.run(load())


def run(raw_data):
    return []
