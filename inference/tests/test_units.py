"""Parts without processes or sockets: parser, serialiser, restarts, dumps, events, bounds, cgroups."""

import json
import os
import random
import tempfile
import unittest
import unittest.mock

import harness

harness.package_path()

from berth_infsrv import bounds, dumps, events, failure, http1, ids, inputs, restarts, serialize, system  # noqa: E402


class RequestHeads(unittest.TestCase):
    def parse(self, *lines):
        return http1.parse_head("\r\n".join(lines).encode("latin-1"))

    def test_a_plain_head_is_taken_apart(self):
        request = self.parse("POST /score?a=1 HTTP/1.1", "Host: x", "Content-Length: 12", "X-A: 1", "x-a:  2 ")
        self.assertEqual((request.method, request.path, request.query, request.length), ("POST", "/score", "a=1", 12))
        self.assertEqual(request.headers["x-a"], "1,2")
        self.assertTrue(request.keep_alive)

    def test_what_is_ambiguous_is_refused(self):
        heads = [
            ("GET / HTTP/2.0",),
            ("GET  / HTTP/1.1",),
            ("GET / HTTP/1.1 ",),
            ("GET /",),
            ("",),
            ("GET / HTTP/1.1", ""),
            ("GET / HTTP/1.1", "a : b"),
            ("GET / HTTP/1.1", " folded"),
            ("GET / HTTP/1.1", "no colon"),
            ("GET / HTTP/1.1", ": empty"),
            ("GET / HTTP/1.1", "a: b\0c"),
            ("GET / HTTP/1.1", "a: b\rc"),
            ("GET / HTTP/1.1", "a: b\nc: d"),
            ("GET / HTTP/1.1", "Host: a", "Host: b"),
            ("POST / HTTP/1.1", "Content-Length: 1", "Content-Length: 2"),
            ("POST / HTTP/1.1", "Content-Length: +1"),
            ("POST / HTTP/1.1", "Content-Length: -1"),
            ("POST / HTTP/1.1", "Content-Length: 1_0"),
            ("POST / HTTP/1.1", "Content-Length: \xb2"),
            ("POST / HTTP/1.1", "Content-Length: "),
            ("POST / HTTP/1.1", "Content-Length: 1", "Transfer-Encoding: chunked"),
            ("POST / HTTP/1.0", "Transfer-Encoding: chunked"),
            ("POST / HTTP/1.1", "Transfer-Encoding: gzip, chunked"),
            ("POST / HTTP/1.1", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
            ("GET nonsense HTTP/1.1",),
            ("GET ftp://a/ HTTP/1.1",),
            ("GET / HTTP/1.1",) + ("a: b",) * (http1.MAX_HEADERS + 1),
        ]
        for head in heads:
            with self.subTest(head=head), self.assertRaises(http1.BadRequest):
                self.parse(*head)

    def test_connection_decides_on_keep_alive(self):
        for version, field, expected in (
            ("1.1", None, True),
            ("1.1", "close", False),
            ("1.1", "Keep-Alive, Close", False),
            ("1.0", None, False),
            ("1.0", "keep-alive", True),
        ):
            lines = ["GET / HTTP/" + version] + (["Connection: " + field] if field else [])
            self.assertEqual(self.parse(*lines).keep_alive, expected, (version, field))

    def test_targets(self):
        for target, path in (("/a%20b", "/a b"), ("http://h/x?y", "/x"), ("http://h", "/"), ("*", "*")):
            self.assertEqual(self.parse("GET %s HTTP/1.1" % target).path, path)


class ChunkedBodies(unittest.TestCase):
    def decode(self, data, pieces, limit=1000):
        body = http1.ChunkedBody(limit)
        buffer = bytearray()
        for piece in pieces(data):
            buffer += piece
            if body.feed(buffer):
                return body.body(), bytes(buffer)
        return None, bytes(buffer)

    def test_any_split_gives_the_same_body(self):
        data = b"5;x=y\r\nhello\r\n1 \r\n \r\n5\r\nworld\r\n0\r\nA: b\r\n\r\nNEXT"
        for step in (1, 2, 3, 7, 1000):

            def pieces(whole, step=step):
                return [whole[at : at + step] for at in range(0, len(whole), step)]

            body, rest = self.decode(data, pieces)
            self.assertEqual(body, b"hello world", step)
            self.assertTrue(b"NEXT".startswith(rest), rest)

    def test_broken_framing_is_refused(self):
        for data in (
            b"g\r\n",
            b"5\r\nhelloX\r\n",
            b"-1\r\n",
            b"\r\n",
            b"0x5\r\n",
            b"5 5\r\n",
            b"f" * 300,
            b"3e9\r\n",
            b"0\r\nbad\r\n\r\n",
            b"0\r\n" + b"a: b\r\n" * 3000,
            b"5\nhello\r\n0\r\n\r\n" + b"1" * 300,
        ):
            with self.subTest(data=data[:20]), self.assertRaises(http1.BadRequest):
                self.decode(data, lambda whole: [whole])


class Json(unittest.TestCase):
    def test_spelling_is_that_of_the_json_module(self):
        for value in ({"a": [1, 2.5, None, True]}, "\u00fc\ud83d", (1, 2), 10**30, {1: 2, None: 3}, [[]], ""):
            self.assertEqual(serialize.to_json(value), json.dumps(value).encode("ascii"))

    def test_nan_is_named_with_its_place(self):
        with self.assertRaises(serialize.NotSerialisable) as caught:
            serialize.to_json({"rows": [1.0, float("nan")]})
        self.assertIn("NaN at $.rows[1]", str(caught.exception))

    def test_what_json_lacks_is_named_with_its_type(self):
        for value, word in (({"a": {1}}, "set at $.a"), ([b"x"], "bytes at $[0]"), ({(1,): 2}, "key of type tuple")):
            with self.assertRaises(serialize.NotSerialisable) as caught:
                serialize.to_json(value)
            self.assertIn(word, str(caught.exception))

    def test_a_value_that_contains_itself_is_refused(self):
        loop = []
        loop.append(loop)
        with self.assertRaises(serialize.NotSerialisable):
            serialize.to_json(loop)

    def test_strict_spelling_keeps_nan(self):
        self.assertEqual(serialize.to_json_strictly([float("nan")]), b"[NaN]")


class Restarts(unittest.TestCase):
    def test_deaths_at_boot_give_up_after_three(self):
        deaths, delays = 0, []
        while not delays or delays[-1] != restarts.GIVE_UP:
            deaths, delay = restarts.after_death(deaths, 0.0, 0, was_ready=False)
            delays.append(delay)
        self.assertEqual(delays, [0.0, 0.5, restarts.GIVE_UP])

    def test_back_off_grows_and_ends(self):
        deaths, delays = 0, []
        for _ in range(restarts.MAX_DEATHS):
            deaths, delay = restarts.after_death(deaths, 0.1, 0, was_ready=True)
            delays.append(delay)
        self.assertEqual(delays[0], 0.0)
        self.assertEqual(delays[-1], restarts.GIVE_UP)
        self.assertEqual(sorted(delays[:-1]), delays[:-1])
        self.assertLessEqual(max(delays), restarts.MAX_DELAY)

    def test_an_answered_request_or_a_quiet_while_starts_anew(self):
        self.assertEqual(restarts.after_death(7, 0.1, 1, True), (1, 0.0))
        self.assertEqual(restarts.after_death(7, restarts.QUIET_SECONDS, 0, True), (1, 0.0))


class Dumps(unittest.TestCase):
    TEXT = (
        'Thread 0x00007f01 (most recent call first):\n  File "/lib/threading.py", line 10 in wait\n\n'
        'Current thread 0x00007f00 (most recent call first):\n  File "/code/score.py", line 7 in helper\n'
        '  File "/code/score.py", line 3 in init\n'
    )

    def test_threads_have_the_main_one_first_and_the_innermost_frame_last(self):
        threads = dumps.threads_of(self.TEXT, "/code")
        self.assertEqual([thread["main"] for thread in threads], [True, False])
        self.assertEqual([frame["function"] for frame in threads[0]["frames"]], ["init", "helper"])
        self.assertTrue(threads[0]["frames"][0]["user"])
        self.assertFalse(threads[1]["frames"][0]["user"])

    def test_any_text_is_survived(self):
        rng = random.Random(5)
        for _ in range(200):
            cut = list(self.TEXT)
            rng.shuffle(cut)
            dumps.threads_of("".join(cut[: rng.randrange(len(cut))]), "/code")


class Events(unittest.TestCase):
    def test_a_line_never_passes_64_kib(self):
        frame = {"path": "/" + "p" * 4000, "line": 1, "function": "f", "text": "t" * 400, "user": True}
        error = {"type": "E", "message": "m" * 4000, "frames": [frame] * 50}
        event = {"event": "init-failed", "worker": 0, "error": dict(error, causes=[error] * 5)}
        line = events.encoded(event)
        self.assertLessEqual(len(line), 64 * 1024)
        self.assertEqual(json.loads(line)["error"]["type"], "E")
        event["lastLines"] = ["\u20ac" * 4000] * 20
        self.assertLessEqual(len(events.encoded(event)), 64 * 1024)

    def test_errors_keep_what_the_diagnosis_needs(self):
        try:
            try:
                open("/does/not/exist")
            except OSError as problem:
                raise ImportError("no", name="sklearn") from problem
        except ImportError as problem:
            error = failure.describe(problem, "/nowhere")
        self.assertEqual((error["type"], error["module"]), ("ImportError", "sklearn"))
        self.assertEqual(error["causes"][0]["path"], "/does/not/exist")
        try:
            compile("def f(:\n", "/code/score.py", "exec")
        except SyntaxError as problem:
            error = failure.describe(problem, "/code")
        self.assertEqual((error["file"], error["line"], error["text"]), ("/code/score.py", 1, "def f(:"))
        self.assertTrue(error["column"])


class Cgroups(unittest.TestCase):
    def counter(self, group, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, content in dict(files, **{"proc/self/cgroup": group}).items():
                path = os.path.join(folder, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "w") as file:
                    file.write(content)
            return system.oom_kills(folder + "/proc", folder + "/cg")

    def test_the_counter_of_both_hierarchies(self):
        second = "low 0\noom 3\noom_kill 2\noom_group_kill 0\n"
        first = "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n"
        self.assertEqual(self.counter("0::/a/b\n", {"cg/a/b/memory.events": second}), 2)
        self.assertEqual(self.counter("9:cpu,memory:/x\n0::/\n", {"cg/memory/x/memory.oom_control": first}), 5)

    def test_what_cannot_be_read_is_not_claimed_to_be_none(self):
        self.assertIsNone(self.counter("0::/a\n", {}))
        self.assertIsNone(self.counter("4:pids:/\n", {}))
        self.assertIsNone(self.counter("9:memory:/\n", {"cg/memory/memory.oom_control": "under_oom 0\n"}))
        self.assertIsNone(system.oom_kills("/does/not/exist"))


class Bounds(unittest.TestCase):
    class Fake:
        def __init__(self, name, active, started=0.0, busy=False, out=None, request=None):
            self.name, self.active, self.started, self.busy, self.out = name, active, started, busy, out
            self.request, self.to_discard, self.is_local = request, 0, False

    def test_room_is_made_at_the_idlest(self):
        fake = self.Fake
        kept = [fake("runs", 1.0, busy=True), fake("writes", 1.0, out=b"x")]
        slow, idle, idler = fake("slow", 2.0, started=2.0), fake("idle", 9.0), fake("idler", 8.0)
        self.assertIs(bounds.to_make_room(kept + [slow, idle, idler]), idler)
        self.assertIs(bounds.to_make_room(kept + [slow]), slow)
        self.assertIsNone(bounds.to_make_room(kept))

    def test_a_head_that_trickles_in_is_given_up(self):
        now = 1000.0
        late = now - bounds.HEAD_SECONDS - 1
        self.assertTrue(bounds.is_stale(self.Fake("head", now, started=late), now))
        self.assertFalse(bounds.is_stale(self.Fake("head", now, started=now - 1), now))
        # A body may take its time as long as it comes.
        self.assertFalse(bounds.is_stale(self.Fake("body", now, started=late, request=object()), now))
        self.assertTrue(bounds.is_stale(self.Fake("body", late, started=late, request=object()), now))


class Ids(unittest.TestCase):
    def test_only_a_caller_of_its_own_legacy_id_is_warned(self):
        with unittest.mock.patch.object(ids, "_warn_of_legacy_id") as warn:
            ids.ids_of({"x-request-id": "r", "x-ms-request-id": "r"})
            ids.ids_of({"x-request-id": "r", "x-ms-request-id": "c", "x-ms-client-request-id": "c"})
            ids.ids_of({"x-request-id": "r"})
            warn.assert_not_called()
            ids.ids_of({"x-request-id": "r", "x-ms-request-id": "l"})
            warn.assert_called_once()

    def test_a_new_id_is_a_uuid_of_version_4(self):
        import uuid

        made = {ids.new_id() for _ in range(100)}
        self.assertEqual(len(made), 100)
        for text in made:
            parsed = uuid.UUID(text)
            self.assertEqual((str(parsed), parsed.version, parsed.variant), (text, 4, uuid.RFC_4122))

    def test_query_values(self):
        self.assertEqual(
            inputs.query_values("a=1&b=[1,2]&c=x&c=y&d=null&e="),
            {"a": 1, "b": [1, 2], "c": ["x", "y"], "d": None, "e": ""},
        )

    def test_header_names_are_in_title_case(self):
        self.assertEqual(inputs.title_case({"x-ms-request-id": "1"}), {"X-Ms-Request-Id": "1"})


if __name__ == "__main__":
    unittest.main()
