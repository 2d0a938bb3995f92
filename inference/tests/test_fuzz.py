"""Hostile bytes at the HTTP side. Seeded and bounded; the seed is in every message.

After each round the server must answer a good request on a new connection; at the end its worker must be the one of the
beginning, and must not have grown.
"""

import os
import random
import socket
import threading
import unittest

from harness import Server, read_all

ROUNDS = int(os.environ.get("BERTH_FUZZ_ROUNDS", "1000"))
SEED = int(os.environ.get("BERTH_FUZZ_SEED", "20210830"))
MAX_GROWTH = 32 << 20

SEEDS = [
    b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /score HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"GET /score?a=1&b=%5B1%5D HTTP/1.1\r\nx-request-id: abc\r\n\r\n",
    b"GET / HTTP/1.1\r\n\r\n",
    b"OPTIONS /score HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"GET /swagger.json?version=3 HTTP/1.1\r\n\r\n",
    b"POST /score HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
]
PIECES = [
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b":",
    b" ",
    b"\t",
    b"%",
    b"%zz",
    b"Content-Length: 99999999999999999999\r\n",
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Connection: close\r\n",
    b"\xff" * 50,
    b"A" * 3000,
    b"x-berth-deadline-ms: 0\r\n",
    b"x-berth-deadline-ms: \xb2\r\n",
    b"x-request-id: " + b"i" * 150 + b"\r\n",
    b"0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"HTTP/1.1",
    b"HTTP/9.9",
    b"GET / HTTP/1.1\r\n\r\n" * 20,
    b"Expect: 100-continue\r\n",
]


def mutated(rng):
    data = bytearray(b"".join(rng.choice(SEEDS) for _ in range(rng.randint(1, 3))))
    for _ in range(rng.randint(0, 6)):
        at = rng.randrange(len(data) + 1)
        action = rng.randrange(5)
        if action == 0:
            data[at:at] = rng.choice(PIECES)
        elif action == 1:
            del data[at : at + rng.randint(1, 20)]
        elif action == 2 and at < len(data):
            data[at] = rng.randrange(256)
        elif action == 3:
            data[at:at] = data[at : at + rng.randint(1, 60)]
        else:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 8)))
    return bytes(data)


def resident(pid):
    with open("/proc/%d/statm" % pid) as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class Fuzz(unittest.TestCase):
    def throw(self, server, rng, data):
        """Sends `data` in pieces, then ends in one of the ways in which clients end."""
        with server.connect(timeout=30) as client:
            try:
                at = 0
                while at < len(data):
                    step = rng.choice((1, 7, 100, 100000))
                    client.sendall(data[at : at + step])
                    at += step
                ending = rng.randrange(3)
                if ending == 0:
                    client.shutdown(socket.SHUT_WR)
                    return read_all(client)
                if ending == 1:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            except OSError:
                # Refused before all of it was sent.
                return b""
        return b""

    def fuzz(self, **options):
        with Server(**options) as server:
            pid = int(server.log.wait(lambda line: "ready for serving" in line)[0].split("pid ")[1].split()[0])
            rng = random.Random(SEED)
            base = 0
            for number in range(ROUNDS):
                data = mutated(rng)
                text = self.throw(server, rng, data)
                where = "seed %d, round %d: %r" % (SEED, number, data)
                self.assertTrue(not text or text.startswith(b"HTTP/1.1 "), where)
                if number % 10 == 0:
                    self.assertEqual(server.score(number, timeout=30).json(), {"echo": str(number)}, where)
                if number == ROUNDS // 4:
                    base = resident(pid)
            self.assertEqual(server.score("end").status, 200)
            self.assertLess(resident(pid) - base, MAX_GROWTH)
            self.assertNotIn("Traceback", server.log.text())
            self.assertEqual(server.event_names().count("worker-exited"), 0)

    def test_over_a_unix_socket(self):
        self.fuzz()

    def test_over_tcp(self):
        self.fuzz(tcp=True)

    def test_while_run_is_busy(self):
        # run() lasts longer than a tick, so that the watching thread owns the connections most of the time.
        script = "import time\ndef init():\n    pass\ndef run(d):\n    time.sleep(0.03)\n    return 'ran'\n"

        def client(number):
            rng = random.Random(SEED + number)
            for _ in range(ROUNDS // 20):
                data = mutated(rng)
                text = self.throw(server, rng, data)
                if text and not text.startswith(b"HTTP/1.1 "):
                    wrong.append((SEED + number, data, text[:200]))

        wrong = []
        with Server(script) as server:
            clients = [threading.Thread(target=client, args=(number,)) for number in range(4)]
            for thread in clients:
                thread.start()
            for thread in clients:
                thread.join()
            self.assertEqual(wrong, [])
            self.assertEqual(server.score("end").json(), "ran")
            self.assertNotIn("Traceback", server.log.text())
            self.assertEqual(server.event_names().count("worker-exited"), 0)

    def test_many_silent_connections_hold_nobody_up(self):
        with Server() as server:
            silent = [server.connect() for _ in range(300)]
            for client in silent[:150]:
                client.sendall(b"POST /score HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc")
            self.assertEqual(server.score(1).json(), {"echo": "1"})
            for client in silent:
                client.close()
            self.assertEqual(server.score(2).json(), {"echo": "2"})


if __name__ == "__main__":
    unittest.main()
