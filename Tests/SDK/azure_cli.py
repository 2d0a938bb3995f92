"""The real azure-cli core against a server: what documented scripts use of it besides `az ml`."""

import json
import os
import subprocess

import venvs


class AzureCLI:
    def __init__(self, server):
        self.server = server
        self.az = os.path.join(os.path.dirname(venvs.python("azure-cli", venvs.CLI)), "az")
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("AZURE", "ARM_", "IDENTITY_", "MSI_"))}
        self.environment.update(
            HOME=server.root, AZURE_CONFIG_DIR=os.path.join(server.root, "azure"),
            REQUESTS_CA_BUNDLE=server.sdk["REQUESTS_CA_BUNDLE"], AZURE_CORE_INSTANCE_DISCOVERY="false",
            AZURE_CORE_COLLECT_TELEMETRY="false", AZURE_CORE_NO_COLOR="true", PYTHONWARNINGS="ignore")

    def __call__(self, *words, check=True):
        done = subprocess.run(
            [self.az, *words], env=self.environment, cwd=self.server.root, text=True, timeout=120,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if check and done.returncode != 0:
            raise AssertionError(f"az {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def json(self, *words):
        return json.loads(self(*words, "-o", "json").stdout)


def session(case, server):
    az = AzureCLI(server)
    sdk = server.sdk
    base = sdk["ARM_CLOUD_METADATA_URL"].split("/metadata")[0]
    az("cloud", "register", "-n", "Berth", "--endpoint-resource-manager", base)
    az("cloud", "set", "-n", "Berth")
    accounts = az.json(
        "login", "--service-principal", "-u", sdk["AZURE_CLIENT_ID"], "-p", sdk["AZURE_CLIENT_SECRET"],
        "--tenant", sdk["AZURE_TENANT_ID"])
    case.assertEqual([each["id"] for each in accounts], [sdk["AZURE_SUBSCRIPTION_ID"]])
    az("account", "set", "-s", sdk["AZURE_SUBSCRIPTION_ID"])
    case.assertEqual(az.json("account", "show")["id"], sdk["AZURE_SUBSCRIPTION_ID"])
    case.assertGreater(len(az.json("account", "get-access-token")["accessToken"]), 100)
    az("configure", "--defaults", f"group={sdk['AZURE_RESOURCE_GROUP']}", f"workspace={sdk['AZUREML_WORKSPACE_NAME']}")
    kept = {each["name"]: each["value"] for each in az.json("config", "get", "defaults")}
    case.assertEqual(kept["group"], sdk["AZURE_RESOURCE_GROUP"])
    workspaces = az.json(
        "rest", "--method", "get", "--url",
        "/subscriptions/{subscriptionId}/resourceGroups/" + sdk["AZURE_RESOURCE_GROUP"]
        + "/providers/Microsoft.MachineLearningServices/workspaces?api-version=2023-10-01")["value"]
    case.assertEqual([each["name"] for each in workspaces], [sdk["AZUREML_WORKSPACE_NAME"]])

    # A blob, with the account's key, with a login, and with neither.
    account = workspaces[0]["properties"]["storageAccount"].split("/")[-1]
    endpoint = f"{base}/store/{account}"
    workspace = az.json("rest", "--method", "get", "--url", workspaces[0]["id"] + "/datastores/workspaceblobstore")
    place = ["--blob-endpoint", endpoint, "-c", workspace["properties"]["containerName"]]
    key = az.json("rest", "--method", "post", "--url", workspaces[0]["properties"]["storageAccount"] + "/listKeys")
    by_key = ["--account-name", account, "--account-key", key["keys"][0]["value"]]
    file = server.write("upload.txt", "hello")
    az("storage", "blob", "upload", *place, *by_key, "-n", "folder/upload.txt", "-f", file, "--no-progress")
    for credential in (by_key, ["--auth-mode", "login"]):
        shown = az.json("storage", "blob", "exists", *place, *credential, "-n", "folder/upload.txt")
        case.assertEqual(shown, {"exists": True})
        shown = az.json("storage", "blob", "exists", *place, *credential, "-n", "folder/none")
        case.assertEqual(shown, {"exists": False})
    wrong = az("storage", "blob", "exists", *place, "-n", "x", "--account-name", account,
               "--account-key", "c2VjcmV0", check=False)
    case.assertNotEqual(wrong.returncode, 0)
