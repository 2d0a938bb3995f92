import Testing

@Suite("House rules: documents and golden files")
struct DocumentTests {
    private static let languages = ["en", "ja"]

    /// The raw values of the cases of `Sources/BerthDiagnostics/<name>.swift`.
    private func rawValues(_ name: String) -> [String] {
        (SourceTree.text(of: "Sources/BerthDiagnostics/\(name).swift") ?? "")
            .matches(of: /\n\s+case \w+ = "(\w+)"/).map { String($0.1) }
    }

    @Test("every code and every reason has a page in each language, and no page is left over")
    func explainPages() {
        let topics = Set(rawValues("ErrorCode") + rawValues("Reason"))
        #expect(topics.count > 50)
        for language in Self.languages {
            let pages = Set(SourceTree.names(in: "docs/errors/\(language)").map { $0.replacing(".md", with: "") })
            let missing = topics.subtracting(pages).sorted()
            let unknown = pages.subtracting(topics).sorted()
            #expect(missing.isEmpty, "docs/errors/\(language) lacks \(missing)")
            #expect(unknown.isEmpty, "docs/errors/\(language) has pages for nothing: \(unknown)")
        }
    }

    @Test("the pages in the binary are those under docs/errors")
    func embeddedPages() throws {
        let generated = try #require(SourceTree.text(of: "Sources/BerthDiagnostics/ExplainPages+Generated.swift"))
        var count = 0
        for language in Self.languages {
            for name in SourceTree.names(in: "docs/errors/\(language)") {
                let page = try #require(SourceTree.text(of: "docs/errors/\(language)/\(name)"))
                let topic = name.replacing(".md", with: "")
                let isEmbedded = ["#", "##"].contains { marks in
                    generated.contains("case \"\(topic)\": return \(marks)\"\"\"\n\(page)\"\"\"\(marks)\n")
                }
                #expect(isEmbedded, "docs/errors/\(language)/\(name) has changed: run scripts/embed-explain-pages.py")
                count += 1
            }
        }
        #expect(generated.matches(of: /\n        case "/).count == count)
    }

    @Test("the licence and the list of changes are there")
    func projectFiles() {
        #expect(SourceTree.text(of: "LICENSE")?.contains("Apache License") == true)
        #expect(SourceTree.text(of: "CHANGELOG.md") != nil)
    }

    @Test("every golden file is compared with by a test of its module")
    func goldenFiles() {
        var found: [Violation] = []
        for module in SourceTree.names(in: "Tests") {
            let tests = SourceTree.swiftFiles.filter { $0.module == module }.map(\.text).joined()
            for name in SourceTree.names(in: "Tests/\(module)/golden") where !mentions(tests, name) {
                found.append(Violation(path: "Tests/\(module)/golden/\(name)", line: 0, message: "no test names it"))
            }
        }
        #expect(found.isEmpty, "\(found.report)")
    }

    /// Whether the name, or the name without its extension, stands in the tests; they may add the extension themselves.
    private func mentions(_ tests: String, _ name: String) -> Bool {
        let stem = name.split(separator: ".").first.map(String.init) ?? name
        return tests.mentions(name) || tests.mentions(stem)
    }

    @Test("every file of Sources declares something that another file uses")
    func deadFiles() {
        let words = SourceTree.swiftFiles.map { file in
            (
                path: file.path,
                words: Set(file.codeLines.joined(separator: "\n").matches(of: /\w+/).map { String($0.0) })
            )
        }
        let found = SourceTree.sources.compactMap { file -> Violation? in
            let names = file.declaredNames
            guard !names.isEmpty, file.name != "main.swift", !file.text.mentions("@main")
            else {
                return nil
            }
            let isUsed = words.contains { $0.path != file.path && !$0.words.isDisjoint(with: names) }
            return isUsed ? nil : Violation(path: file.path, line: 0, message: "nothing uses \(names.sorted())")
        }
        #expect(found.isEmpty, "\(found.report)")
    }
}

extension SourceFile {
    /// All words of the code. Split by hand: regular expressions take minutes for a whole tree in a debug build.
    fileprivate var words: Set<String> {
        var words: Set<String> = []
        for line in codeLines {
            for word in line.utf8.split(whereSeparator: { !isNameSign($0) }) {
                words.insert(String(decoding: word, as: UTF8.self))
            }
        }
        return words
    }

    /// The types, functions and constants that begin at the left margin, and what its extensions declare.
    fileprivate var declaredNames: Set<String> {
        Set(codeLines.compactMap { Self.declaredName(in: $0) })
    }

    private static let keywords: Set<Substring> = [
        "struct", "class", "enum", "actor", "protocol", "typealias", "func", "let", "var", "case",
    ]

    private static func declaredName(in line: String) -> String? {
        let indent = line.utf8.prefix { $0 == UInt8(ascii: " ") }.count
        guard indent == 0 || indent == 4 else { return nil }
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(where: { keywords.contains($0) }), place + 1 < words.count,
            words[..<place].allSatisfy({
                $0.hasPrefix("@") || $0.utf8.allSatisfy { isNameSign($0) || $0 == 0x28 || $0 == 0x29 }
            })
        else { return nil }
        return words[place + 1].leadingName
    }
}
