#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The layout under `BERTH_HOME/environments`.
///
/// ```
/// environments/<key>/venv/              the environment itself
///                    lock.txt           what was resolved, with hashes
///                    build.log
///                    environment.json   written last: without it the folder is unfinished
/// environments/.locks/<key>             held while the folder is made or removed
/// environments/.trash/                  on its way out
/// environments/.set-aside/              could not be read, kept for a look
/// environments/.interpreters.json       what each interpreter said about itself
/// ```
struct EnvironmentFolder: Hashable, Sendable {
    /// `BERTH_HOME/environments`.
    var root: String
    var key: String

    var path: String { "\(root)/\(key)" }
    var venv: String { "\(path)/venv" }
    /// Inputs of the tools while they run; may hold credentials, so it is private and does not stay.
    var workshop: String { "\(path)/.build" }
    var recordFile: String { "\(path)/environment.json" }
    var lockFile: String { "\(path)/lock.txt" }
    var logFile: String { "\(path)/build.log" }
    var lock: String { "\(root)/.locks/\(key)" }

    /// Whether a name under the root is that of an environment.
    static func isKey(_ name: String) -> Bool { name.count == 32 && name.allSatisfy { $0.isHexDigit } }

    /// What a finished environment says about itself; nil where it is unfinished, unreadable or has lost its Python.
    func record() -> EnvironmentRecord? {
        // Whatever cannot be read is built again; `clear` sets the old one aside.
        guard let record = Files.json(recordFile).flatMap(EnvironmentRecord.init(json:)), record.key == key,
            Files.isExecutable("\(path)/\(record.python)")
        else { return nil }
        return record
    }

    /// `site-packages` of the other environments with the very same Python, the last used first.
    func others(with interpreter: PythonInterpreter) -> [String] {
        let found = Files.names(in: root).compactMap { name -> (used: Int, path: String)? in
            guard Self.isKey(name), name != key else { return nil }
            let other = EnvironmentFolder(root: root, key: name)
            guard let stamp = Files.stamp(other.recordFile), let record = other.record(),
                record.interpreter.soabi == interpreter.soabi, record.interpreter.version == interpreter.version
            else { return nil }
            return (stamp.modified, "\(other.path)/\(record.sitePackages)")
        }
        return found.sorted { $0.used > $1.used }.map(\.path)
    }

    /// Makes the place free for a new build: what is unfinished goes, what cannot be read is set aside.
    ///
    /// - Returns: where something was set aside.
    func clear() throws(FileFailure) -> String? {
        guard Files.exists(path) else { return nil }
        guard Files.exists(recordFile), !isOnlyWithoutPython else {
            try discard()
            return nil
        }
        let aside = "\(root)/.set-aside"
        try Files.makeFolder(aside)
        let target = "\(aside)/\(key)-\(time(nil))"
        try Files.move(path, to: target)
        return target
    }

    /// Readable, but made from an interpreter that has been removed since: of no use to anybody.
    private var isOnlyWithoutPython: Bool {
        guard let record = Files.json(recordFile).flatMap(EnvironmentRecord.init(json:))
        else { return false }
        return record.key == key
    }

    /// After a failed build: only its log stays.
    func clean(keeping log: BuildLog) {
        Files.removeIfPossible(workshop, venv)
        try? Files.writeAtomically(Array(log.text.utf8), to: logFile)  // the failure itself is what is reported
    }

    /// Removes the environment: renamed first, so that nobody sees half of it.
    func discard() throws(FileFailure) {
        let trash = "\(root)/.trash"
        try Files.makeFolder(trash)
        let target = "\(trash)/\(key)-\(getpid())-\(clock())"
        try Files.move(path, to: target)
        try Files.remove(target)
    }
}
