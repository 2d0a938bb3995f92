import json, logging, logging.config

logging.config.dictConfig({"version": 1, "formatters": {"f": {"format": "%(levelname)s %(message)s"}},
    "handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f"}}, "root": {"level": "DEBUG", "handlers": ["h"]}})

def init():
    logging.critical("FATAL: out of memory (simulated)")
    try:
        1 / 0
    except ZeroDivisionError:
        logging.exception("division")

def run(raw_data):
    return json.loads(raw_data)
