"""Where print() and the logging module of the script go."""

import builtins
import functools
import os
import sys

from . import log

_print = builtins.print


@functools.wraps(_print)
def print_to_log(*objects, sep=" ", end="\n", file=None, flush=False):
    """As print(); what is meant for stdout becomes a record of azmlinfsrv.print."""
    if file is not None and file is not sys.stdout:
        _print(*objects, sep=sep, end=end, file=file, flush=flush)
        return
    log.info((" " if sep is None else sep).join(map(str, objects)), "azmlinfsrv.print")


def configure(settings):
    """Takes a logging.json of the user over, if there is one."""
    for folder in (settings.app_root, os.path.dirname(settings.script_path())):
        path = os.path.join(folder, "logging.json")
        if os.path.isfile(path):
            _load(path)
            return


def _load(path):
    import json
    import logging.config

    with open(path, encoding="utf-8") as file:
        configuration = json.load(file)
    logging.config.dictConfig(configuration)
    log.through_logging = _through_logging
    log.info("Loaded logging config from %s" % path)


def _through_logging(level, logger, message):
    import logging

    logging.getLogger(logger).log(level, "%s", message)


def after_logging_import(level):
    """The script has imported logging: its records at INFO and above appear, in the form of the others.

    They go through the handler of last resort, which logging asks only where no other is found: a script with handlers of
    its own, or with basicConfig(), gets each record once and in its own form.
    """
    import logging
    import time

    formatter = logging.Formatter("%(asctime)s %(levelname).1s [%(process)d] %(name)s - %(message)s")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.lastResort = handler
    number = getattr(logging, level, None)
    logging.getLogger().setLevel(number if isinstance(number, int) else logging.INFO)
    basic_config = logging.basicConfig

    @functools.wraps(basic_config)
    def basic_config_of_script(**options):
        # logging.info() and the like call it without options where the root logger has no handler.
        if options:
            basic_config(**options)

    logging.basicConfig = basic_config_of_script
