"""A container engine and registries of the tests' own, started by scripts/test-engine.sh and ended by their process ids."""

import base64
import gzip
import hashlib
import http.client
import http.server
import io
import json
import os
import shutil
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "scripts", "test-engine.sh")
BASE = "berth-test/base:1"
# The bridge of the engine: an address that is not loopback, so that certificates are checked.
BRIDGE = "172.30.77.1"


def free_port(host="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class EngineConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Engine:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="berth-engine-")
        self.socket = os.path.join(self.folder, "docker.sock")
        self.host = "unix://" + self.socket
        self.start()
        self.script("image", BASE)

    def script(self, *arguments, check=True, environment=None):
        return subprocess.run(
            [SCRIPT, *arguments], env=dict(os.environ, DOCKER_HOST=self.host, **(environment or {})), check=check,
            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

    def start(self):
        self.script("start", self.folder)

    def kill(self):
        self.script("kill", self.folder)

    def close(self):
        self.script("stop", self.folder, check=False)

    def call(self, method, path, body=None, headers=None):
        connection = EngineConnection(self.socket)
        try:
            data = json.dumps(body) if isinstance(body, (dict, list)) else body
            kind = {"Content-Type": "application/json"} if isinstance(body, (dict, list)) else {}
            connection.request(method, path, data, dict(kind, **(headers or {})))
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer.status} {text[:500]}")
        return text

    def containers(self, home=None):
        """Containers of a home, all states, as the engine lists them."""
        found = json.loads(self.call("GET", "/containers/json?all=1"))
        return [one for one in found if home is None or one["Labels"].get("berth.home", "").startswith(home)]

    def image(self, dockerfile, files=None, tag="berth-test/image:1"):
        """Builds an image from a text and files."""
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            for name, text in dict(files or {}, Dockerfile=dockerfile).items():
                info = tarfile.TarInfo(name)
                info.size = len(text.encode())
                tar.addfile(info, io.BytesIO(text.encode()))
        answer = self.call("POST", "/build?rm=1&t=" + urllib.parse.quote(tag), archive.getvalue(),
                           {"Content-Type": "application/x-tar"})
        last = json.loads(answer.splitlines()[-1])
        if "error" in last:
            raise AssertionError(last["error"])
        return tag

    def push(self, image, target, user=None):
        repository, _, tag = target.rpartition(":")
        self.call("POST", f"/images/{image}/tag?" + urllib.parse.urlencode({"repo": repository, "tag": tag}))
        credentials = base64.urlsafe_b64encode(json.dumps(user or {}).encode()).decode()
        answer = self.call("POST", f"/images/{repository}/push?tag={tag}", b"", {"X-Registry-Auth": credentials})
        if b'"error"' in answer:
            raise AssertionError(answer[-500:])
        self.call("DELETE", f"/images/{target}")
        return target


class Registry:
    def __init__(self, engine, host="127.0.0.1", tls=False, tokens=False):
        self.folder = tempfile.mkdtemp(prefix="berth-registry-")
        self.engine = engine
        self.port = free_port()
        self.name = f"{host}:{self.port}"
        self.tokens = None
        environment = {"BERTH_TEST_REGISTRY_ADDRESS": host}
        more = []
        if tls:
            self.certificate("tls")
            environment["BERTH_TEST_REGISTRY_TLS"] = "1"
        if tokens:
            self.certificate("token")
            self.tokens = TokenServer(self.folder)
            more = ["berth-test", self.tokens.realm, "registry", f"{self.folder}/token.crt"]
        engine.script("registry", self.folder, str(self.port), *more, environment=environment)

    def certificate(self, name):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=berth-test",
             "-keyout", f"{self.folder}/{name}.key", "-out", f"{self.folder}/{name}.crt"],
            check=True, stderr=subprocess.DEVNULL)

    def close(self):
        self.engine.script("end", f"{self.folder}/registry.pid", check=False)
        if self.tokens:
            self.tokens.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def put(self, path, data, kind):
        request = urllib.request.Request(f"http://{self.name}{path}", data, {"Content-Type": kind}, method="PUT")
        return urllib.request.urlopen(request, timeout=20)

    def blob(self, repository, data):
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        start = urllib.request.Request(f"http://{self.name}/v2/{repository}/blobs/uploads/", b"", method="POST")
        place = urllib.request.urlopen(start, timeout=20).headers["Location"]
        separator = "&" if "?" in place else "?"
        self.put(urllib.parse.urlparse(place).path + "?" + urllib.parse.urlparse(place + separator + "digest="
                 + urllib.parse.quote(digest)).query, data, "application/octet-stream")
        return {"digest": digest, "size": len(data)}

    def foreign_image(self, repository, tag, processor):
        """An image of one empty layer that says it is for another processor."""
        layer = io.BytesIO()
        tarfile.open(fileobj=layer, mode="w").close()
        plain = layer.getvalue()
        config = json.dumps({
            "architecture": processor, "os": "linux", "config": {"Cmd": ["/x"]},
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(plain).hexdigest()]}}).encode()
        kinds = "application/vnd.docker"
        manifest = {
            "schemaVersion": 2, "mediaType": kinds + ".distribution.manifest.v2+json",
            "config": dict(self.blob(repository, config), mediaType=kinds + ".container.image.v1+json"),
            "layers": [dict(self.blob(repository, gzip.compress(plain, mtime=0)),
                            mediaType=kinds + ".image.rootfs.diff.tar.gzip")]}
        self.put(f"/v2/{repository}/manifests/{tag}", json.dumps(manifest).encode(), manifest["mediaType"])
        return f"{self.name}/{repository}:{tag}"


class TokenServer:
    """The registry's token server: `pusher` may all, `puller` may pull, `nobody` is known and may nothing."""

    RIGHTS = {"pusher": {"pull", "push"}, "puller": {"pull"}, "nobody": set()}

    def __init__(self, folder):
        outer = self
        self.key = f"{folder}/token.key"
        text = open(f"{folder}/token.crt", encoding="ascii").read()
        self.certificate = "".join(text.splitlines()[1:-1])
        public = subprocess.run(["openssl", "x509", "-in", f"{folder}/token.crt", "-pubkey", "-noout"], check=True,
                                stdout=subprocess.PIPE).stdout
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=public, check=True,
                             stdout=subprocess.PIPE).stdout
        name = base64.b32encode(hashlib.sha256(der).digest()[:30]).decode()
        self.key_id = ":".join(name[index:index + 4] for index in range(0, 48, 4))

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.realm = f"http://127.0.0.1:{self.server.server_port}/token"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler):
        query = urllib.parse.parse_qs(urllib.parse.urlparse(handler.path).query)
        header = handler.headers.get("Authorization", "")
        user, _, password = base64.b64decode(header[6:]).decode().partition(":") if header else ("", "", "")
        if header and (user not in self.RIGHTS or password != "pw"):
            return self.send(handler, 401, {"errors": [{"code": "UNAUTHORIZED", "message": "identity unknown"}]})
        access = []
        for scope in query.get("scope", []):
            kind, name, actions = scope.split(":")
            granted = sorted(set(actions.split(",")) & self.RIGHTS.get(user, set()))
            access.append({"type": kind, "name": name, "actions": granted})
        token = self.token(user, access)
        return self.send(handler, 200, {"token": token, "access_token": token, "expires_in": 300})

    def token(self, user, access):
        def part(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=")

        now = int(time.time())
        head = {"typ": "JWT", "alg": "RS256", "kid": self.key_id, "x5c": [self.certificate]}
        body = {"iss": "berth-test", "sub": user, "aud": "registry", "exp": now + 300, "nbf": now - 5, "iat": now,
                "jti": os.urandom(8).hex(), "access": access}
        signed = part(json.dumps(head).encode()) + b"." + part(json.dumps(body).encode())
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.key], input=signed, check=True,
                                   stdout=subprocess.PIPE).stdout
        return (signed + b"." + part(signature)).decode()

    @staticmethod
    def send(handler, status, body):
        data = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
