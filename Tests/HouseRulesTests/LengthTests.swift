import Testing

@Suite("House rules: length")
struct LengthTests {
    private static let maxFunctionLines = 60
    private static let maxFileLines = 400

    /// Functions that may be longer, as `path function`, with the reason.
    private static let longFunctions: [String: String] = [:]
    /// Files that may be longer, with the reason.
    private static let longFiles: [String: String] = [:]

    @Test("a function has at most 60 lines")
    func functions() {
        let violations = SourceTree.swiftFiles.flatMap { file in
            file.functions.filter { $0.lines > Self.maxFunctionLines }
                .filter { Self.longFunctions["\(file.path) \($0.name)"] == nil }
                .map { Violation(path: file.path, line: $0.line, message: "`\($0.name)` has \($0.lines) lines") }
        }
        #expect(violations.isEmpty, "\(violations.report)")
    }

    @Test("a file has at most 400 lines")
    func files() {
        let violations = SourceTree.files.filter { file in
            let isCode =
                file.isSwift || file.path.hasSuffix(".py") || file.path.hasSuffix(".js") || file.path.hasSuffix(".c")
            return isCode && !file.isGenerated && file.lines.count > Self.maxFileLines + 1
        }
        .filter { Self.longFiles[$0.path] == nil }
        .map { Violation(path: $0.path, line: 0, message: "\($0.lines.count - 1) lines") }
        #expect(violations.isEmpty, "\(violations.report)")
    }

    @Test("functions are found with their length")
    func finder() {
        let file = SourceFile(
            path: "Sources/X/Y.swift",
            text: """
                struct A {
                    func short() -> String { "}" }
                    /// func inComment() {
                    init(
                        x: Int
                    ) {
                        call { "{\\(x)" }
                    }
                    func requirement()
                }
                protocol P { func f(_ g: () -> Void) }
                """
        )
        #expect(file.functions.map { "\($0.name) \($0.line) \($0.lines)" } == ["short 2 1", "init 4 5"])
    }
}

/// A function with a body.
struct FunctionSpan {
    let name: String
    /// 1-based, of its first line.
    let line: Int
    let lines: Int
}

extension SourceFile {
    /// The functions and initialisers with a body, by counting braces in the masked code.
    var functions: [FunctionSpan] {
        codeLines.enumerated().compactMap { index, line in
            guard line.mentions("func ") || line.mentions("init"), let name = Self.functionName(in: line) else {
                return nil
            }
            guard let end = endOfBody(from: index) else { return nil }
            return FunctionSpan(name: name, line: index + 1, lines: end - index + 1)
        }
    }

    /// The name of the function or initialiser that the line declares.
    private static func functionName(in line: String) -> String? {
        let words = line.split(separator: " ")
        if let place = words.firstIndex(of: "func"), place + 1 < words.count { return words[place + 1].leadingName }
        // `init` as a word of its own; a call has something before it.
        let modifiers: Set<Substring> = [
            "package", "public", "private", "fileprivate", "internal", "convenience", "required",
        ]
        let first = words.first { !modifiers.contains($0) && !$0.hasPrefix("@") }
        return first?.leadingName == "init" && first?.mentionsCall == true ? "init" : nil
    }

    /// The index of the line with the brace that closes the first body after `start`; nil where there is no body.
    private func endOfBody(from start: Int) -> Int? {
        var braces = 0
        var parentheses = 0
        for index in start..<codeLines.count {
            // On the first line, only what follows the keyword.
            let line = codeLines[index][...]
            let code =
                index > start
                ? line
                : line.firstRange(of: line.mentionsFunction ? "func " : "init").map { line[$0.upperBound...] } ?? line
            for sign in code.utf8 {
                switch sign {
                case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
                case UInt8(ascii: "{"): if parentheses == 0 || braces > 0 { braces += 1 }
                case UInt8(ascii: "}"):
                    // A brace that closes what is around: a requirement of a protocol, without a body.
                    guard braces > 0 else { return nil }
                    braces -= 1
                    if braces == 0 { return index }
                default: break
                }
            }
            // A declaration without a body ends with its line.
            let next = index + 1 < codeLines.count ? codeLines[index + 1].drop { $0 == " " } : ""
            if braces == 0, parentheses == 0, !next.hasPrefix("{"), !next.hasPrefix("where"), !next.hasPrefix("->"),
                !next.hasPrefix("throws"), !next.hasPrefix("async")
            {
                return nil
            }
        }
        return nil
    }
}

extension Substring {
    fileprivate var mentionsFunction: Bool { String(self).mentions("func ") }

    /// Whether a parameter list, or generic parameters, begin in this word.
    fileprivate var mentionsCall: Bool { utf8.contains { $0 == UInt8(ascii: "(") || $0 == UInt8(ascii: "<") } }
}
