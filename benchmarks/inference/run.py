"""Measures the servers side by side: one after the other in each round, several rounds, medians.

The main figure is CPU time per request of the server's processes: it depends least on what else the machine does.
"""

import argparse
import os
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

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
        total = 0
        for pid in self.processes():
            with open("/proc/%d/smaps_rollup" % pid) as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
        return total / 1024

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


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def measure(peer, model, requests, connections):
    server = Running(peer, model)
    try:
        load = Load(server.address, peer.request(), connections)
        load.run(max(200, requests // 10))
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=4000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--only", nargs="*", help="parts of names of the servers to measure")
    parser.add_argument("--output", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "RESULTS.md"))
    parser.add_argument("--append", action="store_true", help="add to the output instead of replacing it")
    options = parser.parse_args()
    kept = open(options.output, encoding="utf-8").read() if options.append else ""
    peers = [peer for peer in PEERS if not options.only or any(part in peer.name for part in options.only)]
    missing = [peer.name for peer in peers if not peer.installed()]
    figures, failed = {}, {}
    for number in range(options.rounds):
        for model in ("echo", "sklearn"):
            for peer in peers:
                if not peer.installed() or peer.name in failed:
                    continue
                try:
                    got = measure(peer, model, options.requests, options.connections)
                except RuntimeError as problem:
                    failed[peer.name] = str(problem)
                    print("%s: %s" % (peer.name, problem), file=sys.stderr)
                    continue
                figures.setdefault((model, peer.name), []).append(got)
                print(
                    "round %d %-8s %-26s cpu %7.0f us  %6.0f/s  p99 %6.1f ms  %6.1f MB  first %.2f s"
                    % (number + 1, model, peer.name, got["cpu"], got["rate"], got["p99"], got["memory"], got["first"]),
                    flush=True,
                )
        write(options, kept, peers, figures, missing, failed)
    return 0


def write(options, kept, peers, figures, missing, failed):
    lines = [
        "# A further run" if kept else "# The inference server beside others",
        "",
        "Measured by `run.py`.",
        "",
    ]
    lines.append(
        "%d rounds of %d requests over %d connections, one worker each, servers in turn within each round; medians. Python %s, "
        "%d cores, load average at the end %.1f: other work ran on the machine, so CPU time per request is the figure to "
        "trust; rates and latencies are not comparable with those of another run."
        % (
            options.rounds,
            options.requests,
            options.connections,
            platform.python_version(),
            os.cpu_count(),
            os.getloadavg()[0],
        )
    )
    for model in ("echo", "sklearn"):
        rows = {peer.name: figures[model, peer.name] for peer in peers if (model, peer.name) in figures}
        if not rows:
            continue
        base = next(iter(rows))
        ours = statistics.median(row["cpu"] for row in rows[base])
        lines += [
            "",
            "## %s" % {"echo": "Echo", "sklearn": "scikit-learn (logistic regression, 10 features)"}[model],
            "",
        ]
        lines.append(
            "| server | CPU of `%s` ÷ its CPU | CPU µs per request | requests/s | p50 ms | p99 ms | memory MB (PSS) | first answer s | CPU s until then |"
            % base
        )
        lines.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for name, got in rows.items():
            median = {key: statistics.median(row[key] for row in got) for key in got[0]}
            lines.append(
                "| %s | %.2f | %.0f | %.0f | %.1f | %.1f | %.1f | %.2f | %.2f |"
                % (
                    name,
                    ours / median["cpu"],
                    median["cpu"],
                    median["rate"],
                    median["p50"],
                    median["p99"],
                    median["memory"],
                    median["first"],
                    median["start"],
                )
            )
    if missing:
        lines += ["", "Not installed when this was measured: %s." % ", ".join(missing)]
    for name, problem in failed.items():
        lines += ["", "%s failed: `%s`" % (name, problem.replace("\n", " ")[-300:])]
    with open(options.output, "w", encoding="utf-8") as file:
        file.write((kept + "\n" if kept else "") + "\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
