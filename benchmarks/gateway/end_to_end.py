#!/usr/bin/env python3
"""The whole scoring path against azmlinfsrv alone: CPU per request of the gateway and the inference server together.

The gateway has its key check and limits on and speaks to one worker over a unix socket; azmlinfsrv, one worker, is asked
directly and does neither. Both serve the same scripts from the same environment; they run in turn, round after round;
figures are medians. Aims: at most 0.12 of azmlinfsrv on echo, 0.36 on the scikit-learn model.

usage: end_to_end.py GATEWAY-PROGRAM [--rounds N] [--requests N] [--connections C] [--output FILE]
Install first: ../inference/install.sh ours azmlinfsrv
"""
import argparse
import hashlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "inference"))
from client import Load, one  # noqa: E402
from peers import PEERS, variables  # noqa: E402
from run import Running, free_port  # noqa: E402

KEY = "benchmark-key-benchmark-key"
AIMS = {"echo": 0.12, "sklearn": 0.36}


def cpu_seconds(pid):
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


class Path:
    """The gateway in front of our inference server."""

    def __init__(self, program, ours, model, concurrency):
        self.server = Running(ours, model)
        self.folder = tempfile.mkdtemp(prefix="berth-path-")
        self.port = free_port()
        table = {
            "revision": 1,
            "endpoints": [
                {
                    "name": "bench",
                    "workspace": "w",
                    "auth": {"kind": "keys", "sha256": [hashlib.sha256(KEY.encode()).hexdigest()] * 2},
                    "limits": {"requestsPerSecond": 1_000_000},
                    "deployments": [
                        {
                            "name": "blue",
                            "maxConcurrentRequestsPerInstance": concurrency,
                            "instances": [{"id": "blue-0", "addresses": [f"unix:{self.server.address}"]}],
                        }
                    ],
                    "traffic": {"blue": 100},
                }
            ],
        }
        with open(os.path.join(self.folder, "routes.snapshot"), "w") as file:
            json.dump(table, file)
        log = os.path.join(self.folder, "traffic.jsonl")
        self.gateway = subprocess.Popen([program, self.folder, str(self.port), "1", log])
        self.address = ("127.0.0.1", self.port)
        self.request = ours.request().replace(b"POST /score", b"POST /api/v1/endpoint/bench/score", 1)
        self.request = self.request.replace(b"\r\n", f"\r\nAuthorization: Bearer {KEY}\r\n".encode(), 1)
        end = time.monotonic() + 20
        while (one(self.address, self.request) or (0,))[0] != 200:
            if time.monotonic() > end:
                raise SystemExit("the gateway does not answer with 200")
            time.sleep(0.02)

    def cpu(self):
        return self.server.cpu(), cpu_seconds(self.gateway.pid)

    def close(self):
        self.gateway.send_signal(signal.SIGTERM)
        self.gateway.wait(15)
        self.server.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Alone:
    def __init__(self, peer, model):
        self.server = Running(peer, model)
        self.address = self.server.address
        self.request = peer.request()

    def cpu(self):
        return self.server.cpu(), 0.0

    def close(self):
        self.server.close()


def measure(subject, requests, connections):
    try:
        load = Load(subject.address, subject.request, connections)
        load.run(max(200, requests // 10))
        before = subject.cpu()
        seconds, latencies, bad = load.run(requests)
        after = subject.cpu()
        if bad:
            raise SystemExit(f"{bad} bad answers")
        server, gateway = ((late - early) / requests * 1e6 for early, late in zip(before, after))
        return {
            "cpu": server + gateway,
            "gateway": gateway,
            "rate": requests / seconds,
            "p99": latencies[int(len(latencies) * 0.99)] * 1e3,
        }
    finally:
        subject.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--output")
    options = parser.parse_args()
    ours = next(peer for peer in PEERS if peer.unix)
    theirs = next(peer for peer in PEERS if peer.name.startswith("azmlinfsrv"))
    for peer in (ours, theirs):
        if not peer.installed():
            raise SystemExit(f"{peer.name} is not installed: run ../inference/install.sh ours azmlinfsrv")
    lines = [
        f"{options.rounds} rounds of {options.requests} requests over {options.connections} connections; load average "
        f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n",
        "| model | server | CPU µs per request | of it gateway | of azmlinfsrv | aim | requests/s | p99 ms |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    print("\n".join(lines), flush=True)
    missed = 0
    for model, aim in AIMS.items():
        results = {"azmlinfsrv alone": [], "gateway and our server": []}
        for _ in range(options.rounds):
            results["azmlinfsrv alone"].append(measure(Alone(theirs, model), options.requests, options.connections))
            path = Path(options.program, ours, model, options.connections)
            results["gateway and our server"].append(measure(path, options.requests, options.connections))
        middle = {
            name: {key: statistics.median(one[key] for one in every) for key in every[0]}
            for name, every in results.items()
        }
        base = middle["azmlinfsrv alone"]["cpu"]
        for name, one_of in middle.items():
            ratio = one_of["cpu"] / base
            is_ours = name != "azmlinfsrv alone"
            missed += is_ours and ratio > aim
            lines.append(
                f"| {model} | {name} | {one_of['cpu']:.0f} | {one_of['gateway']:.0f} | {ratio:.3f} "
                f"| {aim if is_ours else ''} | {one_of['rate']:.0f} | {one_of['p99']:.1f} |"
            )
            print(lines[-1], flush=True)
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
