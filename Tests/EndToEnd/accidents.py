"""Accidents: each ends with a clear message, loses nothing, and leaves nothing running."""

import json
import os
import signal
import socket
import subprocess
import sys

from berth import eventually, score
from case import BINARY, ECHO, Case


class Accidents(Case):
    def test_control_plane_killed(self):
        self.deployed()
        uri = self.berth.uri()
        instances = sorted(self.berth.pids("berth_infsrv"))
        for pid in self.berth.pids("berth serve"):
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(score(uri)[0], 200)
        shown = self.berth.run("online-deployment", "show", "-n", "blue", "-e", "demo", "--local").json()
        self.assertEqual(shown["provisioning_state"], "Succeeded")
        self.assertEqual(score(uri)[0], 200)
        self.assertEqual(sorted(self.berth.pids("berth_infsrv")), instances)

    def test_control_plane_killed_while_it_creates(self):
        self.berth.endpoint()
        slow = "import threading\ndef init():\n    threading.Event().wait(2)\ndef run(raw_data):\n    return 1\n"
        creating = self.berth.start("online-deployment", "create", "-f", self.berth.project(slow), "--local")
        eventually(lambda: self.berth.pids("berth launch"), what="the start of the instance")
        for pid in self.berth.pids("berth serve"):
            os.kill(pid, signal.SIGKILL)
        creating.communicate()

        def succeeded():
            shown = self.berth.run("online-deployment", "show", "-n", "blue", "-e", "demo", "--local").json()
            return shown["provisioning_state"] == "Succeeded"
        eventually(succeeded, what="the resumed operation")
        self.assertEqual(score(self.berth.uri())[0], 200)
        self.assertEqual(len(self.berth.pids("berth launch")), 1)

    def test_gateway_killed(self):
        self.deployed()
        uri = self.berth.uri()
        for pid in self.berth.pids("berth gateway"):
            os.kill(pid, signal.SIGKILL)

        def answers():
            try:
                return score(uri)[0] == 200
            except OSError:
                return False  # Nobody listens yet.
        eventually(answers, 10, "the gateway's return")

    def test_instance_killed(self):
        self.deployed()
        uri = self.berth.uri()
        for pid in self.berth.pids("berth launch"):
            os.kill(pid, signal.SIGKILL)
        eventually(lambda: score(uri)[0] == 200, 20, "the new instance")

    def test_interrupted_command(self):
        self.berth.endpoint()
        slow = "import threading\ndef init():\n    threading.Event().wait(2)\ndef run(raw_data):\n    return 1\n"
        creating = self.berth.start("online-deployment", "create", "-f", self.berth.project(slow), "--local")
        eventually(lambda: self.berth.pids("berth launch"), what="the start of the instance")
        creating.send_signal(signal.SIGINT)
        _, words = creating.communicate(timeout=10)
        self.assertEqual(creating.returncode, 130, words)
        self.assertIn("background", words)

    def test_two_creates_at_once(self):
        self.berth.endpoint()
        spec = self.berth.project(ECHO)
        both = [self.berth.start("online-deployment", "create", "-f", spec, "--local") for _ in range(2)]
        words = [process.communicate(timeout=60)[1] for process in both]
        self.assertEqual(sorted(process.returncode for process in both), [0, 1], words)
        self.assertEqual(score(self.berth.uri())[0], 200)
        self.assertEqual(len(self.berth.pids("berth launch")), 1)

    def test_changes_at_once_lose_nothing(self):
        self.berth.endpoint()
        changes = [self.berth.start("online-endpoint", "update", "-n", "demo", "--set", f"tags.k{index}={index}", "--local")
                   for index in range(6)]
        words = [process.communicate(timeout=60)[1] for process in changes]
        self.assertEqual([process.returncode for process in changes], [0] * 6, words)
        tags = self.berth.run("online-endpoint", "show", "-n", "demo", "--local").json()["tags"]
        self.assertEqual(tags, {f"k{index}": str(index) for index in range(6)})

    def test_two_first_commands_start_one_control_plane(self):
        both = [self.berth.start("online-endpoint", "create", "-n", f"demo{index}", "--local") for index in range(2)]
        words = [process.communicate(timeout=60)[1] for process in both]
        self.assertEqual([process.returncode for process in both], [0, 0], words)
        self.assertEqual(len(self.berth.pids("berth serve")), 1)

    def test_port_in_use(self):
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", 31000))
                taken.listen()
            except OSError:
                pass  # Another program has it already: just what the test needs.
            self.deployed()
            uri = self.berth.uri()
            self.assertNotIn(":31000/", uri)
            self.assertEqual(score(uri)[0], 200)

    def test_names_with_spaces_and_signs(self):
        self.berth.endpoint()
        spec = self.berth.project(ECHO.replace("model.txt", "modèle été.txt"), folder="mes modèles 日本", model="modèle été.txt")
        self.berth.deploy(spec)
        self.assertEqual(score(self.berth.uri())[0], 200)

    def test_home_that_is_a_file(self):
        path = self.berth.write("file", "")
        self.berth.environment["BERTH_HOME"] = path
        failed = self.berth.run("online-endpoint", "create", "-n", "demo", "--local", check=False)
        self.assertEqual(failed.status, 1)
        self.assertIn("BERTH_HOME", failed.err)

    def home_on_small_disk(self, size):
        """BERTH_HOME on a file system of its own of `size`, in the words of mount."""
        if os.geteuid() != 0:
            self.skipTest("a small disk can be mounted by root only")
        disk = os.path.join(self.berth.root, "small")
        os.mkdir(disk)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "tmpfs", disk], stderr=subprocess.PIPE)
        if mounted.returncode != 0:
            self.skipTest("a small disk cannot be mounted here")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", disk], check=False))
        self.berth.environment["BERTH_HOME"] = self.berth.home = os.path.join(disk, "home")

    def test_full_disk(self):
        self.home_on_small_disk("6m")
        self.berth.endpoint()
        spec = self.berth.project(ECHO)
        with open(os.path.join(self.berth.root, "project/code/ballast"), "wb") as file:
            file.write(os.urandom(8 << 20))
        failed = self.berth.deploy(spec, check=False)
        self.assertEqual(failed.status, 1, failed.err)
        self.assertEqual(failed.diagnosis()["reason"], "DiskFull", failed.err)
        self.assertEqual(self.berth.run("online-endpoint", "list", "--local").json()[0]["name"], "demo")

    def test_nothing_runs_after_the_last_delete(self):
        self.deployed()
        self.berth.run("online-endpoint", "delete", "-n", "demo", "--local", "--yes")
        eventually(lambda: not self.berth.processes(), 60, "the end of everything")

    def test_disk_that_is_full_from_the_start(self):
        self.home_on_small_disk("16k")
        failed = self.berth.run("online-endpoint", "create", "-n", "demo", "--local", "-o", "json", check=False)
        self.assertEqual((failed.status, failed.diagnosis()["reason"]), (1, "DiskFull"), failed.err)

    def test_disk_that_fills_while_it_serves(self):
        if os.geteuid() != 0:
            self.skipTest("a small disk can be mounted by root only")
        disk = os.path.join(self.berth.root, "small")
        os.mkdir(disk)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], stderr=subprocess.PIPE)
        if mounted.returncode != 0:
            self.skipTest("a small disk cannot be mounted here")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", disk], check=False))
        self.berth.environment["BERTH_HOME"] = self.berth.home = os.path.join(disk, "home")
        spec = self.deployed()
        uri = self.berth.uri()
        ballast = os.open(os.path.join(disk, "ballast"), os.O_WRONLY | os.O_CREAT)
        try:
            while True:
                os.write(ballast, bytes(4096))
        except OSError:
            os.close(ballast)  # No room is left: just what the test needs.
        failed = self.berth.update(spec, check=False)
        self.assertEqual((failed.status, failed.diagnosis()["reason"]), (1, "DiskFull"), failed.err)
        self.assertEqual(score(uri)[0], 200)
        for pid in self.berth.pids("berth serve"):
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(score(uri)[0], 200)
        os.remove(os.path.join(disk, "ballast"))
        self.assertEqual(self.berth.update(spec).json()["provisioning_state"], "Succeeded")
        self.assertEqual(score(uri)[0], 200)

    def test_read_only_home(self):
        if os.geteuid() != 0:
            self.skipTest("a read-only disk can be mounted by root only")
        os.mkdir(self.berth.home)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro,mode=0700", "tmpfs", self.berth.home], stderr=subprocess.PIPE)
        if mounted.returncode != 0:
            self.skipTest("a disk cannot be mounted here")
        self.addCleanup(lambda: subprocess.run(["umount", "-l", self.berth.home], check=False))
        for arguments in (("online-endpoint", "create", "-n", "demo", "--local"), ("configure", "--defaults", "workspace=x")):
            failed = self.berth.run(*arguments, check=False)
            self.assertEqual(failed.status, 1, failed.err)
            self.assertIn("Read-only file system", failed.err)
            self.assertIn("help: ", failed.err)
            self.assertIn(self.berth.home, failed.err)
        self.assertEqual(self.berth.processes(), {})

    def test_no_network_and_no_uv(self):
        probe = subprocess.run(["unshare", "-n", "true"], stderr=subprocess.PIPE)
        if probe.returncode != 0:
            self.skipTest("a machine without network cannot be imitated here")
        self.berth.environment["PATH"] = os.path.dirname(os.path.realpath(sys.executable)) + ":/usr/bin:/bin"
        self.berth.environment["HOME"] = self.berth.root
        inner = self.berth.binary
        self.berth.binary = self.berth.write("offline", f'#!/bin/sh\nexec unshare -n {inner} "$@"\n')
        os.chmod(self.berth.binary, 0o755)
        self.berth.endpoint()
        spec = self.berth.project(ECHO)
        self.berth.write("project/conda.yml", "dependencies:\n  - python=3\n  - pip:\n      - joblib==1.4.2\n")
        failed = self.berth.deploy(spec, check=False)
        self.assertEqual((failed.status, failed.diagnosis()["reason"]), (1, "IndexUnreachable"), failed.err)
        self.assertIn("PIP_INDEX_URL", failed.err)
        self.assertEqual(self.berth.pids("berth launch"), [])

    def test_no_python(self):
        probe = subprocess.run(["unshare", "-m", "true"], stderr=subprocess.PIPE)
        if probe.returncode != 0:
            self.skipTest("a machine without Python cannot be imitated here")
        # No folder in which interpreters are looked for has one: each is covered by an empty one.
        hidden = [folder for folder in ("/usr/bin", "/usr/local/bin", os.environ.get("PYENV_ROOT", "")) if os.path.isdir(folder)]
        empty = os.path.join(self.berth.root, "empty")
        os.mkdir(empty)
        covers = "\n".join(f"mount --bind {empty} {folder}" for folder in reversed(hidden) if folder != "/usr/bin")
        inner = self.berth.binary
        self.berth.binary = self.berth.write(
            "bare", f'#!/bin/bash\nset -e\nexec unshare -m /bin/bash -c \'{covers}\n'
                    f'/bin/mount --bind {empty} /usr/bin\nexec {inner} "$@"\' -- "$@"\n')
        os.chmod(self.berth.binary, 0o755)
        self.berth.environment.update(PATH=empty + ":/bin:/usr/sbin", HOME=self.berth.root)
        for name in ("PYENV_ROOT", "VIRTUAL_ENV", "CONDA_PREFIX"):
            self.berth.environment.pop(name, None)
        self.berth.endpoint()
        failed = self.berth.deploy(self.berth.project(ECHO), check=False)
        self.assertEqual((failed.status, failed.diagnosis()["reason"]), (1, "PythonNotFound"), failed.err)
        self.assertIn("help: ", failed.err)

    def test_output_that_cannot_be_written(self):
        self.berth.endpoint()
        with open("/dev/full", "w", encoding="utf-8") as full:
            failed = subprocess.run([BINARY, "online-endpoint", "list", "--local"], env=self.berth.environment, text=True,
                                    stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(failed.returncode, 1)
        self.assertIn("No space left on device", failed.stderr)
        read, write = os.pipe()
        os.close(read)
        closed = subprocess.run([BINARY, "online-endpoint", "list", "--local"], env=self.berth.environment, text=True,
                                stdin=subprocess.DEVNULL, stdout=write, stderr=subprocess.PIPE)
        os.close(write)
        self.assertEqual((closed.returncode, closed.stderr), (0, ""))

    def test_command_killed(self):
        self.berth.endpoint()
        slow = "import threading\ndef init():\n    threading.Event().wait(1)\ndef run(raw_data):\n    return 1\n"
        creating = self.berth.start("online-deployment", "create", "-f", self.berth.project(slow), "--local")
        eventually(lambda: self.berth.pids("berth launch"), what="the start of the instance")
        creating.kill()
        creating.communicate()

        def succeeded():
            shown = self.berth.run("online-deployment", "show", "-n", "blue", "-e", "demo", "--local").json()
            return shown["provisioning_state"] == "Succeeded"
        eventually(succeeded, what="the end of the operation")
        self.assertEqual(score(self.berth.uri())[0], 200)

    def test_worker_killed(self):
        self.deployed()
        uri = self.berth.uri()
        # The last one that was started: the master comes before its worker.
        os.kill(max(self.berth.pids("berth_infsrv")), signal.SIGKILL)
        eventually(lambda: score(uri)[0] == 200, 20, "the worker's return")
        told = eventually(lambda: self.berth.run(
            "online-deployment", "diagnose", "-n", "blue", "-e", "demo", "--local", "-o", "json").json()["diagnosis"],
            what="the diagnosis")
        self.assertEqual(told["reason"], "WorkerKilled")

    def test_everything_killed(self):
        self.deployed()
        uri = self.berth.uri()
        for word in ("berth serve", "berth gateway", "berth launch"):
            for pid in self.berth.pids(word):
                os.kill(pid, signal.SIGKILL)
        eventually(lambda: not self.berth.pids("berth_infsrv"), what="the end of the orphans")
        shown = self.berth.run("online-deployment", "show", "-n", "blue", "-e", "demo", "--local").json()
        self.assertEqual(shown["provisioning_state"], "Succeeded")
        eventually(lambda: score(uri)[0] == 200, 20, "the new instance")

    def test_another_user_than_root(self):
        if os.geteuid() != 0:
            self.skipTest("these tests run as such a user already")
        os.chmod(self.berth.root, 0o777)
        inner = self.berth.binary
        self.berth.binary = self.berth.write(
            "as-nobody", f'#!/bin/sh\nexec setpriv --reuid=65534 --regid=65534 --clear-groups {inner} "$@"\n')
        os.chmod(self.berth.binary, 0o755)
        self.berth.environment.update(HOME=self.berth.root, TMPDIR="/tmp")
        self.berth.endpoint()
        made = self.berth.deploy(self.berth.project(ECHO))
        self.assertEqual(made.json()["provisioning_state"], "Succeeded")
        self.assertEqual(score(self.berth.uri())[0], 200)

    def test_a_home_of_another_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")
        self.berth.endpoint()
        refused = subprocess.run(
            ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BINARY, "online-endpoint", "list", "--local"],
            env=self.berth.environment, text=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("BERTH_HOME", refused.stderr)

    def test_large_model_is_not_copied(self):
        self.berth.endpoint()
        spec = self.berth.project(ECHO.replace("answer = int(file.read())", "answer = 1"))
        with open(os.path.join(self.berth.root, "project/model.txt"), "wb") as file:
            file.truncate(2 << 30)
        self.berth.deploy(spec)
        sizes = [os.lstat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(self.berth.home) for name in names]
        self.assertLess(sum(sizes), 1 << 28)

    def test_wrong_kinds_of_file(self):
        self.berth.endpoint()
        kinds = {"empty.yml": "", "binary.yml": "\x00\x01", "list.yml": "- a\n", "unclosed.yml": "name: [a\n", "text.yml": "hello"}
        paths = [self.berth.write(name, text) for name, text in kinds.items()] + [self.berth.root, "/dev/null", "missing.yml"]
        for path in paths:
            failed = self.berth.run("online-deployment", "create", "-f", path, "--local", check=False)
            self.assertEqual(failed.status, 2, failed.err)
            self.assertIn(os.path.basename(path), failed.err)
        for missing in ("model.txt", "code/score.py", "conda.yml"):
            spec = self.berth.project(ECHO)
            os.remove(os.path.join(self.berth.root, "project", missing))
            failed = self.berth.deploy(spec, check=False)
            self.assertNotEqual(failed.status, 0)
            self.assertIn(os.path.basename(missing), failed.err)
        self.assertEqual(self.berth.run("online-endpoint", "list", "--local").json()[0]["name"], "demo")
