import Testing

@Suite("House rules: modules and arrows")
struct ArrowTests {
    /// Modules that come with Swift or the system.
    private static let systemModules: Set<String> = [
        "Foundation", "FoundationNetworking", "FoundationEssentials", "Glibc", "Musl", "Darwin", "Dispatch",
        "Synchronization",
        "Swift", "RegexBuilder", "Testing",
    ]

    /// Where each heavy library may be used. Its types appear in no interface there.
    private static let homes: [String: Set<String>] = [
        "Yams": ["BerthSpec", "BerthEnvironments"],
        "GRDB": ["BerthStore"],
        "Hummingbird": ["BerthServer"],
        "X509": ["BerthIdentity"],
        "HummingbirdTLS": ["BerthServer"],
        "ArgumentParser": ["BerthCLI", "berth"],
        "AsyncHTTPClient": ["BerthClient", "BerthRuntimeDocker"],
    ]

    @Test("the table of modules is read")
    func table() {
        #expect(Manifest.rows.count >= 20)
        #expect(Manifest.byName["BerthDiagnostics"]?.uses == ["BerthJSON"])
        #expect(Manifest.byName["BerthDiagnostics"]?.level == 0)
        #expect(Set(Manifest.rows.map(\.name)).count == Manifest.rows.count)
    }

    @Test("an arrow points to a lower level, or inside of a level to a module that is named before")
    func arrowsPointDown() {
        var violations: [Violation] = []
        func report(_ row: ModuleRow, _ message: String) {
            violations.append(Violation(path: "Package.swift", line: row.line, message: "\(row.name) \(message)"))
        }
        for row in Manifest.rows {
            for name in row.uses {
                guard let used = Manifest.byName[name] else {
                    report(row, "uses \(name), which is not in the table")
                    continue
                }
                let isDown = used.level < row.level || (used.level == 0 && row.level == 0 && used.index < row.index)
                if !isDown { report(row, "(level \(row.level)) uses \(name) (level \(used.level))") }
                if used.isTest { report(row, "uses the tests \(name)") }
                if name == "BerthTesting", !row.isTest { report(row, "uses BerthTesting, which is for tests only") }
            }
        }
        #expect(violations.isEmpty, "\(violations.report)")
    }

    @Test("every import is an arrow of the table, a library of the module or a part of the system")
    func importsAreDeclared() {
        var violations: [Violation] = []
        for file in SourceTree.swiftFiles {
            guard let module = file.module, let row = Manifest.byName[module] else {
                violations.append(Violation(path: file.path, line: 0, message: "its module is not in the table"))
                continue
            }
            let allowed = Set(row.uses).union(row.libraries).union(Self.systemModules)
            for entry in file.imports where !allowed.contains(entry.module) {
                violations.append(
                    Violation(path: file.path, line: entry.line, message: "imports \(entry.module) undeclared")
                )
            }
        }
        #expect(violations.isEmpty, "\(violations.report)")
    }

    @Test("every library of a module is imported there")
    func librariesAreUsed() {
        var violations: [Violation] = []
        for row in Manifest.rows where row.kind != "c" {
            let imported = Set(
                SourceTree.swiftFiles.filter { $0.module == row.name }.flatMap { $0.imports.map(\.module) }
            )
            for library in row.libraries where !imported.contains(library) {
                let message = "\(row.name) does not import its library \(library)"
                violations.append(Violation(path: "Package.swift", line: row.line, message: message))
            }
        }
        #expect(violations.isEmpty, "\(violations.report)")
    }

    @Test("a heavy library stays in its home and out of interfaces")
    func heavyLibraries() {
        var violations: [Violation] = []
        for file in SourceTree.sources {
            for entry in file.imports {
                guard let homes = Self.homes[entry.module] else { continue }
                if !homes.contains(file.module ?? "") {
                    let message = "imports \(entry.module), whose home is \(homes.sorted().joined(separator: ", "))"
                    violations.append(Violation(path: file.path, line: entry.line, message: message))
                }
                if entry.access == "package" || entry.access == "public" {
                    let message = "shows types of \(entry.module) in the interface of its module"
                    violations.append(Violation(path: file.path, line: entry.line, message: message))
                }
            }
        }
        #expect(violations.isEmpty, "\(violations.report)")
    }

    @Test("levels 0 and 1 and the core of the gateway do without Foundation")
    func withoutFoundation() {
        let violations = SourceTree.sources.flatMap { file -> [Violation] in
            let level = file.module.flatMap { Manifest.byName[$0]?.level } ?? 9
            guard level <= 1 || file.path.hasPrefix("Sources/BerthGateway/Core/") else { return [] }
            return file.imports.filter { $0.module.hasPrefix("Foundation") }.map {
                Violation(path: file.path, line: $0.line, message: "imports \($0.module)")
            }
        }
        #expect(violations.isEmpty, "\(violations.report)")
    }
}
