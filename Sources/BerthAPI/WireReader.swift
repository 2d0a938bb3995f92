import BerthDiagnostics
import BerthJSON

/// Typed reads of an ARM body: a wrong type is a `BadArgument` that names the path.
struct WireReader {
    let value: JSON
    let path: String

    init(_ value: JSON, path: String) {
        self.value = value
        self.path = path
    }

    private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func invalid(_ key: String, _ what: String, expected: String) -> Diagnostic {
        Diagnostic(.badArgument, .argumentInvalid, "`\(name(key))` \(what), expected \(expected)")
    }

    /// The object under `key`; an absent or null one reads as empty.
    func child(_ key: String) -> WireReader { WireReader(value[key] ?? .null, path: name(key)) }

    private func present(_ key: String) -> JSON? {
        guard let found = value[key], !found.isNull else { return nil }
        return found
    }

    func string(_ key: String) throws(Diagnostic) -> String? {
        guard let found = present(key) else { return nil }
        guard let text = found.stringValue else { throw invalid(key, "is \(found)", expected: "a string") }
        return text
    }

    /// The string under `key`, unless it is known already.
    func requiredString(_ key: String, unless known: String? = nil) throws(Diagnostic) -> String {
        if let known { return known }
        guard let text = try string(key) else { throw invalid(key, "is missing", expected: "a string") }
        return text
    }

    func int(_ key: String) throws(Diagnostic) -> Int? {
        guard let found = present(key) else { return nil }
        guard let number = found.intValue else { throw invalid(key, "is \(found)", expected: "an integer") }
        return number
    }

    func double(_ key: String) throws(Diagnostic) -> Double? {
        guard let found = present(key) else { return nil }
        guard let number = found.doubleValue else { throw invalid(key, "is \(found)", expected: "a number") }
        return number
    }

    func bool(_ key: String) throws(Diagnostic) -> Bool? {
        guard let found = present(key) else { return nil }
        guard let flag = found.boolValue else { throw invalid(key, "is \(found)", expected: "true or false") }
        return flag
    }

    func duration(_ key: String) throws(Diagnostic) -> Duration? {
        guard let text = try string(key) else { return nil }
        guard let duration = ISODuration.parse(text) else {
            throw invalid(key, "is `\(text)`", expected: "an ISO 8601 duration such as PT5S")
        }
        return duration
    }

    /// A map of strings; null values are dropped, numbers and booleans become their text.
    func stringMap(_ key: String) throws(Diagnostic) -> [String: String] {
        guard let found = present(key) else { return [:] }
        guard let members = found.objectValue else { throw invalid(key, "is \(found)", expected: "an object") }
        var map: [String: String] = [:]
        for (name, value) in members where !value.isNull { map[name] = value.stringValue ?? value.text() }
        return map
    }

    func intMap(_ key: String) throws(Diagnostic) -> [String: Int] {
        guard let found = present(key) else { return [:] }
        guard let members = found.objectValue else { throw invalid(key, "is \(found)", expected: "an object") }
        var map: [String: Int] = [:]
        for (name, value) in members {
            guard let number = value.intValue else {
                throw child(key).invalid(name, "is \(value)", expected: "an integer")
            }
            map[name] = number
        }
        return map
    }
}

/// ISO 8601 durations as ARM writes them (`PT5S`, `PT1M30S`, `PT0.5S`, `P1D`).
enum ISODuration {
    static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        guard milliseconds != 0 else { return "PT\(seconds)S" }
        let fraction = String(milliseconds + 1000).dropFirst()
        return "PT\(seconds).\(fraction)S"
    }

    static func parse(_ text: String) -> Duration? {
        guard text.hasPrefix("P") else { return nil }
        var milliseconds = 0.0
        var number = ""
        var inTime = false
        var parts = 0
        for sign in text.dropFirst() {
            switch sign {
            case "T": inTime = true
            case "0"..."9", ".": number.append(sign)
            case "D", "H", "M", "S":
                guard let amount = Double(number), let unit = unit(sign, inTime: inTime) else { return nil }
                milliseconds += amount * unit
                number = ""
                parts += 1
            default: return nil
            }
        }
        guard number.isEmpty, parts > 0, milliseconds < 1e15 else { return nil }
        return .milliseconds(Int64(milliseconds.rounded()))
    }

    private static func unit(_ sign: Character, inTime: Bool) -> Double? {
        switch (sign, inTime) {
        case ("D", false): 86_400_000
        case ("H", true): 3_600_000
        case ("M", true): 60_000
        case ("S", true): 1000
        default: nil
        }
    }
}
