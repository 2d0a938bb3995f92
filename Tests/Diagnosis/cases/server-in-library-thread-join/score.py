import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()


def start_metrics(port=0):
    httpd = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print("metrics on", httpd.server_port)
    httpd.serve_forever(poll_interval=0.1)


def init():
    start_metrics()


def run(raw_data):
    return json.loads(raw_data)
