#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes the bytes of a program's output as they arrive, and keeps the beginning and the end of them within a bound.
///
/// A full disk loses output, never the program: what could not be written is counted, and said in the log as soon as
/// there is room again. One writer a log; not for several threads.
package struct LogWriter: ~Copyable {
    private let path: String
    private let settings: LogSettings
    private var file: CInt = -1
    private var segments: [LogSegment] = []
    private var size = 0
    /// Bytes that could not be written since the last that could.
    private var lost = 0
    /// The cause of the last failure; 0 while all goes well.
    package private(set) var errno: CInt = 0

    /// The log at `path`, whose folder exists. What is there already is continued.
    package init(path: String, settings: LogSettings = .standard) {
        self.path = path
        self.settings = settings
        segments = LogSegment.all(of: path)
        let last = segments.last ?? LogSegment(start: 0, path: path)
        if segments.isEmpty { segments = [last] }
        open(last.path, isNew: false)
    }

    deinit { if file >= 0 { close(file) } }

    /// Adds `bytes`. A failure is kept in `errno` and cleared by the next success.
    package mutating func append(_ bytes: ArraySlice<UInt8>) {
        if lost > 0, !bytes.isEmpty { reportLoss() }
        write(bytes)
    }

    /// Adds a line of our own.
    package mutating func append(line: String) { append(Array((line + "\n").utf8)[...]) }

    private mutating func reportLoss() {
        let cause = SystemFailure.text(of: errno)
        let count = lost
        lost = 0
        write(Array("\n[berth] \(count) bytes of output could not be written here: \(cause)\n".utf8)[...])
        // Still no room: the sum goes on, without the notice itself.
        if lost > 0 { lost = count }
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            if file < 0, let last = segments.last { open(last.path, isNew: false) }
            let room = capacity - size
            guard room > 0 else {
                rotate()
                if errno != 0 { return lose(rest.count) }
                continue
            }
            let part = rest.count <= room ? rest : rest.prefix(room).throughLastLineBreak ?? wholeLine(rest, room)
            if part.isEmpty {
                rotate()
                if errno != 0 { return lose(rest.count) }
                continue
            }
            let written = writeSome(part)
            size += written
            rest = rest.dropFirst(written)
            if errno != 0 { return lose(rest.count) }
        }
    }

    /// A line that does not fit goes to the next file, unless it would not fit there either.
    private func wholeLine(_ rest: ArraySlice<UInt8>, _ room: Int) -> ArraySlice<UInt8> {
        rest.count > settings.segmentBytes || size == 0 ? rest.prefix(room) : []
    }

    private var capacity: Int { segments.count == 1 ? settings.headBytes : settings.segmentBytes }

    private mutating func lose(_ count: Int) { lost += count }

    private mutating func writeSome(_ bytes: ArraySlice<UInt8>) -> Int {
        guard file >= 0 else { return 0 }
        errno = 0
        var done = 0
        while done < bytes.count {
            let count = bytes.dropFirst(done).withUnsafeBytes { systemWrite(file, $0) }
            if count > 0 {
                done += count
            } else if systemErrno != EINTR {
                errno = count == 0 ? EIO : systemErrno
                break
            }
        }
        return done
    }

    private mutating func rotate() {
        guard let last = segments.last else { return }
        let start = last.start + size
        // After a lost rotation the same name may be there.
        let next = LogSegment(start: start, path: "\(path).\(start)")
        let before = file
        file = -1
        open(next.path, isNew: true)
        guard file >= 0 else {
            file = before
            return
        }
        if before >= 0 { close(before) }
        segments.append(next)
        // The head stays; the oldest of the others goes when one more full file would not fit.
        while settings.headBytes + (segments.count - 1) * settings.segmentBytes > settings.totalBytes {
            unlink(segments.remove(at: 1).path)
        }
    }

    private mutating func open(_ path: String, isNew: Bool) {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | (isNew ? O_TRUNC : 0)
        file = systemOpen(path, flags)
        errno = file < 0 ? systemErrno : 0
        var status = stat()
        size = file >= 0 && fstat(file, &status) == 0 ? Int(status.st_size) : 0
    }
}

extension ArraySlice<UInt8> {
    /// Up to and with the last line break; nil when there is none.
    fileprivate var throughLastLineBreak: ArraySlice<UInt8>? {
        lastIndex(of: UInt8(ascii: "\n")).map { self[startIndex...$0] }
    }
}

// Under names of their own, because the members of `LogWriter` are called alike.
private var systemErrno: CInt { errno }
private func systemWrite(_ file: CInt, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(file, bytes.baseAddress, bytes.count)
}
private func systemOpen(_ path: String, _ flags: CInt) -> CInt { open(path, flags, 0o600) }
