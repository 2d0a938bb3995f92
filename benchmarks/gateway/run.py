#!/usr/bin/env python3
"""Measures the gateway against nginx, HAProxy and Caddy: CPU per request, requests per second, latency, memory.

The peers do four duties: check the key, limit the rate, limit the concurrency, keep connections to the upstream
alive (Caddy, which has no rate limit of its own, does the other three). The gateway does these and all its others:
identifiers, deadlines, exact split, size limits, translation, counters, traffic log. The upstream is an nginx that
answers at once over a unix socket. All run in one go, in turn, round after round; figures are medians over the rounds.
With several numbers of endpoints the gateway runs once with each, to show what a large table costs.

usage: run.py GATEWAY-PROGRAM [--seconds S] [--rounds N] [--connections 1,8,64,256] [--loops 1,2]
              [--endpoints 1,10000] [--servers nginx,haproxy,caddy,gateway] [--output FILE]
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
# Started by root, nginx would give up the right to open the sockets in our folder.
USER = "user root;" if os.geteuid() == 0 else ""
KEY = "benchmark-key-benchmark-key"

UPSTREAM = """
{user} daemon off; worker_processes 1; pid {run}/up.pid; error_log {run}/up.log error;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; client_body_temp_path {run}/up_body;
  proxy_temp_path {run}/t1; fastcgi_temp_path {run}/t2; uwsgi_temp_path {run}/t3; scgi_temp_path {run}/t4;
  server {{ listen unix:{run}/up.sock backlog=4096; location / {{
    default_type application/json; return 200 '{{"predictions": [152.13348416289594]}}'; }} }}
}}
"""

NGINX = """
{user} daemon off; worker_processes {loops}; pid {run}/nginx.pid; error_log {run}/nginx.log error;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; client_body_temp_path {run}/n_body;
  proxy_temp_path {run}/n1; fastcgi_temp_path {run}/n2; uwsgi_temp_path {run}/n3; scgi_temp_path {run}/n4;
  client_max_body_size 1536k; client_body_buffer_size 64k;
  map $http_authorization $known {{ default 0; "Bearer {key}" 1; }}
  limit_req_zone $server_name zone=rate:1m rate=1000000r/s;
  limit_conn_zone $server_name zone=places:1m;
  upstream model {{ server unix:{run}/up.sock; keepalive 512; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096 {reuse};
    location /api/v1/endpoint/bench/score {{
      if ($known = 0) {{ return 401; }}
      limit_req zone=rate burst=100000 nodelay; limit_conn places 1024;
      proxy_pass http://model/score; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header x-request-id $request_id; add_header x-request-id $request_id;
    }}
  }}
}}
"""

HAPROXY = """
global
  nbthread {loops}
  maxconn 4096
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  option http-keep-alive
backend rates
  stick-table type string len 32 size 1k expire 10s store http_req_rate(1s)
frontend in
  bind 127.0.0.1:{port}
  acl known req.hdr(Authorization) -m str "Bearer {key}"
  http-request deny deny_status 401 if !known
  http-request track-sc0 str(bench) table rates
  http-request deny deny_status 429 if {{ sc_http_req_rate(0,rates) gt 1000000 }}
  http-request replace-path .* /score
  unique-id-format %{{+X}}o\\ %ci:%cp_%fi:%fp_%Ts_%rt:%pid
  unique-id-header x-request-id
  default_backend model
backend model
  http-reuse always
  server one unix@{run}/up.sock maxconn 1024 pool-max-conn 512
"""

CADDY = """
{{
  admin off
  auto_https off
  log {{
    output discard
  }}
}}
http://:{port} {{
  bind 127.0.0.1
  @stranger not header Authorization "Bearer {key}"
  respond @stranger 401
  rewrite * /score
  request_header x-request-id {{http.request.uuid}}
  reverse_proxy unix/{run}/up.sock {{
    transport http {{
      keepalive_idle_conns_per_host 512
      max_conns_per_host 1024
    }}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"nothing listens on port {port}")


def processes(pid):
    """The process and its children."""
    found = [pid]
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/stat") as file:
                if int(file.read().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(int(entry))
        except OSError:
            pass
    return found


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat") as file:
                total += int(file.read().split()[0])
    return total / 1e9


def memory_mib(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/status") as file:
            total += int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))
    return total / 1024


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.run = tempfile.mkdtemp(prefix="berth-bench-")
        self.running = []

    def start(self, command, **variables):
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **variables}
        )
        self.running.append(process)
        return process

    def write(self, name, text):
        path = os.path.join(self.run, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def nginx(self, loops):
        port = free_port()
        text = NGINX.format(
            user=USER, run=self.run, port=port, loops=loops, key=KEY, reuse="reuseport" if loops > 1 else ""
        )
        return self.start(["nginx", "-c", self.write(f"nginx{loops}.conf", text)]), port

    def haproxy(self, loops):
        port = free_port()
        text = HAPROXY.format(run=self.run, port=port, loops=loops, key=KEY)
        return self.start(["haproxy", "-db", "-f", self.write(f"haproxy{loops}.cfg", text)]), port

    def caddy(self, loops):
        port = free_port()
        path = self.write(f"Caddyfile{loops}", CADDY.format(run=self.run, port=port, key=KEY))
        return self.start(["caddy", "run", "--adapter", "caddyfile", "--config", path], GOMAXPROCS=str(loops)), port

    def gateway(self, loops, endpoints):
        port = free_port()
        folder = os.path.join(self.run, f"gateway{loops}-{endpoints}")
        os.mkdir(folder)
        names = ["bench"] + [f"other{index}" for index in range(endpoints - 1)]
        table = {
            "revision": 1,
            "endpoints": [
                {
                    "name": name,
                    "workspace": "w",
                    "auth": {"kind": "keys", "sha256": [hashlib.sha256(KEY.encode()).hexdigest()] * 2},
                    "limits": {"requestsPerSecond": 1_000_000},
                    "deployments": [
                        {
                            "name": deployment,
                            "maxConcurrentRequestsPerInstance": 512,
                            "instances": [{"id": f"{name}-{deployment}", "addresses": [f"unix:{self.run}/up.sock"]}],
                        }
                        for deployment in ("blue", "green")
                    ],
                    "traffic": {"blue": 90, "green": 10},
                }
                for name in names
            ],
        }
        with open(os.path.join(folder, "routes.snapshot"), "w") as file:
            json.dump(table, file)
        log = os.path.join(folder, "traffic.jsonl")
        return self.start([self.arguments.program, folder, str(port), str(loops), log]), port

    def measure(self, process, port, connections):
        url = f"http://127.0.0.1:{port}/api/v1/endpoint/bench/score"
        command = ["wrk", "-t1", f"-c{connections}", "--latency", "-s", os.path.join(HERE, "post.lua")]
        subprocess.run([*command, "-d1", url], capture_output=True, check=True)
        pids = processes(process.pid)
        before = cpu_seconds(pids)
        text = subprocess.run(
            [*command, f"-d{self.arguments.seconds}", url], capture_output=True, check=True, text=True
        ).stdout
        cpu = cpu_seconds(pids) - before
        if "Non-2xx" in text:
            raise SystemExit(f"errors:\n{text}")
        requests = int(re.search(r"(\d+) requests in", text).group(1))
        return {
            "cpu": cpu / requests * 1e5,
            "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
            "p50": milliseconds(re.search(r"50%\s+(\S+)", text).group(1)),
            "p99": milliseconds(re.search(r"99%\s+(\S+)", text).group(1)),
            "rss": memory_mib(pids),
        }

    def end(self, keeps=0):
        """Ends all processes but the first `keeps`."""
        ending, self.running = self.running[keeps:], self.running[:keeps]
        for process in ending:
            process.send_signal(signal.SIGTERM)
        for process in ending:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def milliseconds(text):
    match = re.match(r"([\d.]+)(us|ms|s|m)$", text)
    if not match:
        return float("nan")
    return float(match.group(1)) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[match.group(2)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", default="1,8,64,256")
    parser.add_argument("--loops", default="1,2")
    parser.add_argument("--endpoints", default="1")
    parser.add_argument("--servers", default="nginx,haproxy,caddy,gateway")
    parser.add_argument("--output", help="a file that gets the table too")
    arguments = parser.parse_args()
    bench = Bench(arguments)
    table = Table(arguments)
    try:
        bench.start(["nginx", "-c", bench.write("up.conf", UPSTREAM.format(user=USER, run=bench.run))])
        for loops in map(int, arguments.loops.split(",")):
            servers = start_servers(bench, loops)
            for connections in map(int, arguments.connections.split(",")):
                table.add(loops, connections, rounds(bench, servers, connections))
            bench.end(keeps=1)
    finally:
        bench.end()
        shutil.rmtree(bench.run, ignore_errors=True)
    return 0


def start_servers(bench, loops):
    """Each server with its process and port; what is not installed is left out, and said."""
    servers = {}
    counts = [int(count) for count in bench.arguments.endpoints.split(",")]
    for name in bench.arguments.servers.split(","):
        if name == "gateway":
            for count in counts:
                label = name if len(counts) == 1 else f"{name}, {count} endpoints"
                servers[label] = bench.gateway(loops, count)
        elif shutil.which(name):
            servers[name] = getattr(bench, name)(loops)
        else:
            print(f"{name} is not installed and is left out: see install.sh", file=sys.stderr)
    for _, port in servers.values():
        wait_for(port)
    return servers


def rounds(bench, servers, connections):
    """Medians by server; each round begins with another one."""
    names = list(servers)
    results = {name: [] for name in names}
    for turn in range(bench.arguments.rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            results[name].append(bench.measure(*servers[name], connections))
    return {
        name: {key: statistics.median(one[key] for one in every) for key in every[0]} for name, every in results.items()
    }


class Table:
    def __init__(self, arguments):
        self.output = open(arguments.output, "w", encoding="utf-8") if arguments.output else None
        self.line(
            f"{arguments.rounds} rounds of {arguments.seconds} s; load average at the start {os.getloadavg()[0]:.1f} on "
            f"{os.cpu_count()} cores\n"
        )
        self.line("| loops | connections | server | CPU s / 100k | vs nginx | requests/s | p50 ms | p99 ms | RSS MiB |")
        self.line("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")

    def line(self, text):
        print(text, flush=True)
        if self.output:
            print(text, file=self.output, flush=True)

    def add(self, loops, connections, medians):
        base = next(iter(medians.values())) if "nginx" not in medians else medians["nginx"]
        for name, one in medians.items():
            self.line(
                f"| {loops} | {connections} | {name} | {one['cpu']:.2f} | {one['cpu'] / base['cpu']:.2f} "
                f"| {one['rps']:.0f} | {one['p50']:.2f} | {one['p99']:.2f} | {one['rss']:.1f} |"
            )


if __name__ == "__main__":
    sys.exit(main())
