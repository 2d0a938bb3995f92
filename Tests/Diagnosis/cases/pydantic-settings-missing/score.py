import json
import os

from pydantic import BaseModel, Field


class Settings(BaseModel):
    endpoint: str
    retries: int = Field(ge=0)


def init():
    global settings
    settings = Settings(endpoint=os.getenv("SEARCH_ENDPOINT"), retries=os.getenv("RETRIES", "3"))


def run(raw_data):
    return {"endpoint": settings.endpoint, "data": json.loads(raw_data)}
