"""The way to readiness, what is told about a failure, deaths and restarts, stopping."""

import json
import os
import signal
import unittest

from harness import Server, connect_unix, read_all


def boot_failure(script, **options):
    """(exit status, the failure's event, log) of a server that does not come up."""
    with Server(script, ready=False, **options) as server:
        status = server.wait_exit()
        failed = [e for e in server.events.all() if e["event"] in ("import-failed", "init-failed", "script-invalid")]
        return status, failed[0] if failed else None, server.log.text()


class Boot(unittest.TestCase):
    def test_events_come_in_order_and_sockets_answer_when_ready(self):
        with Server() as server:
            names = server.event_names()
            self.assertEqual(names, ["boot", "importing", "imported", "initializing", "initialized", "ready"])
            boot = server.events.all()[0]
            self.assertEqual(boot["pid"], server.process.pid)
            self.assertEqual((boot["source"], boot["workers"]), ("inference-server", 1))
            self.assertTrue(all(isinstance(event["at"], float) for event in server.events.all()))
            self.assertEqual(server.request("GET", "/").body, b"Healthy")
            self.assertEqual(server.score({"a": 1}).json(), {"echo": '{"a": 1}'})
            server.log.wait(lambda line: "Users's init has completed successfully in 0." in line)

    def test_a_healthy_start_has_no_warning(self):
        with Server() as server:
            marks = (" W [", " E [", " C [", "Traceback", "Warning")
            bad = [line for line in server.log.all() if any(mark in line for mark in marks)]
            self.assertEqual(bad, [])

    def test_a_model_of_another_release_is_told(self):
        script = (
            "import warnings\nclass InconsistentVersionWarning(UserWarning):\n    pass\ndef init():\n"
            "    warnings.warn('from version 1.2.2 when using 1.5.0', InconsistentVersionWarning)\ndef run(d):\n    return 1\n"
        )
        with Server(script) as server:
            event = server.wait_event("warning")
            self.assertEqual((event["kind"], event["line"]), ("version-mismatch", 5))
            self.assertIn("1.2.2", event["message"])
            server.log.wait(lambda line: "from version 1.2.2" in line)

    def test_a_hanging_init_is_not_ready_and_tells_its_stack(self):
        script = (
            "import os, select\ndef helper():\n    print('waiting'); select.select([os.pipe()[0]], [], [])\n"
            "def init():\n    helper()\ndef run(d):\n    return 1\n"
        )
        with Server(script, ready=False) as server:
            server.log.wait(lambda line: "waiting" in line)
            self.assertEqual(os.listdir(server.run_dir), [])
            server.process.send_signal(signal.SIGUSR2)
            main = server.wait_event("stack")["threads"][0]
            self.assertEqual([f["function"] for f in main["frames"]], ["init", "helper"])
            self.assertIn("select.select", main["frames"][-1]["text"])
            self.assertTrue(main["frames"][-1]["user"])
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.wait_exit(), 0)

    def test_init_that_hangs_in_native_code_tells_its_stack(self):
        # sum() over a range holds the interpreter's lock until its end: no other thread of the worker can look.
        script = "def init():\n    print('counting')\n    sum(range(10**12))\ndef run(d):\n    return 1\n"
        with Server(script, ready=False) as server:
            server.log.wait(lambda line: "counting" in line)
            texts = []
            # The first answers may still come from within print().
            while texts[-1:] != ["sum(range(10**12))"] and len(texts) < 20:
                server.process.send_signal(signal.SIGUSR2)
                texts.append(server.wait_event("stack", len(texts) + 1)["threads"][0]["frames"][-1]["text"])
            self.assertEqual(texts[-1], "sum(range(10**12))")
            self.assertNotIn("worker-exited", server.event_names())
            os.killpg(server.process.pid, signal.SIGKILL)

    def test_import_failure(self):
        status, event, log = boot_failure(
            "import json\nfrom helper import x\n", files={"helper.py": "import nothere\n"}
        )
        self.assertEqual(status, 3)
        self.assertEqual(event["event"], "import-failed")
        self.assertEqual((event["error"]["type"], event["error"]["module"]), ("ModuleNotFoundError", "nothere"))
        self.assertEqual([os.path.basename(f["path"]) for f in event["error"]["frames"]], ["score.py", "helper.py"])
        self.assertIn("helper.py:1 in <module>: ModuleNotFoundError: No module named 'nothere'", log)
        self.assertNotIn("berth_infsrv", log)

    def test_syntax_error(self):
        status, event, _ = boot_failure("def init():\n    pass\n\nx = = 1\n")
        self.assertEqual(status, 3)
        self.assertEqual((event["event"], event["error"]["type"]), ("import-failed", "SyntaxError"))
        self.assertEqual(event["error"]["line"], 4)
        self.assertEqual(os.path.basename(event["error"]["file"]), "score.py")

    def test_init_failure_tells_the_models_tree(self):
        script = (
            "import os\ndef load(p):\n    return open(p)\n\ndef init():\n    try:\n        {}['k']\n"
            "    except KeyError:\n        load(os.path.join(os.environ['AZUREML_MODEL_DIR'], 'model.pkl'))\n"
            "def run(d):\n    return 1\n"
        )
        with Server(
            script, ready=False, files={"model/models/a.pkl": "x"}, env={"AZUREML_MODEL_DIR": "model"}
        ) as server:
            self.assertEqual(server.wait_exit(), 3)
            error = server.wait_event("init-failed")["error"]
            self.assertEqual((error["type"], error["path"]), ("FileNotFoundError", "model/model.pkl"))
            self.assertEqual([f["function"] for f in error["frames"]], ["init", "load"])
            self.assertEqual(error["causes"][0]["type"], "KeyError")
            log = server.log.text()
            self.assertIn("Model Directory Contents:", log)
            self.assertIn("        a.pkl", log)
            self.assertNotIn("invalid literal", log)
            self.assertEqual(server.wait_event("stopping")["event"], "stopping")

    def test_sys_exit_in_init_is_a_boot_failure(self):
        status, event, _ = boot_failure("import sys\ndef init():\n    sys.exit(0)\ndef run(d):\n    return 1\n")
        self.assertEqual((status, event["event"], event["error"]["type"]), (3, "init-failed", "SystemExit"))

    def test_scripts_that_are_invalid(self):
        good = "def init():\n    pass\n"
        cases = [
            ("no-init", "def Init():\n    pass\ndef run(d):\n    return 1\n", None, ["Init"]),
            ("no-run", good + "def runn(d):\n    return 1\n", None, ["runn"]),
            ("run-signature", good + "def run(*d):\n    return 1\n", 3, []),
            ("run-signature", good + "def run(d, /):\n    return 1\n", 3, []),
            ("run-signature", good + "def run():\n    return 1\n", 3, []),
            ("run-signature", good + "def run(request_headers):\n    return 1\n", 3, []),
            ("init-signature", "def init(model):\n    pass\ndef run(d):\n    return 1\n", 1, []),
        ]
        for problem, script, line, similar in cases:
            with self.subTest(problem=problem, script=script):
                status, event, log = boot_failure(script)
                self.assertEqual((status, event["event"], event["problem"]), (3, "script-invalid", problem))
                self.assertEqual((event["line"], event["similar"]), (line, similar))
                self.assertIn(event["detail"], log)

    def test_a_missing_script_names_its_neighbours(self):
        with Server(None, ready=False, files={"scoring.py": "x = 1\n"}, entry="score.py") as server:
            self.assertEqual(server.wait_exit(), 3)
            event = server.wait_event("script-invalid")
            self.assertEqual((event["problem"], event["similar"]), ("script-missing", ["scoring.py"]))

    def test_a_setting_that_is_no_number(self):
        with Server(ready=False, env={"SCORING_TIMEOUT_MS": "abc"}) as server:
            self.assertEqual(server.wait_exit(), 3)
            self.assertIn("SCORING_TIMEOUT_MS: Input should be a valid integer", server.log.text())
            self.assertIn("Configuration Error", server.log.text())


class Deaths(unittest.TestCase):
    SCRIPT = (
        "import os, signal, sys, json, ctypes, logging\ndef init():\n    pass\n"
        "def run(d):\n    how = json.loads(d)\n    sys.stderr.write('about to die\\n')\n"
        "    if how == 'segfault':\n        ctypes.string_at(0)\n    if how == 'kill':\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n    if isinstance(how, int):\n        os._exit(how)\n    return how\n"
    )

    def test_any_death_is_seen_told_and_healed(self):
        with Server(self.SCRIPT) as server:
            for number, (how, key, value) in enumerate(
                [(0, "exitStatus", 0), (9, "exitStatus", 9), ("segfault", "signal", 11), ("kill", "signal", 9)]
            ):
                self.assertEqual(server.score("fine").json(), "fine")
                with server.connect() as client:
                    body = json.dumps(how).encode()
                    client.sendall(
                        b"POST /score HTTP/1.1\r\nx-request-id: id-%d\r\nContent-Length: %d\r\n\r\n%s"
                        % (number, len(body), body)
                    )
                    self.assertEqual(read_all(client), b"")
                event = server.wait_event("worker-exited", number + 1)
                self.assertEqual(event[key], value)
                self.assertEqual((event["phase"], event["requestId"]), ("run", "id-%d" % number))
                self.assertEqual(event["restartIn"], 0.0)
                self.assertIn("about to die", event["lastLines"])
                self.assertGreater(event["peakResidentBytes"], 1 << 20)
                # Absent where the cgroup cannot be read.
                self.assertEqual(event.get("oomKills", 0), 0)
                server.wait_event("ready", number + 2)
            self.assertEqual(server.score("fine").json(), "fine")

    def test_killed_from_outside_while_idle(self):
        with Server(self.SCRIPT) as server:
            os.kill(server.wait_event("ready")["pid"], signal.SIGKILL)
            event = server.wait_event("worker-exited")
            self.assertEqual((event["phase"], event["signal"]), ("serving", 9))
            server.wait_event("ready", 2)
            self.assertEqual(server.score("fine").json(), "fine")

    def test_a_client_of_a_dead_worker_is_told_though_a_child_lives(self):
        script = (
            "import os, signal\ndef init():\n    pass\ndef run(d):\n    if os.fork() == 0:\n"
            "        signal.alarm(120)\n        signal.pause()\n    os.kill(os.getpid(), signal.SIGKILL)\n"
        )
        with Server(script) as server:
            # The child outlives its worker; it must not hold the client's connection.
            self.assertEqual(server.exchange(b"POST /score HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), b"")
            os.killpg(server.process.pid, signal.SIGKILL)

    def test_a_process_that_the_script_starts_can_be_ended(self):
        script = (
            "import multiprocessing, signal\ncontext = multiprocessing.get_context('fork')\n"
            "def wait(ready):\n    ready.set()\n    signal.pause()\n"
            "def init():\n    pass\ndef run(d):\n    ready = context.Event()\n"
            "    child = context.Process(target=wait, args=(ready,))\n    child.start()\n    ready.wait()\n"
            "    child.terminate()\n    child.join()\n    return child.exitcode\n"
        )
        with Server(script) as server:
            self.assertEqual(server.score(1).json(), -signal.SIGTERM)
            self.assertEqual(server.score(2).json(), -signal.SIGTERM)

    def test_a_pool_of_the_script_ends_with_its_worker_and_holds_no_port(self):
        script = (
            "import multiprocessing, os\ncontext = multiprocessing.get_context('fork')\n"
            "def sockets(_):\n    found = []\n    for fd in os.listdir('/proc/self/fd'):\n        try:\n"
            "            found.append(os.readlink('/proc/self/fd/' + fd))\n        except OSError:\n            pass\n"
            "    return [target for target in found if target.startswith('socket:')]\n"
            "def init():\n    global pool\n    pool = context.Pool(2)\ndef run(d):\n    return pool.map(sockets, [1])[0]\n"
        )
        with Server(script, tcp=True) as server:
            self.assertEqual(server.score(1).json(), [])
            # The log ends when its last writer has ended: the pool's processes have.
            self.assertEqual(server.close_gently(), 0)

    def test_junk_on_the_events_pipe_does_not_end_the_master(self):
        script = (
            "import os\ndef init():\n    for fd in range(3, 40):\n        try:\n"
            "            if os.readlink('/proc/self/fd/%d' % fd).startswith('pipe:'):\n"
            "                os.write(fd, b'junk\\n[1]\\n{}\\n\\xff\\n')\n"
            "        except OSError:\n            pass\ndef run(d):\n    return 1\n"
        )
        with Server(script) as server:
            self.assertEqual(server.score(1).json(), 1)
            server.log.wait(lambda line: "what is no event came from its pipe" in line)
            self.assertTrue(all(isinstance(event, dict) for event in server.events.all()))

    def test_deaths_at_import_give_up_with_3(self):
        with Server("import os\nprint('now')\nos._exit(0)\n", ready=False) as server:
            self.assertEqual(server.wait_exit(), 3)
            exits = server.events.wait(lambda e: e["event"] == "worker-exited", 3)
            self.assertEqual([e["phase"] for e in exits], ["import"] * 3)
            self.assertEqual([e.get("restartIn") for e in exits], [0.0, 0.5, None])
            self.assertIn("died 3 times in a row", server.wait_event("giving-up")["reason"])

    def test_health_fails_while_no_worker_is_there(self):
        script = (
            "import os\ndef init():\n    if os.path.exists('dead'):\n        print('second init')\n"
            "        os.read(os.pipe()[0], 1)\ndef run(d):\n    open('dead', 'w').close()\n    os._exit(1)\n"
        )
        with Server(script) as server:
            path = os.path.join(server.run_dir, "health.sock")
            self.assertIn(b"200 OK", ask_health(path))
            server.exchange(b"POST /score HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
            server.log.wait(lambda line: "second init" in line)
            self.assertIn(b"503", ask_health(path))
            self.assertFalse(os.path.exists(server.socket_path()))

    def test_a_worker_ends_with_its_master(self):
        with Server() as server:
            os.kill(server.process.pid, signal.SIGKILL)
            # wait_exit() returns when the log's pipe has ended, which the worker holds until it ends itself.
            self.assertEqual(server.wait_exit(), -signal.SIGKILL)

    def test_sigterm_lets_the_request_finish(self):
        script = (
            "import time, sys\ndef init():\n    pass\ndef run(d):\n    sys.stdout.write('started\\n')\n"
            "    time.sleep(0.3)\n    return 'done'\n"
        )
        with Server(script) as server, server.connect() as client:
            client.sendall(b"POST /score HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
            server.log.wait(lambda line: "started" in line)
            server.process.send_signal(signal.SIGTERM)
            self.assertTrue(read_all(client).endswith(b'"done"'))
            self.assertEqual(server.wait_exit(), 0)
            self.assertEqual(server.wait_event("stopping")["reason"], "SIGTERM")
            self.assertEqual(os.listdir(server.run_dir), [])

    def test_exit_functions_of_the_script_run_at_the_end(self):
        script = "import atexit\natexit.register(print, 'goodbye')\ndef init():\n    pass\ndef run(d):\n    return 1\n"
        with Server(script) as server:
            server.close_gently()
            self.assertIn("azmlinfsrv.print - goodbye", server.log.text())

    def test_several_workers_have_their_own_sockets(self):
        script = "import os\ndef init():\n    pass\ndef run(d):\n    return os.getpid()\n"
        with Server(script, env={"WORKER_COUNT": "3"}) as server:
            server.wait_event("ready", 3)
            pids = {server.score(1, worker=worker).json() for worker in range(3)}
            self.assertEqual(len(pids), 3)
            told = {event["pid"] for event in server.events.all() if event["event"] == "ready"}
            self.assertEqual(pids, told)


def ask_health(path):
    with connect_unix(path) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return read_all(client)


if __name__ == "__main__":
    unittest.main()
