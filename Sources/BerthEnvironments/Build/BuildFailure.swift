import BerthDiagnostics

/// What uv's output says about a failed build, as a diagnostic.
///
/// uv's words are no interface: they have changed between releases and will again. So the frames and labels around
/// them are taken off, lines are joined, and what is looked for are phrases that several releases share. What no rule
/// knows becomes a diagnostic too, with the last lines as evidence.
struct BuildFailure: Sendable {
    enum Step: String, Sendable {
        case venv = "making the environment"
        case resolve = "resolving the requirements"
        case install = "installing the packages"
    }

    /// As evidence.
    private static let maxEvidenceLines = 8
    private static let maxEvidenceBytes = 700

    let step: Step
    let plan: EnvironmentPlan
    let interpreter: PythonInterpreter
    /// Output lines without frames and labels; empty ones left out.
    let lines: [String]
    /// The output as one line.
    let flat: String
    /// `exit status 1`.
    let ending: String

    /// From the tool's output, already redacted.
    init(step: Step, lines: [String], ending: String, plan: EnvironmentPlan, interpreter: PythonInterpreter) {
        self.step = step
        self.plan = plan
        self.interpreter = interpreter
        self.ending = ending
        self.lines = lines.map(Self.bare).filter { !$0.isEmpty }
        flat = self.lines.joined(separator: " ")
    }

    var diagnostic: Diagnostic {
        diskFull ?? notWritable ?? indexUnreachable ?? badRequirement ?? notFound ?? noVersion ?? otherPython ?? noWheel
            ?? buildFailed ?? conflict ?? unknown
    }

    /// A line without frames (`×`, `╰─▶`, `│`) and labels (`error:`, `cause:`, `Caused by:`).
    private static func bare(_ line: String) -> String {
        var rest = line.drop { $0.isWhitespace || "×╰├│─▶→".contains($0) }
        for label in ["error: ", "cause: ", "Caused by: "] where rest.hasPrefix(label) {
            rest = rest.dropFirst(label.count)
        }
        return String(rest)
    }

    // MARK: Rules, in the order of certainty

    private var diskFull: Diagnostic? {
        guard has("No space left on device") || has("os error 28") || has("Disk quota exceeded") else { return nil }
        return make(
            .diskFull,
            "no space is left on the disk while \(step.rawValue)",
            deciding: ["No space left", "os error 28", "quota exceeded"],
            help: "free some space, then run the command again: what was downloaded is kept"
        )
    }

    private var notWritable: Diagnostic? {
        guard has("Read-only file system") || (has("Permission denied") && has("os error 13")) else { return nil }
        return make(
            .homeNotWritable,
            "a folder cannot be written while \(step.rawValue)",
            deciding: ["Read-only file system", "Permission denied"],
            help: "make the folder writable, or set BERTH_HOME to one that is"
        )
    }

    private var badRequirement: Diagnostic? {
        guard has("Couldn't parse requirement") || has("Expected package name") else { return nil }
        let culprit = plan.requirements.first { requirement in lines.contains { $0.contains(requirement.text) } }
        let what = lines.first { !$0.contains("parse requirement") } ?? "it is not understood"
        var diagnostic = make(
            .specInvalid,
            "`\(culprit?.text ?? "a requirement")` is no requirement: \(what)",
            deciding: [],
            at: culprit,
            help: "write it as `name==version`"
        )
        diagnostic.code = .badArgument
        return diagnostic
    }

    private var notFound: Diagnostic? {
        let phrases = [
            " was not found in the package registry", " was not found in the provided package locations",
            " was not found in the cache",
        ]
        var found: String?
        for phrase in phrases where found == nil { found = word(before: phrase) }
        if found == nil, has("404 Not Found") || has("Distribution not found at"), let direct = mentioned.first {
            return make(
                .packageNotFound,
                "nothing is found at the address of `\(direct.subject)`",
                deciding: ["404 Not Found", "not found at"],
                at: direct,
                help: "put right the address in line \(direct.origin.location.line ?? 0)"
            )
        }
        guard let found else { return nil }
        let name = PackageTables.normalized(found)
        let culprit = requirement(named: name)
        let near = PackageTables.nearest(to: name) { nearestName(to: $0, among: $1) }
        let asker = culprit == nil ? between("and ", " depends on \(found)").map { ", which `\($0)` needs," } ?? "" : ""
        return make(
            .packageNotFound,
            "there is no package `\(found)`\(asker) on the package index",
            deciding: ["was not found"],
            at: culprit ?? mentioned.first,
            help: near.map { "write `\($0)` instead of `\(found)`" }
                ?? "put right the name, or remove the line"
        )
    }

    private var noVersion: Diagnostic? {
        // In a longer derivation the same words are only a part of the reasons.
        guard !has("And because") else { return nil }
        let phrases = [
            "there is no version of ", "there are no versions of ", "Because only the following versions of ",
            "Because only ",
        ]
        guard let phrase = phrases.first(where: has), let wanted = between(phrase, " ") else { return nil }
        let name = PackageTables.normalized(Self.packageName(wanted))
        let culprit = requirement(named: name)
        return make(
            .packageNotFound,
            "there is no version of `\(name)` that `\(culprit?.text ?? wanted)` admits",
            deciding: [phrase],
            at: culprit ?? mentioned.first,
            help: "ask for a version that exists; `\(name)` alone takes the newest"
        )
    }

    private var otherPython: Diagnostic? {
        guard has("Because the current Python version") || has("Because the requested Python version"),
            sentenceCount <= 2, let wanted = between("does not satisfy Python", " ")
        else { return nil }
        let package = word(before: " depends on Python") ?? mentioned.first?.text ?? "a package"
        let name = PackageTables.normalized(Self.packageName(package))
        let range = wanted.hasSuffix(",") ? String(wanted.dropLast()) : wanted
        let oldest = range.dropFirst(2).prefix { $0.isNumber || $0 == "." }
        return make(
            .environmentConflict,
            "`\(package)` needs Python\(range), and the environment has Python \(interpreter.version)",
            deciding: ["does not satisfy Python"],
            at: requirement(named: name) ?? mentioned.first,
            help: range.hasPrefix(">=")
                ? "write `python=\(oldest)` in `\(plan.path)`, or ask for an older `\(name)`"
                : "ask for another version of `\(name)`, or of Python"
        )
    }

    private var noWheel: Diagnostic? {
        let phrases = [" has no wheels", " has no usable wheels", " has no wheel"]
        var found: String?
        for phrase in phrases where found == nil { found = word(before: phrase) }
        guard let found else { return nil }
        return noWheel(found, because: ["has no wheels", "has no usable wheels", "we only found wheels"])
    }

    private func noWheel(_ package: String, because phrases: [String]) -> Diagnostic {
        let name = PackageTables.normalized(Self.packageName(package))
        return make(
            .packageHasNoWheel,
            "`\(package)` has no wheel for Python \(interpreter.version.minorText) on \(interpreter.platform), and cannot be built from its source here",
            deciding: phrases,
            at: requirement(named: name) ?? mentioned.first,
            help: "ask for a newer `\(name)`, or for a Python that it has wheels for (`python=…` in `\(plan.path)`)"
        )
    }

    private var buildFailed: Diagnostic? {
        guard
            let quoted = between("Failed to build `", "`") ?? between("Failed to build: `", "`")
                ?? between("Failed to download and build `", "`")
        else { return nil }
        let package = String(quoted.prefix { $0 != " " })
        let name = PackageTables.normalized(Self.packageName(package))
        if let meant = PackageTables.meantPackage[name], has("deprecated") {
            return make(
                .packageNotFound,
                "`\(name)` is no package of its own: what is imported as `\(name)` is `\(meant)`",
                deciding: ["deprecated", "Failed to build"],
                at: requirement(named: name),
                help: "write `\(meant)` instead of `\(name)`"
            )
        }
        // A package that must be compiled and has no wheel: the missing wheel is the cause, the compiler's words are not.
        let compilerWords = [
            "command 'gcc'", "command 'cc'", "gcc: error", "fatal error:", "C compiler", "Cython", "numpy.distutils",
            "meson", "cmake", "CMake",
            "cannot find -l", "x86_64-linux-gnu-gcc", "c++: error", "No module named 'numpy'", "rustc", "Fortran",
        ]
        if compilerWords.contains(where: has) {
            return noWheel(package, because: ["Error", "error:", "not found", "Failed to build"])
        }
        return make(
            .packageBuildFailed,
            "`\(package)` has no wheel for Python \(interpreter.version.minorText), and building it from its source failed",
            deciding: ["Error:", "error:", "not found", "Failed to build"],
            at: requirement(named: name) ?? mentioned.first,
            help: "ask for a version of `\(name)` that has wheels, or install what its build asks for"
        )
    }

    private var conflict: Diagnostic? {
        guard has("No solution found") || has("requirements are unsatisfiable") else { return nil }
        let required = lastRequired.compactMap { requirement(named: $0) }
        var message = "the packages of `\(plan.path)` exclude each other"
        if required.count > 1 { message += ": " + required.map { "`\($0.text)`" }.joined(separator: " and ") }
        var help = "loosen one of these versions in `\(plan.path)`"
        var culprit = required.first
        if let (asker, needed) = lastDependency {
            let name = PackageTables.normalized(Self.packageName(needed))
            // Only where the user limits that very package; else «needs» and «asks for» do not meet.
            if let limited = required.first(where: { $0.name == name }) ?? requirement(named: name) {
                culprit = limited
                message = "`\(asker)` needs `\(needed)`, and `\(plan.path)` asks for `\(limited.text)`"
                help = "write `\(needed)` instead of `\(limited.text)`"
            } else if plan.constraints.contains(where: { PackageTables.normalized(Self.packageName($0)) == name }) {
                message = "`\(asker)` needs `\(needed)`, and another package is older than that"
            }
        }
        let deciding = lines.filter { line in
            ["ecause ", "depends on", "we can conclude"].contains { line.contains($0) }
        }
        return make(
            .environmentConflict,
            message,
            deciding: deciding.suffix(3),
            at: culprit ?? mentioned.first,
            help: help
        )
    }

    private var unknown: Diagnostic {
        let tail = lines.suffix(Self.maxEvidenceLines)
        return Diagnostic(
            .imageBuildFailure,
            step == .venv ? .platformFault : .packageBuildFailed,
            "\(step.rawValue) failed: uv ended with \(ending)",
            location: mentioned.first?.origin.location,
            sourceLine: mentioned.first?.origin.sourceLine,
            evidence: [Evidence("environment-build", Self.bounded(Array(tail)))],
            help: ["read the whole log: get-logs --container environment-build"]
        )
    }

    // MARK: Making the diagnostic

    func make(
        _ reason: Reason,
        _ message: String,
        deciding phrases: [String],
        at culprit: Requirement? = nil,
        help: String
    ) -> Diagnostic {
        let deciding = lines.filter { line in phrases.contains { line.contains($0) } }
        let shown =
            deciding.isEmpty
            ? Array(lines.prefix(Self.maxEvidenceLines)) : Array(deciding.prefix(Self.maxEvidenceLines))
        return Diagnostic(
            .imageBuildFailure,
            reason,
            message,
            location: culprit?.origin.location,
            sourceLine: culprit?.origin.sourceLine,
            evidence: shown.isEmpty ? [] : [Evidence("environment-build", Self.bounded(shown))],
            help: [help]
        )
    }

    private static func bounded(_ lines: [String]) -> String {
        let text = lines.joined(separator: "\n")
        guard text.utf8.count > maxEvidenceBytes else { return text }
        return text.prefix(maxEvidenceBytes) + " …"
    }
}
