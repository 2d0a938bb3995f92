import os


def check():
    if not os.path.exists("/etc/no-such-license"):
        os._exit(9)
