"""What scripts import, the settings file, logging.json, the collector, and what the server leaves alone."""

import json
import os
import unittest

from harness import ECHO, Server

RAW = (
    "from {place}.aml_request import {names}\nfrom {place}.aml_response import AMLResponse\n\n\ndef init():\n    pass\n\n\n"
    "{decorator}\ndef run(data):\n    return {result}\n"
)
NO_WERKZEUG = {"site/werkzeug.py": "raise ImportError('No module named werkzeug')\n"}


class Imports(unittest.TestCase):
    def start(self, script, files=None):
        # PYTHONPATH is relative to the code folder, in which the server is started.
        server = Server(script, env={"PYTHONPATH": "site"}, files=dict(NO_WERKZEUG, **(files or {})), ready=False)
        self.addCleanup(server.close)
        return server

    def test_the_borrowed_names_need_no_package(self):
        for place in ("azureml_inference_server_http.api", "azureml.contrib.services"):
            script = RAW.format(
                place=place,
                names="AMLRequest, rawhttp",
                decorator="",
                result=("AMLResponse('made: ' + data, 201, {'X-A': '1,2', 'Content-Type': 'text/csv'})"),
            )
            server = self.start(script)
            server.wait_ready()
            answer = server.request("POST", "/score", b"x")
            self.assertEqual((answer.status, answer.body), (201, b"made: x"))
            self.assertEqual(answer.headers["content-type"], "text/csv")
            self.assertEqual(answer.headers["x-ms-run-function-failed"], "False")

    def test_the_version_and_one_flag_for_both_names(self):
        script = (
            "import azureml_inference_server_http as package\nimport azureml_inference_server_http.api.aml_request as new\n"
            "import azureml.contrib.services.aml_request as old\n\n\ndef init():\n    assert old is new\n\n\n"
            "def run(data):\n    return package.__version__\n"
        )
        with Server(script) as server:
            self.assertEqual(server.score(1).json(), "1.5.1")

    def test_rawhttp_without_werkzeug_says_what_to_add(self):
        script = RAW.format(place="azureml.contrib.services", names="rawhttp", decorator="@rawhttp", result="1")
        server = self.start(script)
        self.assertEqual(server.wait_exit(), 3)
        event = server.wait_event("script-invalid")
        self.assertEqual((event["problem"], event["line"]), ("werkzeug-missing", 9))
        self.assertIn("add `werkzeug` to its pip dependencies", server.log.text())

    def test_a_debugger_that_is_not_installed_is_a_failure_to_boot(self):
        files = {"site/debugpy.py": "raise ModuleNotFoundError('No module named debugpy')\n"}
        with Server(env={"PYTHONPATH": "site", "AZUREML_DEBUG_PORT": "5678"}, files=files, ready=False) as server:
            self.assertEqual(server.wait_exit(), 3)
            server.log.wait(lambda line: "debugpy is not installed" in line)
            self.assertEqual(server.event_names().count("worker-exited"), 1)
            self.assertNotIn("Traceback", server.log.text())

    def test_a_users_azureml_package_is_kept(self):
        files = {
            "azureml/__init__.py": "mine = 1\n__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n",
            "azureml/core.py": "value = 'core'\n",
        }
        script = (
            "import azureml\nfrom azureml.core import value\nfrom azureml.contrib.services.aml_response import AMLResponse\n"
            "from azureml.ai.monitoring import Collector\n\n\ndef init():\n    pass\n\n\ndef run(d):\n    return [azureml.mine, value]\n"
        )
        with Server(script, files=files) as server:
            self.assertEqual(server.score(1).json(), [1, "core"])

    def test_modules_of_the_script_may_have_any_name(self):
        names = ("worker", "events", "script", "master", "log", "settings", "http1", "swagger")
        files = {name + ".py": "who = 'user'\n" for name in names}
        script = (
            "import sys\n" + "".join("import %s\n" % name for name in names) + "from dataclasses import dataclass\n"
            "from typing import List\n\n\n@dataclass\nclass Row:\n    values: 'List[int]'\n\n\ndef init():\n    pass\n\n\n"
            "def run(d):\n    return [%s, __name__, Row([1]).values, [p for p in sys.path if 'inference' in p]]\n"
            % ", ".join(name + ".who" for name in names)
        )
        with Server(script, files=files) as server:
            self.assertEqual(server.score(1).json(), ["user"] * len(names) + ["entry_module", [1], []])

    def test_the_source_directory_and_a_script_without_setting(self):
        files = {
            "main.py": "from deep import x\ndef init():\n    pass\ndef run(d):\n    return x\n",
            "src/deep.py": "x = 5\n",
        }
        env = {"AZUREML_SOURCE_DIRECTORY": "src", "AZUREML_ENTRY_SCRIPT": ""}
        with Server(None, files=files, env=env) as server:
            self.assertEqual(server.score(1).json(), 5)

    def test_events_and_sockets_are_not_passed_to_the_script(self):
        script = (
            "import os, subprocess, sys\n\n\ndef init():\n    pass\n\n\ndef run(d):\n"
            "    inherited = subprocess.check_output([sys.executable, '-c', 'import os; print(len(os.listdir(\"/proc/self/fd\")))'])\n"
            "    return ['BERTH_EVENT_FD' in os.environ, int(inherited)]\n"
        )
        with Server(script) as server:
            # stdin, stdout, stderr, and the folder itself while it is listed.
            self.assertEqual(server.score(1).json(), [False, 4])


class Files(unittest.TestCase):
    def test_the_settings_file_is_below_the_environment(self):
        config = json.dumps({"SCORING_TIMEOUT_MS": 150, "SERVICE_NAME": "from file", "unknown": 1})
        script = "import time\ndef init():\n    pass\ndef run(d):\n    time.sleep(30)\n"
        with Server(script, files={"config.json": config}, env={"SERVICE_NAME": "from environment"}) as server:
            self.assertEqual(server.score(1).json()["message"], "Scoring timeout after 150 ms")
            self.assertEqual(server.request("GET", "/swagger.json").json()["info"]["title"], "from environment")
        with Server(script, files={"config.json": "{"}, ready=False) as server:
            self.assertEqual(server.wait_exit(), 3)
            self.assertIn("Invalid config file", server.log.text())

    def test_a_swagger_file_that_cannot_be_read_is_told_and_left_out(self):
        files = {"swagger.json": "{nope", "swagger2.json": '{"mine": 2}', "swagger3.json": "{}"}
        with Server(files=files) as server:
            server.log.wait(lambda line: "swagger.json cannot be used and is left out: Expecting property name" in line)
            self.assertEqual(server.request("GET", "/swagger.json").json(), {"mine": 2})
            self.assertEqual(server.request("GET", "/swagger.json?version=3").json()["openapi"], "3.0.3")

    def test_logging_json_decides_on_the_form(self):
        config = {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "f": {"format": "MINE %(levelname)s %(name)s %(message)s"},
                "aml": {"()": "azureml_inference_server_http.log_config.AMLLogFormatter"},
            },
            "filters": {"root": {"()": "azureml_inference_server_http.log_config.RootAccessFilter"}},
            "handlers": {
                "h": {
                    "class": "logging.StreamHandler",
                    "formatter": "f",
                    "stream": "ext://sys.stdout",
                    "filters": ["root"],
                }
            },
            "root": {"level": "INFO", "handlers": ["h"]},
        }
        script = ECHO.replace("pass", "print('hello')")
        with Server(script, files={"logging.json": json.dumps(config)}) as server:
            server.log.wait(lambda line: line == "MINE INFO azmlinfsrv.print hello")
            server.log.wait(lambda line: line.startswith("MINE INFO azmlinfsrv Loaded logging config from "))

    def test_basic_config_of_the_script_wins(self):
        script = (
            "import logging\nlogging.basicConfig(level=logging.DEBUG, format='OWN %(message)s')\nlogging.debug('detail')\n"
        ) + ECHO
        with Server(script) as server:
            server.log.wait(lambda line: line == "OWN detail")
            self.assertEqual([line for line in server.log.all() if line.endswith("root - detail")], [])

    def test_handlers_of_the_script_do_not_double_its_records(self):
        script = (
            "import logging, sys\nmine = logging.getLogger('mine')\nmine.addHandler(logging.StreamHandler(sys.stdout))\n"
            "mine.info('from mine')\nlogging.getLogger('other').info('from other')\nlogging.info('from root')\n"
            "logging.getLogger().addHandler(logging.StreamHandler(sys.stdout))\nlogging.info('from handled root')\n"
        )
        with Server(script + ECHO) as server:
            server.log.wait(lambda line: line == "from handled root")
            found = [line.partition(" - ")[2] or line for line in server.log.all() if "from " in line]
            self.assertEqual(found, ["from mine", "from other", "from root", "from handled root"])
            self.assertEqual(len([line for line in server.log.all() if line.endswith("] root - from root")]), 1)

    def test_a_read_only_code_folder_without_bytecode(self):
        with Server() as server:
            os.chmod(server.code, 0o555)
            self.assertEqual(server.score(1).status, 200)
            os.chmod(server.code, 0o755)


FRAME = (
    "import json\n\n\nclass Frame:\n    def __init__(self, rows):\n        self.rows = rows\n\n"
    "    def to_json(self, orient, date_format):\n        return json.dumps(self.rows)\n\n\n"
)


class CollectorOfData(unittest.TestCase):
    SCRIPT = FRAME + (
        "from azureml.ai.monitoring import Collector\nproblems = []\n\n\ndef init():\n    global inputs, outputs\n"
        "    inputs = Collector(name='model_inputs', on_error=problems.append)\n    outputs = Collector(name='model_outputs')\n\n\n"
        "def run(data):\n    if data == '\"bad\"':\n        inputs.collect(1)\n        return [str(problem) for problem in problems]\n"
        "    context = inputs.collect(Frame([{'a': 1}]))\n    outputs.collect(Frame([{'b': 2}]), context)\n    return context.get_id()\n"
    )

    def rows(self, folder, name):
        found = []
        for path, _, files in os.walk(os.path.join(folder, name)):
            for file in files:
                with open(os.path.join(path, file)) as lines:
                    found += [json.loads(line) for line in lines]
        return found

    def test_rows_of_a_request_share_an_id(self):
        with Server(self.SCRIPT, env={"BERTH_COLLECTOR_DIR": "collected"}) as server:
            request_id = server.score("x").json()
            folder = os.path.join(server.code, "collected")
            (row,), (out,) = self.rows(folder, "model_inputs"), self.rows(folder, "model_outputs")
            self.assertEqual((row["data"], out["data"]), ([{"a": 1}], [{"b": 2}]))
            self.assertEqual((row["correlationid"], out["correlationid"]), (request_id, request_id))
            self.assertEqual((row["type"], row["specversion"]), ("azureml.inference.model_inputs", "1.0"))
            self.assertIn("only a pandas DataFrame", server.score("bad").json()[0])

    def test_the_configuration_decides_what_is_collected(self):
        config = json.dumps({"collections": {"model_outputs": {"enabled": "True", "sampling_percentage": 100}}})
        env = {"BERTH_COLLECTOR_DIR": "collected", "AZUREML_MDC_CONFIG_PATH": "mdc-config.json"}
        with Server(self.SCRIPT, env=env, files={"mdc-config.json": config}) as server:
            server.score("x")
            folder = os.path.join(server.code, "collected")
            self.assertEqual((len(self.rows(folder, "model_inputs")), len(self.rows(folder, "model_outputs"))), (0, 1))

    def test_the_configuration_may_be_in_the_environment(self):
        config = {
            "collections": {
                "Model_Inputs": {"enabled": True, "sampleRatePercentage": 0},
                "model_outputs": {"enabled": False},
            }
        }
        env = {"BERTH_COLLECTOR_DIR": "collected", "BERTH_COLLECTOR_CONFIG": json.dumps(config)}
        with Server(self.SCRIPT, env=env) as server:
            self.assertEqual(server.score("x").status, 200)
            self.assertFalse(os.path.exists(os.path.join(server.code, "collected")))
            server.log.wait(lambda line: "Collection model_outputs is not enabled" in line)

    def test_on_error_is_told_what_is_not_collected(self):
        script = (
            "from azureml.ai.monitoring import Collector\nfrom azureml.ai.monitoring.context import BasicCorrelationContext\n"
            "told = []\ndef init():\n    Collector(name='x', on_error=told.append)\n    Collector(name='a b', on_error=told.append)\n"
            "def run(d):\n    context = BasicCorrelationContext('i', 5, {'k': 'v'})\n"
            "    return [str(e) for e in told], context.get_id(), context.get_timestamp(), context.get_headers(), str(context)\n"
        )
        with Server(script) as server:
            told, *context = server.score(1).json()
            self.assertIn("not enabled", told[0])
            self.assertIn("letters", told[1])
            self.assertEqual(context, ["i", 5, {"k": "v"}, "i"])

    def test_the_headers_of_a_context_are_in_its_rows(self):
        script = self.SCRIPT.replace(
            "inputs.collect(Frame([{'a': 1}]))",
            "inputs.collect(Frame([{'a': 1}]), Context('me', headers={'who': 'x', 'id': 'y'}))",
        )
        script = script.replace(
            "import Collector\n",
            "import Collector\nfrom azureml.ai.monitoring.context import BasicCorrelationContext as Context\n",
        )
        with Server(script, env={"BERTH_COLLECTOR_DIR": "collected"}) as server:
            self.assertEqual(server.score("x").json(), "me")
            (row,) = self.rows(os.path.join(server.code, "collected"), "model_inputs")
            self.assertEqual((row["who"], row["correlationid"]), ("x", "me"))
            self.assertNotEqual(row["id"], "y")

    def test_without_a_folder_nothing_is_written_and_it_is_said_once(self):
        with Server(self.SCRIPT) as server:
            self.assertEqual(server.score("x").status, 200)
            self.assertEqual(server.score("y").status, 200)
            server.close_gently()
            told = [line for line in server.log.all() if "Model data collection is not enabled" in line]
            self.assertEqual(len(told), 1)


if __name__ == "__main__":
    unittest.main()
