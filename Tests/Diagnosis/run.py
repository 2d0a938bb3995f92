"""Runs every case of `cases/` against the real inference server and scores the diagnosis.

usage: python3 Tests/Diagnosis/run.py [--only NAME …] [--text] [--keep] [--jobs N] [--probe PATH] [--cases FOLDER]

Each case is a small deployment: its folder holds the code, `model/` the model, `site/` packages of its own environment.
`case.json` says how it is run (see README.md), `expected.json` what the diagnosis must say. The evidence is gathered as
`berth launch` gathers it, and judged by `berth-diagnose-probe`. Exit status: 0 when every case is fully right.
"""

import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASES = os.path.join(HERE, "cases")
sys.path.insert(0, HERE)

import environments  # noqa: E402
import instance  # noqa: E402
import score  # noqa: E402


def main():
    options = parsed()
    probe = options.probe or find_probe()
    names = sorted(
        name for name in os.listdir(options.cases)
        if os.path.isfile(os.path.join(options.cases, name, "expected.json"))
        and (not options.only or name in options.only)
    )
    if not names:
        sys.exit("no such case")
    began = time.monotonic()
    cases = [instance.Case(name, os.path.join(options.cases, name)) for name in names]
    environments.prepare({case.environment for case in cases})
    scratch = tempfile.mkdtemp(prefix="bd-", dir="/tmp")
    try:
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            outcomes = list(pool.map(lambda case: instance.run(case, scratch), cases))
        verdicts = judged(probe, [outcome for outcome in outcomes if outcome.evidence])
    finally:
        if options.keep:
            print("kept: " + scratch)
        else:
            unlock(scratch)
    board = score.Board()
    for case, outcome in zip(cases, outcomes):
        verdict = verdicts.get(case.name)
        board.add(case, outcome, verdict)
        if options.text and verdict:
            print("== %s (%.2f s)\n%s\n" % (case.name, outcome.seconds, verdict["text"]))
    print(board.text(time.monotonic() - began))
    return 0 if board.is_right() else 1


def parsed():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--only", nargs="+", metavar="NAME")
    parser.add_argument("--text", action="store_true", help="print the diagnosis of every case")
    parser.add_argument("--keep", action="store_true", help="keep the folders of the instances")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cases", default=CASES, help="the folder of the cases")
    parser.add_argument("--probe", default=os.environ.get("BERTH_DIAGNOSE_PROBE"))
    return parser.parse_args()


def find_probe():
    """The newest probe that was built; builds it where there is none."""
    name = "berth-diagnose-probe"
    folders = [folder for folder in os.listdir(ROOT) if folder == ".build" or folder.startswith(".build-")]
    built = [os.path.join(ROOT, folder, kind, name) for folder in folders for kind in ("debug", "release")]
    built = [path for path in built if os.access(path, os.X_OK)]
    if built:
        return max(built, key=os.path.getmtime)
    environment = dict(os.environ, BERTH_TARGETS=name)
    command = ["swift", "build", "--product", name, "--scratch-path", ".build-probe"]
    print("building %s" % name, flush=True)
    if subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL).returncode != 0:
        sys.exit("the probe could not be built: %s" % " ".join(command))
    return os.path.join(ROOT, ".build-probe", "debug", name)


def judged(probe, outcomes):
    """The verdict on each outcome, by the name of its case."""
    lines = "".join(json.dumps(outcome.evidence) + "\n" for outcome in outcomes)
    done = subprocess.run([probe], input=lines.encode(), stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit("%s ended with status %d" % (probe, done.returncode))
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return {answer.get("name"): answer for answer in answers}


def unlock(folder):
    # Some cases take rights away from their own files.
    for path, names, _ in os.walk(folder):
        for name in names:
            if not os.path.islink(os.path.join(path, name)):
                os.chmod(os.path.join(path, name), 0o700)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
