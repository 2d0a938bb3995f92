"""Records what a client sends, normalised, by looking over the shoulder of its HTTP library: the client is unchanged."""

import json
import re
from urllib.parse import unquote, urlsplit

import requests.adapters

GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
HASH = re.compile(r"\b[0-9a-f]{32,64}\b", re.IGNORECASE)
SIGNED = re.compile(r"(se|sig)=[^&]*")


class Recorder:
    def __init__(self):
        self.lines = []
        original = requests.adapters.HTTPAdapter.send
        recorder = self

        def send(adapter, request, **options):
            response = original(adapter, request, **options)
            recorder.note(request, response)
            return response

        requests.adapters.HTTPAdapter.send = send

    def step(self, name):
        self.lines.append(f"# {name}")

    def note(self, request, response):
        url = urlsplit(request.url)
        text = unquote(url.path) + ("?" + unquote(url.query) if url.query else "")
        text = SIGNED.sub(lambda match: match.group(1) + "={signed}", text)
        text = HASH.sub("{hash}", GUID.sub("{guid}", text))
        text = re.sub(r"/store/st[0-9a-f]{10}\.", "/store/{account}.", text)
        line = f"{request.method} {text} -> {response.status_code}"
        if "metadata/endpoints" in line or line == (self.lines or [""])[-1]:
            return  # Asked for before every call; polls of one operation.
        self.lines.append(line)
        if request.method == "PUT" and "/providers/" in url.path and response.status_code < 300:
            try:
                self.lines.append("  = " + ", ".join(shape(json.loads(response.text))))
            except ValueError:
                self.lines.append("  = no JSON")

    def text(self):
        # Uploads run side by side: their order is not the client's to keep.
        result, blobs = [], []
        for line in self.lines + ["# end"]:
            if "/store/" in line:
                blobs.append(line)
                continue
            result += sorted(set(blobs), key=blobs.index) if len(blobs) < 2 else sorted(set(blobs))
            blobs = []
            result.append(line)
        return "\n".join(result) + "\n"


def shape(value, path=""):
    """Which members an answer has, with their types: what a client's model is filled from."""
    if isinstance(value, dict) and value:
        # Free maps of the user's, and of ours.
        if path.rsplit(".", 1)[-1] in ("tags", "flavors", "environmentVariables", "traffic", "mirrorTraffic"):
            return [f"{path}:map"]
        return [line for key in sorted(value) for line in shape(value[key], f"{path}.{key}" if path else key)]
    return [f"{path}:{'map' if value == {} else type(value).__name__}"]
