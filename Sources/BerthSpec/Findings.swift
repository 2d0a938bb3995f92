import BerthDiagnostics

/// Collects the mistakes of one reading. A class, since every step of the reading adds to the same list.
final class Findings {
    /// Mistakes above this number are counted, not listed.
    static let limit = 100
    /// Characters of a message, by the rule of diagnostics.
    private static let longestMessage = 600

    private(set) var diagnostics: [Diagnostic] = []
    private(set) var hasErrors = false
    private var omitted = 0
    var isFull: Bool { diagnostics.count >= Self.limit }

    func error(
        _ message: String,
        at origin: Origin?,
        reason: Reason = .specInvalid,
        evidence: [Evidence] = [],
        help: [String] = []
    ) {
        hasErrors = true
        add(.error, message, origin, reason, evidence, help)
    }

    /// Something that works, but probably not as its author thinks.
    func warning(_ message: String, at origin: Origin?, help: [String] = []) {
        add(.warning, message, origin, .specInvalid, [], help)
    }

    func add(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error { hasErrors = true }
        guard !isFull else {
            omitted += 1
            return
        }
        diagnostics.append(diagnostic)
    }

    private func add(
        _ severity: Diagnostic.Severity,
        _ message: String,
        _ origin: Origin?,
        _ reason: Reason,
        _ evidence: [Evidence],
        _ help: [String]
    ) {
        guard !isFull else {
            omitted += 1
            return
        }
        add(
            Diagnostic(
                .badArgument,
                reason,
                Self.oneLine(message),
                severity: severity,
                location: origin?.location,
                sourceLine: origin?.sourceLine,
                evidence: evidence,
                help: help.map(Self.oneLine)
            )
        )
    }

    /// Values of the file are quoted in messages: without their line breaks and control signs, and not at any length.
    private static func oneLine(_ text: String) -> String {
        let clean = String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }
            )
        )
        return clean.count <= longestMessage ? clean : clean.prefix(longestMessage - 1) + "…"
    }

    /// All of them: file by file as first met, each file's in the order of its lines.
    var sorted: [Diagnostic] {
        var ranks: [String: Int] = [:]
        for diagnostic in diagnostics {
            let path = diagnostic.location?.path ?? ""
            if ranks[path] == nil { ranks[path] = ranks.count }
        }
        var result = diagnostics.enumerated().map { offset, diagnostic in
            let place = diagnostic.location
            return (
                key: (ranks[place?.path ?? ""] ?? 0, place?.line ?? 0, place?.column ?? 0, offset),
                diagnostic: diagnostic
            )
        }.sorted { $0.key < $1.key }.map(\.diagnostic)
        if omitted > 0 {
            let place = diagnostics.first?.location.map { SourceLocation(path: $0.path) }
            result.append(
                Diagnostic(.badArgument, .specInvalid, "\(omitted) more mistakes are not shown", location: place)
            )
        }
        return result
    }
}
