import json
import logging
import threading

logging.basicConfig(level=logging.INFO)


def refresh():
    raise ConnectionError("Connection refused: metrics.example.invalid")


def init():
    thread = threading.Thread(target=refresh, daemon=True)
    thread.start()
    thread.join()


def run(raw_data):
    return {"rows": len(json.loads(raw_data))}
