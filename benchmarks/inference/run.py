"""Measures the servers side by side: one after the other in each round, several rounds, medians.

The main figure is CPU time per request of the server's processes: it depends least on what else the machine does.
`--headline` compares ours with azmlinfsrv and FastAPI + uvicorn[standard] alone, in under four minutes. Which aims are met is
said at the end and in the output. Exit status 1: a server is not installed or has failed.
"""

import argparse
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import report
from client import Load, one
from peers import PEERS, variables

START_SECONDS = 120
TICKS = os.sysconf("SC_CLK_TCK")


class Running:
    """One started server."""

    def __init__(self, peer, model):
        self.peer = peer
        self.folder = tempfile.mkdtemp(prefix="bench-")
        self.port = free_port()
        self.address = os.path.join(self.folder, "worker-0.sock") if peer.unix else ("127.0.0.1", self.port)
        command = peer.command(peer.bin(), self.port, self.folder, model)
        self.log = open(os.path.join(self.folder, "log"), "wb")
        began = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            env=variables(peer, self.port, self.folder, model),
            cwd=self.folder,
            stdout=self.log,
            stderr=self.log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.first_answer = self._first_answer(began)
        self.start_cpu = self.cpu()

    def _first_answer(self, began):
        request = self.peer.request()
        while time.perf_counter() - began < START_SECONDS:
            got = one(self.address, request)
            if got is not None and got[0] == 200:
                return time.perf_counter() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.002)
        with open(os.path.join(self.folder, "log"), errors="replace") as file:
            raise RuntimeError("%s did not answer: %s" % (self.peer.name, file.read()[-1500:]))

    def processes(self):
        found = [self.process.pid]
        for pid in found:
            for task in os.listdir("/proc/%d/task" % pid):
                with open("/proc/%d/task/%s/children" % (pid, task)) as file:
                    found += [int(child) for child in file.read().split()]
        return found

    def cpu(self):
        total = 0
        for pid in self.processes():
            with open("/proc/%d/stat" % pid) as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / TICKS

    def memory(self):
        return sum(pss(pid) for pid in self.processes())

    def close(self):
        self._signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            print("%s did not end in 10 s and is killed" % self.peer.name, file=sys.stderr)
        self._signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _signal(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            # All of its processes have ended.
            return


def pss(pid):
    """MB, with each shared page divided by the number of its users."""
    with open("/proc/%d/smaps_rollup" % pid) as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024


def free_port():
    """The first of three free ports in a row: some servers take more than one."""
    while True:
        with contextlib.ExitStack() as probes:
            first = 0
            try:
                for number in range(3):
                    probe = probes.enter_context(socket.socket())
                    probe.bind(("127.0.0.1", first + number if first else 0))
                    first = first or probe.getsockname()[1]
                return first
            except (OSError, OverflowError):
                # One of the neighbours is taken.
                continue


WARM_UP = 300
HEADLINE = ("ours", "azmlinfsrv", "uvicorn")
HEADLINE_MINUTES = 3.5

ALONE = """
import select
import {module} as script
script.init()
script.run('{body}')
print("ready", flush=True)
select.select([], [], [])
"""


def measure(peer, model, options):
    server = Running(peer, model)
    try:
        load = Load(server.address, peer.request(), options.connections)
        seconds, _, _ = load.run(WARM_UP)
        # As many as fit into the time: a server that is quick gets enough for the clock of the kernel, 10 ms.
        requests = options.requests or max(WARM_UP, int(WARM_UP / seconds * options.seconds))
        before = server.cpu()
        seconds, latencies, bad = load.run(requests)
        used = server.cpu() - before
        if bad:
            raise RuntimeError("%s gave %d bad answers" % (peer.name, bad))
        return {
            "cpu": used / requests * 1e6,
            "rate": requests / seconds,
            "p50": latencies[len(latencies) // 2] * 1e3,
            "p99": latencies[int(len(latencies) * 0.99)] * 1e3,
            "memory": server.memory(),
            "first": server.first_answer,
            "start": server.start_cpu,
        }
    finally:
        server.close()


def memory_alone(peer, model):
    """MB of the user's code without a server: an interpreter that has called the script once."""
    code = ALONE.format(module="score_" + model, body=peer.body.decode())
    environment = variables(peer, 0, tempfile.gettempdir(), model)
    process = subprocess.Popen(
        [os.path.join(peer.bin(), "python"), "-c", code], env=environment, stdout=subprocess.PIPE
    )
    try:
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the script of `%s` does not run without a server" % model)
        return pss(process.pid)
    finally:
        process.kill()
        process.communicate()


def main():
    options = parsed()
    began = time.monotonic()
    peers = [peer for peer in PEERS if not options.only or any(part in peer.name for part in options.only)]
    findings = report.Findings(options, [peer.name for peer in peers if not peer.installed()])
    peers = [peer for peer in peers if peer.installed()]
    ours = next((peer for peer in peers if peer.environment == "ours"), None)
    for model in ("echo", "sklearn"):
        if ours is not None:
            findings.alone[model] = memory_alone(ours, model)
    for number in range(options.rounds):
        round_began = time.monotonic()
        for model in ("echo", "sklearn"):
            for peer in [peer for peer in peers if peer.name not in findings.failed]:
                run_one(peer, model, number, options, findings)
        findings.write()
        now = time.monotonic()
        if options.minutes and now - began + (now - round_began) > options.minutes * 60:
            # Another round would not fit.
            break
    print(findings.verdict())
    return 1 if findings.failed or findings.missing else 0


def run_one(peer, model, number, options, findings):
    try:
        got = measure(peer, model, options)
    except (RuntimeError, OSError) as problem:
        findings.failed[peer.name] = str(problem)
        print("%s: %s" % (peer.name, problem), file=sys.stderr)
        return
    findings.add(model, peer.name, got)
    print(
        "round %d %-8s %-28s cpu %7.0f us  %6.0f/s  p99 %6.1f ms  %6.1f MB  first %.2f s"
        % (number + 1, model, peer.name, got["cpu"], got["rate"], got["p99"], got["memory"], got["first"]),
        flush=True,
    )


def parsed():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="of load for each server, model and round")
    parser.add_argument("--requests", type=int, help="that many requests instead")
    parser.add_argument("--minutes", type=float, help="begin no round that would end later than this")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", nargs="*", help="parts of names of the servers to measure")
    parser.add_argument("--headline", action="store_true", help="ours, azmlinfsrv and FastAPI + uvicorn[standard] only")
    parser.add_argument("--output", help="default: RESULTS.md beside this file, HEADLINE.md with --headline")
    parser.add_argument("--append", action="store_true", help="add to the output instead of replacing it")
    options = parser.parse_args()
    if options.headline:
        options.only = HEADLINE
        options.minutes = options.minutes or HEADLINE_MINUTES
    options.output = options.output or os.path.join(here, "HEADLINE.md" if options.headline else "RESULTS.md")
    return options


if __name__ == "__main__":
    sys.exit(main())
