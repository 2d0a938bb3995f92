#!/usr/bin/env python3
"""server.py BINARY [NAME…]: `berth serve` as clients see it: HTTPS, tokens, roles, endpoints, restarts."""

import os
import signal
import subprocess
import sys
import unittest
import urllib.parse
import uuid

from berth import Berth, eventually, score
from run import share_uv
from server_bench import BINARY, Case, ML, free_port
from server_endpoints import Endpoints  # noqa: F401 -- its tests are run here


class Wire(Case):
    def test_metadata(self):
        old = self.check(200, self.server.call("GET", "/metadata/endpoints?api-version=2019-05-01", token=None))
        self.assertIsInstance(old, list)
        self.assertEqual(old[0]["resourceManager"], self.server.base + "/")
        new = self.check(200, self.server.call("GET", "//metadata/endpoints?api-version=2022-09-01", token=None))
        self.assertEqual(new["authentication"]["loginEndpoint"], self.server.base)
        self.assertEqual(new["suffixes"]["storage"], old[0]["suffixes"]["storage"])
        elsewhere = self.check(200, self.server.call(
            "GET", "/metadata/endpoints?api-version=2019-05-01", token=None, headers={"Host": "management.azure.com"}))
        self.assertEqual(elsewhere[0]["resourceManager"], "https://management.azure.com/")

    def test_files_are_for_the_owner_alone(self):
        for folder, _, names in os.walk(os.path.join(self.server.home, "identity")):
            self.assertEqual(os.stat(folder).st_mode & 0o77, 0)
            for name in names:
                self.assertEqual(os.stat(os.path.join(folder, name)).st_mode & 0o77, 0, name)
        with open(os.path.join(self.server.home, "berth.db"), "rb") as file:
            database = file.read()
        self.assertNotIn(self.server.owner["client_secret"].encode(), database)

    def test_token_service(self):
        tenant = self.server.owner["tenant"]
        for path in (f"/{tenant}/v2.0/.well-known/openid-configuration", "/adfs/.well-known/openid-configuration"):
            found = self.check(200, self.server.call("GET", path, token=None))
            self.assertTrue(found["token_endpoint"].startswith(self.server.base), found)
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": "nobody", "client_secret": "x"})
        refused = self.check(401, self.server.call(
            "POST", f"/{tenant}/oauth2/v2.0/token", token=None, raw=form.encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"}))
        self.assertEqual(refused["error"], "invalid_client")

    def test_without_a_good_token_there_is_nothing(self):
        scoring = self.server.token(resource="https://ml.azure.com")
        for token in (None, "x", "a.b.c", scoring):
            status, body, headers = self.server.call("GET", self.server.workspace, token=token)
            self.assertEqual(401, status)
            self.assertEqual("AuthenticationFailed", body["error"]["code"])
            self.assertIn("Bearer", headers["WWW-Authenticate"])

    def test_subscriptions_groups_workspaces(self):
        call, group = self.server.call, self.server.group
        listed = self.check(200, call("GET", "/subscriptions?api-version=2022-12-01"))["value"]
        self.assertEqual([self.server.owner["subscription"]], [entry["subscriptionId"] for entry in listed])
        shown = self.check(200, call("GET", self.server.workspace.replace("resourceGroups", "resourcegroups")))
        self.assertEqual(9, len(shown["properties"]["containerRegistry"].split("/")))
        other = f"/subscriptions/{self.server.owner['subscription']}/resourceGroups/vision"
        self.check(404, call("PUT", f"{other}/{ML}/eyes", {"location": "local"}))
        self.check(201, call("PUT", other, {"location": "local", "tags": {"a": "b"}}))
        self.check(201, call("PUT", f"{other}/{ML}/eyes", {"location": "local"}))
        self.check(200, call("PUT", f"{other}/{ML}/eyes", {"location": "local", "tags": {"x": "y"}}))
        self.check(409, call("PUT", f"{group}/{ML}/eyes", {"location": "local"}))
        self.assertEqual(["default", "eyes"], sorted(w["name"] for w in self.check(
            200, call("GET", f"/subscriptions/{self.server.owner['subscription']}/{ML}"))["value"]))
        self.check(409, call("DELETE", other))
        self.check(200, call("DELETE", f"{other}/{ML}/eyes"))
        self.check(200, call("DELETE", other))
        self.check(204, call("DELETE", other))

    def test_hostile_paths_and_bodies(self):
        call, workspace = self.server.call, self.server.workspace
        for path in (f"{workspace}/onlineEndpoints/%2e%2e", f"{workspace}/onlineEndpoints/a%2Fb",
                     f"{workspace}/onlineEndpoints/%00", f"{workspace}/onlineEndpoints/%zz"):
            status, body, _ = call("GET", path)
            self.assertEqual(400, status, path)
            self.assertEqual("BadArgument", body["error"]["code"])
        self.assertEqual(400, call("PUT", f"{workspace}/onlineEndpoints/demo", raw=b"{")[0])
        self.assertEqual(400, call("PUT", f"{workspace}/onlineEndpoints/demo", raw=b"[" * 100_000)[0])
        self.assertEqual(413, call("PUT", f"{workspace}/onlineEndpoints/demo", raw=b" " * (5 << 20))[0])
        self.assertEqual(404, call("GET", f"{workspace}/nothing/here")[0])


class Roles(Case):
    def test_who_may_do_what(self):
        server = self.server
        self.assertEqual(201, server.put_endpoint("demo")[0])
        endpoint = f"{server.workspace}/onlineEndpoints/demo"
        somebody, token = server.principal()
        self.assertEqual(403, server.call("GET", endpoint, token=token())[0])
        self.assertEqual([], self.check(200, server.call("GET", "/subscriptions", token=token()))["value"])
        assignment = self.check(201, server.assign("Reader", somebody, server.workspace))
        self.assertEqual(200, server.call("GET", endpoint, token=token())[0])
        self.assertEqual(1, len(self.check(200, server.call("GET", "/subscriptions", token=token()))["value"]))
        refused = self.check(403, server.call("POST", f"{endpoint}/listKeys", token=token()))
        self.assertEqual("AuthorizationFailed", refused["error"]["code"])
        self.assertIn("listKeys/action", refused["error"]["message"])
        self.assertEqual(403, server.call("PUT", endpoint, {}, token=token())[0])
        self.check(201, server.assign("AzureML Data Scientist", somebody, endpoint))
        self.assertEqual(200, server.call("POST", f"{endpoint}/listKeys", token=token())[0])
        self.assertEqual(403, server.call("DELETE", server.workspace, token=token())[0])
        self.assertEqual(200, server.call("DELETE", assignment["id"])[0])
        other = self.check(201, server.put_endpoint("other"))
        self.assertEqual(403, server.call("GET", other["id"], token=token())[0])

    def test_a_contributor_cannot_become_owner(self):
        server = self.server
        somebody, token = server.principal()
        self.check(201, server.assign("Contributor", somebody, "/"))
        self.check(403, server.call("PUT", "/providers/Microsoft.Authorization/servicePrincipals/x", {}, token=token()))
        owner = server.owner["client_id"]
        reset = f"/providers/Microsoft.Authorization/servicePrincipals/{owner}/credentials/new"
        self.check(403, server.call("PUT", reset, {}, token=token()))
        path = f"/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        self.check(403, server.call(
            "PUT", path, {"properties": {"roleDefinitionId": "Owner", "principalId": somebody}}, token=token()))

    def test_identities(self):
        server = self.server
        path = f"{server.group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reader"
        made = self.check(201, server.call("PUT", path, {"location": "local"}))
        again = self.check(200, server.call("PUT", path, {"location": "local"}))
        self.assertEqual(made["properties"], again["properties"])
        answer = server.call("PUT", f"{server.workspace}/onlineEndpoints/demo", {
            "location": "local", "identity": {"type": "UserAssigned", "userAssignedIdentities": {made["id"]: {}}},
            "properties": {"authMode": "Key"}})
        endpoint = self.check(201, answer)
        known = endpoint["identity"]["userAssignedIdentities"][made["id"]]
        self.assertEqual(made["properties"]["principalId"], known["principalId"])
        missing = server.call("PUT", f"{server.workspace}/onlineEndpoints/other", {
            "location": "local", "identity": {"type": "UserAssigned", "userAssignedIdentities": {path + "2": {}}},
            "properties": {}})
        self.assertEqual(400, missing[0])
        own = self.check(201, server.put_endpoint("own"))
        roles = self.check(200, server.call(
            "GET", f"/subscriptions/{server.owner['subscription']}/providers/Microsoft.Authorization/roleAssignments"))
        granted = {entry["properties"]["roleDefinitionName"] for entry in roles["value"]
                   if entry["properties"]["principalId"] == own["identity"]["principalId"]}
        self.assertEqual({"AcrPull", "Storage Blob Data Reader", "AzureML Metrics Writer (preview)"}, granted)


class Life(Case):
    def test_restart_keeps_everything(self):
        made = self.server.deploy_blue(self.check(201, self.server.put_endpoint("demo")))
        keys = self.check(200, self.server.call("POST", f"{made['id']}/listKeys"))
        launched = self.server.pids("berth launch")
        before = self.server.owner
        with open(os.path.join(self.server.home, "ca.pem"), encoding="utf-8") as file:
            authority = file.read()
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.server.end(number)
            # Scoring goes on without the control plane.
            uri = made["properties"]["scoringUri"]
            self.assertEqual(200, score(uri, headers={"Authorization": f"Bearer {keys['primaryKey']}"})[0])
            self.server.serve()
            self.assertEqual(200, score(uri, headers={"Authorization": f"Bearer {keys['primaryKey']}"})[0])
            self.assertEqual(launched, self.server.pids("berth launch"))
            self.assertEqual(before, self.server.owner)
            self.assertEqual(keys, self.check(200, self.server.call("POST", f"{made['id']}/listKeys")))
        with open(os.path.join(self.server.home, "ca.pem"), encoding="utf-8") as file:
            self.assertEqual(authority, file.read())

    def test_sigterm_ends_cleanly_and_stop_ends_everything(self):
        self.assertEqual(0, self.server.end())
        self.assertTrue(self.server.pids("berth gateway"))
        self.server.serve()
        self.server.run("stop")
        self.assertEqual(0, self.server.process.wait(30))
        eventually(lambda: not self.server.processes(), 30, f"the end of everything: {self.server.processes()}")

    def test_a_local_server_gives_way(self):
        self.server.run("stop")
        self.server.process.wait(30)
        self.server.endpoint("mine")
        self.server.serve()
        listed = self.server.run("online-endpoint", "list", "--local").json()
        self.assertEqual(["mine"], [entry["name"] for entry in listed])

    def test_a_second_server_is_refused(self):
        second = self.server.run("serve", "--port", str(free_port()), check=False)
        self.assertEqual(1, second.status)
        self.assertIn("another control plane", second.err)


class CommandLine(Case):
    def test_commands_find_the_server(self):
        run = self.server.run
        self.assertEqual("default", run("workspace", "show").json()["name"])
        made = run("online-endpoint", "create", "-n", "demo").json()
        self.assertEqual("key", made["auth_mode"])
        keys = run("online-endpoint", "get-credentials", "-n", "demo").json()
        fresh = run("online-endpoint", "regenerate-keys", "-n", "demo", "--key-type", "secondary").json()
        self.assertEqual(keys["primaryKey"], fresh["primaryKey"])
        self.assertNotEqual(keys["secondaryKey"], fresh["secondaryKey"])
        run("workspace", "create", "-n", "eyes", "-g", "vision", "-l", "local")
        names = [entry["name"] for entry in run("workspace", "list").json()]
        self.assertEqual(["default", "eyes"], names)
        self.assertEqual([], run("online-endpoint", "list", "-g", "vision", "-w", "eyes").json())
        run("configure", "--defaults", "group=vision", "workspace=eyes")
        self.assertEqual("eyes", run("workspace", "show", "--query", "name", "-o", "tsv").out.strip())
        run("configure", "--defaults", "group=", "workspace=")
        run("online-endpoint", "delete", "-n", "demo", "--yes")
        self.assertEqual([], run("online-endpoint", "list").json())

    def test_tokens(self):
        run = self.server.run
        run("online-endpoint", "create", "-n", "demo", "--auth-mode", "aml_token")
        path = f"{self.server.workspace}/onlineEndpoints/"
        uri = self.server.deploy_blue(self.server.call("GET", path + "demo")[1])["properties"]["scoringUri"]
        given = run("online-endpoint", "get-credentials", "-n", "demo").json()
        self.assertGreater(given["expiryTimeUtc"], given["refreshAfterTimeUtc"])
        self.assertEqual(200, score(uri, headers={"Authorization": f"Bearer {given['accessToken']}"})[0])
        self.assertEqual(401, score(uri, headers={"Authorization": f"Bearer {self.server.token()}"})[0])
        run("online-endpoint", "create", "-n", "aad", "--auth-mode", "aad_token")
        aad = self.server.deploy_blue(self.server.call("GET", path + "aad")[1])["properties"]["scoringUri"]
        token = run("online-endpoint", "get-credentials", "-n", "aad").json()["accessToken"]
        self.assertEqual(200, score(aad, headers={"Authorization": f"Bearer {token}"})[0])
        _, other = self.server.principal()
        stranger = other("https://ml.azure.com")
        self.assertEqual(403, score(aad, headers={"Authorization": f"Bearer {stranger}"})[0])

    def test_roles_identities_accounts(self):
        run = self.server.run
        identity = run("identity", "create", "-n", "reader").json()
        scope = run("workspace", "show", "--query", "storage_account", "-o", "tsv").out.strip()
        run("role", "assignment", "create", "--assignee-object-id", identity["principalId"],
            "--assignee-principal-type", "ServicePrincipal", "--role", "Storage Blob Data Reader", "--scope", scope)
        found = run("role", "assignment", "list", "--assignee", identity["principalId"], "--all").json()
        self.assertEqual(["Storage Blob Data Reader"], [entry["roleDefinitionName"] for entry in found])
        run("role", "assignment", "delete", "--ids", found[0]["id"])
        self.assertEqual([], run("role", "assignment", "list", "--assignee", identity["principalId"], "--all").json())
        self.assertEqual(self.server.owner["subscription"],
                         run("account", "show", "--query", "id", "-o", "tsv").out.strip())
        token = run("account", "get-access-token", "--query", "accessToken", "-o", "tsv").out.strip()
        self.assertEqual(200, self.server.call("GET", self.server.workspace, token=token)[0])
        wrong = run("role", "assignment", "create", "--assignee", identity["principalId"], "--role", "Raeder",
                    "--scope", scope, check=False)
        self.assertIn("did you mean `Reader`", wrong.err)

    def test_login_from_elsewhere(self):
        made = self.server.run(
            "ad", "sp", "create-for-rbac", "-n", "ci", "--role", "Reader", "--scopes", self.server.workspace).json()
        elsewhere = Berth(BINARY)
        self.addCleanup(elsewhere.close)
        refused = elsewhere.run("workspace", "show", check=False)
        self.assertEqual(2, refused.status)
        self.assertIn("berth login", refused.err)
        elsewhere.environment["AZURE_CLIENT_SECRET"] = made["password"]
        elsewhere.run("login", "--server", self.server.base, "--ca", os.path.join(self.server.home, "ca.pem"),
                      "-u", made["appId"])
        elsewhere.environment.pop("AZURE_CLIENT_SECRET")
        self.assertEqual("default", elsewhere.run("workspace", "show").json()["name"])
        denied = elsewhere.run("online-endpoint", "create", "-n", "demo", "-o", "json", check=False)
        self.assertEqual(1, denied.status)
        self.assertEqual("Forbidden", denied.diagnosis()["code"])
        elsewhere.run("logout")
        self.assertEqual(2, elsewhere.run("workspace", "show", check=False).status)

    def test_sdk_environment(self):
        text = self.server.run("sdk-env").out
        probe = subprocess.run(["sh", "-c", f"{text}\nenv"], stdout=subprocess.PIPE, text=True, check=True)
        set_now = dict(line.split("=", 1) for line in probe.stdout.splitlines() if "=" in line)
        self.assertEqual("adfs", set_now["AZURE_TENANT_ID"])
        self.assertEqual(self.server.owner["client_secret"], set_now["AZURE_CLIENT_SECRET"])
        self.assertTrue(os.path.exists(set_now["REQUESTS_CA_BUNDLE"]))


def main():
    share_uv()
    loader, module = unittest.defaultTestLoader, sys.modules[__name__]
    names = sys.argv[2:]
    suite = unittest.TestSuite()
    for name in names or ["Wire", "Roles", "Endpoints", "Life", "CommandLine"]:
        suite.addTests(loader.loadTestsFromName(name, module))
    outcome = unittest.TextTestRunner(verbosity=2).run(suite)
    failed = len(outcome.failures) + len(outcome.errors)
    skipped = len(outcome.skipped)
    print(f"{outcome.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
