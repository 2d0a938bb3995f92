"""Finds the Pythons, installs what the comparison needs, runs the suites two at a time, adds the numbers up."""

import glob
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

TESTS = os.path.dirname(os.path.abspath(__file__))
VERSIONS = ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]
CORE = ["test_units", "test_boot", "test_connections", "test_serving", "test_responses", "test_environment"]
SUITE_SECONDS = 900
# The original does not install everywhere; the first that works is the one to compare with.
PEER_ORDER = ["3.11", "3.10", "3.12", "3.9", "3.13"]


def pythons():
    """Version -> path, from PATH and from pyenv."""
    found = {}
    candidates = [shutil.which("python" + version) for version in VERSIONS]
    candidates += [shutil.which("python3"), sys.executable]
    candidates += sorted(glob.glob(os.path.join(pyenv_root(), "versions", "3.*", "bin", "python")), reverse=True)
    for path in candidates:
        version = version_of(path) if path else None
        if version in VERSIONS:
            found.setdefault(version, path)
    return dict(sorted(found.items(), key=lambda item: VERSIONS.index(item[0])))


def pyenv_root():
    if os.environ.get("PYENV_ROOT"):
        return os.environ["PYENV_ROOT"]
    if shutil.which("pyenv"):
        return subprocess.run(["pyenv", "root"], stdout=subprocess.PIPE, text=True).stdout.strip()
    return os.path.expanduser("~/.pyenv")


def version_of(path):
    code = "import sys, venv, ctypes; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([path, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def run_suite(name, python, modules, environment):
    """(name, passed, failed, skipped, output, seconds)"""
    began = time.monotonic()
    try:
        done = subprocess.run(
            [python, "run_suite.py"] + modules,
            cwd=TESTS,
            env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=SUITE_SECONDS,
        )
        output = done.stdout
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode("utf-8", "replace") + "\nthe suite did not end in %d s" % SUITE_SECONDS
    seconds = time.monotonic() - began
    last = output.rstrip().rsplit("\n", 1)[-1].split()
    if len(last) == 4 and last[0] == "RESULT":
        passed, failed, skipped = map(int, last[1:])
        return name, passed, failed, skipped, output, seconds
    return name, 0, 1, 0, output, seconds


def installed(kind, found, wanted):
    """[(version, Python of the environment)] for as many of `wanted` as there can be."""
    result = []
    for version in [version for version in wanted if version in found]:
        done = subprocess.run(
            [sys.executable, os.path.join(TESTS, "setup_peer.py"), kind, found[version]],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode == 0:
            result.append((version, done.stdout.strip().rsplit("\n", 1)[-1]))
        else:
            print("%s is not installable for Python %s: %s" % (kind, version, done.stderr.strip()[-300:]))
    return result


def first_installed(kind, found):
    for version in PEER_ORDER:
        result = installed(kind, found, [version])
        if result:
            return result
    return []


def jobs_of(found, every):
    """The suites to run: (name, Python, modules, environment)."""
    choose = (lambda kind: installed(kind, found, VERSIONS)) if every else (lambda kind: first_installed(kind, found))
    jobs, missing = [], []
    peers, models = choose("peer"), choose("mlflow")
    for version, python in peers:
        peer = os.path.join(os.path.dirname(python), "azmlinfsrv")
        jobs.append(("contract on " + version, python, ["test_contract", "test_raw"], {"BERTH_TEST_PEER": peer}))
    for version, python in models:
        jobs.append(("mlflow on " + version, python, ["test_mlflow"], {"BERTH_TEST_MLFLOW": python}))
    if not peers:
        missing.append("contract: the original is not installable here")
    if not models:
        missing.append("mlflow: MLflow is not installable here")
    for index, (version, python) in enumerate(found.items()):
        modules = CORE + (["test_fuzz"] if every or index in (0, len(found) - 1) else [])
        jobs.append(("core on " + version, python, modules, {}))
    return jobs, missing


def main(arguments):
    every = "--all-pythons" in arguments
    found = pythons()
    absent = [version for version in VERSIONS if version not in found]
    print("Pythons: %s%s" % (", ".join(found), "; not found: " + ", ".join(absent) if absent else ""), flush=True)
    jobs, missing = jobs_of(found, every)
    # Where the comparison has to run, as in CI, it is a failure that it cannot.
    needed = os.environ.get("BERTH_TEST_NEEDS_ORIGINAL") == "1"
    passed, failed = 0, len(missing) if needed else 0
    skipped = len(absent) + (0 if needed else len(missing))
    for reason in ["core on %s: not found" % version for version in absent]:
        print("skipped: " + reason)
    for reason in missing:
        print(("FAILED: " if needed else "skipped: ") + reason)
    with ThreadPoolExecutor(2) as pool:
        for result in pool.map(lambda job: run_suite(*job), jobs):
            name, good, bad, left_out, output, seconds = result
            passed, failed, skipped = passed + good, failed + bad, skipped + left_out
            print("%-18s %3d passed, %d failed, %d skipped (%.0f s)" % (name, good, bad, left_out, seconds), flush=True)
            if bad or left_out:
                print(output)
    print("%d passed, %d failed, %d skipped" % (passed, failed, skipped))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
