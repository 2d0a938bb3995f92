"""The Python environments of the cases: made once, in a folder that git ignores.

`plain` has no package at all, `science` has NumPy, pandas and scikit-learn, `models` also what real scripts load models
and settings with. `plain-3.8` is `plain` of another Python, and is only there where that Python is.
"""

import glob
import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(ROOT, ".venv-diagnosis")
SCIENCE = ["numpy>=2,<3", "pandas>=2,<3", "scikit-learn>=1.5,<2", "joblib"]
PACKAGES = {
    "plain": [],
    "science": SCIENCE,
    "models": SCIENCE + ["lightgbm>=4,<5", "onnxruntime>=1.18,<2", "pyyaml", "requests", "pydantic>=2,<3", "flask>=3,<4"],
}

_found = {}


class Environment:
    def __init__(self, folder):
        self.python = os.path.join(folder, "bin", "python")
        facts = json.loads(subprocess.run([self.python, "-c", _FACTS], stdout=subprocess.PIPE, check=True).stdout.decode())
        self.version = facts["version"]
        self.site = facts["site"]
        self.lock = facts["lock"]


_FACTS = """
import json, platform, sysconfig
from importlib.metadata import distributions
lock = sorted("%s==%s" % (d.metadata["Name"], d.version) for d in distributions())
print(json.dumps({"version": platform.python_version(), "site": sysconfig.get_paths()["purelib"], "lock": lock}))
"""


def prepare(names):
    for name in sorted(names):
        _found[name] = _made(name)


def get(name):
    """The environment, or None where its Python is not on this machine."""
    return _found.get(name)


def _made(name):
    kind, _, version = name.partition("-")
    python = _interpreter(version)
    if python is None:
        return None
    folder = os.path.join(FOLDER, name)
    if not os.path.exists(os.path.join(folder, "made")):
        print("making the environment `%s`" % name, flush=True)
        os.makedirs(FOLDER, exist_ok=True)
        packages = PACKAGES[kind]
        pip = [] if packages else ["--without-pip"]
        subprocess.run([python, "-m", "venv", "--clear"] + pip + [folder], check=True)
        if packages:
            command = [os.path.join(folder, "bin", "python"), "-m", "pip", "install", "-q", "--only-binary", ":all:"]
            subprocess.run(command + packages, check=True)
        open(os.path.join(folder, "made"), "w").close()
    return Environment(folder)


def _interpreter(version):
    if not version:
        return sys.executable
    pyenv = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    places = glob.glob(os.path.join(pyenv, "versions", version + ".*", "bin", "python"))
    places += ["/usr/bin/python" + version, "/usr/local/bin/python" + version]
    for place in places:
        if os.access(place, os.X_OK) and subprocess.run([place, "-c", ""], stderr=subprocess.DEVNULL).returncode == 0:
            return place
    return None
