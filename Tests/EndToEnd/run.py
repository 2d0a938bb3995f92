#!/usr/bin/env python3
"""run.py BINARY [NAME…]: the real binary from the command line, on its main path and on its accidents."""

import concurrent.futures
import json
import os
import subprocess
import sys
import threading
import unittest

from accidents import Accidents  # noqa: F401: found by the loader
from berth import eventually, score
from case import ECHO, Case


class MainPath(Case):
    def test_deploys_scores_and_deletes(self):
        made = self.berth.endpoint()
        self.assertEqual(made["provisioning_state"], "Succeeded")
        shown = self.berth.deploy(self.berth.project(ECHO), "--all-traffic").json()
        self.assertEqual(shown["provisioning_state"], "Succeeded")
        status, body, headers = score(self.berth.uri(), '{"x": 1}')
        self.assertEqual((status, json.loads(body)), (200, {"answer": 42, "version": 1, "got": {"x": 1}}))
        self.assertEqual(headers["azureml-model-deployment"], "blue")
        request = self.berth.write("request.json", '{"x": 2}')
        invoked = self.berth.run("online-endpoint", "invoke", "-n", "demo", "-r", request, "--local")
        self.assertEqual(json.loads(invoked.out)["got"], {"x": 2})
        log = self.berth.logs()
        for words in ("printed in init", "logged in init"):
            self.assertIn(words, log)
        fetched = self.berth.logs("blue", "--container", "storage-initializer")
        self.assertIn("model.txt", fetched)
        self.assertIn("code", fetched)
        listed = self.berth.run("online-deployment", "list", "-e", "demo", "--local").json()
        self.assertEqual([entry["name"] for entry in listed], ["blue"])
        self.berth.run("online-endpoint", "delete", "-n", "demo", "--local", "--yes")
        self.assertEqual(self.berth.run("online-endpoint", "list", "--local").json(), [])
        eventually(lambda: not self.berth.pids("berth launch"), what="the end of the instance")

    def test_second_environment_needs_no_build(self):
        self.deployed()
        green = self.berth.project(ECHO, name="green")
        made = self.berth.deploy(green)
        self.assertNotIn("resolving", made.err)
        self.assertEqual(made.json()["provisioning_state"], "Succeeded")

    def test_two_instances_both_answer(self):
        script = ECHO.replace('"version": 1', '"version": os.getpid()')
        self.deployed(script, "--set", "instance_count=2")
        uri = self.berth.uri()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: score(uri), range(40)))
        self.assertEqual({status for status, _, _ in answers} - {429}, {200})
        self.assertEqual(len({json.loads(body)["version"] for status, body, _ in answers if status == 200}), 2)

    def test_splits_traffic_and_honours_the_header(self):
        self.deployed()
        green = self.berth.project(ECHO.replace('"version": 1', '"version": 2'), folder="other", name="green")
        self.berth.deploy(green)
        uri = self.berth.uri()
        self.assertEqual(score(uri)[0], 404)
        self.berth.run("online-endpoint", "update", "-n", "demo", "--traffic", "blue=75 green=25", "--local")
        versions = [json.loads(score(uri)[1])["version"] for _ in range(20)]
        self.assertEqual((versions.count(1), versions.count(2)), (15, 5))
        status, body, headers = score(uri, headers={"azureml-model-deployment": "green"})
        self.assertEqual((status, json.loads(body)["version"], headers["azureml-model-deployment"]), (200, 2, "green"))
        self.assertEqual(score(uri, headers={"azureml-model-deployment": "gren"})[0], 404)
        refused = self.berth.run("online-deployment", "delete", "-n", "blue", "-e", "demo", "--local", "--yes", check=False)
        self.assertEqual(refused.status, 1)
        self.assertIn("live traffic", refused.err)

    def test_form_of_2021(self):
        self.berth.project(ECHO)
        spec = self.berth.write("project/single.yml", (
            "name: demo\ntype: online\nauth_mode: key\ntraffic:\n  blue: 100\ndeployments:\n"
            "  - name: blue\n    model:\n      name: plain\n      version: 1\n      local_path: model.txt\n"
            "    code_configuration:\n      code:\n        local_path: code\n      scoring_script: score.py\n"
            "    environment:\n      name: plain\n      version: 1\n      path: .\n      conda_file: file:conda.yml\n"
            "      docker:\n        image: any\n    instance_type: Standard_DS3_v2\n"
            "    scale_settings:\n      scale_type: manual\n      instance_count: 1\n      min_instances: 1\n      max_instances: 1\n"))
        self.berth.run("endpoint", "create", "-n", "demo", "-f", spec, "--local")
        self.assertEqual(score(self.berth.uri())[0], 200)
        log = self.berth.run("endpoint", "get-logs", "--name", "demo", "--deployment", "blue", "--tail", "100", "--local")
        self.assertIn("printed in init", log.out)
        pasted = self.berth.run("endpoint", "get-logs", "-n", "demo", "-d", "blue", "\u2013-container", "storage-initializer", "--local")
        self.assertIn("model.txt", pasted.out)


class Update(Case):
    def test_no_request_fails_while_a_revision_is_replaced(self):
        spec = self.deployed(ECHO, extra="request_settings:\n  max_concurrent_requests_per_instance: 8\n")
        uri = self.berth.uri()
        stop, seen, failures = threading.Event(), set(), []

        def load():
            while not stop.is_set():
                status, body, _ = score(uri)
                if status == 200:
                    seen.add(json.loads(body)["version"])
                elif status != 429:  # The load is not paced: the documented rate limit may speak.
                    failures.append((status, body))

        workers = [threading.Thread(target=load) for _ in range(2)]
        for worker in workers:
            worker.start()
        try:
            self.berth.project(ECHO.replace('"version": 1', '"version": 2'),
                               extra="request_settings:\n  max_concurrent_requests_per_instance: 8\n")
            self.berth.update(spec)
            eventually(lambda: 2 in seen, what="an answer of the new revision")
        finally:
            stop.set()
            for worker in workers:
                worker.join()
        self.assertEqual(failures, [])
        eventually(lambda: len(self.berth.pids("berth launch")) == 1, what="the end of the old revision")

    def test_a_failed_update_leaves_the_old_one_serving(self):
        spec = self.deployed()
        self.berth.project("import nothing_of_that_name\n" + ECHO)
        failed = self.berth.update(spec, check=False)
        self.assertEqual(failed.status, 1)
        self.assertEqual(failed.diagnosis()["reason"], "UserScriptImportError")
        self.assertEqual(json.loads(score(self.berth.uri())[1])["version"], 1)
        shown = self.berth.run("online-deployment", "show", "-n", "blue", "-e", "demo", "--local").json()
        self.assertEqual(shown["provisioning_state"], "Failed")
        told = self.berth.run("online-deployment", "diagnose", "-n", "blue", "-e", "demo", "--local", "-o", "json").json()
        self.assertIn("nothing_of_that_name", told["diagnosis"]["message"])

    def test_settings_can_be_set(self):
        self.deployed()
        self.berth.run("online-deployment", "update", "-n", "blue", "-e", "demo", "--local",
                       "--set", "request_settings.request_timeout_ms=1234")
        shown = self.berth.run("online-deployment", "show", "-n", "blue", "-e", "demo", "--local").json()
        self.assertEqual(shown["request_settings"]["request_timeout_ms"], 1234)


class Failures(Case):
    """Each ends as a diagnosis that names its cause, and the log is kept."""

    def fails(self, script, reason, *words, extra="", code="ERR_2200"):
        self.berth.endpoint()
        failed = self.berth.deploy(self.berth.project(script, extra=extra), check=False)
        self.assertEqual(failed.status, 1, failed.err)
        diagnosis = failed.diagnosis()
        self.assertEqual((diagnosis["code"], diagnosis["reason"]), (code, reason), diagnosis)
        for word in words:
            self.assertIn(word, diagnosis["message"])
        self.assertNotEqual(self.berth.logs(), "")
        eventually(lambda: not self.berth.pids("berth launch"), what="the end of the instance")
        return diagnosis

    def test_missing_package(self):
        diagnosis = self.fails("import xgboost\n" + ECHO, "UserScriptImportError", "xgboost")
        self.assertEqual((diagnosis["location"]["path"], diagnosis["location"]["line"]), ("score.py", 1))

    def test_syntax_error(self):
        self.berth.endpoint()
        spec = self.berth.project("def init():\n    pass\ndef run(raw_data)\n    return 1\n")
        failed = self.berth.deploy(spec, check=False)
        self.assertNotEqual(failed.status, 0)
        self.assertIn("score.py", failed.err)

    def test_exception_in_init(self):
        self.fails('def init():\n    raise ValueError("the reason")\ndef run(raw_data):\n    return 1\n',
                   "UserScriptInitFailed", "the reason")

    def test_wrong_model_path(self):
        script = ECHO.replace('"model.txt"', '"modle.txt"')
        self.fails(script, "ModelFileNotFound", "modle.txt")

    def test_process_ends_in_init(self):
        self.fails("import os\ndef init():\n    os._exit(7)\ndef run(raw_data):\n    return 1\n", "WorkerExited", "7")

    def test_segmentation_fault(self):
        self.fails("import ctypes\ndef init():\n    ctypes.string_at(0)\ndef run(raw_data):\n    return 1\n", "WorkerCrashed")

    def test_memory_limit(self):
        # 3.5 GiB is the smallest instance type's; allocated without being computed, in steps that can be watched.
        script = ("import time\nblocks = []\ndef init():\n    while True:\n"
                  "        blocks.append(bytearray(128 << 20)); time.sleep(0.02)\ndef run(raw_data):\n    return 1\n")
        self.berth.endpoint()
        spec = self.berth.project(script)
        failed = self.berth.deploy(spec, "--set", "instance_type=Standard_DS1_v2", check=False)
        self.assertEqual((failed.status, failed.diagnosis()["reason"]), (1, "PodOutOfMemory"), failed.err)

    def test_hang_until_the_probes_give_up(self):
        script = "import threading\ndef init():\n    threading.Event().wait()\ndef run(raw_data):\n    return 1\n"
        extra = "readiness_probe:\n  initial_delay: 1\n  period: 1\n  failure_threshold: 1\n"
        diagnosis = self.fails(script, "UserScriptInitTimedOut", extra=extra)
        self.assertEqual(diagnosis["location"]["line"], 3)

    def test_exception_in_run_is_424_and_diagnosed(self):
        self.deployed('def init():\n    pass\ndef run(raw_data):\n    return 1 / 0\n')
        status, _, headers = score(self.berth.uri())
        self.assertEqual((status, headers["ms-azureml-model-error-statuscode"]), (424, "500"))
        self.assertEqual(headers["x-berth-layer"], "model")

        def told():
            answer = self.berth.run("online-deployment", "diagnose", "-n", "blue", "-e", "demo", "--local", "-o", "json")
            return answer.json()["diagnosis"]
        diagnosis = eventually(told, what="the diagnosis")
        self.assertEqual(diagnosis["reason"], "UserScriptRunFailed")

    def test_spec_errors_create_nothing(self):
        self.berth.endpoint()
        spec = self.berth.project(ECHO, extra="instance_cuont: 2\n")
        failed = self.berth.deploy(spec, check=False)
        self.assertEqual(failed.status, 2)
        self.assertIn("instance_count", failed.err)
        self.assertEqual(self.berth.run("online-deployment", "list", "-e", "demo", "--local").json(), [])

    def test_log_is_readable_after_delete(self):
        self.deployed()
        self.berth.run("online-deployment", "delete", "-n", "blue", "-e", "demo", "--local", "--yes")
        self.assertIn("printed in init", self.berth.logs())


def share_uv():
    """One uv for all tests: each has a home of its own, and would install one there."""
    tools = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), ".build", "test-uv")
    if not os.path.exists(os.path.join(tools, "bin", "uv")):
        subprocess.run([sys.executable, "-m", "venv", tools], check=True)
        subprocess.run([os.path.join(tools, "bin", "pip"), "install", "--quiet", "uv>=0.8"], check=True)
    # Linked alone: the virtual environment's own Python must not be first on PATH.
    alone = os.path.join(tools, "uv-only")
    os.makedirs(alone, exist_ok=True)
    if not os.path.lexists(os.path.join(alone, "uv")):
        os.symlink(os.path.join(tools, "bin", "uv"), os.path.join(alone, "uv"))
    os.environ["PATH"] = alone + os.pathsep + os.environ["PATH"]


def main():
    names = sys.argv[2:]
    share_uv()
    loader = unittest.defaultTestLoader
    module = sys.modules[__name__]
    suite = loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)
    outcome = unittest.TextTestRunner(verbosity=2).run(suite)
    failed = len(outcome.failures) + len(outcome.errors)
    skipped = len(outcome.skipped)
    print(f"{outcome.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
