"""What a script's response objects may and may not do to the answer, where Werkzeug is not installed.

test_raw.py asks the same where it is.
"""

import unittest

from harness import Server

SCRIPT = """
from azureml_inference_server_http.api.aml_response import AMLResponse


def init():
    pass


def run(data):
    return eval(data)
"""
NO_WERKZEUG = {"site/werkzeug.py": "raise ImportError('No module named werkzeug')\n"}
PROBE = b"GET / HTTP/1.1\r\n\r\n"


class Responses(unittest.TestCase):
    # Hides an installed Werkzeug: the response is the small one of our own.
    OPTIONS = {"env": {"PYTHONPATH": "site"}, "files": NO_WERKZEUG}

    @classmethod
    def setUpClass(cls):
        cls.server = Server(SCRIPT, **cls.OPTIONS)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def answer(self, code):
        return self.server.request("POST", "/score", code.encode())

    def pipelined(self, method, code):
        """The raw answer to a request that is followed by a probe on the same connection."""
        body = code.encode()
        text = self.server.exchange(
            b"%s /score HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s" % (method, len(body), body) + PROBE
        )
        first, mark, rest = text.partition(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 7"
        )
        self.assertTrue(mark, text)
        return first

    def test_no_body_follows_a_status_that_has_none(self):
        for code in (
            "AMLResponse((x for x in 'ab'), 204)",
            "AMLResponse('ab', 204)",
            "AMLResponse((x for x in 'ab'), 304)",
        ):
            head, end, body = self.pipelined(b"POST", code).partition(b"\r\n\r\n")
            self.assertTrue(end)
            self.assertEqual(body, b"", code)
            for field in (b"transfer-encoding", b"content-length"):
                self.assertNotIn(field, head.lower(), code)

    def test_a_status_that_is_no_answer_is_refused(self):
        for status in ("100", "99", "0"):
            answer = self.answer("AMLResponse('x', %s)" % status)
            self.assertEqual((answer.status, answer.headers["x-ms-run-function-failed"]), (500, "True"))
            self.assertIn("status %s" % status, answer.json()["message"])

    def test_fields_of_the_connection_are_not_the_scripts(self):
        code = "AMLResponse('x', 200, {'Transfer-Encoding': 'chunked', 'Connection': 'close', 'content-length': '5', 'A': 'b'})"
        head = self.pipelined(b"POST", code).lower()
        self.assertNotIn(b"transfer-encoding", head)
        self.assertNotIn(b"connection:", head)
        self.assertEqual(head.count(b"content-length: 1\r\n"), 1)
        self.assertIn(b"\r\na: b\r\n", head)

    def test_a_head_cannot_be_split(self):
        answer = self.answer("AMLResponse('x', 200, {'Content-Type': 'a\\r\\nX-Evil: 1', 'B': 'c\\nX-Evil: 1'})")
        self.assertEqual(
            (answer.status, answer.headers["content-type"], answer.headers["b"]), (200, "a  X-Evil: 1", "c X-Evil: 1")
        )
        self.assertNotIn("x-evil", answer.headers)
        answer = self.answer("AMLResponse('x', 200, {'A\\r\\nX-Evil': '1'})")
        self.assertEqual(answer.status, 500)
        self.assertIn("name of a header field", answer.json()["message"])

    def test_it_has_what_scripts_use(self):
        for code, value in (
            ("AMLResponse(b'x', 200).data.decode()", "x"),
            ("AMLResponse((x for x in ['a', b'b']), 200).get_data(as_text=True)", "ab"),
            ("AMLResponse('x', 200, {'Content-Type': 'text/csv; charset=utf-8'}).mimetype", "text/csv"),
            ("AMLResponse('x', '201 Made').status_code", 201),
            (
                "list(AMLResponse({'a': 1}, 200, json_str=True).headers.items())[0]",
                ["Content-Type", "application/json"],
            ),
        ):
            self.assertEqual(self.answer(code).json(), value, code)
        self.assertEqual(self.answer("AMLResponse(['a', 'b'], 200)").body, b"ab")
        self.assertEqual(
            self.answer("AMLResponse((x for x in ['a', 'b']), 200)").headers["transfer-encoding"], "chunked"
        )

    def test_json_of_a_response_is_json(self):
        answer = self.answer("AMLResponse({'a': [1.0, float('nan')]}, 200, json_str=True)")
        self.assertEqual((answer.status, answer.headers["x-ms-run-function-failed"]), (500, "True"))
        self.assertIn("NaN at $.a[1]", answer.json()["message"])

    def test_failed_is_true_from_500_on(self):
        for status, failed in ((499, "False"), (500, "True"), (503, "True")):
            self.assertEqual(self.answer("AMLResponse('x', %d)" % status).headers["x-ms-run-function-failed"], failed)


if __name__ == "__main__":
    unittest.main()
