import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// A program that the script starts and that is not there, or cannot be started.
    static let programMissing = Cause(
        "program-missing",
        .found,
        .raised { error, facts in
            guard error.root.is("FileNotFoundError", "PermissionError", "OSError", "NotADirectoryError"),
                let last = error.root.frames.last, !last.isUser,
                last.path.hasSuffix("subprocess.py") || last.path.hasSuffix("/popen_spawn_posix.py"),
                let program = error.root.path ?? error.root.message.quoted.last
            else { return nil }
            let place = facts.place(error.userFrame)
            let subject = facts.subject(place)
            let shown = facts.shown(program)
            let isOwn = program.contains("/")
            let what: String
            let help: String
            if error.root.is("PermissionError") {
                what = "which may not be executed"
                help =
                    "chmod +x \(program.fileName) in the code folder, or start it through its interpreter in \(subject)"
            } else if error.root.says("Exec format error") || error.root.says("[Errno 8]") {
                what = "which is no program for this machine: another processor, or a script without `#!`"
                help = "start it through its interpreter in \(subject)"
            } else if isOwn {
                what = "which does not exist, or the interpreter in its first line does not"
                help = "correct the path in \(subject)"
            } else {
                what = "which is not installed"
                help = "install `\(program)` where the deployment runs, or do without it in \(subject)"
            }
            return Finding(
                error.phase.reason,
                "\(subject) starts the program `\(shown)`, \(what)",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then(help)]
            )
        }
    )

    /// A program that the script started ended with a failure; with what that one said.
    static let childFailed = Cause(
        "child-failed",
        .exact,
        .raised { error, facts in
            guard error.root.is("CalledProcessError", "SubprocessError") else { return nil }
            let place = facts.place(error.userFrame)
            let command =
                error.root.message.between("Command ", " returned non-zero")
                ?? error.root.message.between("Command ", " died with")
            let words = command.map { $0.quoted.isEmpty ? [$0] : $0.quoted } ?? []
            let shown = words.map { facts.shown($0) }
            let program =
                shown.count > 1 && shown[0].fileName.hasPrefix("python")
                ? shown.dropFirst().joined(separator: " ") : shown.joined(separator: " ")
            let status =
                error.root.message.after("non-zero exit status ").map { "status " + $0.prefix(while: \.isNumber) }
                ?? error.root.message.after("died with ").map { String($0.prefix { $0 != "." }) } ?? "a failure"
            let said = facts.saidByChild(error)
            let isMissing = error.root.says("exit status 127")
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) runs `\(program.shortened(to: 120))`, which ended with \(status)"
                    + (isMissing && said == nil ? ": its shell found no such program" : "")
                    + (said.map { ": \($0.shortened(to: 260))" } ?? ""),
                at: place,
                evidence: facts.logged(error.root) + (said.map { facts.logged($0) } ?? []),
                help: [
                    facts.then(
                        "correct what `\((shown.first { $0.hasSuffix(".py") || $0.hasSuffix(".sh") } ?? program).shortened(to: 60))` stumbles over"
                    )
                ]
            )
        }
    )
}

extension Facts {
    /// The last word of a child process: its exception, or its last line.
    fileprivate func saidByChild(_ error: RaisedError) -> String? {
        if let output = error.root.output {
            let lines = output.lines
            if let exception = LogTraceback.last(in: lines, codeFolder: evidence.codeFolder).first {
                return told(by: exception)
            }
            return lines.last { !$0.trimmed.isEmpty }?.trimmed
        }
        let own = Set(error.chain.map(\.title))
        let chains = LogTraceback.all(in: evidence.logTail, codeFolder: evidence.codeFolder)
        let child = chains.last { chain in !chain.contains { own.contains($0.title) } }
        return child?.first.map { told(by: $0) }
    }

    private func told(by exception: Exception) -> String {
        let site = exception.userFrame.map { " (\(subject($0)))" } ?? ""
        return exception.briefTitle + site
    }
}
