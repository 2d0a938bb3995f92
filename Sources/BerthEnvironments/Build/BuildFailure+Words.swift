import BerthDiagnostics

/// Finding words in what uv said.
extension BuildFailure {
    func has(_ phrase: String) -> Bool { flat.contains(phrase) }

    func between(_ start: String, _ end: String) -> String? {
        guard let from = flat.firstRange(of: start)?.upperBound else { return nil }
        let rest = flat[from...]
        let text = rest[..<(rest.firstRange(of: end)?.lowerBound ?? rest.endIndex)]
        return text.isEmpty ? nil : String(text)
    }

    func word(before phrase: String) -> String? {
        guard let range = flat.firstRange(of: phrase) else { return nil }
        return flat[..<range.lowerBound].split(separator: " ").last.map { String($0.filter { $0 != "`" }) }
    }

    /// How many steps the resolver's reasoning has.
    var sentenceCount: Int { flat.split(separator: "ecause ").count - 1 }

    /// The names in the last «you require …»: those requirements of the user's that do not go together.
    var lastRequired: [String] {
        guard let range = flat.ranges(of: "you require ").last else { return [] }
        let rest = flat[range.upperBound...]
        let clause = rest[..<(rest.firstRange(of: "we can conclude")?.lowerBound ?? rest.endIndex)]
        return clause.split(separator: " ").map { PackageTables.normalized(Self.packageName(String($0))) }
    }

    /// The last `a==1 depends on b>=2`: who needs what, without environment markers.
    var lastDependency: (asker: String, needed: String)? {
        guard let range = flat.ranges(of: " depends on ").last(where: { !flat[$0.upperBound...].hasPrefix("one of") }),
            let asker = flat[..<range.lowerBound].split(separator: " ").last
        else { return nil }
        var needed = ""
        var isMarker = false
        for sign in flat[range.upperBound...] {
            switch sign {
            case "{": isMarker = true
            case "}": isMarker = false
            case _ where isMarker: continue
            case " ": return (String(asker), Self.trimmed(needed))
            default: needed.append(sign)
            }
        }
        return (String(asker), Self.trimmed(needed))
    }

    /// Without the sentence's own punctuation.
    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == "," || text.last == "." { text.removeLast() }
        return text
    }

    static func packageName(_ text: String) -> String {
        String(text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) })
    }

    func requirement(named name: String) -> Requirement? {
        plan.requirements.first { $0.name == name }
    }

    /// Requirements of the user's that the output names, in the order of its words.
    var mentioned: [Requirement] {
        flat.split { " `,{}()[]".contains($0) }.compactMap { word in
            requirement(named: PackageTables.normalized(Self.packageName(String(word))))
        }
    }

    static func host(of address: String) -> String {
        let rest = address.firstRange(of: "://").map { address[$0.upperBound...] } ?? address[...]
        return String(rest.prefix { $0 != "/" })
    }
}
