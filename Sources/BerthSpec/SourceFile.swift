import BerthDiagnostics

/// A text that is read as a spec: its name for messages, the folder that relative paths start from, and its lines.
final class SourceFile: Sendable {
    /// Longest line that a message quotes, in characters.
    private static let longestQuote = 240
    /// Up to this column characters are counted one by one; beyond, where nobody counts, Unicode scalars are.
    private static let exactColumns = 4000

    /// As the user wrote it.
    let path: String
    /// Absolute.
    let folder: String
    let text: String
    /// Split where the YAML parser counts lines: at LF, CR, CR LF, NEL, LS and PS.
    let lines: [String]

    init(path: String, folder: String, text: String) {
        self.path = path
        self.folder = folder
        self.text = text
        lines = Self.split(text)
    }

    private static func split(_ text: String) -> [String] {
        var lines: [String] = []
        var current = String.UnicodeScalarView()
        var afterReturn = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where afterReturn:
                afterReturn = false
                continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                lines.append(String(current))
                current = String.UnicodeScalarView()
            default:
                current.append(scalar)
            }
            afterReturn = scalar == "\r"
        }
        if !current.isEmpty || lines.isEmpty { lines.append(String(current)) }
        return lines
    }

    /// The place of the parser's mark (1-based, column in Unicode scalars), moved into the text where it lies outside.
    func location(line: Int, scalarColumn: Int) -> SourceLocation {
        let number = min(max(1, line), lines.count)
        guard line <= lines.count else {
            return SourceLocation(path: path, line: number, column: (lines.last?.count ?? 0) + 1)
        }
        guard scalarColumn <= Self.exactColumns else {
            return SourceLocation(path: path, line: number, column: scalarColumn)
        }
        let scalars = lines[number - 1].unicodeScalars
        let before = String(String.UnicodeScalarView(scalars.prefix(max(0, scalarColumn - 1))))
        return SourceLocation(path: path, line: number, column: before.count + 1)
    }

    /// The line at `location` as a message may show it: without control signs; nil where it is too long to help.
    func quote(_ location: SourceLocation) -> String? {
        guard let number = location.line, lines.indices.contains(number - 1) else { return nil }
        let line = lines[number - 1]
        guard line.utf8.count <= 8 * Self.longestQuote, line.count <= Self.longestQuote else { return nil }
        return String(
            String.UnicodeScalarView(
                line.unicodeScalars.map { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F ? "\u{FFFD}" : $0 }
            )
        )
    }
}

/// Where a value of a spec comes from.
enum Origin: Sendable {
    /// 1-based; the column counts Unicode scalars, as the parser does.
    case file(SourceFile, line: Int, column: Int)
    /// An argument of the command line, as it was typed: `--set instance_count=0`.
    case argument(String)
    /// A spec that was stored, with its name.
    case stored(String)

    /// The place for a message.
    var location: SourceLocation {
        switch self {
        case .file(let file, let line, let column): file.location(line: line, scalarColumn: column)
        case .argument(let text): SourceLocation(path: text)
        case .stored(let name): SourceLocation(path: name)
        }
    }

    var sourceLine: String? {
        switch self {
        case .file(let file, _, _): file.quote(location)
        case .argument, .stored: nil
        }
    }
}
