import asyncio
import json


async def load(name):
    await asyncio.sleep(0)
    if name == "labels":
        raise ValueError("labels of version 3 are not supported")
    return name


async def load_all():
    async with asyncio.TaskGroup() as group:
        for name in ("weights", "labels"):
            group.create_task(load(name))


def init():
    asyncio.run(load_all())


def run(raw_data):
    return json.loads(raw_data)
