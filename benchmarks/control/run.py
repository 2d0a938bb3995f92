#!/usr/bin/env python3
"""run.py BINARY [ENDPOINTS…]: the control plane under load, at some sizes of its store.

Start-up until ready, memory, and for list (one page), show and create: requests a second, p50 and p99 over HTTPS with keep-alive, from
one client and from eight. The store is filled directly, with two deployments an endpoint.
"""

import http.client
import json
import os
import sqlite3
import statistics
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Tests", "EndToEnd"))
SIZES = [int(word) for word in sys.argv[2:]] or [10, 10_000]
from server_bench import BINARY, Server  # noqa: E402


def fill(server, count):
    """Adds endpoints and deployments as they are after a failed start: nothing is started for them."""
    status, _, _ = server.put_endpoint("sample")
    assert status == 201
    status, _, headers = server.as_machine_owner("PUT", f"{server.workspace}/onlineEndpoints/sample/deployments/blue", {
        "location": "local", "sku": {"name": "Default", "capacity": 1},
        "properties": {"endpointComputeType": "Managed", "instanceType": "Standard_DS3_v2", "codeConfiguration": {
            "codeId": "file:///nowhere", "scoringScript": "score.py"}}})
    while status == 201 and server.as_machine_owner("GET", headers["Azure-AsyncOperation"])[1]["status"] == "InProgress":
        time.sleep(0.05)
    server.end()
    database = sqlite3.connect(os.path.join(server.home, "berth.db"))
    with database:
        def rows(table, where):
            cursor = database.execute(f"SELECT * FROM {table} WHERE {where}")
            return [name for name, *_ in cursor.description], cursor.fetchall()

        def copy(table, where, change):
            names, found = rows(table, where)
            places = ",".join("?" * len(names))
            for number in range(count):
                for row in found:
                    copied = change(dict(zip(names, row)), number)
                    database.execute(f"INSERT INTO {table} VALUES ({places})", [copied[name] for name in names])

        def renamed(text, number):
            return text.replace("sample", f"e{number:06}") if isinstance(text, str) else text

        copy("endpoint", "name = 'sample'", lambda row, n: {key: renamed(value, n) for key, value in row.items()})
        copy("deployment", "endpoint = 'sample'", lambda row, n: {key: renamed(value, n) for key, value in row.items()})
        copy("deployment", "endpoint = 'sample'", lambda row, n: {
            key: renamed("green" if key == "name" else value, n) for key, value in row.items()})
        copy("secret", "name LIKE 'endpoint/default/sample/%'",
             lambda row, n: {key: renamed(value, n) for key, value in row.items()})
        copy("principal", "resource_id LIKE '%/sample'", lambda row, n: {
            key: f"{n:08}{value[8:]}" if key in ("object_id", "client_id") else renamed(value, n)
            for key, value in row.items()})
    database.close()


class Client:
    """One connection that stays."""

    def __init__(self, server, token):
        self.connection = http.client.HTTPSConnection("localhost", server.port, context=server.trust, timeout=60)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method, path, body=None, expected=(200,)):
        start = time.perf_counter()
        self.connection.request(method, path, body, self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status in expected, (answer.status, text[:300])
        return time.perf_counter() - start


def measure(server, token, clients, seconds, make):
    """(requests a second, p50, p99 in ms) of what `make(client, number)` asks."""
    times, lock = [], threading.Lock()
    end = time.perf_counter() + seconds

    def work(place):
        client, own, number = Client(server, token), [], 0
        while time.perf_counter() < end:
            own.append(make(client, place * 1_000_000 + number))
            number += 1
        with lock:
            times.extend(own)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - start
    ordered = sorted(times)
    return len(ordered) / spent, statistics.median(ordered) * 1000, ordered[int(len(ordered) * 0.99)] * 1000


def memory(server):
    with open(f"/proc/{server.process.pid}/status", encoding="utf-8") as file:
        lines = dict(line.split(":", 1) for line in file)
    return int(lines["VmRSS"].split()[0]) // 1024


def run(size):
    server = Server(BINARY)
    try:
        server.serve()
        fill(server, size - 1)
        start = time.perf_counter()
        server.serve()
        started = time.perf_counter() - start
        token = server.token()
        endpoints = f"{server.workspace}/onlineEndpoints"
        body = json.dumps({"location": "local", "properties": {"authMode": "Key"}})
        kinds = {
            "list": lambda client, n: client.ask("GET", f"{endpoints}?$top=100"),
            "show": lambda client, n: client.ask("GET", f"{endpoints}/sample"),
            "create": lambda client, n: client.ask("PUT", f"{endpoints}/new-{n}", body, (201,)),
        }
        print(f"{size} endpoints: ready after {started:.2f} s", flush=True)
        for clients in (1, 8):
            for name, make in kinds.items():
                rate, middle, high = measure(server, token, clients, 5, lambda c, n: make(c, n + clients * 10_000_000))
                print(f"  {name:7} {clients} clients: {rate:8.0f}/s  p50 {middle:7.2f} ms  p99 {high:7.2f} ms", flush=True)
        print(f"  memory {memory(server)} MB, load average {os.getloadavg()[0]:.1f}", flush=True)
    finally:
        server.close()


if __name__ == "__main__":
    for wanted in SIZES:
        run(wanted)
