#!/usr/bin/env python3
"""Mixed load with every kind of failure for a while, and whether the gateway's memory stays flat.

Clients ask well and badly, slowly and not to the end; instances answer, fail, stall, die, send too much; tables are
published and counters read all the while. The resident memory is read every second. It must not grow: the median of the
last fifth of the time may be at most 5 % and 1 MiB above the median of the second fifth.

usage: soak.py GATEWAY-PROGRAM [--minutes M] [--loops N] [--clients C] [--seed S]
"""
import argparse
import asyncio
import collections
import hashlib
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import sys
import tempfile
import time

KEY = "soak-key-soak-key-soak-key"
LIMIT = 100_000


async def read_request(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    found = re.search(rb"content-length:\s*(\d+)", head, re.I)
    return await reader.readexactly(int(found.group(1))) if found else b""


async def instance(reader, writer):
    """Does what the body of the request says."""
    try:
        while True:
            body = await read_request(reader)
            word = body[:8].rstrip(b" x").decode("ascii", "replace")
            if word == "error":
                writer.write(b"HTTP/1.1 500 Broken\r\nContent-Length: 7\r\n\r\n{\"a\":1}")
            elif word == "stall":
                await reader.read(1)  # Until the gateway cuts it off.
                return
            elif word == "die":
                return
            elif word == "half":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nxxx")
                await writer.drain()
                return
            elif word == "garbage":
                writer.write(b"SMTP ready\r\n\r\n")
            elif word == "huge":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (LIMIT + 1) + b"y" * 5000)
            elif word == "large":
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LIMIT + b"y" * LIMIT)
            elif word == "stream":
                writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in range(5):
                    writer.write(b"5\r\nhello\r\n")
                    await writer.drain()
                writer.write(b"0\r\nX-Sum: 5\r\n\r\n")
            elif word == "overflow":
                writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                for _ in range(30):
                    writer.write(b"2000\r\n" + b"z" * 0x2000 + b"\r\n")
                    await writer.drain()
                writer.write(b"0\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # The gateway has ended the connection: that is one of the cases.
    finally:
        writer.close()


def post(word, path="/api/v1/endpoint/soak/score", key=KEY, size=86, fields=""):
    body = word.ljust(8) + "x" * (size - 8)
    return (
        f"POST {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n{fields}"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


CHUNKED = (
    f"POST /api/v1/endpoint/soak/score HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {KEY}\r\n"
    "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5;x=y\r\ndefgh\r\n0\r\nX: y\r\n\r\n"
).encode()

# What is sent, and how often of a hundred; the last word says what is done after it.
KINDS = [
    (post("ok"), 40, "read"),
    (post("error"), 5, "read"),
    (post("stream"), 5, "read"),
    (post("large"), 4, "read"),
    (post("ok", size=50_000), 4, "read"),
    (CHUNKED, 4, "read"),
    (post("ok") * 4, 3, "read4"),
    (post("ok", key="wrong-wrong-wrong-wrong"), 3, "read"),
    (post("ok", path="/api/v1/endpoint/nobody/score"), 2, "read"),
    (post("ok", path="/nowhere"), 2, "read"),
    (post("ok", size=LIMIT + 1), 2, "close"),
    (post("huge"), 2, "read"),
    (post("overflow"), 2, "close"),
    (post("die"), 2, "read"),
    (post("half"), 2, "close"),
    (post("garbage"), 2, "read"),
    (post("stall"), 3, "read"),
    (post("stall"), 2, "leave"),
    (post("large"), 2, "leave"),
    (post("ok")[:-20], 2, "leave"),
    (b"GET /score HTTP/1.1\nHost: a\n\n", 2, "close"),
    (b"\x16\x03\x01\x02\x00\x01", 1, "close"),
    (b"POST /sco", 1, "leave"),
    (post("ok", fields="Transfer-Encoding: chunked\r\n"), 1, "close"),
    (post("ok", fields="X: " + "a" * 40_000 + "\r\n"), 1, "close"),
    (post("ok", path="/api/v1/endpoint/slow/score", size=30_000), 1, "read"),
]


async def read_answer(reader):
    head = await reader.readuntil(b"\r\n\r\n")
    found = re.search(rb"content-length:\s*(\d+)", head, re.I)
    if found:
        await reader.readexactly(int(found.group(1)))
    elif b"chunked" in head:
        while True:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0], 16)
            if size == 0:
                break
            await reader.readexactly(size + 2)
        while await reader.readuntil(b"\r\n") != b"\r\n":
            pass
    return int(head[9:12]), b"connection: close" in head.lower()


class Soak:
    def __init__(self, options):
        self.options = options
        self.folder = tempfile.mkdtemp(prefix="berth-soak-")
        self.counts = collections.Counter()
        self.memory = []
        self.ends = time.monotonic() + options.minutes * 60

    def table(self, revision):
        def deployment(name):
            return {
                "name": name,
                "requestTimeoutMs": 400,
                "maxConcurrentRequestsPerInstance": 16,
                "instances": [{"id": f"{name}-{revision // 5}", "addresses": [f"unix:{self.folder}/up.sock"]}],
            }

        def endpoint(name, limits):
            return {
                "name": name,
                "workspace": "w",
                "auth": {"kind": "keys", "sha256": [hashlib.sha256(KEY.encode()).hexdigest()]},
                "limits": {"maxRequestBytes": LIMIT, "maxResponseBytes": LIMIT, **limits},
                "deployments": [deployment("blue"), deployment("green")],
                "traffic": {"blue": 90, "green": 10},
                "mirror": {"green": 20},
            }

        return {
            "revision": revision,
            "endpoints": [
                endpoint("soak", {"requestsPerSecond": 0}),
                endpoint("slow", {"requestsPerSecond": 0, "bandwidthBytesPerSecond": 100_000, "maxConnections": 20}),
                # Others come and go, so that numbers are given back and used again.
                *(endpoint(f"other{index}", {}) for index in range(revision % 7 * 10)),
            ],
        }

    async def ask_admin(self, request):
        reader, writer = await asyncio.open_unix_connection(f"{self.folder}/admin.sock", limit=1 << 26)
        writer.write(json.dumps(request).encode() + b"\n")
        answer = json.loads(await reader.readline())
        writer.close()
        if "error" in answer:
            raise SystemExit(f"the gateway refused {request['do']}: {answer['error']}")
        return answer

    async def client(self, port, seed):
        chance = random.Random(seed)
        texts = [kind[0] for kind in KINDS]
        weights = [kind[1] for kind in KINDS]
        reader = writer = None
        while time.monotonic() < self.ends:
            if writer is None:
                reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
            index = chance.choices(range(len(texts)), weights)[0]
            what = KINDS[index][2]
            try:
                writer.write(texts[index])
                if what == "leave":
                    await asyncio.sleep(chance.random() * 0.05)
                    self.counts["left"] += 1
                    closes = True
                else:
                    for _ in range(4 if what == "read4" else 1):
                        status, closes = await asyncio.wait_for(read_answer(reader), 60)
                        self.counts[status] += 1
                    closes = closes or what == "close"
            except asyncio.TimeoutError:
                raise SystemExit(f"no answer in 60 s to {texts[index][:60]!r}")
            except (asyncio.IncompleteReadError, ConnectionError):
                self.counts["cut off"] += 1
                closes = True
            if closes:
                writer.close()
                writer = None

    async def publish(self):
        revision = 1
        while time.monotonic() < self.ends:
            revision += 1
            await self.ask_admin({"do": "routes", "table": self.table(revision)})
            await self.ask_admin({"do": "metrics"})
            await asyncio.sleep(0.5)

    async def watch(self, pid):
        while time.monotonic() < self.ends:
            with open(f"/proc/{pid}/status") as file:
                self.memory.append(int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) / 1024)
            await asyncio.sleep(1)

    async def run(self):
        server = await asyncio.start_unix_server(instance, f"{self.folder}/up.sock", backlog=1024)
        with open(f"{self.folder}/routes.snapshot", "w") as file:
            json.dump(self.table(1), file)
        port = self.options.port
        process = await asyncio.create_subprocess_exec(
            self.options.program, self.folder, str(port), str(self.options.loops), f"{self.folder}/traffic.jsonl"
        )
        try:
            for _ in range(200):
                try:
                    await self.ask_admin({"do": "status"})
                    break
                except OSError:
                    await asyncio.sleep(0.05)
            seeds = range(self.options.seed, self.options.seed + self.options.clients)
            await asyncio.gather(
                self.watch(process.pid), self.publish(), *(self.client(port, seed) for seed in seeds)
            )
            pending = await self.pending()
        finally:
            process.send_signal(signal.SIGTERM)
            status = await process.wait()
            server.close()
            shutil.rmtree(self.folder, ignore_errors=True)
        return self.verdict(status, pending)

    async def pending(self):
        """Requests that still hold a place when every deadline has passed."""
        end = time.monotonic() + 5
        while True:
            stats = await self.ask_admin({"do": "stats"})
            count = sum(deployment["pending"] for deployment in stats["deployments"])
            if count == 0 or time.monotonic() > end:
                return count
            await asyncio.sleep(0.1)

    def verdict(self, status, pending):
        fifth = max(1, len(self.memory) // 5)
        early = statistics.median(self.memory[fifth : 2 * fifth])
        late = statistics.median(self.memory[-fifth:])
        print(f"seed {self.options.seed}, {self.options.minutes} minutes, {self.options.clients} clients")
        print("answers: " + ", ".join(f"{key}: {count}" for key, count in sorted(self.counts.items(), key=str)))
        print(
            f"memory MiB: first {self.memory[0]:.1f}, second fifth {early:.1f}, last fifth {late:.1f}, "
            f"most {max(self.memory):.1f}"
        )
        faults = []
        if late > early * 1.05 + 1:
            faults.append(f"memory grew from {early:.1f} to {late:.1f} MiB")
        if status != 0:
            faults.append(f"the gateway ended with {status}")
        if pending != 0:
            faults.append(f"{pending} requests are still pending with no client left")
        if not self.counts[200] or self.counts[500] or self.counts[503]:
            faults.append("answers that should not be, or none")
        for fault in faults:
            print(f"FAILED: {fault}")
        return 1 if faults else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--loops", type=int, default=2)
    parser.add_argument("--clients", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    if options.port == 0:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            options.port = probe.getsockname()[1]
    return asyncio.run(Soak(options).run())


if __name__ == "__main__":
    sys.exit(main())
