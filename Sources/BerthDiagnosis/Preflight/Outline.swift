package import BerthJSON

/// What Python's own parser says about a scoring script: the answer of `outline.py`.
package struct Outline: Sendable {
    struct Finding: Sendable {
        let kind: String
        /// Relative to the code folder.
        let path: String
        let line: Int?
        let text: String
        let phase: Phase
        let body: JSON

        init?(_ body: JSON) {
            guard let kind = body["kind"]?.stringValue, let path = body["path"]?.stringValue else { return nil }
            self.kind = kind
            self.path = path
            line = body["line"]?.intValue
            text = body["text"]?.stringValue ?? ""
            phase = body["phase"]?.stringValue.flatMap(Phase.init(rawValue:)) ?? .importing
            self.body = body
        }

        func string(_ key: String) -> String { body[key]?.stringValue ?? "" }
    }

    /// The version of the Python that has read it.
    package let python: String
    let findings: [Finding]

    /// nil where `json` is no outline.
    package init?(json: JSON) {
        guard let findings = json["findings"]?.arrayValue else { return nil }
        python = json["python"]?.stringValue ?? ""
        self.findings = findings.compactMap(Finding.init)
    }
}

/// What is known of the environment before it is built.
package struct PlannedEnvironment: Sendable {
    /// Names of packages that are asked for.
    package var packages: [String]
    /// `packages` is not all that is asked for.
    package var isPartial: Bool
    package var pythonVersion: String
    /// Of the environment itself, where it is built already.
    package var sitePackages: String?
    package var lock: [String]

    package init(
        packages: [String],
        isPartial: Bool,
        pythonVersion: String,
        sitePackages: String? = nil,
        lock: [String] = []
    ) {
        self.packages = packages
        self.isPartial = isPartial
        self.pythonVersion = pythonVersion
        self.sitePackages = sitePackages
        self.lock = lock
    }
}
