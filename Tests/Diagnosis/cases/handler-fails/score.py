import logging


def init():
    try:
        open("/data/labels.txt")
    except OSError as error:
        logging.error("failed: " + error.mesage)


def run(raw_data):
    return []
