"""Entry point of `<python> <folder>/berth_infsrv`.

Python puts this folder itself on sys.path, where names like `worker` or `events` would shadow the user's modules. It is
taken away again before anything else happens; the modules here are reached as members of the package.
"""

import sys

if sys.version_info < (3, 8):
    sys.stderr.write("azmlinfsrv: this is Python %d.%d; 3.8 or later is needed\n" % sys.version_info[:2])
    sys.exit(1)


def _import_package():
    here = sys.path.pop(0) if not __package__ else None
    if here is None:
        from berth_infsrv import cli

        return cli
    folder = __file__.rpartition("/")[0] or "."
    if not folder.startswith("/"):
        import os

        folder = os.path.abspath(folder)
    sys.path.insert(0, folder.rpartition("/")[0] or "/")
    try:
        from berth_infsrv import cli
    finally:
        # The package keeps its own search path; the folder above it must not offer its other content to scripts.
        sys.path.pop(0)
    return cli


if __name__ == "__main__":
    sys.exit(_import_package().main(sys.argv[1:]))
