import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// No right to read or write a path.
    static let permission = Cause(
        "permission",
        .exact,
        .raised { error, facts in
            guard
                let found = error.first(where: {
                    $0.is("PermissionError") || $0.says("[Errno 13]") || $0.says("[Errno 1]") || $0.says("[Errno 30]")
                        || $0.says("Read-only file system") || $0.says("Permission denied")
                })
            else { return nil }
            let place = facts.place(error.userFrame)
            let path = found.path ?? found.message.quoted.last
            let shown = path.map { "`\(facts.shown($0))`" } ?? "a file"
            let isModel = path.flatMap { path in facts.modelDir.map { path.hasPrefix($0) } } ?? false
            let mode = isModel ? facts.entry(path ?? "").map { $0.mode & 0o444 == 0 } ?? false : false
            if mode {
                return Finding(
                    .artifactUnreadable,
                    "\(facts.subject(place)) reads \(shown), whose permissions let nobody read it",
                    at: place,
                    evidence: facts.logged(found),
                    help: [facts.then("chmod a+r \(path?.fileName ?? "") in the model's folder")]
                )
            }
            let writes = found.says("Read-only file system") || isModel || facts.seemsToWrite(error.userFrame, found)
            let what = writes ? "writes" : "opens"
            let allowed = "an instance can write only to its scratch folder"
            return Finding(
                error.phase.reason,
                writes
                    ? "\(facts.subject(place)) \(what) \(shown), and \(allowed)"
                    : "\(facts.subject(place)) \(what) \(shown), which the instance has no right to",
                at: place,
                evidence: facts.logged(found),
                help: [
                    facts.then(
                        writes
                            ? "write below `tempfile.gettempdir()` (TMPDIR) in \(facts.subject(place))"
                            : "put the file into the model or the code folder"
                    )
                ]
            )
        }
    )

    /// Nothing can be written any more.
    static let diskFull = Cause(
        "disk-full",
        .found,
        .raised { error, facts in
            guard
                let found = error.first(where: {
                    $0.says("[Errno 28]") || $0.says("[Errno 122]") || $0.says("No space left on device")
                        || $0.says("Disk quota exceeded") || $0.says("[Errno 27]")
                })
            else { return nil }
            let place = facts.place(error.userFrame)
            let path = (found.path).map { " to `\(facts.shown($0))`" } ?? ""
            return Finding(
                .diskFull,
                "\(facts.subject(place)) writes\(path), and no space is left\(error.phase.suffix)",
                at: place,
                evidence: facts.logged(found),
                help: [facts.then("write less, remove what is not needed, or choose an instance type with more disk")]
            )
        }
    )

    /// Too many open files, processes or threads.
    static let exhausted = Cause(
        "exhausted",
        .found,
        .raised { error, facts in
            let place = facts.place(error.userFrame)
            if let found = error.first(where: { $0.says("[Errno 24]") || $0.says("Too many open files") }) {
                return Finding(
                    error.phase.reason,
                    "\(facts.subject(place)) has more files open than the instance may (\(facts.evidence.limits.openFiles))",
                    at: place,
                    evidence: facts.logged(found),
                    help: [facts.then("close files after use (`with open(…)`) in \(facts.subject(place))")]
                )
            }
            guard
                let found = error.first(where: {
                    $0.says("can't start new thread") || ($0.is("BlockingIOError", "OSError") && $0.says("[Errno 11]"))
                })
            else { return nil }
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) starts more threads or processes than the instance may have (\(facts.evidence.limits.processes))",
                at: place,
                evidence: facts.logged(found),
                help: [
                    facts.then(
                        "start fewer; set OMP_NUM_THREADS: 1 under `environment_variables:` where a library starts them"
                    )
                ]
            )
        }
    )

    /// The script itself listens on a port that is taken.
    static let addressInUse = Cause(
        "address-in-use",
        .found,
        .raised { error, facts in
            guard let found = error.first(where: { $0.says("Address already in use") }) else { return nil }
            let place = facts.place(error.userFrame)
            return Finding(
                error.phase.reason,
                "\(facts.subject(place)) starts a server of its own, and its port is taken",
                at: place,
                evidence: facts.logged(found),
                help: [facts.then("remove the server from \(facts.subject(place)): requests reach run() without one")]
            )
        }
    )
}

extension Facts {
    /// The entry of the model or of the code at an absolute path.
    func entry(_ path: String) -> BoundedFiles.Entry? {
        if let folder = evidence.modelFolder, path.hasPrefix(folder + "/") {
            return modelTree.first { $0.path == path.dropFirst(folder.count + 1) }
        }
        if let folder = evidence.codeFolder, path.hasPrefix(folder + "/") {
            return codeTree.first { $0.path == path.dropFirst(folder.count + 1) }
        }
        return nil
    }

    func seemsToWrite(_ frame: Frame?, _ exception: Exception) -> Bool {
        let text = frame?.text ?? ""
        let calls = exception.frames.suffix(3).map(\.function)
        return text.firstMatch(of: #/["'][wax]b?\+?["']/#) != nil
            || text.containsAny(
                "makedirs(",
                "mkdir(",
                ".write(",
                "write_text(",
                "dump(",
                ".save(",
                "to_csv(",
                "FileHandler("
            )
            || calls.contains { $0.containsAny("makedirs", "mkdir", "write") }
    }
}
