import json

from settings import Settings

settings = Settings()


def init():
    print("using the endpoint", settings.search_url)


def run(raw_data):
    return {"index": settings.index, "query": json.loads(raw_data)}
