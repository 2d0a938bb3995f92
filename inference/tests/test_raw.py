"""Scripts with Werkzeug installed: @rawhttp, and response objects that are Werkzeug's."""

import unittest
from urllib.parse import quote

import test_responses
from harness import Server
from test_responses import PROBE

SCRIPT = """
from azureml_inference_server_http.api.aml_request import rawhttp
from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    pass


@rawhttp
def run(request):
    return eval(request.args["c"])
"""


class Responses(test_responses.Responses):
    OPTIONS = {}

    def test_it_is_werkzeugs(self):
        self.assertEqual(self.answer("AMLResponse.__mro__[1].__module__").json(), "werkzeug.wrappers.response")

    def test_a_head_cannot_be_split(self):
        # Werkzeug refuses such values itself, and not such names.
        for code in ("{'B': 'c\\nX-Evil: 1'}", "{'A\\r\\nX-Evil': '1'}"):
            answer = self.answer("AMLResponse('x', 200, %s)" % code)
            self.assertEqual(answer.status, 500, code)
            self.assertNotIn("x-evil", answer.headers)


class Raw(unittest.TestCase):
    """The only scripts that see HEAD."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server(SCRIPT)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_head_gets_no_body_whatever_run_returns(self):
        for code in (
            "{'a': 1}",
            "AMLResponse('abc', 200)",
            "AMLResponse((x for x in 'ab'), 200)",
            "(x for x in 'ab')",
            "1/0",
        ):
            target = ("/score?c=" + quote(code)).encode()
            text = self.server.exchange(b"HEAD %s HTTP/1.1\r\n\r\n" % target + PROBE)
            first, _, rest = text.partition(b"\r\n\r\n")
            self.assertTrue(first.startswith(b"HTTP/1.1 "), code)
            self.assertTrue(rest.startswith(b"HTTP/1.1 200 OK\r\n"), (code, rest[:80]))
            self.assertTrue(rest.endswith(b"Healthy"))


if __name__ == "__main__":
    unittest.main()
