import BerthDiagnostics

/// Asks the causes about each incident and decides which of them speaks.
enum Judge {
    /// Further independent causes that are told after the first.
    static let maxFurther = 8
    /// Source: the rule that a message stays under 600 characters.
    static let maxMessage = 599

    static func verdict(on facts: Facts) -> [Diagnostic] {
        var told: [Diagnostic] = facts.incidents.map { incident in
            diagnostic(of: finding(for: incident, facts) ?? Unexplained.finding(facts), facts, incident.code)
        }
        if told.isEmpty { told = [diagnostic(of: Unexplained.finding(facts), facts, .containerCrashed)] }
        for cause in Catalogue.all {
            guard case .standing(let rule) = cause.rule else { continue }
            told += rule(facts).map { diagnostic(of: $0, facts, .containerCrashed) }
        }
        return Array(deduplicated(told).prefix(1 + maxFurther))
    }

    static func warnings(on facts: Facts) -> [Diagnostic] {
        var told: [Diagnostic] = []
        for cause in Catalogue.all {
            guard case .warning(let rule) = cause.rule else { continue }
            for finding in rule(facts) {
                var diagnostic = diagnostic(of: finding, facts, .containerCrashed)
                diagnostic.severity = .warning
                told.append(diagnostic)
            }
        }
        return deduplicated(told)
    }

    /// The most certain, then the closest match; the catalogue's order decides between equals.
    static func finding(for incident: Incident, _ facts: Facts) -> Finding? {
        var best: (finding: Finding, closeness: Cause.Closeness)?
        for cause in Catalogue.all {
            guard let finding = match(cause, incident, facts) else { continue }
            if let best, (best.finding.certainty, best.closeness) >= (finding.certainty, cause.closeness) { continue }
            best = (finding, cause.closeness)
        }
        return best?.finding
    }

    private static func match(_ cause: Cause, _ incident: Incident, _ facts: Facts) -> Finding? {
        switch (cause.rule, incident) {
        case (.raised(let rule), .raised(let error)): rule(error, facts)
        case (.scriptInvalid(let rule), .scriptInvalid(let problem)): rule(problem, facts)
        case (.died(let rule), .died(let death)): rule(death, facts)
        case (.notStarted(let rule), .notStarted(let failure)): rule(failure, facts)
        case (.stuck(let rule), .stuck(let wait)): rule(wait, facts)
        case (.raised, _), (.scriptInvalid, _), (.died, _), (.notStarted, _), (.stuck, _), (.standing, _),
            (.warning, _):
            nil
        }
    }

    static func diagnostic(of finding: Finding, _ facts: Facts, _ code: ErrorCode) -> Diagnostic {
        Diagnostic(
            finding.code ?? code,
            finding.reason,
            finding.message.withoutFullStop.shortened(to: maxMessage),
            location: finding.place?.location,
            sourceLine: finding.place?.sourceLine,
            evidence: finding.evidence,
            help: finding.help
        )
    }

    /// The same sentence about the same place is told once: every worker of an instance fails alike.
    static func deduplicated(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
        var seen: Set<String> = []
        return diagnostics.filter { seen.insert($0.message + "\u{0}" + ($0.location?.text ?? "")).inserted }
    }
}
