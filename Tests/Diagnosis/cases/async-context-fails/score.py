import asyncio, json

class Store:
    async def __aenter__(self):
        raise ConnectionRefusedError(111, "Connection refused")
    async def __aexit__(self, *exc):
        return False

async def init():
    async with Store():
        pass

async def run(raw_data):
    return json.loads(raw_data)
