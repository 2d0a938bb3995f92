import BerthDiagnostics

extension PythonWish {
    /// Another Python runs than the one asked for: a warning, or with `strict` an error.
    func substituted(
        by interpreter: PythonInterpreter,
        among interpreters: [PythonInterpreter],
        strict: Bool
    ) -> Diagnostic {
        let found = Self.versions(of: interpreters)
        let wanted = target.map(\.minorText) ?? text
        let consequence = strict ? "the nearest is \(interpreter.version)" : "\(interpreter.version) runs instead"
        return Diagnostic(
            .imageBuildFailure,
            .pythonNotFound,
            "`\(text)` is asked for, and no such Python is on this machine: \(consequence)",
            severity: strict ? .error : .warning,
            location: location,
            sourceLine: sourceLine,
            evidence: [Evidence("interpreters", found)],
            help: [
                "install Python \(wanted) (for example: uv python install \(wanted)), "
                    + "or write `python=\(interpreter.version.minorText)`"
            ]
        )
    }

    /// There is no Python at all that could run an environment.
    static func noPython(_ interpreters: [PythonInterpreter]) -> Diagnostic {
        Diagnostic(
            .imageBuildFailure,
            .pythonNotFound,
            "no Python of version \(PythonChoice.oldestSupported.minorText) or later is on this machine",
            evidence: interpreters.isEmpty ? [] : [Evidence("interpreters", versions(of: interpreters))],
            help: ["install one, for example: apt-get install python3"]
        )
    }

    private static func versions(of interpreters: [PythonInterpreter]) -> String {
        let versions = Set(interpreters.map(\.version)).sorted().map(\.description)
        return versions.isEmpty ? "none" : versions.joined(separator: ", ")
    }
}
