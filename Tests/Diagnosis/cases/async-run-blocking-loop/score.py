import asyncio
import json


class Client:
    async def features(self, ids):
        await asyncio.sleep(0)
        return [{"id": i} for i in ids]

    def features_now(self, ids):
        return asyncio.get_event_loop().run_until_complete(self.features(ids))


client = Client()


def init():
    pass


async def run(raw_data):
    return client.features_now(json.loads(raw_data))
