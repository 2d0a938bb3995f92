import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// A thread that was to bring a value ended with an exception; who needs the value stumbles, or waits for ever.
    static let threadFailed = Cause(
        "thread-failed",
        .found,
        .raised { error, facts in
            guard let absent = AbsentValue(error, facts),
                let failure = facts.threadFailure(binding: absent.names)
            else { return nil }
            var inner = RaisedError(phase: error.phase, chain: failure)
            inner.isOfThread = true
            guard var finding = Judge.finding(for: .raised(inner), facts) else { return nil }
            finding.evidence += facts.logged(error.root)
            return finding
        }
    )

    /// The same, where it is waited for.
    static let waitsForFailedThread = Cause(
        "waits-for-failed-thread",
        .found,
        .stuck { wait, facts in
            guard !wait.isRun, Pause(wait.frames) == .lock, let frame = wait.frames.last(where: \.isUser),
                let failure = facts.threadFailures.last
            else { return nil }
            let inner = RaisedError(phase: wait.phase, chain: failure)
            let what = wait.phase == .importing ? "the import of \(facts.scriptName)" : "init()"
            let place = facts.place(inner.userFrame)
            return Finding(
                .userScriptInitTimedOut,
                "\(what) waits in \(facts.subject(frame)) for a thread that has ended with an exception: "
                    + "\(facts.subject(place)) raised \(inner.root.briefTitle.shortened(to: 300))",
                at: place,
                evidence: facts.logged(inner.root) + facts.stackEvidence(wait.frames),
                help: [
                    facts.then(
                        "correct \(facts.subject(place)), and let the wait in \(facts.subject(frame)) end when the thread fails"
                    )
                ]
            )
        }
    )
}

extension Facts {
    /// Exceptions that ended threads, with a line of the user's in them.
    fileprivate var threadFailures: [[Exception]] {
        LogTraceback.ofThreads(in: evidence.logTail, codeFolder: evidence.codeFolder).filter { chain in
            chain.contains { $0.userFrame != nil }
        }
    }

    /// The failure of a thread in one of whose functions a name of `names` is bound for all.
    fileprivate func threadFailure(binding names: [String]) -> [Exception]? {
        threadFailures.last { chain in
            chain.flatMap(\.frames).contains { frame in
                guard frame.isUser, let source = source(shown(frame.path)) else { return false }
                return source.body(of: frame.function).contains { statement in
                    let bound = PythonSource.assignedNames(statement.text)
                    return names.contains {
                        bound.contains($0) || statement.text.hasPrefix("global ") && statement.text.hasWord($0)
                    }
                }
            }
        }
    }
}
