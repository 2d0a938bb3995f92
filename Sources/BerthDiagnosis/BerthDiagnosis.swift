/// BerthDiagnosis: from evidence to the one diagnostic that names the cause.
///
/// ```
/// FailureEvidence ─▶ Facts (a digest, made once) ─▶ Catalogue of causes ─▶ Judge ─▶ [Diagnostic]
/// ```
/// A cause is one small file under `Causes/`: what it looks at, when it matches, how certain it is, its sentence, place
/// and help. `docs/checklists/add-a-cause.md` says how one is added.
package import BerthDiagnostics
package import BerthRuntime

package enum Diagnosis {
    /// Why the instance of `evidence` failed: never empty, the deciding cause first, independent further causes after
    /// it, warnings last. What is not known is said plainly, with the log lines that decide.
    ///
    /// Pure apart from reading, within bounds, files below the folders that the evidence names. With `isLocal` the
    /// deployment lives in the built-in workspace, and commands in `help` carry `--local`.
    package static func diagnose(_ evidence: FailureEvidence, isLocal: Bool = true) -> [Diagnostic] {
        let facts = Facts(evidence, isLocal: isLocal)
        return Judge.verdict(on: facts) + Judge.warnings(on: facts)
    }

    /// What deserves attention on an instance that works: warnings only, empty for most.
    package static func warnings(_ evidence: FailureEvidence, isLocal: Bool = true) -> [Diagnostic] {
        Judge.warnings(on: Facts(evidence, isLocal: isLocal))
    }
}
