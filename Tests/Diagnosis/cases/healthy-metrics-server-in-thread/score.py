import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer


def init():
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print("Address already in use? no:", server.server_port)


def run(raw_data):
    return json.loads(raw_data)
