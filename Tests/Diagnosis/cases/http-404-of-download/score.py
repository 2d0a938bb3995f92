import json
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

class Missing(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_error(404)
    def log_message(self, *args):
        pass

server = HTTPServer(("127.0.0.1", 0), Missing)
threading.Thread(target=server.serve_forever, daemon=True).start()

def init():
    url = "http://127.0.0.1:%d/models/model.bin" % server.server_port
    with urllib.request.urlopen(url, timeout=3) as answer:
        answer.read()

def run(raw_data):
    return json.loads(raw_data)
