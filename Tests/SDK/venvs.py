"""Virtual environments with the service's real clients, from the package index, kept from run to run."""

import hashlib
import os
import shutil
import subprocess
import sys

# The SDK's wire was read in these versions; a newer one is a change to look at, not a surprise in CI.
SDK = ["azure-ai-ml==1.35.2", "azure-identity==1.25.1", "azure-storage-blob==12.31.1"]
CLI = ["azure-cli==2.91.0"]


def python(name, packages):
    """The interpreter of an environment with exactly these packages. Made once; a crash leaves no half of one."""
    base = os.environ.get("BERTH_TEST_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "berth-tests")
    key = hashlib.sha256("\n".join([sys.version, *packages]).encode()).hexdigest()[:16]
    folder = os.path.join(base, f"{name}-{key}")
    interpreter = os.path.join(folder, "bin", "python")
    if os.path.exists(os.path.join(folder, "complete")):
        return interpreter
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(base, exist_ok=True)
    print(f"installing {', '.join(packages)}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    subprocess.run(
        [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
        check=True, stdout=sys.stderr)
    with open(os.path.join(folder, "complete"), "w", encoding="utf-8") as file:
        file.write("\n".join(packages))
    return interpreter
