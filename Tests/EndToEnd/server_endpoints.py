"""Endpoints of a server: their shape, keys, tokens, states and what is kept of changes."""

import base64
import json
import os
import urllib.request
import uuid

from berth import score
from run import ECHO
from server_bench import Case, ML, TOKENS


class Endpoints(Case):
    def test_shape(self):
        status, made, headers = self.server.put_endpoint("demo")
        self.assertEqual(201, status)
        self.assertEqual("Succeeded", made["properties"]["provisioningState"])
        for key in ("traffic", "mirrorTraffic", "properties"):
            self.assertIsInstance(made["properties"][key], dict)
        self.assertTrue(headers["Azure-AsyncOperation"].startswith(self.server.base), headers)
        self.assertIn("operations", headers["Azure-AsyncOperation"])
        path = headers["Azure-AsyncOperation"][len(self.server.base):]
        self.assertEqual("Succeeded", self.check(200, self.server.call("GET", path))["status"])
        uri = made["properties"]["properties"]["AzureAsyncOperationUri"]
        self.assertEqual(headers["Azure-AsyncOperation"], uri)
        # What clients send back does not become the user's own.
        status, again, _ = self.server.call("PUT", made["id"], made)
        self.assertEqual(200, status)
        shown = self.check(200, self.server.call("GET", made["id"]))
        self.assertEqual({}, shown["properties"]["properties"])
        self.assertEqual("Succeeded", again["properties"]["provisioningState"])
        self.check(204, self.server.call("DELETE", made["id"] + "x"))

    def test_keys(self):
        made = self.server.deploy_blue(self.check(201, self.server.put_endpoint("demo")))
        keys = self.check(200, self.server.call("POST", f"{made['id']}/listKeys"))
        self.assertGreaterEqual(len(keys["primaryKey"]), 20)
        self.assertNotEqual(keys["primaryKey"], keys["secondaryKey"])
        uri = made["properties"]["scoringUri"]
        self.assertEqual(401, score(uri)[0])
        self.assertEqual(401, score(uri, headers={"Authorization": "Bearer wrong"})[0])
        secure = urllib.request.Request(
            uri.replace(f"http://localhost:{self.server.gateway_port}", f"https://localhost:{self.server.gateway_tls_port}"),
            b"[1]", {"Authorization": f"Bearer {keys['primaryKey']}", "Content-Type": "application/json"})
        with urllib.request.urlopen(secure, timeout=30, context=self.server.trust) as answer:
            self.assertEqual(200, answer.status)
        for key in keys.values():
            self.assertEqual(200, score(uri, headers={"Authorization": f"Bearer {key}"})[0])
        self.check(200, self.server.call(
            "POST", f"{made['id']}/regenerateKeys", {"keyType": "Primary", "keyValue": keys["primaryKey"]}))
        fresh = self.check(200, self.server.call("POST", f"{made['id']}/listKeys"))
        self.assertNotEqual(keys["primaryKey"], fresh["primaryKey"])
        self.assertEqual(keys["secondaryKey"], fresh["secondaryKey"])
        self.assertEqual(401, score(uri, headers={"Authorization": f"Bearer {keys['primaryKey']}"})[0])
        self.assertEqual(200, score(uri, headers={"Authorization": f"Bearer {fresh['primaryKey']}"})[0])

    def test_files_of_the_server_cannot_be_named_from_outside(self):
        made = self.check(201, self.server.put_endpoint("demo"))
        for properties in (
                {"codeConfiguration": {"codeId": "file:///etc", "scoringScript": "passwd"}},
                {"codeConfiguration": {"codeId": "/etc", "scoringScript": "passwd"}},
                {"berthModel": {"path": "/etc/passwd", "type": "custom_model"}},
                {"berthEnvironment": {"image": "any", "condaFilePath": "/etc/passwd"}}):
            answer = self.server.call("PUT", f"{made['id']}/deployments/blue", {
                "location": "local", "properties": {"instanceType": "Standard_DS3_v2", **properties}})
            self.assertIn("server's own machine", self.check(400, answer)["error"]["message"])

    def test_a_change_of_what_was_not_read_is_refused(self):
        made = self.check(201, self.server.put_endpoint("demo"))
        first = self.server.call("GET", made["id"])[2]["ETag"]
        body = {"location": "local", "properties": {"authMode": "Key", "description": "new"}}
        status, _, headers = self.server.call("PUT", made["id"], body, headers={"If-Match": first})
        self.assertEqual(200, status)
        self.assertNotEqual(first, headers["ETag"])
        for method, content in (("PUT", body), ("DELETE", None)):
            status, refused, _ = self.server.call(method, made["id"], content, headers={"If-Match": first})
            self.assertEqual(412, status)
            self.assertEqual("Conflict", refused["error"]["code"])
        self.assertEqual(412, self.server.call("PUT", made["id"] + "2", body, headers={"If-Match": "*"})[0])
        self.assertEqual(202, self.server.call("DELETE", made["id"], headers={"If-Match": headers["ETag"]})[0])

    def test_lists_come_in_pages(self):
        for number in range(5):
            self.check(201, self.server.put_endpoint(f"demo{number}"))
        names, path = [], f"{self.server.workspace}/onlineEndpoints?api-version=2022-02-01-preview&$top=2"
        while path:
            page = self.check(200, self.server.call("GET", path))
            self.assertLessEqual(len(page["value"]), 2)
            names += [entry["name"] for entry in page["value"]]
            path = page.get("nextLink", "")[len(self.server.base):]
        self.assertEqual([f"demo{number}" for number in range(5)], names)
        self.assertEqual(400, self.server.call("GET", f"{self.server.workspace}/onlineEndpoints?$top=0")[0])

    def test_audit_and_trace(self):
        status, made, headers = self.server.put_endpoint("demo")
        found = self.server.run("trace", headers["x-ms-request-id"]).json()
        self.assertEqual([("PUT", made["id"], 201)], [(e["what"], e["path"], e["status"]) for e in found["changes"]])
        self.assertIn("owner", found["changes"][0]["who"])
        self.assertEqual("127.0.0.1", found["changes"][0]["from"])
        self.assertEqual(["putEndpoint"], [entry["kind"] for entry in found["operations"]])
        self.assertEqual([], self.server.run("trace", str(uuid.uuid4())).json()["changes"])

    def test_backup_is_a_home(self):
        made = self.check(201, self.server.put_endpoint("demo"))
        keys = self.check(200, self.server.call("POST", f"{made['id']}/listKeys"))
        folder = os.path.join(self.server.root, "saved")
        self.server.run("backup", folder)
        self.assertEqual(1, self.server.run("backup", folder, check=False).status)
        self.check(202, self.server.call("DELETE", made["id"]))
        self.server.run("stop")
        self.server.process.wait(30)
        os.rename(self.server.home, self.server.home + ".old")
        os.rename(folder, self.server.home)
        self.server.serve()
        self.assertEqual(keys, self.check(200, self.server.call("POST", f"{made['id']}/listKeys")))

    def test_an_instance_gets_tokens_of_its_endpoint(self):
        made = self.check(201, self.server.put_endpoint("demo"))
        made = self.server.deploy_blue(made, TOKENS)
        key = self.check(200, self.server.call("POST", f"{made['id']}/listKeys"))["primaryKey"]
        for style in ("msi", "app"):
            status, body, _ = score(made["properties"]["scoringUri"], json.dumps(style), {"Authorization": f"Bearer {key}"})
            self.assertEqual(200, status, body)
            token = json.loads(body)["access_token"]
            claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
            self.assertEqual(made["identity"]["principalId"], claims["oid"])
            self.assertEqual("https://storage.azure.com", claims["aud"])

    def test_names_are_unique_on_a_server(self):
        self.check(201, self.server.put_endpoint("demo"))
        other = f"{self.server.group}/{ML}/other"
        self.check(201, self.server.call("PUT", other, {"location": "local"}))
        self.check(409, self.server.call("PUT", f"{other}/onlineEndpoints/demo", {"properties": {}}))
        self.check(404, self.server.call("PUT", f"{other}x/onlineEndpoints/new", {"properties": {}}))

    def test_local_goes_on_beside(self):
        self.server.endpoint("mine")
        self.server.deploy(self.server.project(ECHO).replace("demo", "mine"), check=False)
        listed = self.server.run("online-endpoint", "list", "--local").json()
        self.assertEqual(["mine"], [entry["name"] for entry in listed])
        self.assertEqual([], self.server.run("online-endpoint", "list").json())
