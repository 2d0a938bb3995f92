/// Requests that must be refused: each is answered once with an error, ends its connection, and reaches no instance.
enum AttackCorpus {
    struct Attack: Sendable, CustomStringConvertible {
        let name: String
        let text: String
        /// What stands behind it on the connection: a request that must not be seen as one.
        var description: String { name }
    }

    static let smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"

    static var all: [Attack] {
        requestLines + targets + versions + hosts + lengths + transferCodings + both + fieldNames + fieldValues
            + lineEnds + chunks + trailers + others
    }

    private static func post(_ fields: String, _ body: String = "") -> String {
        "POST /score HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\(body)"
    }

    private static func attacks(_ group: String, _ texts: [String]) -> [Attack] {
        texts.enumerated().map { Attack(name: "\(group) \($0)", text: $1) }
    }

    private static var requestLines: [Attack] {
        attacks(
            "request line",
            [
                " GET /score HTTP/1.1", "GET", "GET ", "GET /score", "GET  /score HTTP/1.1", "GET /score  HTTP/1.1",
                "GET /score HTTP/1.1 ", "GET\t/score HTTP/1.1", "GET /score\tHTTP/1.1", "GET /sc ore HTTP/1.1",
                "G@T /score HTTP/1.1", "GE(T /score HTTP/1.1", "GET,POST /score HTTP/1.1", "\u{0}GET /score HTTP/1.1",
                "GET /score\u{0} HTTP/1.1", "GET:/score HTTP/1.1", "\"GET\" /score HTTP/1.1", "{GET} /score HTTP/1.1",
                String(repeating: "A", count: 40) + " /score HTTP/1.1", "/score HTTP/1.1", "HTTP/1.1 200 OK",
                "\u{7F}GET /score HTTP/1.1", "GÉT /score HTTP/1.1",
            ].map { $0 + "\r\nHost: a\r\n\r\n" }
        )
    }

    private static var targets: [Attack] {
        attacks(
            "target",
            [
                "score", "*", "a:443", "../score", "/../score", "/score/..", "/score/../x", "/./score", "/a/./b", "/.",
                "/..", "/%2e%2e/x", "/%2E/x", "/.%2e/x", "/%2e./x", "/score%", "/score%0", "/score%zz", "/score%00",
                "/score%0g", "/%", "/score#frag", "/sc\\ore", "/score\u{7F}", "/score\u{1}", "/scoré", "ftp://a/score",
                "http:///score", "http://a", "http://b/score", "https://b:1/score", "http://a@b/score", "//\\score",
                "/" + String(repeating: "a", count: 9000), "?x=1", "#", "http://a/../score",
            ].map { "GET \($0) HTTP/1.1\r\nHost: a\r\n\r\n" }
        )
    }

    private static var versions: [Attack] {
        attacks(
            "version",
            [
                "HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/1.11", "HTTP/11", "HTTP/1", "HTTP/1.", "HTTP/.1", "http/1.1",
                "Http/1.1", "HTTP 1.1", "HTTPS/1.1", "HTTP/1.1x", "HTTP/01.1", "HTTP/1.01", "HTTP/1,1", "HTTP/-1.1",
                "HTTP/+1.1", "ICY/1.1", "HTTP/3.0", "HTTP/1.\u{0}",
            ].map { "GET /score \($0)\r\nHost: a\r\n\r\n" }
        ) + attacks("preface", ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"])
    }

    private static var hosts: [Attack] {
        attacks(
            "host",
            [
                "", "Host: a\r\nHost: a\r\n", "Host: a\r\nHost: b\r\n", "Host: a\r\nhost: a\r\n", "Host: a b\r\n",
                "Host: a/b\r\n", "Host: a@b\r\n", "Host: \r\n", "Host:\r\n", "Host: a\\b\r\n", "Host: a\u{1}\r\n",
                "Host: a?b\r\n", "Host: a#b\r\n", "Host: <a>\r\n", "Host: a\"b\r\n", "Host: é\r\n",
            ].map { "GET /score HTTP/1.1\r\n\($0)\r\n" }
        )
    }

    private static var lengths: [Attack] {
        attacks(
            "length",
            [
                "-1", "+5", "5 5", "5,5", "5, 5", "0x5", "5.0", "5e0", "", "abc", "5;", "\"5\"", "5\u{1}", "٥",
                "99999999999999999999", "9223372036854775808", "18446744073709551616", "1_0", "'5'", "5\u{B}",
            ].map { post("Content-Length: \($0)\r\n", "hello") }
        )
            + attacks(
                "two lengths",
                [
                    post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"),
                    post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"),
                    post("Content-Length: 0\r\ncontent-length: 5\r\n", "hello"),
                    post("CONTENT-LENGTH: 5\r\nX: y\r\nContent-Length: 0\r\n", "hello"),
                ]
            )
    }

    private static var transferCodings: [Attack] {
        attacks(
            "transfer coding",
            [
                "identity", "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "chunked,", ",chunked",
                "xchunked", "chunkedx", "chunke", "\"chunked\"", "chunked;q=1", "chunked; a=b", "", "chunked chunked",
                "chunked\u{1}", "\u{B}chunked", "chunked\u{0}", "identity, chunked", "cow", "chunked-1",
            ].map { post("Transfer-Encoding: \($0)\r\n", "0\r\n\r\n") }
        )
            + attacks(
                "two transfer codings",
                [
                    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                    post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
                    post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                    "POST /score HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                ]
            )
    }

    private static var both: [Attack] {
        attacks(
            "both",
            [
                post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
                post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"),
                post("transfer-encoding: chunked\r\nContent-Length: 0\r\n", "5\r\nhello\r\n0\r\n\r\n"),
                post("Transfer-Encoding: Chunked\r\nX-A: b\r\nContent-Length: 3\r\n", "0\r\n\r\n"),
                post("Content_Length: 5\r\n", "hello"), post("Transfer_Encoding: chunked\r\n", "0\r\n\r\n"),
                post("transfer_encoding: chunked\r\nContent-Length: 5\r\n", "hello"),
            ]
        )
    }

    private static var fieldNames: [Attack] {
        attacks(
            "field name",
            [
                "Content-Length : 5", "Transfer-Encoding : chunked", " Content-Length: 5", "\tX: y", ": x", "X",
                "X y: z",
                "X\u{0}: y", "X\u{7F}: y", "X(: y", "Xé: y", "\"X\": y", "X\t: y", "[X]: y", "X/Y: z", "X=Y: z", "@: y",
                "Content-Length\u{0}: 5", "Transfer-Encoding\u{B}: chunked", "Content\u{0}Length: 5", "X;: y", "{}: y",
            ].map { post("\($0)\r\n") }
        )
    }

    private static var fieldValues: [Attack] {
        attacks(
            "field value",
            [
                "a\u{0}b", "a\u{1}b", "\u{7F}", "a\u{8}", "a\u{B}b", "a\u{C}b", "a\u{1B}[31m", "a\rb", "a\r b",
                "a\rTransfer-Encoding: chunked",
            ].map { post("X: \($0)\r\n") }
        )
            + attacks(
                "folded",
                [
                    post("X: a\r\n b\r\n"), post("X: a\r\n\tb\r\n"), post("Transfer-Encoding:\r\n chunked\r\n"),
                    post("Content-Length: 5\r\n 6\r\n"), post("X:\r\n  \r\n"),
                ]
            )
    }

    private static var lineEnds: [Attack] {
        attacks(
            "line end",
            [
                "GET /score HTTP/1.1\nHost: a\n\n", "GET /score HTTP/1.1\r\nHost: a\n\r\n",
                "GET /score HTTP/1.1\r\nHost: a\r\n\n", "GET /score HTTP/1.1\nHost: a\r\n\r\n",
                "GET /score HTTP/1.1\r\nX: y\nContent-Length: 5\r\nHost: a\r\n\r\n", "\nGET /score HTTP/1.1\r\n\r\n",
                "\r\n\r\nGET /score HTTP/1.1\r\nHost: a\r\n\r\n", "\r\r\nGET /score HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /score HTTP/1.1\r\r\nHost: a\r\n\r\n", "GET /score HTTP/1.1\r\nHost: a\r\r\n\r\n",
                "GET /score HTTP/1.1\r\nHost: a\r\n\r\r\n\r\n", "GET /score HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
            ]
        )
    }

    private static var chunks: [Attack] {
        attacks(
            "chunk",
            [
                "5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello0\r\n\r\n", "5\r\nhellox\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n", "+5\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
                "g\r\nhello\r\n0\r\n\r\n", " 5\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n",
                "\t5\r\nhello\r\n0\r\n\r\n", "\r\nhello\r\n0\r\n\r\n", ";a\r\nhello\r\n0\r\n\r\n",
                "FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n", "10000000000000005\r\nhello\r\n0\r\n\r\n",
                "0000000000000005\r\nhello\r\n0\r\n\r\n", "5;\u{0}\r\nhello\r\n0\r\n\r\n",
                "5;a\nb\r\nhello\r\n0\r\n\r\n", "5;a\rb\r\nhello\r\n0\r\n\r\n", "5\rhello\r\n0\r\n\r\n",
                "5\r\nhello\r0\r\n\r\n", "5,5\r\nhello\r\n0\r\n\r\n", "5.0\r\nhello\r\n0\r\n\r\n",
                "5;" + String(repeating: "a", count: 5000) + "\r\nhello\r\n0\r\n\r\n", "5\r\nhel\r\n0\r\n\r\n",
                "5\u{0}\r\nhello\r\n0\r\n\r\n", "٥\r\nhello\r\n0\r\n\r\n",
            ].map { post("Transfer-Encoding: chunked\r\n", $0) }
        )
    }

    private static var trailers: [Attack] {
        attacks(
            "trailer",
            [
                "0\r\nX\r\n\r\n", "0\r\n: y\r\n\r\n", "0\r\n X: y\r\n\r\n", "0\r\nX : y\r\n\r\n", "0\r\nX: y\n\r\n",
                "0\r\nX: \u{0}\r\n\r\n", "0\r\n\n", "0\r\n\rX", "0\r\nX: a\rb\r\n\r\n", "0\r\nX(: y\r\n\r\n",
                "0\r\nX: " + String(repeating: "a", count: 9000) + "\r\n\r\n", "0\n\r\n", "0\r\nX: y\r\n z\r\n\r\n",
            ].map { post("Transfer-Encoding: chunked\r\n", $0) }
        )
    }

    private static var others: [Attack] {
        attacks(
            "other",
            [
                post("Expect: 200-ok\r\nContent-Length: 5\r\n", "hello"), post("Expect: \r\n"),
                post("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n"),
                post("azureml-model-deployment: blue\r\nazureml-model-deployment: green\r\n"),
                "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
                post((0..<101).map { "X\($0): y\r\n" }.joined()),
                post("X: " + String(repeating: "a", count: 33_000) + "\r\n"),
                "GET /" + String(repeating: "a", count: 40_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
                "\u{16}\u{3}\u{1}\u{2}\n\u{1}", "SSH-2.0-x\r\n\r\n", "\r\n\r\n\r\n",
            ]
        )
    }
}
