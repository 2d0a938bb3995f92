"""AZUREML_DEBUG_PORT: connects to a debugger that listens, and waits for it."""

import sys

from . import log


def attach(port):
    log.put(1, b"!! Starting the inference server in DEBUGGING mode because AZUREML_DEBUG_PORT is set.\n")
    log.put(1, b"!! This environment variable should not be set in a production environment.\n")
    try:
        import debugpy
    except ModuleNotFoundError:
        log.put(1, b"** Cannot connect to a debugger because debugpy is not installed.\n")
        sys.exit(3)
    log.put(1, b"** Connecting to debugger at port %d...\n" % port)
    debugpy.connect(port)
    debugpy.wait_for_client()
