#!/usr/bin/env python3
"""clients.py BINARY [NAME…]: the service's real, unmodified clients against a real server."""

import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(1, os.path.join(os.path.dirname(HERE), "EndToEnd"))

import azure_cli  # noqa: E402
import run  # noqa: E402
import server_bench  # noqa: E402
import venvs  # noqa: E402

BINARY = os.path.abspath(sys.argv[1])


class Server(server_bench.Server):
    """Serves from the start, and knows what `berth sdk-env` prints."""

    def __init__(self):
        super().__init__(BINARY)
        self.serve()
        lines = self.run("sdk-env").out.splitlines()
        found = [re.fullmatch(r"export (\w+)='?(.*?)'?;?", line) for line in lines]
        self.sdk = dict(match.groups() for match in found if match)

    def close(self):
        if self.process.poll() is None:
            self.run("stop", check=False)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        super().close()


class Clients(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)

    def script(self, name, *arguments, seconds):
        """Runs a script with the SDK, and with what `berth sdk-env` prints in its environment."""
        environment = {
            key: value for key, value in os.environ.items()
            if not key.startswith(("AZURE", "ARM_", "IDENTITY_", "MSI_")) and key != "REQUESTS_CA_BUNDLE"}
        environment.update(self.server.sdk, HOME=self.server.root, PYTHONDONTWRITEBYTECODE="1")
        done = subprocess.run(
            [venvs.python("sdk", venvs.SDK), os.path.join(HERE, name), *arguments], env=environment, text=True,
            cwd=self.server.root, timeout=seconds, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        if done.returncode != 0:
            self.fail(f"{name}:\n{done.stdout[-12000:]}\n--- the server:\n{self.server.log()[-4000:]}")
        self.assertRegex(done.stdout, r"checks: \d+")
        print(f"{name}: {re.search(r'checks: (.*)', done.stdout).group(1)} checks", file=sys.stderr)

    def test_blob_store_with_azure_storage_blob(self):
        self.script("blobs.py", seconds=180)

    def test_session_of_azure_ai_ml(self):
        self.script("session.py", self.server.root, os.path.join(HERE, "recorded", "session.txt"), seconds=600)

    def test_core_of_azure_cli(self):
        azure_cli.session(self, self.server)


if __name__ == "__main__":
    run.share_uv()
    outcome = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=2).result
    failed = len(outcome.failures) + len(outcome.errors)
    print(f"{outcome.testsRun - failed} passed, {failed} failed, {len(outcome.skipped)} skipped")
    sys.exit(1 if failed else 0)
