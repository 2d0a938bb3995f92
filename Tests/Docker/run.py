#!/usr/bin/env python3
"""run.py BINARY [NAME…]: deployments in containers, with a real engine and real registries; every failure really provoked.

Without an engine everything is skipped and counted; with CI=true, or BERTH_REQUIRE_ENGINE=1, that is a failure."""

import json
import os
import signal
import subprocess
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "EndToEnd"))
sys.path.insert(0, HERE)

from berth import Berth, eventually, score  # noqa: E402
from engine import BASE, BRIDGE, Engine, Registry, free_port  # noqa: E402

BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
engine = None
# What docs/errors.md says is provoked here; filled by `provokes`.
ROWS = []

SERVER = '''
import http.server, json, os, sys
print("custom server starts", flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def do_GET(self):
        self.answer(200 if self.path in ("/live", "/ready") else 404, self.path)
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        folder = os.environ.get("AZUREML_MODEL_DIR", "")
        model = open(os.path.join(folder, "model.txt")).read() if folder else None
        print("scored", flush=True)
        self.answer(200, {"path": self.path, "got": json.loads(body), "model": model, "word": os.environ.get("WORD")})
    def log_message(self, *arguments):
        pass
server = http.server.ThreadingHTTPServer(("0.0.0.0", 8501), Handler)
server.serve_forever()
'''

ECHO = '''
import json, os
def init():
    global answer
    answer = int(open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.txt")).read())
    print("printed in init")
def run(raw_data):
    return {"answer": answer, "version": 1, "got": json.loads(raw_data)}
'''

ROUTES = "".join(f"    {kind}_route:\n      path: /{path}\n      port: 8501\n"
                 for kind, path in (("liveness", "live"), ("readiness", "ready"), ("scoring", "score")))
CUSTOM = "FROM " + BASE + '\nCOPY server.py /server.py\nCMD ["python3", "/server.py"]\n'


def provokes(code, reason):
    """Marks a test as the one that provokes a row of docs/errors.md."""
    def mark(test):
        ROWS.append((code, reason, test.__name__))
        return test
    return mark


class Case(unittest.TestCase):
    def setUp(self):
        if engine is None:
            self.skipTest("no container engine can be started here")
        self.berth = Berth(BINARY, environment={"DOCKER_HOST": engine.host, "DOCKER_CONFIG": "/nonexistent"})
        self.addCleanup(self.nothing_left)
        self.addCleanup(self.berth.close)
        self.berth.endpoint()

    def nothing_left(self):
        left = engine.containers(self.berth.home)
        for one in left:
            engine.call("DELETE", f"/containers/{one['Id']}?force=1&v=1")
        self.assertEqual([one["Names"] for one in left], [], "containers were left behind")

    def spec(self, environment, name="blue", extra="", code=False, size="Standard_DS3_v2"):
        self.berth.write("project/model.txt", "42")
        code = "code_configuration:\n  code: code\n  scoring_script: score.py\n" if code else ""
        return self.berth.write(
            f"project/{name}.yml",
            f"name: {name}\nendpoint_name: demo\nmodel:\n  path: model.txt\n{code}environment:\n{environment}"
            f"instance_type: {size}\ninstance_count: 1\n{extra}")

    def custom(self, image, **more):
        return self.spec(f"  image: {image}\n  inference_config:\n{ROUTES}", **more)

    def script(self, text, image=BASE, **more):
        self.berth.write("project/code/score.py", text)
        return self.spec(f"  image: {image}\n", code=True, **more)

    def fails(self, spec, code, reason, *words, more=()):
        failed = self.berth.deploy(spec, *more, check=False)
        self.assertEqual(failed.status, 1, failed.err)
        found = failed.diagnosis()
        self.assertEqual((found["code"], found["reason"]), (code, reason), failed.err)
        for word in words:
            self.assertIn(word, json.dumps(found, ensure_ascii=False))
        self.assertLess(len(found["message"]), 600)
        self.assertTrue(found["help"], found)
        return found


class Containers(Case):
    def test_image_with_a_server_of_its_own(self):
        image = engine.image(CUSTOM, {"server.py": SERVER}, "berth-test/custom:1")
        spec = self.custom(image, extra="environment_variables:\n  WORD: hello\nmodel_mount_path: /var/models\n")
        self.berth.deploy(spec)
        status, body, headers = score(self.berth.uri(), '{"x": 1}')
        self.assertEqual(status, 200, body)
        answer = json.loads(body)
        self.assertEqual((answer["path"], answer["got"], answer["model"], answer["word"]),
                         ("/score", {"x": 1}, "42", "hello"))
        self.assertEqual(headers["azureml-model-deployment"], "blue")
        eventually(lambda: "scored" in self.berth.logs(), what="the container's log")
        self.assertIn("custom server starts", self.berth.logs())
        one, = engine.containers(self.berth.home)
        shown = json.loads(engine.call("GET", f"/containers/{one['Id']}/json"))
        host = shown["HostConfig"]
        self.assertIn("no-new-privileges", host["SecurityOpt"])
        self.assertTrue(host["Init"])
        self.assertGreater(host["Memory"], 0)
        self.assertGreater(host["NanoCpus"], 0)
        self.assertEqual(host["PidsLimit"], 1024)
        self.assertTrue(all(not mount["RW"] for mount in shown["Mounts"]), shown["Mounts"])
        self.assertEqual(shown["Config"]["Labels"]["berth.endpoint"], "demo")

    def test_build_context_is_built_once(self):
        self.berth.write("project/context/Dockerfile", CUSTOM)
        self.berth.write("project/context/server.py", SERVER)
        spec = self.spec(f"  build:\n    path: context\n  inference_config:\n{ROUTES}")
        made = self.berth.deploy(spec)
        self.assertIn("Step", made.err + self.berth.logs("blue", "--container", "environment-build"))
        self.assertEqual(score(self.berth.uri(), "1")[0], 200)
        self.berth.deploy(self.spec(f"  build:\n    path: context\n  inference_config:\n{ROUTES}", name="green"))
        self.assertIn("used again", self.berth.logs("green", "--container", "environment-build"))

    def test_script_in_a_container_and_a_change_without_a_build(self):
        spec = self.script(ECHO)
        made = self.berth.deploy(spec, "--runtime", "docker").json()
        self.assertEqual(made["provisioning_state"], "Succeeded")
        self.assertEqual(len(engine.containers(self.berth.home)), 1)
        status, body, _ = score(self.berth.uri(), '{"x": 1}')
        self.assertEqual((status, json.loads(body)), (200, {"answer": 42, "version": 1, "got": {"x": 1}}))
        self.script(ECHO.replace('"version": 1', '"version": 2'))
        self.berth.update(spec, "--runtime", "docker")
        self.assertEqual(json.loads(score(self.berth.uri(), "1")[1])["version"], 2)
        eventually(lambda: len(engine.containers(self.berth.home)) == 1, what="the old container's end")
        eventually(lambda: "printed in init" in self.berth.logs(), what="the log")

    def test_control_plane_killed(self):
        self.berth.deploy(self.script(ECHO), "--runtime", "docker")
        uri = self.berth.uri()
        before = [one["Id"] for one in engine.containers(self.berth.home)]
        for pid in self.berth.pids("berth serve"):
            os.kill(pid, signal.SIGKILL)
        self.assertEqual(score(uri, "1")[0], 200)
        self.berth.run("online-endpoint", "list", "--local")
        self.assertEqual(score(self.berth.uri(), "1")[0], 200)
        self.assertEqual([one["Id"] for one in engine.containers(self.berth.home)], before)

    def test_container_killed(self):
        self.berth.deploy(self.custom(engine.image(CUSTOM, {"server.py": SERVER}, "berth-test/custom:1")))
        one, = engine.containers(self.berth.home)
        engine.call("POST", f"/containers/{one['Id']}/kill?signal=KILL")

        def again():
            fresh = [other["Id"] for other in engine.containers(self.berth.home) if other["State"] == "running"]
            return fresh and one["Id"] not in fresh and score(self.berth.uri(), "1")[0] == 200

        eventually(again, 60, "a new container that answers")

    def test_several_instances(self):
        self.berth.deploy(self.script(ECHO), "--runtime", "docker", "--set", "instance_count=2")
        self.assertEqual(len(engine.containers(self.berth.home)), 2)
        self.assertEqual({score(self.berth.uri(), "1")[0] for _ in range(6)}, {200})


class Errors(Case):
    """One test a row of docs/errors.md."""

    @provokes("ERR_1200", "ImageNotFound")
    def test_no_such_repository(self):
        registry = Registry(engine)
        self.addCleanup(registry.close)
        self.fails(self.custom(f"{registry.name}/team/nothing:v1"), "ERR_1200", "ImageNotFound",
                   "no repository `team/nothing`")

    @provokes("ERR_1200", "ImageNotFound")
    def test_no_such_tag(self):
        registry = Registry(engine)
        self.addCleanup(registry.close)
        engine.push(BASE, f"{registry.name}/team/model:v1")
        self.fails(self.custom(f"{registry.name}/team/model:v2"), "ERR_1200", "ImageNotFound", "no tag `v2`", "v1")

    @provokes("ERR_1200", "ImagePullUnauthorized")
    def test_registry_refuses(self):
        registry = Registry(engine, tokens=True)
        self.addCleanup(registry.close)
        engine.push(BASE, f"{registry.name}/team/model:v1", {"username": "pusher", "password": "pw"})
        self.fails(self.custom(f"{registry.name}/team/model:v1"), "ERR_1200", "ImagePullUnauthorized",
                   "without credentials", "docker login")

    @provokes("ERR_1200", "RegistryUnreachable")
    def test_registry_is_down(self):
        self.fails(self.custom(f"127.0.0.1:{free_port()}/team/model:v1"), "ERR_1200", "RegistryUnreachable", "refused")

    @provokes("ERR_1200", "RegistryUnreachable")
    def test_registry_has_no_name(self):
        self.fails(self.custom("registry.invalid/team/model:v1"), "ERR_1200", "RegistryUnreachable", "registry.invalid")

    @provokes("ERR_1200", "RegistryUntrusted")
    def test_certificate_is_not_trusted(self):
        registry = Registry(engine, host=BRIDGE, tls=True)
        self.addCleanup(registry.close)
        self.fails(self.custom(f"{registry.name}/team/model:v1"), "ERR_1200", "RegistryUntrusted", "certs.d")

    @provokes("ERR_1200", "ImageArchitectureMismatch")
    def test_other_processor(self):
        registry = Registry(engine)
        self.addCleanup(registry.close)
        image = registry.foreign_image("team/arm", "v1", "arm64" if os.uname().machine == "x86_64" else "amd64")
        self.fails(self.custom(image), "ERR_1200", "ImageArchitectureMismatch", "docker build --platform")

    @provokes("ImageBuildFailure", "ImageBuildFailed")
    def test_step_of_the_dockerfile_fails(self):
        self.berth.write("project/context/Dockerfile", f"FROM {BASE}\nRUN echo on the way; exit 4\n")
        spec = self.spec(f"  build:\n    path: context\n  inference_config:\n{ROUTES}")
        self.fails(spec, "ImageBuildFailure", "ImageBuildFailed", "RUN echo on the way", "on the way")

    @provokes("ERR_2100", "EntrypointFailed")
    def test_entry_point_does_not_exist(self):
        image = engine.image(f'FROM {BASE}\nENTRYPOINT ["/no/such/program"]\n', tag="berth-test/noentry:1")
        self.fails(self.custom(image), "ERR_2100", "EntrypointFailed", "/no/such/program")

    @provokes("ERR_2100", "EntrypointFailed")
    def test_entry_point_is_not_executable(self):
        image = engine.image(f'FROM {BASE}\nCOPY server.py /server.py\nENTRYPOINT ["/server.py"]\n',
                             {"server.py": SERVER}, "berth-test/noexec:1")
        self.fails(self.custom(image), "ERR_2100", "EntrypointFailed", "/server.py")

    @provokes("ERR_2100", "DeviceNotFound")
    def test_device_is_missing(self):
        image = engine.image(CUSTOM, {"server.py": SERVER}, "berth-test/custom:1")
        self.fails(self.custom(image, size="Standard_NC4as_T4_v3"), "ERR_2100", "DeviceNotFound")

    @provokes("ERR_2200", "WorkerExited")
    def test_entry_point_ends(self):
        image = engine.image(f'FROM {BASE}\nCMD ["sh", "-c", "echo the last words; exit 7"]\n', tag="berth-test/ends:1")
        found = self.fails(self.custom(image), "ERR_2200", "WorkerExited", "7")
        self.assertIn("the last words", json.dumps(found) + self.berth.logs())

    @provokes("ERR_2200", "PodOutOfMemory")
    def test_memory_limit(self):
        image = engine.image(
            f'FROM {BASE}\nCMD ["python3", "-c", "x = []\\nwhile True: x.append(bytearray(64 << 20))"]\n',
            tag="berth-test/memory:1")
        self.fails(self.custom(image, size="Standard_DS1_v2"), "ERR_2200", "PodOutOfMemory", "3.5 GiB")

    @provokes("ERR_2200", "ReadinessProbeFailed")
    def test_never_ready(self):
        image = engine.image(f'FROM {BASE}\nCMD ["python3", "-m", "http.server", "8501", "-d", "/tmp"]\n',
                             tag="berth-test/unready:1")
        probe = "readiness_probe:\n  initial_delay: 1\n  period: 1\n  failure_threshold: 2\n"
        self.fails(self.custom(image, extra=probe), "ERR_2200", "ReadinessProbeFailed")

    @provokes("ERR_2200", "UserScriptImportError")
    def test_script_imports_what_is_not_there(self):
        self.fails(self.script("import xgboost\n" + ECHO), "ERR_2200", "UserScriptImportError", "score.py line 1", "xgboost",
                   more=("--runtime", "docker"))

    @provokes("ERR_2200", "UserScriptInitFailed")
    def test_exception_in_init(self):
        self.fails(self.script('def init():\n    raise ValueError("the reason")\ndef run(raw_data):\n    return 1\n'),
                   "ERR_2200", "UserScriptInitFailed", "the reason", more=("--runtime", "docker"))

    @provokes("ERR_5000", "EngineUnreachable")
    def test_no_engine(self):
        self.berth.environment["DOCKER_HOST"] = "unix:///nonexistent/docker.sock"
        self.berth.run("online-endpoint", "delete", "-n", "demo", "--local", "--yes")
        for pid in self.berth.pids("berth serve"):
            os.kill(pid, signal.SIGTERM)
        eventually(lambda: not self.berth.pids("berth serve"), what="the end of serve")
        self.berth.endpoint()
        self.fails(self.custom("any/image:1"), "ERR_5000", "EngineUnreachable", "DOCKER_HOST")

    @provokes("ERR_1100", "QuotaExceeded")
    def test_too_many_deployments(self):
        image = engine.image(CUSTOM, {"server.py": SERVER}, "berth-test/custom:1")
        for number in range(20):
            spec = self.custom("registry.invalid/x:1", name=f"d{number:02}")
            self.berth.deploy(spec, "--no-wait")
        self.fails(self.custom(image), "ERR_1100", "QuotaExceeded", "20")

    @provokes("ERR_1101", "ResourceRequestTooLarge")
    def test_more_than_the_machine_has(self):
        spec = self.custom(BASE, size="Standard_F72s_v2")
        self.fails(spec, "ERR_1101", "ResourceRequestTooLarge", "instance_count", more=("--set", "instance_count=50"))

    @provokes("ERR_1300", "ArtifactNotFound")
    def test_model_is_missing(self):
        image = engine.image(CUSTOM, {"server.py": SERVER}, "berth-test/custom:1")
        spec = self.custom(image)
        self.berth.deploy(spec)
        os.unlink(os.path.join(self.berth.root, "project/model.txt"))
        failed = self.berth.run("online-deployment", "update", "-n", "blue", "-e", "demo", "--local", "-o", "json",
                                "--set", "description=again", check=False)
        found = failed.diagnosis()
        self.assertEqual((found["code"], found["reason"]), ("ERR_1300", "ArtifactNotFound"), failed.err)
        self.assertEqual(score(self.berth.uri(), "1")[0], 200)


class ZEngineDies(Case):
    """Last, because the engine is shared."""

    def test_engine_killed_and_restarted_under_load(self):
        image = engine.image(CUSTOM, {"server.py": SERVER}, "berth-test/custom:1")
        self.berth.deploy(self.custom(image))
        uri = self.berth.uri()
        stop = threading.Event()
        counts = {"good": 0, "bad": 0}

        def load():
            while not stop.is_set():
                try:
                    counts["good" if score(uri, "1")[0] == 200 else "bad"] += 1
                except OSError:
                    counts["bad"] += 1

        thread = threading.Thread(target=load)
        thread.start()
        try:
            eventually(lambda: counts["good"] > 20, what="load")
            engine.kill()
            engine.start()
            at_restart = counts["good"]
            eventually(lambda: counts["good"] > at_restart + 50, 60, "answers after the engine's restart")
        finally:
            stop.set()
            thread.join()
        self.assertEqual(score(uri, "1")[0], 200)


class Table(unittest.TestCase):
    def test_every_row_of_the_table_is_provoked(self):
        with open(os.path.join(os.path.dirname(os.path.dirname(HERE)), "docs", "errors.md"), encoding="utf-8") as file:
            lines = [line for line in file if line.startswith("| `")]
        listed = {tuple(cell.strip().strip("`") for cell in line.split("|")[1:3]) + (line.split("|")[3].strip().strip("`"),)
                  for line in lines}
        mine = {row for row in listed if row[2] in dir(Errors)}
        self.assertEqual(mine, set(ROWS))


def main():
    global engine
    needed = os.environ.get("CI") == "true" or os.environ.get("BERTH_REQUIRE_ENGINE") == "1"
    try:
        engine = Engine()
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"no container engine: {error}", file=sys.stderr)
        if needed:
            print("0 passed, 1 failed, 0 skipped")
            return 1
    try:
        loader = unittest.defaultTestLoader
        names = sys.argv[2:]
        module = sys.modules[__name__]
        suite = loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)
        outcome = unittest.TextTestRunner(verbosity=2).run(suite)
    finally:
        if engine:
            engine.close()
    failed = len(outcome.failures) + len(outcome.errors)
    skipped = len(outcome.skipped)
    print(f"{outcome.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
