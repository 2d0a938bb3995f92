"""A berth of one's own for a test: a fresh BERTH_HOME, the real binary, everything ended afterwards."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

DEADLINE = 60


class Result:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    def json(self):
        return json.loads(self.out)

    def diagnosis(self):
        """The diagnosis inside the error object, which with `-o json` is the last thing on stderr."""
        start = self.err.rindex('{"error"') if '{"error"' in self.err else self.err.rindex("{\n  \"error\"")
        return json.loads(self.err[start:])["error"]["diagnosis"]


class Berth:
    def __init__(self, binary, home=None, environment=None):
        self.binary = binary
        self.root = tempfile.mkdtemp(prefix="berth-e2e-")
        self.home = home or os.path.join(self.root, "home")
        self.environment = dict(os.environ, BERTH_HOME=self.home, **(environment or {}))
        self.environment.pop("BERTH_LIBEXEC", None)

    def start(self, *arguments, **options):
        return subprocess.Popen(
            [self.binary, *arguments], env=self.environment, cwd=self.root, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def run(self, *arguments, check=True, timeout=DEADLINE):
        process = subprocess.run(
            [self.binary, *arguments], env=self.environment, cwd=self.root, text=True, timeout=timeout,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check and process.returncode != 0:
            raise AssertionError(f"{' '.join(arguments)}: {process.returncode}\n{process.stdout}{process.stderr}")
        return Result(process)

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def project(self, script, folder="project", name="blue", extra="", model="model.txt"):
        """A deployment without packages: score.py, a model file, a conda file that names Python only."""
        self.write(f"{folder}/code/score.py", script)
        self.write(f"{folder}/{model}", "42")
        self.write(f"{folder}/conda.yml", "name: plain\ndependencies:\n  - python=3\n")
        return self.write(
            f"{folder}/{name}.yml",
            f"name: {name}\nendpoint_name: demo\nmodel:\n  path: {model}\n"
            "code_configuration:\n  code: code\n  scoring_script: score.py\n"
            "environment:\n  image: any\n  conda_file: conda.yml\n"
            f"instance_type: Standard_DS3_v2\ninstance_count: 1\n{extra}")

    def endpoint(self, name="demo"):
        return self.run("online-endpoint", "create", "-n", name, "--local").json()

    def deploy(self, spec, *more, check=True):
        return self.run("online-deployment", "create", "-f", spec, "--local", "-o", "json", *more, check=check)

    def update(self, spec, *more, check=True):
        return self.run("online-deployment", "update", "-f", spec, "--local", "-o", "json", *more, check=check)

    def uri(self, name="demo"):
        return self.run("online-endpoint", "show", "-n", name, "--local", "--query", "scoring_uri", "-o", "tsv").out.strip()

    def logs(self, name="blue", *more):
        return self.run("online-deployment", "get-logs", "-n", name, "-e", "demo", "--local", *more).out

    def processes(self):
        """Process ids of everything that belongs to this home, with their command lines."""
        found = {}
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/environ", "rb") as file:
                    environment = file.read()
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    command = file.read().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # It ended while it was looked at, or belongs to another user.
            if self.home.encode() in environment or self.home in command:
                found[int(pid)] = command
        found.pop(os.getpid(), None)
        return found

    def pids(self, word):
        return [pid for pid, command in self.processes().items() if word in command]

    def close(self):
        try:
            listed = self.run("online-endpoint", "list", "--local", check=False)
            for endpoint in json.loads(listed.out or "[]"):
                self.run("online-endpoint", "delete", "-n", endpoint["name"], "--local", "--yes", check=False)
        except (ValueError, subprocess.TimeoutExpired):
            pass  # Some tests break the home on purpose; what runs is ended below.
        self.end_all()

    def end_all(self):
        for word in ("berth serve", "berth gateway", "berth launch", ""):
            for pid in self.pids(word):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass  # It ended by itself.
        if os.environ.get("BERTH_KEEP_SCRATCH") != "1":
            shutil.rmtree(self.root, ignore_errors=True)
        else:
            print(f"kept: {self.root}")


def score(uri, data="[1]", headers=None, timeout=DEADLINE):
    """(status, body, headers) of one request."""
    request = urllib.request.Request(uri, data.encode(), {"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


def eventually(check, seconds=DEADLINE, what="it"):
    """Asks until `check` is true; what is waited for gives no signal to a client."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = check()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} s")
