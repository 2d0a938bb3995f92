#!/usr/bin/env python3
"""Measures the gateway with TLS against nginx and HAProxy with TLS: CPU per request, requests per second, latency, memory.

The duties are those of run.py: the peers check the key, limit rate and concurrency and keep upstream connections alive;
the gateway does all that it always does. Every server has the same certificate (ECDSA P-256) and TLS 1.3 with
TLS_AES_128_GCM_SHA256. The clients' connections stay open, so what is measured is the work for each request, not the
handshake. With `--protocol h2` the clients are h2load's, 8 streams a connection, and HAProxy is left out.

usage: tls.py GATEWAY-PROGRAM [--protocol https|h2] [--seconds S] [--rounds N] [--connections 1,8,64,256] [--loops 1,2]
"""
import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

from run import HERE, KEY, UPSTREAM, USER, cpu_seconds, free_port, memory_mib, milliseconds, processes, wait_for

NGINX = """
{user} daemon off; worker_processes {loops}; pid {run}/nginx.pid; error_log {run}/nginx.log error;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; client_body_temp_path {run}/n_body;
  proxy_temp_path {run}/n1; fastcgi_temp_path {run}/n2; uwsgi_temp_path {run}/n3; scgi_temp_path {run}/n4;
  client_max_body_size 1536k; client_body_buffer_size 64k;
  map $http_authorization $known {{ default 0; "Bearer {key}" 1; }}
  limit_req_zone $server_name zone=rate:1m rate=1000000r/s;
  limit_conn_zone $server_name zone=places:1m;
  upstream model {{ server unix:{run}/up.sock; keepalive 512; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=4096 {reuse} ssl {http2};
    ssl_certificate {run}/certificate.pem; ssl_certificate_key {run}/key.pem; ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:1m; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
    http2_max_concurrent_streams 100;
    location /api/v1/endpoint/bench/score {{
      if ($known = 0) {{ return 401; }}
      limit_req zone=rate burst=100000 nodelay; limit_conn places 4096;
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
  bind 127.0.0.1:{port} ssl crt {run}/both.pem ssl-min-ver TLSv1.2 ciphersuites TLS_AES_128_GCM_SHA256
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


class SecureBench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.run = tempfile.mkdtemp(prefix="berth-bench-")
        self.running = []
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", f"{self.run}/key.pem", "-out", f"{self.run}/certificate.pem", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, capture_output=True,
        )  # fmt: skip
        both = []
        for name in ("certificate", "key"):
            with open(f"{self.run}/{name}.pem") as file:
                both.append(file.read())
        self.write("both.pem", "".join(both))

    def start(self, command):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.running.append(process)
        return process

    def write(self, name, text):
        path = os.path.join(self.run, name)
        with open(path, "w") as file:
            file.write(text)
        return path

    def filled(self, text, port, loops):
        http2 = "http2" if self.arguments.protocol == "h2" else ""
        reuse = "reuseport" if loops > 1 else ""
        return text.format(user=USER, run=self.run, port=port, loops=loops, key=KEY, http2=http2, reuse=reuse)

    def nginx(self, loops):
        port = free_port()
        return self.start(["nginx", "-c", self.write(f"nginx{loops}.conf", self.filled(NGINX, port, loops))]), port

    def haproxy(self, loops):
        port = free_port()
        path = self.write(f"haproxy{loops}.cfg", self.filled(HAPROXY, port, loops))
        return self.start(["haproxy", "-db", "-f", path]), port

    def gateway(self, loops):
        port = free_port()
        folder = os.path.join(self.run, f"gateway{loops}")
        os.mkdir(folder)
        deployments = [
            {
                "name": name,
                "maxConcurrentRequestsPerInstance": 2048,
                "instances": [{"id": name, "addresses": [f"unix:{self.run}/up.sock"]}],
            }
            for name in ("blue", "green")
        ]
        endpoint = {
            "name": "bench",
            "workspace": "w",
            "auth": {"kind": "keys", "sha256": [hashlib.sha256(KEY.encode()).hexdigest()] * 2},
            "limits": {"requestsPerSecond": 1_000_000},
            "deployments": deployments,
            "traffic": {"blue": 90, "green": 10},
        }
        with open(os.path.join(folder, "routes.snapshot"), "w") as file:
            json.dump({"revision": 1, "endpoints": [endpoint]}, file)
        log = os.path.join(folder, "traffic.jsonl")
        certificate = [f"{self.run}/certificate.pem", f"{self.run}/key.pem"]
        return self.start([self.arguments.program, folder, "0", str(loops), log, str(port), *certificate]), port

    def measure(self, process, port, connections):
        url = f"https://localhost:{port}/api/v1/endpoint/bench/score"
        run = self.load_streams if self.arguments.protocol == "h2" else self.load
        run(url, connections, 1)
        pids = processes(process.pid)
        before = cpu_seconds(pids)
        requests, figures = run(url, connections, self.arguments.seconds)
        figures["cpu"] = (cpu_seconds(pids) - before) / requests * 1e5
        figures["rss"] = memory_mib(pids)
        return figures

    def load(self, url, connections, seconds):
        script = os.path.join(HERE, "post.lua")
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--latency", "-s", script, url]
        text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        if "Non-2xx" in text or "Socket errors" in text:
            raise SystemExit(f"errors:\n{text}")
        return int(re.search(r"(\d+) requests in", text).group(1)), {
            "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)),
            "p50": milliseconds(re.search(r"50%\s+(\S+)", text).group(1)),
            "p99": milliseconds(re.search(r"99%\s+(\S+)", text).group(1)),
        }

    def load_streams(self, url, connections, seconds):
        with open(os.path.join(HERE, "post.lua")) as file:
            body = self.write("body.json", re.search(r"body = '(.*)'", file.read()).group(1))
        command = ["h2load", "-t1", f"-c{connections}", "-m8", f"-D{seconds}", "-d", body]
        command += ["-H", "Content-Type: application/json", "-H", f"Authorization: Bearer {KEY}", url]
        text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        found = re.search(r"status codes: (\d+) 2xx, 0 3xx, 0 4xx, 0 5xx", text)
        if not found or not re.search(r" 0 failed, 0 errored", text):
            raise SystemExit(f"errors:\n{text}")
        # h2load tells the mean, not the percentiles.
        mean = milliseconds(re.search(r"time for request:\s+\S+\s+\S+\s+(\S+)", text).group(1))
        rate = float(re.search(r"([\d.]+) req/s", text).group(1))
        return int(found.group(1)), {"rps": rate, "p50": mean, "p99": float("nan")}

    def end(self):
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(self.run, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--protocol", choices=["https", "h2"], default="https")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", default="1,8,64,256")
    parser.add_argument("--loops", default="1,2")
    arguments = parser.parse_args()
    bench = SecureBench(arguments)
    names = ["nginx", "gateway"] if arguments.protocol == "h2" else ["nginx", "haproxy", "gateway"]
    try:
        upstream = UPSTREAM.format(user=USER, run=bench.run)
        bench.start(["nginx", "-c", bench.write("up.conf", upstream)])
        middle = "mean ms | –" if arguments.protocol == "h2" else "p50 ms | p99 ms"
        print(f"| loops | connections | server | CPU s / 100k | vs nginx | requests/s | {middle} | RSS MiB |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for loops in map(int, arguments.loops.split(",")):
            servers = {name: getattr(bench, name)(loops) for name in names}
            for _, port in servers.values():
                wait_for(port)
            for connections in map(int, arguments.connections.split(",")):
                results = {name: [] for name in names}
                for turn in range(arguments.rounds):
                    shift = turn % len(names)
                    for name in names[shift:] + names[:shift]:
                        results[name].append(bench.measure(*servers[name], connections))
                medians = {
                    name: {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
                    for name, rounds in results.items()
                }
                for name, one in medians.items():
                    ratio = one["cpu"] / medians["nginx"]["cpu"]
                    print(
                        f"| {loops} | {connections} | {name} | {one['cpu']:.2f} | {ratio:.2f} | {one['rps']:.0f} "
                        f"| {one['p50']:.2f} | {one['p99']:.2f} | {one['rss']:.1f} |",
                        flush=True,
                    )
    finally:
        bench.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
