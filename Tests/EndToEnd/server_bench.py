"""A server of one's own for a test: `berth serve` on free ports, HTTPS with its own authority, and its owner's token."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid

from berth import Berth, eventually, score
from run import ECHO

BINARY = os.path.abspath(sys.argv[1]) if len(sys.argv) > 1 else None
ML = "providers/Microsoft.MachineLearningServices/workspaces"


TOKENS = '''
import json, os, urllib.request
def init():
    pass
def run(raw_data):
    name, header = {"msi": ("MSI", "secret"), "app": ("IDENTITY", "X-IDENTITY-HEADER")}[json.loads(raw_data)]
    word = os.environ["MSI_SECRET" if name == "MSI" else "IDENTITY_HEADER"]
    request = urllib.request.Request(
        os.environ[name + "_ENDPOINT"] + "?api-version=2019-08-01&resource=https://storage.azure.com/", headers={header: word})
    with urllib.request.urlopen(request, timeout=4) as answer:
        return json.load(answer)
'''


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server(Berth):
    """A server on ports of its own."""

    def __init__(self, binary):
        super().__init__(binary)
        self.port, self.gateway_port, self.gateway_tls_port = free_port(), free_port(), free_port()
        self.base = f"https://localhost:{self.port}"
        self.process = None

    def serve(self):
        log = open(os.path.join(self.root, "serve.log"), "ab")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--port", str(self.port), "--gateway-port", str(self.gateway_port),
             "--gateway-tls-port", str(self.gateway_tls_port)],
            env=self.environment, cwd=self.root, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        eventually(self.is_ready, 30, f"the server's start\n{self.log()}")

    def log(self):
        with open(os.path.join(self.root, "serve.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended: {self.process.returncode}\n{self.log()}")
        try:
            return self.call("GET", "/metadata/endpoints?api-version=2019-05-01", token=None)[0] == 200
        except (OSError, ValueError):
            return False

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(30)

    @property
    def trust(self):
        return ssl.create_default_context(cafile=os.path.join(self.home, "ca.pem"))

    @property
    def owner(self):
        with open(os.path.join(self.home, "identity", "owner.json"), encoding="utf-8") as file:
            return json.load(file)

    def call(self, method, path, body=None, token="owner", headers=None, raw=None):
        """(status, JSON or text, headers); with the owner's token unless another or none is wanted."""
        if token == "owner":
            token = self.token()
        data = raw if raw is not None else (None if body is None else json.dumps(body).encode())
        head = {"Content-Type": "application/json", **(headers or {})}
        if token is not None:
            head["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.base + path, data, head, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.trust) as answer:
                return answer.status, self.read(answer), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, self.read(error), error.headers

    @staticmethod
    def read(answer):
        text = answer.read().decode()
        try:
            return json.loads(text) if text else {}
        except ValueError:
            return text

    def token(self, client=None, secret=None, resource=None):
        owner = self.owner
        form = urllib.parse.urlencode({
            "grant_type": "client_credentials", "client_id": client or owner["client_id"],
            "client_secret": secret or owner["client_secret"], "scope": f"{resource or self.base}/.default"})
        status, body, _ = self.call(
            "POST", "/adfs/oauth2/v2.0/token", token=None, raw=form.encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"})
        if status != 200:
            raise AssertionError(f"no token: {status} {body}")
        return body["access_token"]

    @property
    def group(self):
        owner = self.owner
        return f"/subscriptions/{owner['subscription']}/resourceGroups/{owner['resource_group']}"

    @property
    def workspace(self):
        return f"{self.group}/{ML}/{self.owner['workspace']}"

    def as_machine_owner(self, method, path, body=None):
        """Over the unix socket, where files of this machine may be named."""
        connection = http.client.HTTPConnection("localhost", timeout=60)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(60)
        connection.sock.connect(os.path.join(self.home, "run", "serve.sock"))
        connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
        with connection.getresponse() as answer:
            found = answer.status, self.read(answer), answer.headers
        connection.close()
        return found

    def deploy_blue(self, endpoint, script=ECHO):
        """A deployment `blue` of the endpoint with all of its traffic."""
        self.project(script)
        folder = os.path.join(self.root, "project")
        status, made, headers = self.as_machine_owner("PUT", f"{endpoint['id']}/deployments/blue", {
            "location": "local", "sku": {"name": "Default", "capacity": 1},
            "properties": {
                "endpointComputeType": "Managed", "instanceType": "Standard_DS3_v2",
                "codeConfiguration": {"codeId": f"file://{folder}/code", "scoringScript": "score.py"},
                "berthModel": {"path": f"{folder}/model.txt", "type": "custom_model"},
                "berthEnvironment": {"image": "any", "condaFile": "dependencies:\n  - python=3\n"}}})
        assert status == 201, made
        operation = headers["Azure-AsyncOperation"]
        def ended():
            found = self.as_machine_owner("GET", operation)[1]
            return found["status"] != "InProgress" and found
        outcome = eventually(ended, 120, "the deployment")
        assert outcome["status"] == "Succeeded", outcome
        endpoint["properties"]["traffic"] = {"blue": 100}
        status, made, _ = self.call("PUT", endpoint["id"], endpoint)
        assert status == 200, made
        return made

    def put_endpoint(self, name, mode="Key", **properties):
        return self.call("PUT", f"{self.workspace}/onlineEndpoints/{name}", {
            "location": "local", "tags": {}, "identity": {"type": "SystemAssigned"},
            "properties": {"authMode": mode, "properties": {}, "traffic": {}, "mirrorTraffic": {}, **properties}})

    def assign(self, role, principal, scope):
        return self.call("PUT", f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}",
                         {"properties": {"roleDefinitionId": role, "principalId": principal}})

    def principal(self, name="somebody"):
        """(object id, token) of a new service principal without a role."""
        status, made, _ = self.call("PUT", f"/providers/Microsoft.Authorization/servicePrincipals/{name}", {})
        assert status == 201, made
        return made["id"], lambda resource=None: self.token(made["appId"], made["password"], resource)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.run("stop", check=False, timeout=60)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.end_all()


class Case(unittest.TestCase):
    def setUp(self):
        self.server = Server(BINARY)
        self.addCleanup(self.server.close)
        self.server.serve()

    def check(self, expected, answer):
        self.assertEqual(expected, answer[0], answer[1])
        return answer[1]
