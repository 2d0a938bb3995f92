#!/usr/bin/env python3
"""run.py BINARY [ROUNDS]: local deployments against the bare interpreter, and the command line's start-up.

Side by side in one run, alternating:
  bare     the environment's own Python imports what the sample imports and loads the same model
  create   `online-deployment create` with the environment cached, until the first 200
  update   `online-deployment update` with a changed score.py, until the first 200 of the new version
The figure that counts is what create and update take on top of the bare interpreter.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "examples", "diabetes")


def main():
    binary = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    root = tempfile.mkdtemp(prefix="berth-bench-")
    environment = dict(os.environ, BERTH_HOME=os.path.join(root, "home"))
    project = os.path.join(root, "project")
    shutil.copytree(EXAMPLE, project)
    script = os.path.join(project, "onlinescoring", "score.py")
    with open(script, encoding="utf-8") as file:
        original = file.read()

    def berth(*arguments):
        return subprocess.run([binary, *arguments, "--local"], cwd=project, env=environment, text=True, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout

    def first_answer(uri, data):
        with urllib.request.urlopen(urllib.request.Request(uri, data, {"Content-Type": "application/json"})) as answer:
            assert answer.status == 200

    with open(os.path.join(project, "sample-request.json"), "rb") as file:
        data = file.read()
    try:
        uri = json.loads(berth("online-endpoint", "create", "-n", "diabetes"))["scoring_uri"]
        berth("online-deployment", "create", "-f", "blue-deployment.yml")  # builds the environment
        folder = os.path.join(environment["BERTH_HOME"], "environments")
        key = next(name for name in os.listdir(folder) if os.path.exists(os.path.join(folder, name, "environment.json")))
        python = os.path.join(folder, key, "venv", "bin", "python")
        bare = ("import json, logging, os, joblib; import sklearn.linear_model; "
                f"joblib.load({os.path.join(project, 'model', 'sklearn_regression_model.pkl')!r})")
        times = {"bare": [], "create": [], "update": []}
        for index in range(rounds):
            started = time.perf_counter()
            subprocess.run([python, "-c", bare], check=True, env=dict(environment, PYTHONDONTWRITEBYTECODE="1"))
            times["bare"].append(time.perf_counter() - started)

            berth("online-deployment", "delete", "-n", "blue", "-e", "diabetes", "--yes")
            started = time.perf_counter()
            berth("online-deployment", "create", "-f", "blue-deployment.yml")
            first_answer(uri, data)
            times["create"].append(time.perf_counter() - started)

            with open(script, "w", encoding="utf-8") as file:
                file.write(original + f"\n# change {index}\n")
            started = time.perf_counter()
            berth("online-deployment", "update", "-f", "blue-deployment.yml")
            first_answer(uri, data)
            times["update"].append(time.perf_counter() - started)

        start_up = {name: started_times(command, environment, 5 * rounds)
                    for name, command in (("berth version", [binary, "version"]), ("true", ["/bin/true"]))}
        report(times, start_up)
    finally:
        subprocess.run([binary, "online-endpoint", "delete", "-n", "diabetes", "--yes", "--local"], env=environment,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(root, ignore_errors=True)


def started_times(command, environment, rounds):
    """(wall seconds, CPU seconds) of each of `rounds` runs of a program."""
    taken = []
    with open(os.devnull, "wb") as nowhere:
        for _ in range(rounds):
            started = time.perf_counter()
            child = os.posix_spawn(command[0], command, environment, file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1)])
            _, status, usage = os.wait4(child, 0)
            assert status == 0
            taken.append((time.perf_counter() - started, usage.ru_utime + usage.ru_stime))
    return taken


def report(times, start_up):
    median = {name: statistics.median(values) for name, values in times.items()}
    for name in ("create", "update"):
        print(f"{name}: {median[name] / median['bare']:.2f} x bare, {median[name] - median['bare']:+.2f} s"
              f" (median {median[name]:.2f} s, {min(times[name]):.2f} to {max(times[name]):.2f})")
    print(f"bare interpreter: median {median['bare']:.2f} s, {min(times['bare']):.2f} to {max(times['bare']):.2f}")
    for name, taken in start_up.items():
        wall, cpu = zip(*taken)
        print(f"`{name}`: median {statistics.median(wall) * 1000:.1f} ms, {min(wall) * 1000:.1f} to {max(wall) * 1000:.1f};"
              f" CPU {statistics.median(cpu) * 1000:.1f} ms")


if __name__ == "__main__":
    main()
