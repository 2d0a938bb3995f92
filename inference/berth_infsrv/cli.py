"""The command line: alone with the original's arguments, or without any under a parent process."""

import gc
import os
import signal
import sys

from . import EXIT_BOOT_FAILURE, log
from .settings import ConfigurationError, Settings


def main(arguments):
    """Returns the exit status."""
    # Asked for stacks before there are any: the default action would end the server.
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)
    _open_standard_descriptors()
    by_hand = os.environ.pop("BERTH_INFSRV_BY_HAND", "") == "1"
    if arguments or by_hand or not (os.environ.get("BERTH_RUN_DIR") or os.environ.get("AZUREML_ENTRY_SCRIPT")):
        from . import standalone

        status = standalone.prepare(arguments)
        if status is not None:
            return status
    else:
        os.environ.setdefault("AML_APP_ROOT", os.getcwd())
    try:
        settings = Settings(os.environ)
    except ConfigurationError as problem:
        rule = "=" * 51
        log.write("C", "azmlinfsrv", "\n===============Configuration Error=================\n%s\n%s" % (problem, rule))
        return EXIT_BOOT_FAILURE
    if settings.server_version:
        os.environ["HTTP_X_MS_SERVER_VERSION"] = settings.server_version
    listeners = []
    if not settings.run_dir:
        from . import standalone

        listeners = standalone.listen(settings)
        if listeners is None:
            return 1
    # Loaded before the workers are split off: their code is shared then, and a restart does not load it again.
    from .master import Master
    from .worker import Worker

    def work(index, pipes, board, listeners):
        return Worker(index, settings, pipes, board, listeners).run()

    # What exists now is never freed: left out of collections, it stays shared between the processes.
    gc.collect()
    gc.freeze()
    return Master(settings, listeners, work).run()


def _open_standard_descriptors():
    """Where the starter has closed them, the first pipes would take their numbers, and the log would go into those."""
    for fd, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(fd)
        except OSError:
            # The lowest free number: this one.
            os.open(os.devnull, os.O_RDWR)
            os.set_inheritable(fd, True)
        if getattr(sys, name) is None:
            setattr(sys, name, open(fd, mode, closefd=False))
