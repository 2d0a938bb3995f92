import BerthDiagnostics
import BerthEnvironments
import BerthModel
import Foundation
import Testing

@Suite("EnvironmentStore with a real uv", .serialized)
struct PrepareTests {
    @Test("an environment is built once, runs its packages, and ships their bytecode")
    func builds() async throws {
        let home = try ScratchHome()
        let store = EnvironmentStore(home: home.path, settings: Machine.settings())
        let lines = Lines()
        let made = try await store.prepare(Machine.pip("six==1.16.0")) { lines.append($0) }
        #expect(!made.wasReused)
        #expect(made.lock == ["six==1.16.0"])
        let said = try output(of: made.python, ["-v", "-c", "import six; print(six.__version__)"])
        #expect(said.contains("1.16.0"))
        #expect(said.contains("code object from '\(made.sitePackages)/__pycache__/six"))
        let again = try await store.prepare(Machine.pip("six==1.16.0"))
        #expect(again.wasReused)
        #expect(again.key == made.key)
    }

    @Test("the diabetes example", .enabled(if: ProcessInfo.processInfo.environment["BERTH_DIABETES"] != nil))
    func diabetes() async throws {
        let home = try ScratchHome()
        let store = EnvironmentStore(home: home.path, settings: Machine.settings())
        let path = try #require(ProcessInfo.processInfo.environment["BERTH_DIABETES"])
        let spec = Machine.spec(try String(contentsOfFile: path, encoding: .utf8), path: path)
        let made = try await store.prepare(spec) { print($0) }
        print(made)
        print(try String(contentsOfFile: "\(home.path)/environments/\(made.key)/environment.json", encoding: .utf8))
        let clock = ContinuousClock()
        print("reuse:", try await clock.measure { _ = try await store.prepare(spec) })
        let other = EnvironmentStore(home: home.path, settings: Machine.settings())
        print("reuse, new store:", try await clock.measure { _ = try await other.prepare(spec) })
    }
}
