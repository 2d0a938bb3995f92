import BerthEnvironments
import Testing

@Suite("PythonVersion")
struct PythonVersionTests {
    @Test(
        "a version is read from its text",
        arguments: [("3.11.7", "3.11.7"), ("3.9", "3.9.0"), ("3.10.13", "3.10.13")]
    )
    func reads(text: String, description: String) {
        #expect(PythonVersion(text)?.description == description)
    }

    @Test("a text that is no version is none", arguments: ["", "3", "3.", "three", "3.11.7.1", "3.11rc1", "3.x"])
    func refuses(text: String) {
        #expect(PythonVersion(text) == nil)
    }

    @Test("versions are ordered by their numbers, not by their letters")
    func ordered() {
        #expect(PythonVersion(3, 9) < PythonVersion(3, 10))
        #expect(PythonVersion(3, 11, 2) < PythonVersion(3, 11, 10))
    }
}
