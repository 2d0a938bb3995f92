import threading

lock = threading.Lock()
lock.acquire()
lock.acquire()


def init():
    pass


def run(raw_data):
    return []
