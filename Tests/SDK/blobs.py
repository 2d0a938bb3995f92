"""blobs.py: the real azure-storage-blob against the blob store: signatures, keys, tokens, ranges, blocks, bad input."""

import base64
import hashlib
import json
import os
import ssl
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import (
    ClientAuthenticationError, HttpResponseError, ResourceExistsError, ResourceModifiedError, ResourceNotFoundError)
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobServiceClient, ContainerClient, ContentSettings, generate_blob_sas

passed = 0
base = os.environ["ARM_CLOUD_METADATA_URL"].split("/metadata")[0]
trust = ssl.create_default_context(cafile=os.environ["REQUESTS_CA_BUNDLE"])
credential = DefaultAzureCredential()
token = credential.get_token(f"{base}/.default").token
workspace = (
    f"{base}/subscriptions/{os.environ['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{os.environ['AZURE_RESOURCE_GROUP']}"
    f"/providers/Microsoft.MachineLearningServices/workspaces/{os.environ['AZUREML_WORKSPACE_NAME']}")


def check(condition, what):
    global passed
    if not condition:
        raise AssertionError(what)
    passed += 1


def refused(kind, call, code=None):
    try:
        call()
    except kind as error:
        check(code is None or error.error_code == code, f"{code}, not {getattr(error, 'error_code', error)}")
    else:
        check(False, f"not refused: {code}")


def arm(path, method="GET", body=None):
    request = urllib.request.Request(
        workspace + path, data=None if body is None else json.dumps(body).encode(), method=method,
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
    with urllib.request.urlopen(request, context=trust) as answer:
        return json.load(answer)


def raw(method, url, body=None, headers=None):
    """(status, code) of a request that no client would send."""
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
    try:
        with urllib.request.urlopen(request, context=trust) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("x-ms-error-code")


datastore = arm("/datastores/workspaceblobstore")["properties"]
secret = arm("/datastores/workspaceblobstore/listSecrets", "POST", {"expirableSecret": True, "expireAfterHours": 1})
account_url = f"https://{datastore['accountName']}.blob.{datastore['endpoint']}"
sas = secret["sasToken"].lstrip("?")
container = ContainerClient(account_url, datastore["containerName"], credential=sas, max_block_size=1024 * 1024,
                            max_single_put_size=2 * 1024 * 1024, max_chunk_get_size=512 * 1024,
                            max_single_get_size=1024 * 1024)

# Put, read, ranges, conditions.
blob = container.get_blob_client("folder/übung 1+2%.txt")
refused(ResourceNotFoundError, blob.get_blob_properties)
blob.upload_blob(b"hello world", content_settings=ContentSettings(content_type="text/plain"))
check(blob.download_blob().readall() == b"hello world", "content")
check(blob.download_blob(offset=6, length=5).readall() == b"world", "a range")
refused(ResourceExistsError, lambda: blob.upload_blob(b"again"), "BlobAlreadyExists")
seen = blob.get_blob_properties()
check(seen.content_settings.content_type == "text/plain", "content type")
check(bytes(seen.content_settings.content_md5) == hashlib.md5(b"hello world").digest(), "MD5")
blob.set_blob_metadata({"upload_status": "completed", "name": "m"})
check(blob.get_blob_properties().metadata == {"upload_status": "completed", "name": "m"}, "metadata")
refused(ResourceModifiedError, lambda: blob.upload_blob(b"x", overwrite=True, etag=seen.etag, match_condition=__import__(
    "azure.core", fromlist=["MatchConditions"]).MatchConditions.IfNotModified), "ConditionNotMet")
refused(HttpResponseError, lambda: blob.download_blob(offset=100, length=1).readall(), "InvalidRange")
blob.upload_blob(b"", overwrite=True)
check(blob.download_blob().readall() == b"", "an empty blob")

# Blocks, in constant memory on both sides, then ranged reads.
big = os.urandom(1024 * 1024) * 9 + b"tail"
client = container.get_blob_client("big.bin")
client.upload_blob(big, max_concurrency=4, validate_content=True)
check(hashlib.sha256(client.download_blob(max_concurrency=4).readall()).digest() == hashlib.sha256(big).digest(), "blocks")
check(client.get_blob_properties().size == len(big), "size")

# Lists.
for index in range(7):
    container.upload_blob(f"list/{index // 3}/{index}", str(index), metadata={"n": str(index)})
names = [each.name for each in container.list_blobs(name_starts_with="list/", results_per_page=2)]
check(names == [f"list/{index // 3}/{index}" for index in range(7)], f"pages: {names}")
check([each.metadata for each in container.list_blobs("list/2", include=["metadata"])] == [{"n": "6"}], "with metadata")
walked = [each.name for each in container.walk_blobs("list/", delimiter="/")]
check(walked == ["list/0/", "list/1/", "list/2/"], f"folders: {walked}")

# Many at once, and one name by many.
with ThreadPoolExecutor(32) as pool:
    list(pool.map(lambda n: container.upload_blob(f"many/{n}", os.urandom(1000)), range(200)))

    def only(number):
        try:
            container.upload_blob("one", str(number))
            return 1
        except ResourceExistsError:
            return 0

    check(sum(pool.map(only, range(32))) == 1, "one of many creates a blob")
check(len(list(container.list_blobs("many/"))) == 200, "all of many arrive")

# Who may.
anonymous = ContainerClient(account_url, datastore["containerName"])
refused(ClientAuthenticationError, lambda: anonymous.get_blob_client("one").download_blob(), "NoAuthenticationInformation")
forged = ContainerClient(account_url, datastore["containerName"], credential=sas[:-6] + "AAA%3D")
refused(ClientAuthenticationError, lambda: forged.get_blob_client("one").download_blob(), "AuthenticationFailed")
bearer = ContainerClient(account_url, datastore["containerName"], credential=credential)
check(bearer.get_blob_client("one").exists(), "a token of somebody with a data role")
url = f"{account_url}/{datastore['containerName']}"
check(raw("GET", f"{url}/one?{sas.replace('sr=c', 'sr=b')}")[0] == 403, "a changed signature")
check(raw("GET", f"{url}/one", headers={"Authorization": "Bearer x.y.z"})[0] == 403, "no token of ours")

# Names and bodies that no client sends.
for hostile in ("../secret", "a/../../b", "%2e%2e/x", "a//b", "a%00b", "a%5cb", "..%2f..%2fetc%2fpasswd", "%zz"):
    status, code = raw("PUT", f"{url}/{hostile}?{sas}", b"x", {"x-ms-blob-type": "BlockBlob"})
    check(status in (400, 403, 404), f"{hostile}: {status} {code}")
wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
check(raw("PUT", f"{url}/md5?{sas}", b"x", {"x-ms-blob-type": "BlockBlob", "Content-MD5": wrong}) == (400, "Md5Mismatch"), "MD5")
check(raw("PUT", f"{url}/md5?{sas}", b"x", {"x-ms-blob-type": "BlockBlob", "Content-MD5": "?"})[0] == 400, "no MD5")
check(raw("GET", f"{url}/md5?{sas}") == (404, "BlobNotFound"), "nothing was stored")
check(raw("PUT", f"{url}/x?{sas}", b"x") == (400, "MissingRequiredHeader"), "no type")
check(raw("PUT", f"{url}/x?{sas}", b"x", {"x-ms-blob-type": "PageBlob"})[0] == 405, "a page blob")
check(raw("PUT", f"{url}/x?comp=blocklist&{sas}", b"<nonsense>") == (400, "InvalidXmlDocument"), "no list")
check(raw("PUT", f"{url}/x?comp=blocklist&{sas}", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><BlockList/>")[0] == 400,
      "entities")
check(raw("PUT", f"{url}/x?comp=blocklist&{sas}", b"<BlockList><Latest>QUFB</Latest></BlockList>") == (400, "InvalidBlockList"),
      "a block that never came")
check(raw("PUT", f"{url}/x?comp=block&blockid=%21&{sas}", b"x") == (400, "InvalidBlobOrBlock"), "no block id")
check(raw("POST", f"{url}/x?{sas}", b"x")[0] == 405, "no such verb")
check(raw("PUT", f"{url}/x?{sas}", b"x", {"x-ms-blob-type": "BlockBlob", "x-ms-meta-a b": "c"})[0] in (201, 400), "metadata")
service = BlobServiceClient(account_url, credential=credential)
check(datastore["containerName"] in [each.name for each in service.list_containers()], "containers")

container.delete_blob("one")
refused(ResourceNotFoundError, lambda: container.delete_blob("one"), "BlobNotFound")
print(f"checks: {passed}")
