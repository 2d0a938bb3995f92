"""Connections: keep-alive, pipelining, bounds, clients that are slow, silent or many."""

import unittest

from harness import DEADLINE, ECHO, Server, post, read_all


class Connections(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server(env={"BERTH_INFSRV_MAX_BODY_BYTES": "300000"})

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_one_connection_serves_many_requests(self):
        connection = self.server.connection()
        for number in range(50):
            answer = self.server.score(number, connection=connection)
            self.assertEqual(answer.json(), {"echo": str(number)})
        self.assertNotIn("connection", answer.headers)
        connection.close()

    def test_pipelined_requests_are_answered_in_order(self):
        wanted = [b"%d" % number for number in range(200)]
        data = b"".join(
            post(body) + (b"GET / HTTP/1.1\r\n\r\n" if n % 3 == 0 else b"") for n, body in enumerate(wanted)
        )
        text = self.server.exchange(data)
        found = [part.split(b'"}')[0] for part in text.split(b'{"echo": "')[1:]]
        self.assertEqual(found, wanted)
        self.assertEqual(text.count(b"Healthy"), 67)

    def test_a_request_may_come_byte_by_byte(self):
        with self.server.connect() as client:
            for byte in post(b"slow"):
                client.sendall(bytes([byte]))
            self.assertIn(b'{"echo": "slow"}', client.recv(4096))

    def test_a_large_body_and_a_large_answer(self):
        body = b"x" * 299000
        self.assertEqual(self.server.request("POST", "/score", body).json()["echo"], body.decode())

    def test_bounds(self):
        for data, status in (
            (post(b"x" * 300001), 413),
            (b"GET / HTTP/1.1\r\nA: " + b"x" * 70000 + b"\r\n\r\n", 431),
            (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n", 431),
            (b"A" * 70000, 431),
            (b"POST /score HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"fffff\r\n", 413),
            (b"\x16\x03\x01\x02\x00", 400),
            (b"nonsense\r\n\r\n", 400),
            (b"POST /score HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ):
            with self.subTest(data=data[:40]):
                answer = self.server.exchange(data)
                self.assertTrue(answer.startswith(b"HTTP/1.1 %d " % status), answer[:100])
                self.assertIn(b"Connection: close", answer)

    def test_chunked_and_expect(self):
        with self.server.connect() as client:
            client.sendall(b"POST /score HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n")
            self.assertEqual(client.recv(4096), b"HTTP/1.1 100 Continue\r\n\r\n")
            client.sendall(b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
            self.assertIn(b'{"echo": "abc"}', client.recv(4096))

    def test_http10_closes_and_keep_alive_keeps(self):
        self.assertIn(b"Connection: close", self.server.exchange(b"GET / HTTP/1.0\r\n\r\n"))
        with self.server.connect() as client:
            client.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
            self.assertTrue(read_all(client).endswith(b"Healthy"))

    def test_a_client_that_closes_for_writing_still_gets_its_answer(self):
        self.assertIn(b'{"echo": "half"}', self.server.exchange(post(b"half")))

    def test_a_client_that_does_not_read_holds_nobody_up(self):
        with self.server.connect() as deaf:
            deaf.sendall(post(b"y" * 250000))
            self.assertEqual(self.server.score(1).json(), {"echo": "1"})


class ManyConnections(unittest.TestCase):
    def test_more_connections_than_the_bound_close_the_idlest(self):
        with Server(tcp=True) as server:
            # The bound is 1,024; who is served last must not be shut out by clients that do nothing.
            idle = [server.connect() for _ in range(1100)]
            self.assertEqual(server.score("new").json(), {"echo": '"new"'})
            idle[0].settimeout(DEADLINE)
            self.assertEqual(idle[0].recv(1), b"")
            idle[-1].sendall(post(b"last"))
            self.assertIn(b'{"echo": "last"}', idle[-1].recv(4096))
            for client in idle:
                client.close()

    def test_more_connections_than_descriptors(self):
        limit = "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))\n"
        with Server(limit + ECHO) as server:
            idle = [server.connect() for _ in range(300)]
            self.assertEqual(server.score("new").json(), {"echo": '"new"'})
            for client in idle:
                client.close()

    def test_an_unknown_path_is_in_the_log_of_a_server_by_hand(self):
        with Server(tcp=True) as server:
            server.request("GET", "/scor?a=1")
            server.request("GET", "/")
            server.score(1)
            server.log.wait(lambda line: "azmlinfsrv - POST /score 200 " in line)
            self.assertEqual(len(server.log.wait(lambda line: "azmlinfsrv - GET /scor?a=1 404 " in line)), 1)
            self.assertNotIn("GET / ", server.log.text())


if __name__ == "__main__":
    unittest.main()
