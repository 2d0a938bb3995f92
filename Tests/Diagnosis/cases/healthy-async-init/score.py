import asyncio

value = None


async def init():
    global value
    await asyncio.sleep(0)
    value = 3


async def run(raw_data):
    return value
