"""Serving: deadlines, probes, clients that go, outputs, logs; alone over TCP."""

import os
import socket
import tempfile
import time
import unittest

from harness import DEADLINE, Server, connect_unix, post, read_all


class Running(unittest.TestCase):
    SCRIPT = """
import json, os, sys, time


def init():
    pass


def run(data):
    task = json.loads(data)
    sys.stdout.write("begin %s\\n" % task)
    name, argument = task
    if name == "sleep":
        time.sleep(argument)
    if name == "spin":
        end = time.monotonic() + argument
        while time.monotonic() < end:
            pass
    if name == "swallow":
        end = time.monotonic() + argument
        while time.monotonic() < end:
            try:
                time.sleep(0.01)
            except BaseException:
                pass
    if name == "native":
        # sum() over a range returns to the interpreter only at its end.
        sum(range(argument))
    if name == "exit":
        sys.exit(argument)
    if name == "interrupt":
        raise KeyboardInterrupt
    return task
"""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.SCRIPT)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def begin(self, task, headers=b""):
        client = self.server.connect()
        body = str(task).replace("'", '"').encode()
        client.sendall(b"POST /score HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n%s" % (headers, len(body), body))
        return client

    def started(self, task):
        self.server.log.wait(lambda line: line == "begin %s" % task)

    def test_a_deadline_stops_what_sleeps_and_what_spins(self):
        for task in (["sleep", 30], ["spin", 30]):
            before = len([n for n in self.server.event_names() if n == "run-timed-out"])
            answer = self.server.score(task, {"x-berth-deadline-ms": "200", "x-request-id": "late"})
            self.assertEqual(answer.status, 500)
            self.assertEqual(answer.json(), {"message": "Scoring timeout after 200 ms"})
            self.assertEqual(answer.headers["x-ms-run-function-failed"], "True")
            self.assertNotIn("x-ms-run-fn-exec-ms", answer.headers)
            event = self.server.wait_event("run-timed-out", before + 1)
            self.assertEqual(event["requestId"], "late")
            self.assertEqual(event["stack"][-1]["function"], "run")
            self.assertLess(event["seconds"], 10)

    def test_nothing_starts_after_its_deadline(self):
        with self.begin(["sleep", 0.4]) as first:
            self.started(["sleep", 0.4])
            answer = self.server.score(["never", 1], {"x-berth-deadline-ms": "50"})
            self.assertEqual(answer.status, 408)
            self.assertTrue(first.recv(4096).startswith(b"HTTP/1.1 200"))
        self.assertNotIn("begin ['never', 1]", self.server.log.all())

    def test_probes_are_answered_while_run_is_busy(self):
        with self.begin(["spin", 20.5]) as busy:
            self.started(["spin", 20.5])
            for _ in range(3):
                self.assertEqual(self.server.request("GET", "/").body, b"Healthy")
            self.assertEqual(self.server.request("GET", "/nothing").status, 404)
            with connect_unix(os.path.join(self.server.run_dir, "health.sock")) as client:
                client.sendall(b"GET / HTTP/1.1\r\n\r\n")
                self.assertIn(b"200 OK", client.recv(4096))
            # The run() is still at it: its answer has not come.
            busy.setblocking(False)
            with self.assertRaises(BlockingIOError):
                busy.recv(1)

    def test_a_client_that_goes_takes_its_work_along(self):
        client = self.begin(["sleep", 21])
        self.started(["sleep", 21])
        waiting = self.begin(["dropped", 1])
        waiting.close()
        client.close()
        # Far below the 21 seconds that it would take.
        self.assertEqual(self.server.score(["next", 1], timeout=15).json(), ["next", 1])
        self.assertNotIn("begin ['dropped', 1]", self.server.log.all())
        self.server.log.wait(lambda line: "the client has gone" in line)

    def test_sys_exit_and_keyboard_interrupt_are_failures_of_run_only(self):
        for task in (["exit", 3], ["interrupt", 0]):
            answer = self.server.score(task)
            self.assertEqual(answer.status, 500)
            self.assertEqual(answer.headers["x-ms-run-function-failed"], "True")
        self.assertEqual(self.server.score(["fine", 0]).status, 200)

    def test_what_cannot_be_interrupted_costs_the_worker(self):
        for task in (["swallow", 60], ["native", 10**12]):
            with self.subTest(task=task), Server(self.SCRIPT) as server:
                body = str(task).replace("'", '"').encode()
                with server.connect() as client:
                    client.sendall(
                        b"POST /score HTTP/1.1\r\nx-berth-deadline-ms: 100\r\nContent-Length: %d\r\n\r\n%s"
                        % (len(body), body)
                    )
                    read_all(client)
                event = server.wait_event("worker-exited")
                self.assertEqual(event["phase"], "run")
                server.wait_event("ready", 2)
                self.assertEqual(server.score(["fine", 0]).status, 200)

    def test_a_stack_can_be_asked_for_while_run_is_busy(self):
        import signal

        with self.begin(["sleep", 22]):
            self.started(["sleep", 22])
            before = len([n for n in self.server.event_names() if n == "stack"])
            self.server.process.send_signal(signal.SIGUSR2)
            event = self.server.wait_event("stack", before + 1)
            self.assertEqual(event["threads"][0]["frames"][-1]["function"], "run")

    def test_scoring_timeout_ms(self):
        with Server(self.SCRIPT, env={"SCORING_TIMEOUT_MS": "150"}) as server:
            self.assertEqual(server.score(["sleep", 30]).json(), {"message": "Scoring timeout after 150 ms"})
            self.assertEqual(server.score(["fine", 0]).json(), ["fine", 0])
        with Server(self.SCRIPT, env={"SCORING_TIMEOUT_MS": "0"}) as server:
            # No limit of the server's own; that of a caller holds.
            self.assertEqual(server.score(["sleep", 0.3]).status, 200)
            self.assertEqual(server.score(["sleep", 30], {"x-berth-deadline-ms": "100"}).status, 500)


class Outputs(unittest.TestCase):
    SCRIPT = """
import asyncio, logging, sys
logging.info("info at import")
log = logging.getLogger("mine")


async def init():
    await asyncio.sleep(0)
    global ready
    ready = True


async def stream(items):
    for item in items:
        await asyncio.sleep(0)
        yield item


def broken():
    yield "one"
    raise ValueError("in the middle")


async def run(data):
    assert ready
    await asyncio.sleep(0)
    log.info("info in run %s", data)
    log.debug("debug in run")
    print("printed", data, sep="-")
    print("to stderr", file=sys.stderr)
    return eval(data)
"""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(cls.SCRIPT)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def run_with(self, text):
        return self.server.request("POST", "/score", text.encode())

    def test_async_run_and_log_lines(self):
        self.assertEqual(self.run_with("{'a': 1 + 1}").json(), {"a": 2})
        self.server.log.wait(lambda line: line.endswith("] root - info at import"))
        self.server.log.wait(lambda line: line.endswith("] mine - info in run {'a': 1 + 1}"))
        self.server.log.wait(lambda line: line.endswith("] azmlinfsrv.print - printed-{'a': 1 + 1}"))
        self.server.log.wait(lambda line: line == "to stderr")
        self.assertNotIn("debug in run", self.server.log.text())

    def test_generators_are_streamed(self):
        for text, kind, body in (
            ("(x for x in ['a', 'b'])", "text/plain; charset=utf-8", b"ab"),
            ("(x for x in [b'a', b'\\xff'])", "application/octet-stream", b"a\xff"),
            ("stream(['c', 'd'])", "text/plain; charset=utf-8", b"cd"),
            ("stream([{'n': 1}, {'n': 2}])", "application/x-ndjson", b'{"n": 1}\n{"n": 2}\n'),
            ("(x for x in [])", "text/html; charset=utf-8", b""),
        ):
            answer = self.run_with(text)
            self.assertEqual((answer.status, answer.headers["content-type"], answer.body), (200, kind, body), text)
            self.assertEqual(answer.headers["transfer-encoding"], "chunked")
            self.assertIn("x-ms-run-fn-exec-ms", answer.headers)

    def test_a_stream_that_breaks_is_seen_as_broken(self):
        body = b"broken()"
        text = self.server.exchange(post(body))
        self.assertTrue(text.startswith(b"HTTP/1.1 200"))
        self.assertFalse(text.endswith(b"0\r\n\r\n"))
        self.server.log.wait(lambda line: "ValueError: in the middle" in line)
        self.assertEqual(self.run_with("1").json(), 1)

    def test_none_nan_and_what_is_no_json(self):
        self.assertEqual(self.run_with("None").body, b"{}")
        answer = self.run_with("[float('nan')]")
        self.assertEqual((answer.status, answer.headers["x-ms-run-function-failed"]), (500, "True"))
        self.assertIn("NaN at $[0]", answer.json()["message"])
        self.assertIn("set at $", self.run_with("{1}").json()["message"])

    def test_a_traceback_starts_with_the_users_line(self):
        self.assertEqual(self.run_with("{}['missing']").status, 500)
        at = self.server.log.wait(lambda line: "Encountered Exception: " in line and "KeyError: 'missing'" in line)
        self.assertIn("<string>:1" if "<string>" in at[0] else "score.py:", at[0])
        self.assertNotIn("berth_infsrv", self.server.log.text())

    def test_run_failed_events_are_bounded(self):
        with Server("def init():\n    pass\ndef run(d):\n    return 1 / 0\n") as server:
            connection = server.connection()
            for _ in range(99):
                server.score(1, connection=connection)
            server.score(1, {"x-request-id": "hundredth"}, connection=connection)
            connection.close()
            server.events.wait(lambda event: event.get("requestId") == "hundredth")
            failed = [event for event in server.events.all() if event["event"] == "run-failed"]
            self.assertEqual(len(failed), 21)
            self.assertEqual(failed[0]["error"]["type"], "ZeroDivisionError")


class Strictly(unittest.TestCase):
    def test_strict_mode_does_as_the_original(self):
        script = "def init():\n    pass\ndef run(d):\n    return {'got': d, 'nan': float('nan')}\n"
        with Server(script, env={"BERTH_INFSRV_STRICT": "1"}) as server:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = server.request("POST", "/score", b"abc", form)
            self.assertEqual(answer.body, b'{"got": "", "nan": NaN}')
            self.assertEqual(answer.headers["connection"], "close")
        with Server(script.replace("float('nan')", "1")) as server:
            self.assertEqual(server.request("POST", "/score", b"abc", form).json(), {"got": "abc", "nan": 1})


class Tcp(unittest.TestCase):
    def test_alone_over_tcp(self):
        with Server(tcp=True, arguments=["--worker_count", "2"]) as server:
            self.assertEqual(server.score({"a": 1}).json(), {"echo": '{"a": 1}'})
            server.log.wait(lambda line: "azmlinfsrv - POST /score 200 " in line)
            self.assertIn("date", server.request("GET", "/").headers)

    def test_arguments(self):
        import subprocess
        import sys
        from harness import SERVER

        for arguments, status in (
            ([], 1),
            (["--port", "0", "--entry_script", "x"], 1),
            (["--nonsense"], 1),
            (["--help"], 0),
            (["--worker_count", "0", "--entry_script", "x"], 1),
        ):
            done = subprocess.run(
                [sys.executable, SERVER] + arguments,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ.get("PATH", "")},
                timeout=60,
            )
            self.assertEqual(done.returncode, status, (arguments, done.stdout))

    def test_closed_standard_descriptors(self):
        import subprocess
        import sys
        from harness import SERVER, free_port

        script = "import os\ndef init():\n    print('out')\ndef run(d):\n    return [os.path.exists('/proc/self/fd/%d' % fd) for fd in range(3)]\n"
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "score.py"), "w") as file:
                file.write(script)
            port = str(free_port())
            arguments = [sys.executable, SERVER, "--entry_script", "score.py", "--port", port]
            command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh"] + arguments
            process = subprocess.Popen(command, cwd=folder, env={"PATH": os.environ["PATH"]})
            try:
                answer = first_answer(process, int(port))
                self.assertTrue(answer.endswith(b"[true, true, true]"), answer)
            finally:
                process.terminate()
            self.assertEqual(process.wait(60), 0)

    def test_a_port_in_use_ends_with_1(self):
        with socket.socket() as taken:
            taken.bind(("0.0.0.0", 0))
            taken.listen(1)
            port = str(taken.getsockname()[1])
            with Server(tcp=True, ready=False, arguments=["--port", port]) as server:
                self.assertEqual(server.wait_exit(), 1)

    def test_separate_health_port(self):
        from harness import free_port

        port = free_port()
        with Server(
            tcp=True, env={"SEPERATE_HEALTH_ENDPOINT": "true"}, arguments=["--health_port", str(port)]
        ) as server:
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"GET / HTTP/1.0\r\n\r\n")
                self.assertTrue(read_all(client).endswith(b"Healthy"))
            self.assertEqual(server.request("GET", "/").status, 200)


def first_answer(process, port):
    """Of a server whose output cannot be read: asks until it listens, has ended, or is late."""
    until = time.monotonic() + DEADLINE
    while process.poll() is None and time.monotonic() < until:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as client:
                client.sendall(post(b"x").replace(b"1.1", b"1.0"))
                return read_all(client)
        except ConnectionRefusedError:
            # Not bound yet.
            continue
    raise AssertionError("no answer; exit status %s" % process.poll())


if __name__ == "__main__":
    unittest.main()
