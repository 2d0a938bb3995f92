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

    private var indexUnreachable: Diagnostic? {
        guard let cause = networkCause else { return nil }
        let address = between("Failed to fetch: ", " ") ?? between("index URL (", ")") ?? between("url (", ")")
        let place = address.map(Self.host).map { " `\($0)`" } ?? ""
        return make(
            .indexUnreachable,
            "the package index\(place) cannot be reached: \(cause.words)",
            deciding: cause.phrases + ["Failed to fetch", "Request failed"],
            help: cause.help
        )
    }

    private struct NetworkCause {
        var phrases: [String]
        var words: String
        var help: String
    }

    private var networkCause: NetworkCause? {
        let mirror = "check the network, or name a mirror: export PIP_INDEX_URL=https://…/simple"
        let certificate = "name the certificates of your network: export SSL_CERT_FILE=/path/to/ca.pem"
        let login = "put the user and password of the index into PIP_INDEX_URL or ~/.netrc"
        let causes = [
            NetworkCause(
                phrases: ["network was disabled", "network is disabled"],
                words: "uv is set to work offline",
                help: "unset UV_OFFLINE"
            ),
            NetworkCause(
                phrases: ["dns error", "failed to lookup address", "Could not resolve host"],
                words: "its name cannot be resolved",
                help: mirror
            ),
            NetworkCause(
                phrases: ["invalid peer certificate", "UnknownIssuer", "certificate verify failed"],
                words: "its certificate is not trusted",
                help: certificate
            ),
            NetworkCause(
                phrases: ["tunnel error", "unsuccessful tunnel", "proxy"],
                words: "the proxy does not let it through",
                help: "put right HTTPS_PROXY, or unset it"
            ),
            NetworkCause(phrases: ["Connection refused"], words: "the connection is refused", help: mirror),
            NetworkCause(
                phrases: ["401 Unauthorized", "403 Forbidden", "lack of valid authentication"],
                words: "it wants other credentials",
                help: login
            ),
            NetworkCause(
                phrases: ["407 Proxy"],
                words: "the proxy wants credentials",
                help: "put user and password into HTTPS_PROXY"
            ),
            NetworkCause(
                phrases: ["timed out", "TimedOut", "deadline has elapsed"],
                words: "it does not answer in time",
                help: mirror
            ),
            NetworkCause(
                phrases: ["HTTP status server error"],
                words: "it answers with an error of its own",
                help: "try again later, or name a mirror: export PIP_INDEX_URL=https://…/simple"
            ),
            NetworkCause(
                phrases: ["error sending request", "Connection reset", "Network is unreachable", "connection closed"],
                words: "the connection fails",
                help: mirror
            ),
        ]
        return causes.first { cause in cause.phrases.contains(where: has) }
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
        guard let wanted = between("there is no version of ", " ") ?? between("there are no versions of ", " ") else {
            return nil
        }
        let name = PackageTables.normalized(Self.packageName(wanted))
        let culprit = requirement(named: name)
        return make(
            .packageNotFound,
            "there is no version of `\(name)` that `\(culprit?.text ?? wanted)` admits",
            deciding: ["there is no version of", "there are no versions of"],
            at: culprit ?? mentioned.first,
            help: "ask for a version that exists; `\(name)` alone takes the newest"
        )
    }

    private var otherPython: Diagnostic? {
        guard has("Python version"), let wanted = between("does not satisfy Python", " ") else { return nil }
        let package = word(before: " depends on Python") ?? mentioned.first?.text ?? "a package"
        let name = PackageTables.normalized(Self.packageName(package))
        let culprit = requirement(named: name)
        let range = wanted.hasSuffix(",") ? String(wanted.dropLast()) : wanted
        return make(
            .environmentConflict,
            "`\(package)` needs Python\(range), and the environment has Python \(interpreter.version)",
            deciding: ["does not satisfy Python"],
            at: culprit ?? mentioned.first,
            help: range.hasPrefix(">=")
                ? "write `python=\(range.dropFirst(2).prefix { $0.isNumber || $0 == "." })` in `\(plan.path)`, or ask for an older `\(name)`"
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
        let culprit = wordsAfter("you require ").compactMap {
            requirement(named: PackageTables.normalized(Self.packageName($0)))
        }.first
        var message = "the packages of `\(plan.path)` exclude each other"
        var help = "loosen one of these versions in `\(plan.path)`"
        if let (asker, needed) = dependency, let culprit,
            PackageTables.normalized(Self.packageName(needed)) == culprit.name
        {
            message = "`\(asker)` needs `\(needed)`, and `\(plan.path)` asks for `\(culprit.text)`"
            help = "write `\(needed)` instead of `\(culprit.text)`"
        }
        return make(
            .environmentConflict,
            message,
            deciding: ["Because", "And because", "we can conclude", "hint:"],
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

    // MARK: Finding words

    private func has(_ phrase: String) -> Bool { flat.contains(phrase) }

    private func between(_ start: String, _ end: String) -> String? {
        guard let from = flat.firstRange(of: start)?.upperBound else { return nil }
        let rest = flat[from...]
        let text = rest[..<(rest.firstRange(of: end)?.lowerBound ?? rest.endIndex)]
        return text.isEmpty ? nil : String(text)
    }

    private func word(before phrase: String) -> String? {
        guard let range = flat.firstRange(of: phrase) else { return nil }
        return flat[..<range.lowerBound].split(separator: " ").last.map { String($0.filter { $0 != "`" }) }
    }

    private func wordsAfter(_ phrase: String) -> [String] {
        var words: [String] = []
        var rest = flat[...]
        while let range = rest.firstRange(of: phrase) {
            rest = rest[range.upperBound...]
            words.append(String(rest.prefix { $0 != " " }))
        }
        return words
    }

    /// `a==1 depends on b>=2`: who needs what, without environment markers.
    private var dependency: (asker: String, needed: String)? {
        guard let range = flat.firstRange(of: " depends on "),
            let asker = flat[..<range.lowerBound].split(separator: " ").last
        else { return nil }
        var needed = ""
        var isMarker = false
        for sign in flat[range.upperBound...] {
            if sign == "{" {
                isMarker = true
            } else if sign == "}" {
                isMarker = false
            } else if isMarker {
                continue
            } else if sign == " " {
                break
            } else {
                needed.append(sign)
            }
        }
        while needed.last == "," || needed.last == "." { needed.removeLast() }
        return (String(asker), needed)
    }

    private static func packageName(_ text: String) -> String {
        String(text.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) })
    }

    private func requirement(named name: String) -> Requirement? {
        plan.requirements.first { $0.name == name }
    }

    /// Requirements of the user's that the output names, in the order of its words.
    private var mentioned: [Requirement] {
        flat.split { " `,{}()[]".contains($0) }.compactMap { word in
            requirement(named: PackageTables.normalized(Self.packageName(String(word))))
        }
    }

    private static func host(of address: String) -> String {
        let rest = address.firstRange(of: "://").map { address[$0.upperBound...] } ?? address[...]
        return String(rest.prefix { $0 != "/" })
    }

    // MARK: Making the diagnostic

    private func make(
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
