import logging
import os
import sys


def check(path):
    if not os.path.exists(path):
        logging.critical("no licence at %s", path)
        sys.exit(78)
