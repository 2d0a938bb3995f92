"""session.py FOLDER GOLDEN: a whole session of the real azure-ai-ml against a server, as users' scripts have it.

Everything that points the SDK at the server is in the environment: `eval "$(berth sdk-env)"`.
"""

import json
import logging
import os
import sys
import warnings

from wire import Recorder

recorder = Recorder()
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from azure.ai.ml import MLClient  # noqa: E402
from azure.ai.ml.entities import (  # noqa: E402
    CodeConfiguration, Environment, ManagedOnlineDeployment, ManagedOnlineEndpoint, Model, OnlineRequestSettings,
    ProbeSettings)
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError  # noqa: E402
from azure.identity import DefaultAzureCredential  # noqa: E402

folder, golden = sys.argv[1:3]
passed = 0


def check(condition, what):
    global passed
    if not condition:
        raise AssertionError(what)
    passed += 1


def step(name):
    print(f"- {name}", file=sys.stderr, flush=True)
    recorder.step(name)


def path(name):
    return os.path.join(folder, name)


def write(name, text):
    os.makedirs(os.path.dirname(path(name)), exist_ok=True)
    with open(path(name), "w", encoding="utf-8") as file:
        file.write(text)


SCORE = '''
import json, logging, os
def init():
    global answer
    root = os.environ["AZUREML_MODEL_DIR"]
    found = [os.path.join(base, name) for base, _, names in os.walk(root) for name in names]
    with open(found[0]) as file:
        answer = json.load(file)["answer"]
    logging.info("init has read %s", os.path.basename(found[0]))
def run(raw_data):
    return {"answer": answer, "version": VERSION, "got": json.loads(raw_data)}
'''
for name, version in (("blue", 1), ("green", 2)):
    write(f"{name}/onlinescoring/score.py", SCORE.replace("VERSION", str(version)))
write("model/answer.json", '{"answer": 42}')
write("other/answer.json", '{"answer": 43}')
write("conda.yml", "name: plain\nchannels:\n  - conda-forge\ndependencies:\n  - python=3\n")
write("request.json", '{"x": 1}')

client = MLClient(
    DefaultAzureCredential(), os.environ["AZURE_SUBSCRIPTION_ID"], os.environ["AZURE_RESOURCE_GROUP"],
    os.environ["AZUREML_WORKSPACE_NAME"])


def deployment(name, **more):
    return ManagedOnlineDeployment(
        name=name, endpoint_name="sdk-shop", model=more.pop("model", None) or Model(path=path("model/answer.json")),
        code_configuration=CodeConfiguration(code=path(f"{name}/onlinescoring"), scoring_script="score.py"),
        environment=more.pop("environment", None) or Environment(image="any", conda_file=path("conda.yml")),
        instance_type="Standard_DS3_v2", instance_count=1,
        request_settings=OnlineRequestSettings(request_timeout_ms=3000, max_concurrent_requests_per_instance=2),
        liveness_probe=ProbeSettings(initial_delay=1, period=2), **more)


def invoke(**more):
    answer = client.online_endpoints.invoke("sdk-shop", request_file=path("request.json"), **more)
    return json.loads(answer)


step("workspace")
workspace = client.workspaces.get(os.environ["AZUREML_WORKSPACE_NAME"])
check(workspace.location and workspace.container_registry, "a workspace has a location and a registry")
check([each.name for each in client.workspaces.list()] == [workspace.name], "list of workspaces")

step("endpoint create")
endpoint = client.online_endpoints.begin_create_or_update(
    ManagedOnlineEndpoint(name="sdk-shop", auth_mode="key", description="a shop", tags={"team": "sales"})).result()
check(endpoint.provisioning_state == "Succeeded", "the endpoint is there")
check(endpoint.identity.type.lower() in ("system_assigned", "systemassigned"), "it has an identity of its own")
check(endpoint.scoring_uri and endpoint.tags == {"team": "sales"}, "scoring URI and tags")

step("deployment with local model, code and conda file")
blue = client.online_deployments.begin_create_or_update(deployment("blue")).result()
check(blue.provisioning_state == "Succeeded", "blue is there")
check(blue.instance_count == 1 and blue.request_settings.request_timeout_ms == 3000, "its settings came back")

step("traffic")
endpoint.traffic = {"blue": 100}
endpoint = client.online_endpoints.begin_create_or_update(endpoint).result()
check(endpoint.traffic == {"blue": 100}, "traffic")

step("invoke")
check(invoke() == {"answer": 42, "version": 1, "got": {"x": 1}}, "an answer")

step("second deployment: code is uploaded, the model is not again")
client.online_deployments.begin_create_or_update(deployment("green")).result()
check(invoke(deployment_name="green")["version"] == 2, "green by its name")

step("the same code again: found by its hash")
client.online_deployments.begin_create_or_update(deployment("green")).result()

step("traffic and mirror")
endpoint = client.online_endpoints.get("sdk-shop")
check(endpoint.traffic == {"blue": 100, "green": 0}, "a deployment without traffic is shown with 0")
endpoint.traffic = {"blue": 100}
endpoint.mirror_traffic = {"green": 10}
endpoint = client.online_endpoints.begin_create_or_update(endpoint).result()
check(endpoint.mirror_traffic == {"green": 10}, "mirror traffic")
endpoint.mirror_traffic = {}
endpoint.traffic = {"blue": 40, "green": 60}
endpoint = client.online_endpoints.begin_create_or_update(endpoint).result()
check(endpoint.traffic == {"blue": 40, "green": 60}, "a split")

step("keys")
keys = client.online_endpoints.get_keys("sdk-shop")
check(len(keys.primary_key) >= 20 and keys.primary_key != keys.secondary_key, "two keys")
client.online_endpoints.begin_regenerate_keys("sdk-shop", key_type="primary").result()
fresh = client.online_endpoints.get_keys("sdk-shop")
check(fresh.primary_key != keys.primary_key and fresh.secondary_key == keys.secondary_key, "one key is new")

step("logs")
log = client.online_deployments.get_logs("blue", "sdk-shop", lines=200)
check("init has read answer.json" in log, "the log of the code")
log = client.online_deployments.get_logs("blue", "sdk-shop", lines=200, container_type="storage-initializer")
check("model" in log and "code" in log and "sha256" in log, f"the log of what was fetched:\n{log}")

step("list and get")
check([each.name for each in client.online_endpoints.list()] == ["sdk-shop"], "list of endpoints")
check(sorted(each.name for each in client.online_deployments.list("sdk-shop")) == ["blue", "green"], "of deployments")
check(client.online_deployments.get("green", "sdk-shop").code_configuration.scoring_script == "score.py", "get")

step("registered model: versions, labels, archive, download")
model = client.models.create_or_update(
    Model(name="answers", version="1", path=path("model"), description="the answer", tags={"a": "b"}))
check(model.version == "1" and model.tags == {"a": "b"}, "version 1")
check(client.models.create_or_update(Model(name="answers", version="1", path=path("model"))).version == "1", "again")
second = client.models.create_or_update(Model(name="answers", path=path("other")))
check(second.version == "2", "the next version by itself")
try:
    client.models.create_or_update(Model(name="answers", version="1", path=path("other")))
    check(False, "another content under the same version")
except ResourceExistsError as error:
    check("Asset paths cannot be updated" in str(error), f"the reason is said: {error}")
check([each.version for each in client.models.list(name="answers")] == ["2", "1"], "newest first")
check(client.models.get("answers", label="latest").version == "2", "latest")
client.models.archive("answers", version="2")
check([each.version for each in client.models.list(name="answers")] == ["1"], "archived ones are not listed")
check(client.models.get("answers", label="latest").version == "1", "nor the latest")
client.models.restore("answers", version="2")
check([each.name for each in client.models.list()] == ["answers"], "anonymous models are not listed")
client.models.download("answers", "1", path("downloads"))
found = [os.path.join(base, name) for base, _, names in os.walk(path("downloads")) for name in names]
check(len(found) == 1 and open(found[0], encoding="utf-8").read() == '{"answer": 42}', f"downloaded: {found}")

step("registered environment")
environment = client.environments.create_or_update(
    Environment(name="plain", version="1", image="any", conda_file=path("conda.yml")))
check(environment.version == "1", "version 1")
check(client.environments.create_or_update(Environment(name="plain", image="other:1")).version == "2", "the next")
check([each.version for each in client.environments.list(name="plain")] == ["2", "1"], "list")
client.environments.archive("plain", version="2")
check(client.environments.get("plain", label="latest").version == "1", "latest")

step("deployment of registered assets")
client.online_deployments.begin_create_or_update(
    deployment("green", model="answers@latest", environment="azureml:plain:1")).result()
check(invoke(deployment_name="green")["answer"] == 43, "the model's version 2")

step("errors")
for call in (
    lambda: client.online_endpoints.get("no-such-shop"),
    lambda: client.models.get("no-such-model", version="1"),
    lambda: client.online_deployments.get("red", "sdk-shop"),
):
    try:
        call()
        check(False, "nothing is there")
    except ResourceNotFoundError as error:
        check(error.error.code and "no-such" in str(error) or "red" in str(error), str(error))
write("red/onlinescoring/score.py", "import missing_package\ndef init():\n    pass\ndef run(raw_data):\n    return 1\n")
try:
    client.online_deployments.begin_create_or_update(deployment("red")).result()
    check(False, "a script that imports what is not there")
except HttpResponseError as error:
    check("missing_package" in str(error), f"the cause is named: {error}")
    check(error.error.code == "ResourceNotReady", f"with its code: {error.error.code}")

step("tokens")
client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name="sdk-token", auth_mode="aml_token")).result()
token = client.online_endpoints.get_keys("sdk-token")
check(len(token.access_token) >= 20 and token.expiry_time_utc > 0, "a token")

step("delete")
client.online_endpoints.begin_delete("sdk-token").result()
endpoint.traffic = {"green": 100}
client.online_endpoints.begin_create_or_update(endpoint).result()
client.online_deployments.begin_delete("blue", "sdk-shop").result()
client.online_endpoints.begin_delete("sdk-shop").result()
check(list(client.online_endpoints.list()) == [], "nothing is left")

text = recorder.text()
if os.environ.get("BERTH_RECORD_GOLDEN") == "1":
    with open(golden, "w", encoding="utf-8") as file:
        file.write(text)
else:
    with open(golden, encoding="utf-8") as file:
        expected = file.read()
    if text != expected:
        import difflib
        sys.stdout.writelines(difflib.unified_diff(
            expected.splitlines(True), text.splitlines(True), "golden", "now"))
        raise AssertionError("the wire traffic is another one: look at it, then record it with BERTH_RECORD_GOLDEN=1")
check(True, "wire traffic as recorded")
print(f"checks: {passed}")
