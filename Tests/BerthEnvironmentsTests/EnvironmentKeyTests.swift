import BerthJSON
import Testing

@testable import BerthEnvironments

@Suite("EnvironmentKey")
struct EnvironmentKeyTests {
    private static func key(_ pip: [String], python: String = "3.11.7", soabi: String = "abi") throws -> String {
        let lines = pip.map { "    - \($0)\n" }.joined()
        let interpreter = try #require(
            PythonInterpreter(json: [
                "executable": "/usr/bin/python3", "version": .string(python), "implementation": "cpython",
                "soabi": .string(soabi), "prefixes": ["/usr"], "platform": "linux-x86_64-glibc",
            ])
        )
        return try EnvironmentKey.key(of: try makePlan("dependencies:\n  - pip:\n\(lines)"), with: interpreter)
    }

    @Test("the order of requirements, and the credentials of an index, make no other environment")
    func same() throws {
        #expect(try Self.key(["six==1.16.0", "joblib"]) == Self.key(["joblib", "six==1.16.0"]))
        #expect(
            try Self.key(["--index-url https://a:b@host/simple", "six"])
                == Self.key(["--index-url https://c:d@host/simple", "six"])
        )
        #expect(try Self.key(["six"]).count == 32)
        #expect(EnvironmentFolder.isKey(try Self.key(["six"])))
    }

    @Test("another requirement, index, Python or binary interface makes another environment")
    func different() throws {
        let keys = [
            try Self.key(["six==1.16.0"]), try Self.key(["six==1.17.0"]),
            try Self.key(["six==1.16.0"], python: "3.11.8"),
            try Self.key(["six==1.16.0"], soabi: "other"),
            try Self.key(["--index-url https://host/simple", "six==1.16.0"]),
        ]
        #expect(Set(keys).count == keys.count)
    }
}
