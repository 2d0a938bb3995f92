#if canImport(Glibc)
    package import Glibc
#elseif canImport(Musl)
    package import Musl
#else
    package import Darwin
#endif

/// Files that are written whole or not at all.
package enum AtomicFile {
    /// Writes `bytes` to `path` so that a reader finds either the old content or the new, also after a crash.
    ///
    /// - Parameters:
    ///   - bytes: The whole content.
    ///   - path: Where; its folder exists.
    ///   - mode: Permissions of the file.
    ///   - durable: Wait until the content is on the disk.
    /// - Throws: `SystemFailure`; then `path` is as it was.
    package static func write(
        _ bytes: [UInt8],
        to path: String,
        mode: mode_t = 0o600,
        durable: Bool = false
    ) throws(SystemFailure) {
        // Of this thread alone: two writes at once in one process must not take each other's copy away.
        let fresh = "\(path).\(getpid())-\(pthread_self()).new"
        // A leftover of a process with our number that crashed.
        guard unlink(fresh) == 0 || errno == ENOENT else { throw SystemFailure("writing", path, errno: errno) }
        let file = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
        guard file >= 0 else { throw SystemFailure("writing", path, errno: errno) }
        var code: CInt = 0
        if !Descriptor.writeAll(bytes[...], to: file) || (durable && fsync(file) != 0) { code = errno }
        if close(file) != 0, code == 0 { code = errno }
        if code == 0, rename(fresh, path) != 0 { code = errno }
        guard code != 0 else { return }
        unlink(fresh)
        throw SystemFailure("writing", path, errno: code)
    }
}

/// Reading and writing through file descriptors without giving up half-way.
package enum Descriptor {
    /// Writes all of `bytes`; false with `errno` set when that is not possible.
    package static func writeAll(_ bytes: ArraySlice<UInt8>, to file: CInt) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let count = unsafe_write(file, buffer, from: done)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    private static func unsafe_write(_ file: CInt, _ buffer: UnsafeRawBufferPointer, from: Int) -> Int {
        write(file, buffer.baseAddress?.advanced(by: from), buffer.count - from)
    }

    /// Up to `count` bytes at `offset`; empty at the end, nil with `errno` set when that is not possible.
    package static func read(_ file: CInt, at offset: Int, count: Int) -> [UInt8]? {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(file, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failed = true }
                guard got > 0 else { break }
                filled += got
            }
        }
        return failed ? nil : bytes
    }
}

/// Reading files that code we do not trust could have put there.
package enum RegularFile {
    /// The first `limit` bytes of the file at `path`, or nil when there is none.
    ///
    /// - Throws: `SystemFailure`, also when `path` is a link (`ELOOP`) or anything but a file (`EINVAL`): a link
    ///   would lead out of the folder, and a pipe would let the reader hang.
    package static func read(_ path: String, limit: Int) throws(SystemFailure) -> [UInt8]? {
        guard let file = try open(path) else { return nil }
        defer { close(file) }
        guard let bytes = Descriptor.read(file, at: 0, count: min(limit, try size(of: file, path))) else {
            throw SystemFailure("reading", path, errno: errno)
        }
        return bytes
    }

    /// A descriptor for reading the file at `path`, or nil when there is none. The caller closes it.
    package static func open(_ path: String) throws(SystemFailure) -> CInt? {
        let file = open2(path)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw SystemFailure("reading", path, errno: errno)
        }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw SystemFailure("reading", path, errno: EINVAL)
        }
        return file
    }

    private static func open2(_ path: String) -> CInt {
        #if canImport(Glibc)
            Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        #elseif canImport(Musl)
            Musl.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        #else
            Darwin.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        #endif
    }

    private static func size(of file: CInt, _ path: String) throws(SystemFailure) -> Int {
        var status = stat()
        guard fstat(file, &status) == 0 else { throw SystemFailure("reading", path, errno: errno) }
        return Int(status.st_size)
    }
}
