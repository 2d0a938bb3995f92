import BerthDiagnostics
import BerthModel
import BerthRuntime

extension Cause {
    /// SIGKILL or SIGTERM that is none of ours.
    static let killed = Cause(
        "killed-from-outside",
        .kind,
        .died { death, facts in
            guard case .signaled(let signal) = death.ending, [1, 2, 3, 9, 15].contains(signal) else { return nil }
            let peak =
                facts.memoryUsed.map { "; the most memory seen was \($0.text) of \(facts.memoryLimit.text)" } ?? ""
            return Finding(
                .workerKilled,
                "\(death.who) was killed from outside with \(Signal.name(signal)) while \(death.phase.text), not by Berth\(peak)",
                evidence: [death.evidence],
                help: [
                    "find out who sent it (an administrator, a watchdog, the machine's own memory killer: `dmesg | grep -i kill`), then run: \(facts.updateCommand)"
                ]
            )
        }
    )

    /// The script kills its own process.
    static let killsItself = Cause(
        "kills-itself",
        .exact,
        .died { death, facts in
            guard case .signaled(let signal) = death.ending, let script = facts.script,
                let phase = death.phase.function,
                let call = script.statements.first(where: {
                    ($0.scopes.first ?? "") == phase && Signal.isNamed(signal, in: $0.text)
                        && $0.text.containsAny(
                            "os.kill(os.getpid()",
                            "os.abort()",
                            "signal.raise_signal(",
                            "os.killpg("
                        )
                })
            else { return nil }
            let place = facts.place(path: facts.codePath, line: call.line)
            return Finding(
                signal == 9 || signal == 15 ? .workerKilled : .workerCrashed,
                "\(facts.subject(place)) sends \(Signal.name(signal)) to its own process while \(death.phase.text)",
                at: place,
                evidence: [death.evidence],
                help: [facts.then("remove the call from \(facts.subject(place))")]
            )
        }
    )

    /// An instruction that this processor does not have.
    static let illegalInstruction = Cause(
        "illegal-instruction",
        .found,
        .died { death, facts in
            guard death.ending == .signaled(4) else { return nil }
            let (place, module) = facts.crashSite(death)
            let culprit = module.map { "`\($0)`" } ?? "a compiled library"
            return Finding(
                .workerCrashed,
                "\(death.who) stopped at an instruction that this processor does not have (SIGILL) while \(death.phase.text)"
                    + (place == nil ? "" : ": \(facts.subject(place)) calls \(culprit), built for another processor"),
                at: place,
                evidence: [death.evidence],
                help: [
                    facts.then(
                        "take a build of \(culprit) for this processor (another version, or without AVX) in \(facts.condaFileName)"
                    )
                ]
            )
        }
    )

    /// A crash in native code.
    static let crashed = Cause(
        "crashed",
        .general,
        .died { death, facts in
            guard case .signaled(let signal) = death.ending else { return nil }
            let (place, module) = facts.crashSite(death)
            let site = place.map { " at \(facts.subject($0))" + (module.map { ", in `\($0)`" } ?? "") } ?? ""
            let again = death.times > 1 ? ", \(death.times) times" : ""
            return Finding(
                .workerCrashed,
                "\(death.who) crashed with \(Signal.name(signal)) while \(death.phase.text)\(site)\(again)",
                at: place,
                evidence: [death.evidence] + death.fatalLine(facts),
                help: [
                    module.map {
                        facts.then(
                            "change the version of `\(ProvidingPackages.package(for: $0))` in \(facts.condaFileName)"
                        )
                    }
                        ?? "read what it wrote last: \(facts.logCommand)"
                ]
            )
        }
    )

    static let lost = Cause(
        "lost",
        .general,
        .died { death, _ in
            guard death.ending == .lost else { return nil }
            return Finding(
                .workerKilled,
                "nothing of the instance runs any more, and nobody was left to say how it ended: its parent was killed too, or the machine went down",
                certainty: .likely,
                evidence: [Evidence("exit", "there is no exit report")]
            )
        }
    )
}

enum Signal {
    /// Whether a statement sends this signal: by its name, its number, or as `os.abort()`.
    static func isNamed(_ number: Int, in text: String) -> Bool {
        let word = String(name(number).prefix { $0 != " " })
        return text.contains(word) || text.contains(" \(number))") || (number == 6 && text.contains("os.abort()"))
    }

    static func name(_ number: Int) -> String {
        let names = [
            1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT", 7: "SIGBUS", 8: "SIGFPE",
            9: "SIGKILL",
            11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM", 24: "SIGXCPU", 25: "SIGXFSZ", 31: "SIGSYS",
        ]
        return names[number].map { "\($0) (\(number))" } ?? "signal \(number)"
    }
}

extension Phase {
    /// The user's function that runs in it; empty for the module itself.
    var function: String? {
        switch self {
        case .importing: ""
        case .initializing: "init"
        case .run: "run"
        case .boot, .serving: nil
        }
    }
}

extension Death {
    var who: String { worker.map { "worker \($0)" } ?? "the inference server" }

    var evidence: Evidence {
        let how =
            switch ending {
            case .exited(let status): "exit status \(status)"
            case .signaled(let signal): Signal.name(signal)
            case .outOfMemory: "killed for memory"
            case .lost: "unknown"
            }
        return Evidence("exit", "\(who): \(how) while \(phase.text)" + (times > 1 ? ", \(times) times" : ""))
    }

    func fatalLine(_ facts: Facts) -> [Evidence] {
        guard
            let line = (lastLines + facts.evidence.logTail).last(where: {
                $0.contains("Fatal Python error") || $0.contains("terminate called")
            })
        else { return [] }
        return facts.logged(line)
    }
}

extension Facts {
    var codePath: String { (evidence.codeFolder ?? "") + "/" + scriptName }

    /// The user's line in the stack of a crash, and the module whose code it was in.
    func crashSite(_ death: Death) -> (Place?, module: String?) {
        let native = packageModule(in: death.frames)
        return (place(death.frames.last { $0.isUser }), native)
    }
}
