"""AZUREML_DEBUG_PORT: connects to a debugger that listens, and waits for it."""

from . import log


def attach(port):
    """False when there is nothing to connect with: the worker cannot boot as it was asked to."""
    log.put(1, b"!! Starting the inference server in DEBUGGING mode because AZUREML_DEBUG_PORT is set.\n")
    log.put(1, b"!! This environment variable should not be set in a production environment.\n")
    try:
        import debugpy
    except ModuleNotFoundError:
        log.put(1, b"** Cannot connect to a debugger because debugpy is not installed.\n")
        return False
    log.put(1, b"** Connecting to debugger at port %d...\n" % port)
    debugpy.connect(port)
    debugpy.wait_for_client()
    return True
