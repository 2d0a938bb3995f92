import json
import logging
import socket
import time

logging.basicConfig(level=logging.INFO)


def wait_for(host, port):
    while True:
        try:
            with socket.create_connection((host, port), timeout=1):
                return
        except OSError as problem:
            logging.warning("waiting for %s:%d (%s)", host, port, problem)
            time.sleep(0.5)


def init():
    wait_for("127.0.0.1", 9)


def run(raw_data):
    return json.loads(raw_data)
