import Testing

@testable import BerthEnvironments

@Suite("Installing uv")
struct UvFinderTests {
    @Test(
        "a pip that cannot reach its index is told from one that fails",
        arguments: [
            ("[Errno -3] Temporary failure in name resolution')': /simple/uv/", "its name cannot be resolved"),
            ("[Errno 101] Network is unreachable", "there is no network"),
            ("[Errno 111] Connection refused", "the connection is refused"),
            ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "its certificate is not trusted"),
            ("ERROR: No matching distribution found for uv>=0.8", nil),
            ("/usr/bin/python3: No module named pip", nil),
        ] as [(String, String?)]
    )
    func networkCause(said: String, words: String?) {
        #expect(UvFinder.networkCause(said)?.words == words)
    }
}
