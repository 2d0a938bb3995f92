import asyncio


async def _get(key):
    await asyncio.sleep(0)
    return key


def fetch(key):
    value = await _get(key)
    return value
