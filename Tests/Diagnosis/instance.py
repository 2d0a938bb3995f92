"""Starts the instance of a case as `berth launch` does, and gathers the evidence of how it went."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time

import environments

SERVER = os.path.join(environments.ROOT, "inference", "berth_infsrv")
# Of a whole case: it only ends a case that would hang.
DEADLINE = 25.0
NOT_CODE = ("expected.json", "case.json", "model", "site", "make_model.py")


class Case:
    """What `case.json` asks for; every key has a default."""

    def __init__(self, name, folder):
        self.name = name
        self.folder = folder
        self.settings = _read(os.path.join(folder, "case.json"))
        self.expected = _read(os.path.join(folder, "expected.json"))
        self.environment = self.settings.get("environment", "plain")
        self.script = self.settings.get("script", "score.py")
        self.variables = self.settings.get("variables", {})
        # The folder of the user that is deployed: all of the case, or one beside others.
        self.code = os.path.join(folder, self.settings.get("codeIn", "")).rstrip("/")
        self.is_healthy = self.expected.get("healthy", False)

    def get(self, key, default=None):
        return self.settings.get(key, default)


class Outcome:
    def __init__(self):
        self.evidence = None
        self.seconds = 0.0
        self.skipped = None
        self.problem = None


def run(case, scratch):
    outcome = Outcome()
    environment = environments.get(case.environment)
    if environment is None:
        outcome.skipped = "no Python for `%s` here" % case.environment
        return outcome
    began = time.monotonic()
    run_of_case = Run(case, environment, os.path.join(scratch, case.name))
    try:
        outcome.evidence = run_of_case.evidence()
    except Exception as problem:
        outcome.problem = "%s: %s" % (type(problem).__name__, problem)
    finally:
        run_of_case.end()
    outcome.seconds = time.monotonic() - began
    return outcome


class Run:
    def __init__(self, case, environment, folder):
        self.case = case
        self.python = environment
        self.folder = folder
        self.code = os.path.join(folder, "code")
        self.run_dir = os.path.join(folder, "run")
        self.scratch = os.path.join(folder, "scratch")
        self.model = None
        self.site = environment.site
        self.lock = list(environment.lock)
        self.process = None
        self.events = []
        self.log = []
        self._changed = threading.Condition()
        self._threads = []
        self._memory_killed = False
        self._stopping = False
        self.started = 0.0

    # The course of a run

    def evidence(self):
        self._place()
        self._start()
        if self.case.get("kill", {}).get("after") == "initializing":
            self._wait(lambda: self._has("initializing"), DEADLINE)
            self._kill_from_outside()
        workers = int(self.case.variables.get("WORKER_COUNT", "1")) if self.case.variables.get("WORKER_COUNT", "1").isdigit() else 1
        window = self.case.get("readinessSeconds", DEADLINE)
        ready = self._wait(lambda: self.process.poll() is not None or self._count("ready") >= workers, window)
        if not ready:
            return self._not_ready(window)
        if self._count("ready") < workers or self.process.poll() is not None:
            return self._ended("ended", False)
        return self._serve()

    def _not_ready(self, window):
        os.kill(self.process.pid, signal.SIGUSR2)
        self._wait(lambda: self._has("stack") or self.process.poll() is not None, 3)
        return self._described("readiness", False, seconds=window)

    def _serve(self):
        failed = 0
        for request in self.case.get("requests", [{"body": "{}"}]):
            status, body = self._send(request)
            failed += status == 500
            wanted = request.get("status", 200)
            if self.case.is_healthy and status != wanted:
                raise AssertionError("answered %s: %s" % (status, body[:300]))
        if self.case.get("kill", {}).get("after") == "ready":
            self._kill_from_outside()
        if self.case.is_healthy:
            return self._described("ended", True)
        trigger = {"run-failed": "runFailed", "run-timed-out": "runTimedOut", "worker-exited": "workerExited"}
        self._wait(lambda: self.process.poll() is not None or any(self._has(name) for name in trigger), 3)
        if self.process.poll() is not None or self._memory_killed:
            return self._ended("ended", True)
        # Every failure has its event, a moment after its answer.
        self._wait(lambda: self._count("run-failed") + self._count("run-timed-out") >= failed, 3)
        for name in ("worker-exited", "run-timed-out", "run-failed"):
            if self._has(name):
                return self._described(trigger[name], True)
        raise AssertionError("nothing failed")

    def _ended(self, trigger, serving):
        self.process.wait(DEADLINE)
        for thread in self._threads:
            thread.join(3)
        return self._described(trigger, serving, self._exit())

    def _exit(self):
        status = self.process.returncode
        report = {"at": time.time(), "seconds": time.monotonic() - self.started}
        report.update({"signal": -status} if status < 0 else {"exitStatus": status})
        if self._memory_killed:
            report["killedByUs"] = "memory-limit"
        return report

    # Parts

    def _place(self):
        os.makedirs(self.run_dir)
        os.makedirs(self.scratch)
        source = self.case.folder
        shutil.copytree(self.case.code, self.code, symlinks=True, ignore=lambda at, names: NOT_CODE if at == source else ())
        root = os.path.join(self.folder, "azureml-models", "m", "1")
        model = os.path.join(source, "model")
        maker = os.path.join(source, "make_model.py")
        if os.path.isdir(model) or os.path.exists(maker):
            self.model = root
            os.makedirs(root)
            target = root if self.case.get("modelIsFile") else os.path.join(root, "model")
            if os.path.isdir(model):
                shutil.copytree(model, target, dirs_exist_ok=True)
            os.makedirs(target, exist_ok=True)
            if os.path.exists(maker):
                subprocess.run([self.python.python, maker], cwd=target, check=True)
        if os.path.isdir(os.path.join(source, "site")):
            # Packages of this case alone, before those of its environment.
            self.site = os.path.join(self.folder, "site-packages")
            shutil.copytree(os.path.join(source, "site"), self.site)
            self.lock = self.case.get("lock", [])

    def _variables(self):
        variables = {
            "PATH": os.path.dirname(self.python.python) + ":/usr/local/bin:/usr/bin:/bin", "HOME": self.scratch,
            "TMPDIR": self.scratch, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1",
            "WORKER_COUNT": "1",
        }
        if self.site != self.python.site:
            variables["PYTHONPATH"] = self.site
        variables.update(self.case.variables)
        folder = os.path.dirname(self.case.script)
        variables.update(
            AML_APP_ROOT=os.path.join(self.code, folder) if folder else self.code, BERTH_CODE_DIR=self.code,
            AZUREML_ENTRY_SCRIPT=os.path.basename(self.case.script), BERTH_RUN_DIR=self.run_dir,
            BERTH_SCRATCH_DIR=self.scratch,
        )
        if self.model:
            variables["AZUREML_MODEL_DIR"] = self.model
        return variables

    def _start(self):
        events_r, events_w = os.pipe()
        variables = self._variables()
        variables["BERTH_EVENT_FD"] = str(events_w)
        limits = self.case.get("openFiles")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [self.python.python, SERVER], cwd=variables["AML_APP_ROOT"] if os.path.isdir(variables["AML_APP_ROOT"]) else self.code,
            env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=(events_w,), start_new_session=True, preexec_fn=_limited(limits) if limits else None,
        )
        os.close(events_w)
        self._collect(os.fdopen(events_r, "rb"), self._take_event)
        self._collect(self.process.stdout, self._take_line)
        if self.case.get("memoryMiB"):
            threading.Thread(target=self._watch_memory, args=(self.case.get("memoryMiB") << 20,), daemon=True).start()

    def _collect(self, file, take):
        def read():
            for line in file:
                with self._changed:
                    take(line.decode("utf-8", "replace").rstrip("\n"))
                    self._changed.notify_all()
            with self._changed:
                self._changed.notify_all()
        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _take_event(self, line):
        self.events.append(json.loads(line))

    def _take_line(self, line):
        self.log.append(line)

    def _watch_memory(self, limit):
        while self.process.poll() is None and not self._stopping:
            used = _resident(self.process.pid)
            if used > limit:
                self._memory_killed = True
                with self._changed:
                    self.events.append({
                        "event": "memory-limit-exceeded", "at": time.time(), "source": "launch", "residentBytes": used,
                        "limitBytes": limit,
                    })
                os.killpg(self.process.pid, signal.SIGKILL)
                return
            time.sleep(0.005)

    def _kill_from_outside(self):
        kill = self.case.get("kill")
        pid = self.process.pid
        if kill.get("target", "worker") == "worker":
            pid = next(event["pid"] for event in self.events if event["event"] in ("ready", "importing"))
        os.kill(pid, getattr(signal, kill.get("signal", "SIGKILL")))
        self._wait(lambda: self._has("worker-exited") or self.process.poll() is not None, 3)

    def _send(self, request):
        connection = _UnixConnection(os.path.join(self.run_dir, "worker-0.sock"))
        headers = {"Content-Type": request.get("contentType", "application/json")}
        if "timeoutMs" in request:
            headers["x-berth-deadline-ms"] = str(request["timeoutMs"])
        try:
            connection.request("POST", "/score", request.get("body", "").encode(), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as problem:
            # A worker that died closes the connection: that is what some cases are about.
            return None, str(problem)
        finally:
            connection.close()

    def _wait(self, condition, seconds):
        """Whether `condition` came true in time. Ends of the process are noticed by its closed pipes."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not condition():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 0.1))
        return True

    def _has(self, name):
        return self._count(name) > 0

    def _count(self, name):
        return sum(1 for event in self.events if event.get("event") == name)

    def _described(self, trigger, serving, exit=None, **more):
        spec = {
            "name": "blue", "endpoint": "my-endpoint", "scoringScript": self.case.script, "environmentVariables": self.case.variables,
        }
        for key in ("requestTimeoutMs", "maxConcurrentRequestsPerInstance"):
            if self.case.get(key) is not None:
                spec[key] = self.case.get(key)
        conda = os.path.join(self.case.folder, "conda.yml")
        environment = {"python": self.python.version, "sitePackages": self.site, "lock": self.lock}
        if os.path.exists(conda):
            with open(conda) as file:
                environment.update(condaFilePath=conda, condaFile=file.read())
        with self._changed:
            described = {
                "name": self.case.name, "healthy": self.case.is_healthy, "trigger": trigger, "isServing": serving, "spec": spec,
                "events": list(self.events), "exit": exit, "log": self.log[-400:], "environment": environment,
                "limits": {"memory": (self.case.get("memoryMiB") or 1024) << 20}, "codeFolder": self.code,
                "modelFolder": self.model, "userCodeFolder": self.case.code,
            }
        described.update(more)
        return described

    def end(self):
        self._stopping = True
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            # It has ended by itself.
            pass
        self.process.wait(10)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(self._path)


def _limited(open_files):
    def limit():
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files))
    return limit


def _resident(master):
    """Resident bytes of the process and its children."""
    total = 0
    try:
        with open("/proc/%d/task/%d/children" % (master, master)) as file:
            pids = [master] + [int(pid) for pid in file.read().split()]
        for pid in pids:
            with open("/proc/%d/statm" % pid) as file:
                total += int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        # A process has just ended: what was counted so far is enough until the next look.
        return total
    return total


def _read(path):
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)
