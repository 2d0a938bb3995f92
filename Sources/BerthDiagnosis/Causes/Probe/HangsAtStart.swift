import BerthDiagnostics
import BerthModel
import BerthRuntime

extension Cause {
    /// Import or `init()` has not come to an end, and the stack says where it is.
    static let hangsAtStart = Cause(
        "hangs-at-start",
        .exact,
        .stuck { wait, facts in
            guard case .readiness(let limit) = wait.kind, wait.phase == .importing || wait.phase == .initializing,
                let frame = wait.frames.last(where: \.isUser)
            else { return nil }
            let pause = Pause(wait.frames)
            let place = facts.place(frame)
            let what = wait.phase == .importing ? "the import of \(facts.scriptName)" : "init()"
            let loop = pause == .sleep ? facts.source(facts.shown(frame.path))?.loop(around: frame.line) : nil
            let repeated = loop.map { " again and again, in the loop of line \($0.line)" } ?? ""
            let last = loop == nil ? nil : facts.lastWords
            let since = facts.startedAt(wait.phase).map { facts.lastMoment - $0 }.map { max($0, limit) } ?? limit
            return Finding(
                .userScriptInitTimedOut,
                "\(what) has not come to an end after \(seconds(since)): \(facts.subject(place)) \(pause.text)\(repeated)"
                    + (last.map { "; the last that it wrote is `\($0.shortened(to: 240))`" } ?? ""),
                at: place,
                evidence: [facts.window(limit)] + facts.stackEvidence(wait.frames)
                    + (last.map { facts.logged($0) } ?? []),
                help: [
                    loop.map {
                        facts.then(
                            "end the loop of line \($0.line) after some attempts, with an exception that says why"
                        )
                    }
                        ?? pause.help.map { facts.then("\($0) (\(facts.subject(place)))") },
                    facts.longerWindow(than: limit),
                ]
            )
        }
    )

    /// Not ready in time, and nothing is known about where it is.
    static let notReadyInTime = Cause(
        "not-ready-in-time",
        .general,
        .stuck { wait, facts in
            guard case .readiness(let limit) = wait.kind else { return nil }
            let isUnfinished = wait.phase == .importing || wait.phase == .initializing
            let what: String
            switch wait.phase {
            case .importing: what = "the import of \(facts.scriptName) has not come to an end"
            case .initializing: what = "init() has not come to an end"
            case .boot: what = "its server has not begun to import \(facts.scriptName)"
            case .serving, .run: what = "it is ready, but does not answer the readiness probe"
            }
            let site = wait.frames.last.map { " (in `\($0.function)`, \(facts.shown($0.path)) line \($0.line))" } ?? ""
            return Finding(
                isUnfinished ? .userScriptInitTimedOut : .readinessProbeFailed,
                "the instance was not ready within \(seconds(limit)): \(what)\(isUnfinished ? site : "")",
                at: isUnfinished ? facts.place(path: facts.codePath, line: facts.definitionLine(wait.phase)) : nil,
                evidence: [facts.window(limit)] + facts.stackEvidence(wait.frames),
                help: [facts.longerWindow(than: limit)]
            )
        }
    )

    /// It would have become ready, a little later: the probe's window is too short.
    static let slowStart = Cause(
        "slow-start",
        .found,
        .stuck { wait, facts in
            guard case .readiness(let limit) = wait.kind, let needed = facts.neededToStart, needed > limit else {
                return nil
            }
            let script = facts.place(path: facts.codePath, line: facts.definitionLine(.initializing))
            return Finding(
                .readinessProbeFailed,
                "the instance needs \(seconds(needed)) to start, and the readiness probe gives up after \(seconds(limit))",
                at: script,
                evidence: [facts.window(limit)],
                help: [facts.longerWindow(than: needed)]
            )
        }
    )
}

extension Facts {
    /// When `phase` began, for the worker that is in it.
    func startedAt(_ phase: Phase) -> Double? {
        lastEvent(phase == .importing ? .importing : .initializing)?.at
    }

    var lastMoment: Double { max(evidence.events.map(\.at).max() ?? 0, evidence.exit?.at ?? 0) }

    /// Seconds from boot to ready, where that was seen, or from what an `init()` took that came to its end too late.
    var neededToStart: Double? {
        guard let boot = lastEvent(.boot)?.at ?? evidence.events.first?.at else { return nil }
        let end = lastEvent(.ready)?.at ?? lastEvent(.initialized)?.at
        return end.map { $0 - boot }
    }

    /// The last line that the user's code wrote.
    var lastWords: String? {
        // What follows was written because we asked.
        let own = evidence.logTail.prefix { !$0.contains("azmlinfsrv.master - Stacks of worker") }
        return own.last { line in
            !line.trimmed.isEmpty && !line.containsAny("azmlinfsrv.user_script", "azmlinfsrv.master", " azmlinfsrv - ")
        }?.trimmed
    }

    func definitionLine(_ phase: Phase) -> Int? {
        phase == .initializing ? script?.definition(of: "init")?.line : nil
    }

    func window(_ limit: Double) -> Evidence {
        let probe = spec.readinessProbe
        return Evidence(
            "readiness_probe",
            "initial_delay \(probe.initialDelay.whole), period \(probe.period.whole), failure_threshold \(probe.failureThreshold): "
                + "\(seconds(limit)) in all"
        )
    }

    /// Where the main thread is, innermost last.
    func stackEvidence(_ frames: [Frame]) -> [Evidence] {
        frames.suffix(3).map {
            Evidence(
                "stack",
                "\(shown($0.path)) line \($0.line) in \($0.function): \($0.text)".trimmed.shortened(to: 200)
            )
        }
    }

    /// A probe window that is long enough for a start of `needed` seconds, with half as much again.
    func longerWindow(than needed: Double) -> String {
        let probe = spec.readinessProbe
        let period = max(1, probe.period.whole)
        let wanted = Int((needed * 1.5).rounded(.up)) - probe.initialDelay.whole
        let threshold = max(probe.failureThreshold + 1, (wanted + period - 1) / period)
        return "give it more time if it needs it: \(update(setting: "readiness_probe.failure_threshold=\(threshold)"))"
    }
}

extension Duration {
    /// Whole seconds.
    var whole: Int { Int(components.seconds) }
}
