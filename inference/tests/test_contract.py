"""The same questions to the original, to ours in strict mode, and to ours. differences.json lists where they differ.

In strict mode the answers are also compared byte for byte: only the clock, new ids and durations are made alike first.
"""

import json
import os
import re
import unittest

from contract_cases import BOOTS, GROUPS
from harness import TESTS, Server, read_all

PEER = os.environ.get("BERTH_TEST_PEER")
UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
# Of the connection, not of the answer.
HOP = ("date", "server", "connection", "transfer-encoding")

with open(os.path.join(TESTS, "differences.json"), encoding="utf-8") as _file:
    DIFFERENCES = json.load(_file)


def seen(answer):
    """What is compared of an answer."""
    headers = {}
    for name, value in answer.headers.items():
        if name in HOP:
            continue
        if UUID.match(value):
            value = "<uuid>"
        if name == "x-ms-run-fn-exec-ms":
            value = "<ms>" if re.match(r"^\d+\.\d{3}$", value) else value
        if name == "allow":
            value = ", ".join(sorted(part.strip() for part in value.split(",")))
        headers[name] = value
    return {"status": answer.status, "headers": headers, "body": answer.body.decode("latin-1")}


MADE_ALIKE = (
    (re.compile(rb"\r\nDate: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r"), b"\r\nDate: <date>\r"),
    (re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"), b"<uuid>"),
    (re.compile(rb"\r\nx-ms-run-fn-exec-ms: \d+\.\d{3}\r"), b"\r\nx-ms-run-fn-exec-ms: <ms>\r"),
)


def wire(server, method, path, body, headers):
    """All that comes back, until the connection is closed."""
    lines = ["%s %s HTTP/1.1" % (method, path), "Host: localhost"] + ["%s: %s" % pair for pair in headers.items()]
    if body is not None:
        lines.append("Content-Length: %d" % len(body))
    with server.connect() as client:
        client.sendall("\r\n".join(lines + ["", ""]).encode("latin-1") + (body or b""))
        data = read_all(client)
    for pattern, put in MADE_ALIKE:
        data = pattern.sub(put, data)
    return data


def answers(group, bytewise=False, **options):
    """Of each case what is compared; with `bytewise` a second table with the bytes."""
    env = dict(group.env, **options.pop("env", {}))
    with Server(group.script, tcp=True, env=env, files=group.files, arguments=group.arguments, **options) as server:
        table = {
            name: seen(server.request(method, path, body, headers))
            for name, method, path, body, headers in group.requests
        }
        if not bytewise:
            return table
        return table, {request[0]: wire(server, *request[1:]) for request in group.requests}


@unittest.skipUnless(PEER, "BERTH_TEST_PEER does not name the environment of the original")
class Contract(unittest.TestCase):
    maxDiff = 4000

    def check(self, mode, name, theirs, ours):
        listed = DIFFERENCES["answers"].get(name, {})
        if mode in listed.get("modes", []):
            self.assertNotEqual(theirs, ours, "listed as different, but equal: %s (%s)" % (name, mode))
            for part, value in listed.get("ours", {}).items():
                self.assertEqual(ours[part], value, name)
        else:
            self.assertEqual(theirs, ours, "%s (%s)" % (name, mode))

    def compare(self, group):
        python = os.path.join(os.path.dirname(PEER), "python")
        theirs, their_bytes = answers(group, True, peer=[PEER])
        strict, strict_bytes = answers(group, True, python=python, env={"BERTH_INFSRV_STRICT": "1"})
        default = answers(group, python=python)
        for name in theirs:
            for mode, ours in (("strict", strict), ("default", default)):
                with self.subTest(case=name, mode=mode):
                    self.check(mode, name, theirs[name], ours[name])
            with self.subTest(case=name, mode="strict bytes"):
                self.check("strict bytes", name, their_bytes[name], strict_bytes[name])

    def test_every_listed_difference_is_asked_for(self):
        asked = {request[0] for group in GROUPS for request in group.requests}
        self.assertEqual(sorted(set(DIFFERENCES["answers"]) - asked), [])
        self.assertTrue(all(entry["why"] for entry in DIFFERENCES["answers"].values()))

    def test_boots_that_fail(self):
        python = os.path.join(os.path.dirname(PEER), "python")
        for name, script, words in BOOTS:
            with self.subTest(boot=name):
                for options in ({"peer": [PEER]}, {"python": python, "tcp": True}):
                    with Server(script, ready=False, **options) as server:
                        self.assertEqual(server.wait_exit(), 3)
                        for word in words:
                            self.assertIn(word, server.log.text())


def _test_of(group):
    def test(self):
        self.compare(group)

    return test


for _group in GROUPS:
    setattr(Contract, "test_answers_of_" + _group.name.replace(" ", "_"), _test_of(_group))


if __name__ == "__main__":
    unittest.main()
