#!/usr/bin/env python3
"""crash.py BINARY [ROUNDS [SEED]]: `kill -9` of the real `serve` at random moments of create, update and delete.

Nothing that was accepted may be lost, nothing done twice, nothing left behind: after each restart everything must have come
to rest within 10 s, with exactly the launched instances, folders and sockets that the endpoints want.
"""

import os
import random
import signal
import sys
import time

from berth import score
from run import share_uv
from server_bench import BINARY, Server

ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 12
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else random.randrange(1 << 30)
SETTLED = 10

SCRIPT = '''
import os
def init():
    global version
    version = int(os.environ["VERSION"])
def run(raw_data):
    return version
'''


class World:
    """A server, and what was accepted of it so far."""

    def __init__(self):
        self.server = Server(BINARY)
        self.server.serve()
        self.server.project(SCRIPT)
        self.folder = os.path.join(self.server.root, "project")
        self.wanted = {}
        self.version = 0

    def path(self, endpoint, deployment=None):
        root = f"{self.server.workspace}/onlineEndpoints/{endpoint}"
        return root if deployment is None else f"{root}/deployments/{deployment}"

    def accepted(self, method, path, body=None):
        """The answer, or None where the server died before it gave one: then both outcomes are right."""
        try:
            return self.server.as_machine_owner(method, path, body)
        except (OSError, ValueError, AssertionError):
            return None

    def deploy(self, endpoint):
        self.version += 1
        return self.accepted("PUT", self.path(endpoint, "blue"), {
            "location": "local", "sku": {"name": "Default", "capacity": 1},
            "properties": {
                "endpointComputeType": "Managed", "instanceType": "Standard_DS3_v2",
                "codeConfiguration": {"codeId": f"file://{self.folder}/code", "scoringScript": "score.py"},
                "environmentVariables": {"VERSION": str(self.version)},
                "berthEnvironment": {"image": "any", "condaFile": "dependencies:\n  - python=3\n"}}})

    def act(self, choice):
        """One change; what is known of it afterwards is in `wanted`: a version, a set of possible ones, None (gone)."""
        endpoint = choice.choice(["one", "two"])
        known = self.wanted.get(endpoint, {None})
        if known == {None}:
            made = self.accepted("PUT", self.path(endpoint), {"location": "local", "properties": {"authMode": "Key"}})
            if made is None or made[0] >= 300:
                self.wanted[endpoint] = {None, "empty"}
                return f"create {endpoint}: {made and made[0]}"
            self.wanted[endpoint] = {"empty"}
        if choice.random() < 0.25 and known != {None}:
            gone = self.accepted("DELETE", self.path(endpoint))
            self.wanted[endpoint] = {None} if gone and gone[0] in (202, 204) else self.wanted[endpoint] | {None}
            return f"delete {endpoint}: {gone and gone[0]}"
        before = self.wanted[endpoint]
        answer = self.deploy(endpoint)
        if answer is None:
            self.wanted[endpoint] = before | {self.version}
        elif answer[0] in (200, 201):
            self.wanted[endpoint] = {self.version}
        return f"deploy {endpoint} version {self.version}: {answer and answer[0]}"

    # What must hold once all has come to rest.

    def problem(self):
        listed = self.server.as_machine_owner("GET", f"{self.server.workspace}/onlineEndpoints")[1]["value"]
        names = {entry["name"]: entry for entry in listed}
        expected = 0
        for endpoint, possible in self.wanted.items():
            if endpoint not in names:
                if None not in possible:
                    return f"{endpoint} is lost, wanted {possible}"
                continue
            if possible == {None}:
                return f"{endpoint} is still there"
            if names[endpoint]["properties"]["provisioningState"] != "Succeeded":
                return f"{endpoint} is {names[endpoint]['properties']['provisioningState']}"
            found = self.server.as_machine_owner("GET", self.path(endpoint) + "/deployments")[1]["value"]
            versions = possible - {None, "empty"}
            if not found:
                if "empty" not in possible:
                    return f"the deployment of {endpoint} is lost, wanted {possible}"
                continue
            state = found[0]["properties"]["provisioningState"]
            if state != "Succeeded":
                return f"the deployment of {endpoint} is {state}"
            version = int(found[0]["properties"]["environmentVariables"]["VERSION"])
            if version not in versions:
                return f"{endpoint} has version {version}, wanted {versions}"
            if found[0]["properties"].get("berthReadyInstances") != 1:
                return f"{endpoint} has no ready instance"
            answer = self.ask(endpoint)
            if answer != (200, str(version)):
                return f"{endpoint} answers {answer}, wanted version {version}"
            expected += 1
        launched = self.server.pids("berth launch")
        if len(launched) != expected:
            return f"{len(launched)} instances run, {expected} are wanted"
        gateways = self.server.pids("berth gateway")
        if len(gateways) != 1:
            return f"{len(gateways)} gateways run"
        return None

    def ask(self, endpoint):
        keys = self.server.as_machine_owner("POST", self.path(endpoint) + "/listKeys")[1]
        status, body, _ = score(
            f"http://localhost:{self.server.gateway_port}/api/v1/endpoint/{endpoint}/score",
            headers={"Authorization": f"Bearer {keys['primaryKey']}", "azureml-model-deployment": "blue"})
        return status, body

    def settle(self, history, limit=SETTLED):
        start = time.monotonic()
        while True:
            problem = self.problem()
            if problem is None:
                return time.monotonic() - start
            if time.monotonic() - start > limit:
                raise AssertionError(f"after {limit} s: {problem}\n" + "\n".join(history[-12:]) + "\n" + self.server.log()[-4000:])
            time.sleep(0.05)


def main():
    share_uv()
    print(f"{ROUNDS} rounds, seed {SEED}", flush=True)
    choice = random.Random(SEED)
    world = World()
    history, slowest = [], 0.0
    try:
        # The environment is made once, which takes longer than what is measured here.
        world.accepted("PUT", world.path("one"), {"location": "local", "properties": {"authMode": "Key"}})
        world.deploy("one")
        world.wanted["one"] = {world.version}
        world.settle(history, 120)
        for number in range(ROUNDS):
            actions = [world.act(choice) for _ in range(choice.randrange(1, 3))]
            moment = choice.random() * choice.choice([0.02, 0.2, 1.0])
            time.sleep(moment)
            world.server.end(signal.SIGKILL)
            history.append(f"round {number}: {'; '.join(actions)}; killed after {moment:.3f} s")
            world.server.serve()
            slowest = max(slowest, world.settle(history))
        for endpoint in list(world.wanted):
            world.accepted("DELETE", world.path(endpoint))
            world.wanted[endpoint] = {None}
        world.settle(history)
        left = [name for name in os.listdir(os.path.join(world.server.home, "instances"))
                if os.path.exists(os.path.join(world.server.home, "instances", name, "run", "worker-00.sock"))]
        assert not left, f"sockets are left: {left}"
    finally:
        world.server.close()
    print(f"{ROUNDS} kills: nothing lost, nothing done twice, nothing left; at rest within {slowest:.1f} s of each start")
    print("1 passed, 0 failed, 0 skipped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
