"""MLflow models without code, with real models."""

import os
import shutil
import subprocess
import tempfile
import unittest

from harness import Server

PYTHON = os.environ.get("BERTH_TEST_MLFLOW")

MAKE = """
import sys
import mlflow.pyfunc, mlflow.sklearn, numpy, pandas
from mlflow.models import infer_signature
from sklearn.linear_model import LinearRegression

table = pandas.DataFrame({"a": [1.0, 2.0, 3.0], "b": [2.0, 4.0, 7.0]})
model = LinearRegression().fit(table, [1.0, 2.0, 3.0])
mlflow.sklearn.save_model(model, sys.argv[1] + "/table/model", signature=infer_signature(table, model.predict(table)),
                          pip_requirements=[], serialization_format="cloudpickle")
array = table.to_numpy()
model = LinearRegression().fit(array, [1.0, 2.0, 3.0])
mlflow.sklearn.save_model(model, sys.argv[1] + "/tensor", signature=infer_signature(array, model.predict(array)),
                          pip_requirements=[], serialization_format="cloudpickle")


class Typed(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        kinds = {str(name): str(kind) for name, kind in dict(model_input.dtypes).items()}
        if params["form"] == "frame":
            return pandas.DataFrame({"n": [1], "kinds": [str(kinds)]})
        if params["form"] == "arrays":
            return {"a": numpy.array([[1, 2]])}
        return kinds


rows = pandas.DataFrame({"i": [1], "f": [1.5], "s": ["x"], "t": [pandas.Timestamp("2020-01-01")], "b": [True]})
signature = infer_signature(rows, {"i": "x"}, params={"form": "kinds"})
mlflow.pyfunc.save_model(sys.argv[1] + "/typed", python_model=Typed(), signature=signature, pip_requirements=[])
"""


@unittest.skipUnless(PYTHON, "BERTH_TEST_MLFLOW does not name a Python with MLflow")
class Models(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="infsrv-mlflow-")
        subprocess.run(
            [PYTHON, "-c", MAKE, cls.folder],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=cls.folder,
        )
        cls.table = cls.start("table")
        cls.tensor = cls.start("tensor")

    @classmethod
    def start(cls, name, **env):
        env.update(BERTH_MLFLOW_MODEL="1", AZUREML_MODEL_DIR=os.path.join(cls.folder, name), AZUREML_ENTRY_SCRIPT="")
        return Server(None, python=PYTHON, env=env)

    @classmethod
    def tearDownClass(cls):
        cls.table.close()
        cls.tensor.close()
        shutil.rmtree(cls.folder)

    def test_every_form_of_a_table(self):
        split = {"columns": ["a", "b"], "index": [0, 1], "data": [[1, 2], [2, 4]]}
        for body in (
            {"input_data": split},
            {"input_data": {"columns": ["b", "a"], "data": [[2, 1], [4, 2]]}},
            {"dataframe_split": split},
            {"dataframe_records": [{"a": 1, "b": 2}, {"a": 2, "b": 4}]},
            {"input_data": [{"a": 1, "b": 2}, {"a": 2, "b": 4}]},
            {"input_data": [[1, 2], [2, 4]]},
            [[1, 2], [2, 4]],
        ):
            answer = self.table.score(body)
            self.assertEqual(answer.status, 200, (body, answer.body))
            self.assertEqual([round(value, 6) for value in answer.json()], [1.0, 2.0], body)

    ROW = {"i": 1, "f": 2, "s": "x", "t": "2020-01-01T00:00:00", "b": True}

    def test_types_of_the_signature_reach_the_model(self):
        with self.start("typed") as server:
            columns = {name: [value] for name, value in self.ROW.items()}
            for body in ({"input_data": [self.ROW]}, {"dataframe_records": [self.ROW]}, {"inputs": columns}):
                answer = server.score(body)
                self.assertEqual(answer.status, 200, (body, answer.body))
                kinds = answer.json()
                self.assertEqual((kinds["i"], kinds["f"], kinds["b"]), ("int64", "float64", "bool"), body)
                self.assertTrue(kinds["t"].startswith("datetime64"), kinds)
            for change, words in (
                ({"i": 1.5}, "`i`"),
                ({"t": "nope"}, "`t`"),
                ({"b": "nope"}, "`b`"),
                ({"s": 5}, "`s`"),
            ):
                answer = server.score({"input_data": [dict(self.ROW, **change)]})
                self.assertEqual(answer.status, 400, (change, answer.body))
                self.assertIn(words, answer.json()["message"])

    def test_parameters_and_every_kind_of_prediction_in_both_modes(self):
        for strict in ("0", "1"):
            with self.start("typed", BERTH_INFSRV_STRICT=strict) as server:
                for form, wanted in (
                    ("frame", lambda got: got[0]["n"] == 1),
                    ("arrays", lambda got: got == {"a": [[1, 2]]}),
                ):
                    answer = server.score({"input_data": [self.ROW], "params": {"form": form}})
                    self.assertEqual(answer.status, 200, answer.body)
                    self.assertTrue(wanted(answer.json()), (form, answer.body))
                self.assertEqual(server.score({"input_data": [self.ROW], "params": 5}).status, 400)

    def test_tensors(self):
        for body in ({"input_data": [[1, 2]]}, {"inputs": [[1, 2]]}, {"instances": [[1.0, 2.0]]}, [[1, 2]]):
            answer = self.tensor.score(body)
            self.assertEqual(answer.status, 200, (body, answer.body))
            self.assertEqual([round(value, 6) for value in answer.json()], [1.0])

    def test_what_does_not_fit_is_the_clients_error(self):
        for body, words in (
            ({"data": 1}, "input_data"),
            ({"input_data": {"columns": ["a"], "data": [[1]]}}, "lacks the columns: b"),
            ({"input_data": 5}, "list"),
            ({"dataframe_records": 5}, "no table"),
            (5, "dictionary or list"),
            ({"input_data": [[1, 2, 3]]}, "3 columns"),
            ({"input_data": {"columns": ["a", "b"], "data": [[1, "x"]]}}, "b"),
            ({"input_data": {"columns": ["a"], "data": [[1, 2]]}}, "no table"),
        ):
            answer = self.table.score(body)
            self.assertEqual(answer.status, 400, (body, answer.body))
            self.assertIn(words, answer.json()["message"])
            self.assertEqual(answer.headers["x-ms-run-function-failed"], "False")
        self.assertEqual(self.table.request("POST", "/score", b"{").status, 400)

    def test_ping_and_version(self):
        self.assertEqual(self.table.request("GET", "/ping").status, 200)
        self.assertRegex(self.table.request("GET", "/version").body.decode(), r"^\d+\.\d+")
        self.assertEqual(self.table.request("GET", "/").body, b"Healthy")

    def test_a_folder_without_a_model(self):
        env = {"BERTH_MLFLOW_MODEL": "1", "AZUREML_MODEL_DIR": ".", "AZUREML_ENTRY_SCRIPT": ""}
        with Server(None, python=PYTHON, env=env, ready=False) as server:
            self.assertEqual(server.wait_exit(), 3)
            self.assertIn("no file MLmodel", server.wait_event("init-failed")["error"]["message"])


if __name__ == "__main__":
    unittest.main()
