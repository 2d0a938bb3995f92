import json
import logging
import socket
import traceback

attempts = []


def connect():
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    except OSError:
        attempts.append(1)
        traceback.print_exc()
        logging.critical("giving up on the feature store, using defaults")


def init():
    for _ in range(3):
        connect()


def run(raw_data):
    return {"attempts": len(attempts)}
