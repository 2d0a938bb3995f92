import Foundation

/// A row of the table of modules in Package.swift.
struct ModuleRow: Sendable {
    let name: String
    let level: Int
    let uses: [String]
    let libraries: [String]
    let kind: String
    /// 1-based, in Package.swift.
    let line: Int
    /// Its place in the table.
    let index: Int

    var isTest: Bool { kind == "test" }
}

/// The table of modules, read from the text of Package.swift.
enum Manifest {
    static let text = SourceTree.text(of: "Package.swift") ?? ""

    static let rows: [ModuleRow] = {
        guard let start = text.range(of: "let modules: [Module] = [") else { return [] }
        let table = text[start.upperBound...]
        var rows: [ModuleRow] = []
        var rest = table
        while let open = rest.range(of: "Module(name:") ?? rest.range(of: "Module(\n") {
            // Whichever spelling comes first.
            let other = rest.range(of: "Module(\n")
            let begin = other.map { min($0.lowerBound, open.lowerBound) } ?? open.lowerBound
            guard let end = closing(of: rest[begin...]) else { break }
            let line = text[..<begin].count { $0 == "\n" } + 1
            if let row = row(String(rest[begin..<end]), line: line, index: rows.count) { rows.append(row) }
            rest = rest[end...]
            if rest.hasPrefix("\n]") || rest.hasPrefix(",\n]") { break }
        }
        return rows
    }()

    static let byName = Dictionary(rows.map { ($0.name, $0) }) { first, _ in first }
    /// Every product of a library that any module may use.
    static let products = Set(rows.flatMap(\.libraries))

    private static func closing(of text: Substring) -> String.Index? {
        var depth = 0
        for index in text.indices {
            switch text[index] {
            case "(": depth += 1
            case ")":
                depth -= 1
                if depth == 0 { return text.index(after: index) }
            default: break
            }
        }
        return nil
    }

    private static func row(_ text: String, line: Int, index: Int) -> ModuleRow? {
        guard let name = text.firstMatch(of: /name:\s*"([^"]+)"/)?.1,
            let level = text.firstMatch(of: /level:\s*(\d+)/).flatMap({ Int($0.1) })
        else { return nil }
        func list(_ match: Substring?) -> [String] {
            (match ?? "").matches(of: /"([^"]+)"/).map { String($0.1) }
        }
        return ModuleRow(
            name: String(name),
            level: level,
            uses: list(text.firstMatch(of: /uses:\s*\[([^\]]*)\]/)?.1),
            libraries: list(text.firstMatch(of: /libraries:\s*\[([^\]]*)\]/)?.1),
            kind: (text.firstMatch(of: /kind:\s*\.(\w+)/)?.1).map(String.init) ?? "library",
            line: line,
            index: index
        )
    }
}

/// An import of a Swift file.
struct Import: Sendable {
    let module: String
    /// `package`, `public`, … or empty.
    let access: String
    let line: Int
}

extension SourceFile {
    private static let accessLevels: Set<Substring> = ["package", "public", "internal", "private", "fileprivate"]
    private static let importKinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "typealias", "func", "let", "var",
    ]

    var imports: [Import] {
        codeLines.enumerated().compactMap { index, line in
            guard line.mentions("import ") else { return nil }
            var words = line.split(separator: " ")[...].drop { $0.hasPrefix("@") }
            let access = words.first.flatMap { Self.accessLevels.contains($0) ? $0 : nil }
            if access != nil { words = words.dropFirst() }
            guard words.first == "import" else { return nil }
            words = words.dropFirst().drop { Self.importKinds.contains($0) }
            guard let module = words.first?.leadingName else { return nil }
            return Import(module: module, access: String(access ?? ""), line: index + 1)
        }
    }
}
