import socket


def connect():
    return socket.create_connection(("127.0.0.1", 1), timeout=2)


def init():
    connect()


def run(raw_data):
    return []
