"""Starts servers for the tests and talks to them. Waits are on events, log lines or sockets, each with a deadline."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

TESTS = os.path.dirname(os.path.abspath(__file__))
SERVER = os.path.join(os.path.dirname(TESTS), "berth_infsrv")
# A generous deadline: it only ends a test that would hang, and the machine may be busy.
DEADLINE = float(os.environ.get("BERTH_TEST_DEADLINE", "60"))

ECHO = "def init():\n    pass\n\n\ndef run(data):\n    return {'echo': data}\n"


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = body

    def json(self):
        return json.loads(self.body)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = connect_unix(self._path, self.timeout)


def connect_unix(path, timeout=DEADLINE):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(timeout)
    client.connect(path)
    return client


class Lines:
    """The lines that come out of a pipe, collected by a thread."""

    def __init__(self, fd, parse=None):
        self._changed = threading.Condition()
        self._items = []
        self._ended = False
        self._parse = parse
        self._thread = threading.Thread(target=self._read, args=(fd,), daemon=True)
        self._thread.start()

    def _read(self, fd):
        with os.fdopen(fd, "rb") as file:
            for line in file:
                item = line.decode("utf-8", "replace").rstrip("\n")
                with self._changed:
                    self._items.append(self._parse(item) if self._parse else item)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait(self, wanted, count=1, timeout=DEADLINE):
        """The items for which `wanted` is true, once there are `count` of them."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or len(self._matching(wanted)) >= count, timeout)
            found = self._matching(wanted)
        if len(found) < count:
            raise AssertionError("waited for %d, got %d of:\n%s" % (count, len(found), self.text()[-6000:]))
        return found

    def wait_end(self, timeout=DEADLINE):
        with self._changed:
            if not self._changed.wait_for(lambda: self._ended, timeout):
                raise AssertionError("the output did not end; so far:\n" + self.text()[-6000:])

    def _matching(self, wanted):
        return [item for item in self._items if wanted(item)]

    def all(self):
        with self._changed:
            return list(self._items)

    def text(self):
        return "\n".join(str(item) for item in self._items)


class Server:
    """One running server with its folder. `peer` is the command of the original, or None for ours."""

    def __init__(
        self,
        script=ECHO,
        tcp=False,
        peer=None,
        python=None,
        env=None,
        arguments=(),
        files=None,
        ready=True,
        entry="score.py",
    ):
        self.folder = tempfile.mkdtemp(prefix="infsrv-")
        self.code = os.path.join(self.folder, "code")
        self.run_dir = os.path.join(self.folder, "run")
        os.mkdir(self.code)
        os.mkdir(self.run_dir)
        for name, content in dict(files or {}, **({entry: script} if script is not None else {})).items():
            self.write(name, content)
        self.tcp = tcp or peer is not None
        self.peer = peer
        self.port = free_port() if self.tcp else None
        self.events = None
        environment = self._environment(env or {})
        if self.tcp:
            command = list(peer) if peer else [python or sys.executable, SERVER]
            if script is not None:
                command += ["--entry_script", os.path.join(self.code, entry)]
            command += ["--port", str(self.port)] + list(arguments)
        else:
            command = [python or sys.executable, SERVER]
            environment.update(
                BERTH_RUN_DIR=self.run_dir,
                AZUREML_ENTRY_SCRIPT=entry,
                BERTH_CODE_DIR=self.code,
                BERTH_SCRATCH_DIR=self.folder,
            )
            environment.update(env or {})
        self._start(command, environment)
        if ready:
            self.wait_ready()

    def _environment(self, extra):
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "LD_LIBRARY_PATH") if key in os.environ}
        # The original writes a control socket below HOME.
        kept.update(AML_APP_ROOT=self.code, PYTHONDONTWRITEBYTECODE="1", HOME=self.folder, PYTHONUNBUFFERED="1")
        kept.update(extra)
        return kept

    def _start(self, command, environment):
        log_r, log_w = os.pipe()
        event_r, event_w = os.pipe()
        environment["BERTH_EVENT_FD"] = str(event_w)
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=self.code,
            stdin=subprocess.DEVNULL,
            stdout=log_w,
            stderr=log_w,
            pass_fds=[event_w],
            start_new_session=True,
        )
        os.close(log_w)
        os.close(event_w)
        self.log = Lines(log_r)
        self.events = Lines(event_r, json.loads)

    def write(self, name, content):
        path = os.path.join(self.code, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w" if isinstance(content, str) else "wb") as file:
            file.write(content)
        return path

    def wait_ready(self):
        if self.peer:
            self.log.wait(lambda line: "ready for serving traffic" in line)
        else:
            self.wait_event("ready")

    def wait_event(self, name, count=1):
        """The `count`-th event of this name."""
        return self.events.wait(lambda event: event["event"] == name, count)[count - 1]

    def event_names(self):
        return [event["event"] for event in self.events.all()]

    def socket_path(self, worker=0):
        return os.path.join(self.run_dir, "worker-%d.sock" % worker)

    def connect(self, worker=0, timeout=DEADLINE):
        """A plain socket to a worker."""
        if self.tcp:
            return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        return connect_unix(self.socket_path(worker), timeout)

    def connection(self, worker=0, timeout=DEADLINE):
        if self.tcp:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        return _UnixConnection(self.socket_path(worker), timeout)

    def request(self, method, path, body=None, headers=None, worker=0, timeout=DEADLINE, connection=None):
        mine = connection or self.connection(worker, timeout)
        try:
            mine.request(method, path, body=body, headers=headers or {})
            response = mine.getresponse()
            return Answer(response, response.read())
        finally:
            if connection is None:
                mine.close()

    def score(self, value, headers=None, **options):
        """POST /score with `value` as JSON."""
        headers = dict({"Content-Type": "application/json"}, **(headers or {}))
        return self.request("POST", "/score", json.dumps(value).encode(), headers, **options)

    def exchange(self, data, timeout=DEADLINE, worker=0):
        """Sends raw bytes, closes this side for writing, and returns all that comes back."""
        with self.connect(worker, timeout) as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            return read_all(client)

    def wait_exit(self, timeout=DEADLINE):
        status = self.process.wait(timeout)
        self.log.wait_end(timeout)
        return status

    def close_gently(self):
        """Ends the server and waits for the rest of its log."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_exit()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


def post(body):
    """A request with this body, as bytes."""
    return b"POST /score HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def read_all(client):
    parts = []
    while True:
        try:
            part = client.recv(65536)
        except ConnectionResetError:
            break
        if not part:
            break
        parts.append(part)
    return b"".join(parts)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def package_path():
    """Makes the server's own modules importable for unit tests."""
    parent = os.path.dirname(SERVER)
    if parent not in sys.path:
        sys.path.insert(0, parent)
