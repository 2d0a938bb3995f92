import builtins
import io
import json
import os
import pickle

ALLOWED = {"range", "complex", "set", "frozenset", "slice"}


class RestrictedUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        if module == "builtins" and name in ALLOWED:
            return getattr(builtins, name)
        raise pickle.UnpicklingError("global '%s.%s' is forbidden" % (module, name))


def restricted_load(path):
    with open(path, "rb") as stream:
        return RestrictedUnpickler(io.BytesIO(stream.read())).load()


def init():
    global model
    model = restricted_load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model", "ordered.pkl"))


def run(raw_data):
    return list(model)
