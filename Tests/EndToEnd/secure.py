#!/usr/bin/env python3
"""secure.py BINARY: `berth gateway` over TLS as a process, with clients that others have written: curl, httpx, requests.

The clients from PyPI are installed into .build/test-clients. Also what only a process can show: SIGHUP hands the
sockets over, SIGTERM drains, a bad certificate is told on stderr."""

import asyncio
import hashlib
import http.server
import json
import os
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
KEY = "end-to-end-key-end-to-end-key"
CLIENTS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), ".build", "test-clients")


def install_clients():
    python = os.path.join(CLIENTS, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", CLIENTS], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "httpx[http2]>=0.27", "requests>=2.31"], check=True)
    if os.path.realpath(sys.prefix) != os.path.realpath(CLIENTS):
        os.execv(python, [python, *sys.argv])


class Model(http.server.BaseHTTPRequestHandler):
    """An instance: what it does is said in the request's body."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if body.startswith(b"wait"):
            self.server.arrived.release()
            self.server.released.wait(20)
        if body.startswith(b"stream"):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for number in range(3):
                self.wfile.write(b"9\r\ndata: %d\n\n\r\n" % number)
                self.wfile.flush()
                self.server.passed.acquire(timeout=20)
            self.wfile.write(b"0\r\n\r\n")
            return
        status = 500 if body.startswith(b"fail") else 200
        answer = body if body.startswith(b"echo") else b"%d bytes" % len(body)
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_HEAD = do_POST


class Instance(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, path):
        self.arrived, self.released, self.passed = threading.Semaphore(0), threading.Event(), threading.Semaphore(0)
        super().__init__(path, Model)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def get_request(self):
        connection, _ = super().get_request()
        return connection, ("instance", 0)

    def handle_error(self, request, client_address):
        """A gateway that drops work closes its connection."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(check, seconds=20):
    """Waits until `check` gives something that is true."""
    end = time.monotonic() + seconds
    while True:
        found = check()
        if found or time.monotonic() > end:
            return found
        time.sleep(0.01)


def make_certificate(folder):
    fresh = tempfile.mkdtemp(dir=folder)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
         f"{fresh}/key.pem", "-out", f"{fresh}/certificate.pem", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    for name in ("key.pem", "certificate.pem"):
        os.rename(f"{fresh}/{name}", f"{folder}/{name}")


class Secure(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="berth-secure-")
        self.addCleanup(shutil.rmtree, self.folder, True)
        make_certificate(self.folder)
        self.instance = Instance(f"{self.folder}/instance.sock")
        self.addCleanup(self.instance.shutdown)
        self.port = free_port()
        table = {
            "revision": 1,
            "endpoints": [
                {
                    "name": "demo",
                    "workspace": "w",
                    "auth": {"kind": "keys", "sha256": [hashlib.sha256(KEY.encode()).hexdigest()]},
                    "limits": {"requestsPerSecond": 100000},
                    "deployments": [
                        {
                            "name": "blue",
                            "requestTimeoutMs": 20000,
                            "maxConcurrentRequestsPerInstance": 64,
                            "instances": [{"id": "one", "addresses": [f"unix:{self.folder}/instance.sock"]}],
                        }
                    ],
                    "traffic": {"blue": 100},
                }
            ],
        }
        with open(f"{self.folder}/routes.snapshot", "w") as file:
            json.dump(table, file)
        self.log = open(f"{self.folder}/gateway.log", "wb")
        self.addCleanup(self.log.close)
        self.gateway = subprocess.Popen(
            [BINARY, "gateway", "--run-folder", self.folder, "--snapshot", f"{self.folder}/routes.snapshot",
             "--traffic-log", f"{self.folder}/traffic.jsonl", "--certificate", f"{self.folder}/certificate.pem",
             "--key", f"{self.folder}/key.pem", "--https-port", str(self.port)],
            stderr=self.log,
        )  # fmt: skip
        self.addCleanup(self.end)
        self.assertTrue(eventually(self.status), "the gateway does not answer")
        self.url = f"https://localhost:{self.port}/api/v1/endpoint/demo/score"

    def status(self):
        """What the gateway that owns the admin socket says of itself; None where there is none."""
        try:
            with socket.socket(socket.AF_UNIX) as admin:
                admin.settimeout(5)
                admin.connect(f"{self.folder}/admin.sock")
                admin.sendall(b'{"do":"status"}\n')
                return json.loads(admin.makefile().readline())
        except (OSError, ValueError):
            return None

    def end(self):
        """Ends this gateway and the one that followed it, if any."""
        status = self.status()
        self.gateway.terminate()
        if status and status["pid"] != self.gateway.pid:
            os.kill(status["pid"], signal.SIGTERM)
        self.gateway.wait(30)

    def said(self):
        with open(f"{self.folder}/gateway.log") as file:
            return file.read()

    def curl(self, *arguments, data="x", key=KEY):
        command = ["curl", "--silent", "--show-error", "--max-time", "20", "--cacert", f"{self.folder}/certificate.pem"]
        command += ["--write-out", "\n%{http_code} %{http_version}", "--data-binary", data]
        if key:
            command += ["--header", f"Authorization: Bearer {key}"]
        done = subprocess.run([*command, *arguments, self.url], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        body, _, line = done.stdout.rpartition("\n")
        return body, *line.split()

    def client(self, **options):
        import httpx

        context = ssl.create_default_context(cafile=f"{self.folder}/certificate.pem")
        return httpx.AsyncClient(
            verify=context, headers={"Authorization": f"Bearer {KEY}"}, timeout=20, trust_env=False, **options
        )

    def test_curl_speaks_both(self):
        for option, version in (("--http1.1", "1.1"), ("--http2", "2")):
            with self.subTest(option):
                self.assertEqual(self.curl(option, data="echo me"), ("echo me", "200", version))
                self.assertEqual(self.curl(option, key=None)[1:], ("401", version))
                self.assertEqual(self.curl(option, data="fail")[1:], ("424", version))
                large = f"{self.folder}/large"
                with open(large, "wb") as file:
                    file.write(b"echo" + os.urandom(1_400_000).hex().encode()[:1_400_000])
                with open(large) as file:
                    self.assertEqual(self.curl(option, data=f"@{large}"), (file.read(), "200", version))
                with open(large, "ab") as file:
                    file.write(b"x" * 1_000_000)
                self.assertEqual(self.curl(option, data=f"@{large}")[1:], ("413", version))
                self.assertEqual(
                    self.curl(option, "--header", "Expect: 100-continue", data="echo 100")[:2], ("echo 100", "200")
                )
                body = self.curl(option, "--header", "azureml-model-deployment: none")[0]
                self.assertEqual(json.loads(body)["error"]["code"], "DeploymentNotFound")
        # Idle pages of the log are written a moment later.
        self.assertTrue(
            eventually(lambda: open(f"{self.folder}/traffic.jsonl").read().count('"Protocol":"HTTP/2"') == 7)
        )

    def test_httpx_many_at_once(self):
        async def run():
            async with self.client(http2=True) as client:
                answers = await asyncio.gather(*(client.post(self.url, content=f"echo {n}") for n in range(300)))
                self.assertEqual([answer.text for answer in answers], [f"echo {n}" for n in range(300)])
                self.assertEqual({answer.http_version for answer in answers}, {"HTTP/2"})
                answer = await client.head(self.url)
                self.assertEqual((answer.status_code, answer.content), (200, b""))

        asyncio.run(run())

    def test_httpx_streams_both_ways(self):
        async def pieces():
            for _ in range(50):
                yield b"echo" * 1000
                await asyncio.sleep(0)

        async def run(http2):
            async with self.client(http2=http2) as client:
                answer = await client.post(self.url, content=pieces())
                self.assertEqual(answer.content, b"echo" * 50_000)
                async with client.stream("POST", self.url, content="stream") as answer:
                    got = []
                    # The next event is not sent before this one has come: nothing is held back on the way.
                    async for piece in answer.aiter_raw():
                        got.append(piece)
                        self.instance.passed.release()
                self.assertEqual(b"".join(got), b"data: 0\n\ndata: 1\n\ndata: 2\n\n")
                self.assertEqual(len(got), 3)

        for http2 in (False, True):
            with self.subTest(http2=http2):
                asyncio.run(run(http2))

    def test_requests(self):
        import requests

        session = requests.Session()
        session.trust_env, session.verify = False, f"{self.folder}/certificate.pem"
        session.headers["Authorization"] = f"Bearer {KEY}"
        for number in range(20):
            self.assertEqual(session.post(self.url, data=f"echo {number}").text, f"echo {number}")

    def test_sighup_hands_over_and_fails_no_request(self):
        failures, counts, stops = [], [0], threading.Event()

        async def load(http2):
            async with self.client(http2=http2) as client:
                while not stops.is_set():
                    try:
                        answer = await client.post(self.url, content="echo")
                        if answer.status_code != 200:
                            failures.append(answer.status_code)
                    except Exception as error:  # every failure counts here
                        failures.append(repr(error))
                    counts[0] += 1

        threads = [threading.Thread(target=lambda http2=http2: asyncio.run(load(http2))) for http2 in (True, True, False)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            before = self.status()["pid"]
            reached = counts[0] + 30
            self.assertTrue(eventually(lambda: counts[0] > reached))
            os.kill(before, signal.SIGHUP)
            self.assertTrue(eventually(lambda: (self.status() or {"pid": before})["pid"] != before))
        reached = counts[0] + 30
        self.assertTrue(eventually(lambda: counts[0] > reached))
        stops.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_sighup_with_a_bad_certificate_keeps_the_old_gateway(self):
        with open(f"{self.folder}/certificate.pem") as file:
            good = file.read()
        context = ssl.create_default_context(cadata=good)
        with open(f"{self.folder}/certificate.pem", "w") as file:
            file.write("nonsense")
        self.assertTrue(eventually(lambda: "the one before it stays in use" in self.said()), self.said())
        os.kill(self.gateway.pid, signal.SIGHUP)
        self.assertTrue(eventually(lambda: self.said().count("the certificate cannot be read") >= 2), self.said())
        self.assertIn("certificate.pem", self.said())
        with socket.create_connection(("127.0.0.1", self.port), 10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                self.assertIn(secure.version(), ("TLSv1.2", "TLSv1.3"))
        self.assertEqual(self.status()["pid"], self.gateway.pid)

    def test_versions_and_ciphers(self):
        def connects(**limits):
            context = ssl.create_default_context(cafile=f"{self.folder}/certificate.pem")
            for name, value in limits.items():
                setattr(context, name, value) if name != "ciphers" else context.set_ciphers(value)
            try:
                with socket.create_connection(("127.0.0.1", self.port), 10) as plain:
                    with context.wrap_socket(plain, server_hostname="localhost") as secure:
                        return secure.version(), secure.cipher()[0]
            except ssl.SSLError:
                return None

        old, new = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
        self.assertEqual(connects(minimum_version=new)[0], "TLSv1.3")
        self.assertEqual(connects(maximum_version=old)[0], "TLSv1.2")
        self.assertIsNone(connects(minimum_version=ssl.TLSVersion.TLSv1_1, maximum_version=ssl.TLSVersion.TLSv1_1))
        for weak in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA256", "AES128-GCM-SHA256"):
            self.assertIsNone(connects(maximum_version=old, ciphers=weak), weak)

    def test_sigterm_answers_what_is_under_way(self):
        async def run():
            async with self.client(http2=True) as client:
                self.assertEqual((await client.post(self.url, content="echo")).status_code, 200)
                waiting = asyncio.ensure_future(client.post(self.url, content="wait"))
                await asyncio.to_thread(self.instance.arrived.acquire, timeout=20)
                self.gateway.terminate()
                self.assertTrue(await asyncio.to_thread(eventually, lambda: not self.takes_connections()))
                self.instance.released.set()
                self.assertEqual((await waiting).text, "4 bytes")

        asyncio.run(run())
        self.assertEqual(self.gateway.wait(30), 0)

    def takes_connections(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 5).close()
            return True
        except OSError:
            return False


def main():
    install_clients()
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    outcome = unittest.TextTestRunner(verbosity=2).run(suite)
    failed = len(outcome.failures) + len(outcome.errors)
    skipped = len(outcome.skipped)
    print(f"{outcome.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
