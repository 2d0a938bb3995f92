import Testing

@Suite("House rules: words and calls")
struct WordTests {
    /// These files speak about the rules themselves.
    private static let rulesFolder = "Tests/HouseRulesTests/"

    /// The lines with one of `words` where `isViolation` holds too; `codeOnly` looks past comments and strings.
    private func violations(
        in files: [SourceFile],
        codeOnly: Bool = false,
        of words: [String],
        _ message: String,
        where isViolation: (_ line: String) -> Bool = { _ in true }
    ) -> [Violation] {
        files.filter { !$0.path.hasPrefix(Self.rulesFolder) && $0.text.mentions(anyOf: words) }.flatMap { file in
            (codeOnly ? file.codeLines : file.lines).enumerated().compactMap { index, line in
                guard line.mentions(anyOf: words), isViolation(line) else { return nil }
                return Violation(path: file.path, line: index + 1, message: "\(message): \(excerpt(file.lines[index]))")
            }
        }
    }

    private func excerpt(_ line: String) -> String { String(line.drop { $0 == " " }.prefix(100)) }

    @Test(
        "the project speaks of itself alone: no package-registry hosts, no tools of its makers",
        arguments: [
            "BRIEF.md", "issue #", "Issue #", "issues show", "pypi.org", "pythonhosted.org",
            "npmjs.org",
            "anaconda.org", "crates.io", "rubygems.org", "proxy.golang.org", "claude", "Claude", "anthropic",
            "Anthropic",
            "ChatGPT", "Copilot",
        ]
    )
    func bannedText(text: String) {
        let found = violations(in: SourceTree.files, of: [text], "says `\(text)`")
        #expect(found.isEmpty, "\(found.report)")
    }

    @Test("no path of one particular machine is written anywhere", arguments: ["/work/", "/root/"])
    func machinePaths(path: String) {
        let found = violations(in: SourceTree.files, of: [path], "a path of this machine") { line in
            // Inside of a longer path it is a folder like any other.
            line.ranges(of: path).contains { range in
                guard range.lowerBound > line.startIndex else { return true }
                let before = line[line.index(before: range.lowerBound)]
                return !(before.isLetter || before.isNumber || "./_-})".contains(before))
            }
        }
        #expect(found.isEmpty, "\(found.report)")
    }

    @Test("no document is quoted that is not part of the project", arguments: ["DESIGN", "STYLE"])
    func foreignDocuments(name: String) {
        guard SourceTree.text(of: "\(name).md") == nil, SourceTree.text(of: "docs/\(name).md") == nil else { return }
        let found = violations(in: SourceTree.files, of: ["\(name) §", "\(name).md"], "quotes \(name)")
        #expect(found.isEmpty, "\(found.report)")
    }

    @Test("no type and no file is called Utils, Helpers, Manager or Common")
    func vagueNames() {
        let vague = ["Util", "Utils", "Helper", "Helpers", "Manager", "Common"]
        let keywords: Set<Substring> = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        var found = violations(in: SourceTree.swiftFiles, codeOnly: true, of: vague, "a vague name") { line in
            let words = line.split(separator: " ")
            return zip(words, words.dropFirst()).contains { keyword, name in
                keywords.contains(keyword) && vague.contains { name.leadingName.hasSuffix($0) }
            }
        }
        found += SourceTree.files.filter { file in vague.contains { file.stem.hasSuffix($0) } }.map {
            Violation(path: $0.path, line: 0, message: "a vague name")
        }
        #expect(found.isEmpty, "\(found.report)")
    }

    @Test("`try?` says on its line, or just above it, why the failure is of no interest")
    func silentTry() {
        let found = SourceTree.swiftFiles.flatMap { file in
            file.codeLines.enumerated().compactMap { index, line -> Violation? in
                guard line.mentions("try?"), line.contains(/(?:^|\W)try\?/) else { return nil }
                let above = index > 0 ? file.lines[index - 1].drop { $0 == " " } : ""
                guard !file.lines[index].mentions("// "), !above.hasPrefix("// ") else { return nil }
                return Violation(path: file.path, line: index + 1, message: excerpt(file.lines[index]))
            }
        }
        #expect(found.isEmpty, "\(found.report)")
    }

    @Test("nothing sleeps: waiting is for a signal, with a deadline, and time is a clock's")
    func sleeping() {
        let call = /(?:^|[^.\w])(?:sleep|usleep|nanosleep)\s*\(|Thread\.sleep/
        var found = violations(in: SourceTree.swiftFiles, codeOnly: true, of: ["sleep"], "sleeps") {
            $0.contains(call) && !$0.mentions("func ")
        }
        // The one use in a test: the deadline of a helper that waits for a signal, which says so.
        let tests = SourceTree.swiftFiles.filter { $0.path.hasPrefix("Tests/") }
        found += violations(in: tests, of: ["Task.sleep"], "sleeps") { !$0.mentions("// Deadline") }
        #expect(found.isEmpty, "\(found.report)")
    }

    @Test("data from the world is never answered with `fatalError`, `try!` or an assertion that is gone in release")
    func crashing() {
        let call = /\bfatalError\s*\(|\btry!|\bassertionFailure\s*\(|(?:^|[^.\w#])assert\s*\(/
        let words = ["fatalError", "try!", "assert"]
        let found = violations(in: SourceTree.sources, codeOnly: true, of: words, "ends the process") {
            $0.contains(call)
        }
        #expect(found.isEmpty, "\(found.report)")
    }

    @Test("what the compiler cannot check about concurrency says who guarantees it")
    func unchecked() {
        let found = SourceTree.sources.flatMap { file in
            file.codeLines.enumerated().compactMap { index, line -> Violation? in
                guard line.mentions(anyOf: ["@unchecked Sendable", "nonisolated(unsafe)", ".assumeIsolated"]) else {
                    return nil
                }
                let around = file.lines[max(0, index - 8)...index]
                guard !around.contains(where: { $0.mentions("// Safe:") || $0.mentions("/// Safe:") }) else {
                    return nil
                }
                return Violation(path: file.path, line: index + 1, message: "without `// Safe: …`: \(excerpt(line))")
            }
        }
        #expect(found.isEmpty, "\(found.report)")
    }

    @Test("a to-do carries a number, and nothing is left that must be fixed")
    func leftovers() {
        let (todo, fix) = ("TO" + "DO", "FIX" + "ME")
        let found = violations(in: SourceTree.files, of: [todo, fix], "a leftover") { line in
            // A word that merely contains it is none.
            line.mentions(fix) || (line.contains(/\bTODO\b/) && !line.contains(/\bTODO\s*\(\d+\)/))
        }
        #expect(found.isEmpty, "\(found.report)")
    }
}
