/// What a process does with signals.
enum ProcessSignals {
    /// Whether the process has a handler for `signal`; false also when that cannot be read.
    static func catches(_ signal: CInt, pid: Int) -> Bool {
        guard let text = ProcFile.text("/proc/\(pid)/status") else { return false }
        return catches(signal, status: text)
    }

    /// As above, of the text of `/proc/<pid>/status`.
    static func catches(_ signal: CInt, status: String) -> Bool {
        for line in status.split(separator: "\n") where line.hasPrefix("SigCgt:") {
            let digits = line.dropFirst("SigCgt:".count).filter { !$0.isWhitespace }
            guard let mask = UInt64(digits, radix: 16) else { return false }
            return mask & (1 << UInt64(signal - 1)) != 0
        }
        return false
    }
}
