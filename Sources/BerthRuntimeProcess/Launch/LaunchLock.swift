import Glibc

/// The lock that `berth launch` holds as long as it runs: by it, everyone can see whether it runs, and with what pid.
///
/// A record lock, because the kernel tells who holds one; whatever the file says may be old. It is lost when the
/// process closes any descriptor of the file, so the holder opens it once.
struct LaunchLock: ~Copyable {
    private let file: CInt

    enum Refusal: Error, Hashable {
        case held(by: Int)
        case failed(errno: CInt)
    }

    /// Takes the lock.
    init(taking path: String) throws(Refusal) {
        file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .failed(errno: errno) }
        var lock = Self.wholeFile
        guard fcntl(file, F_SETLK, &lock) != 0 else { return }
        let code = errno
        close(file)
        guard code == EACCES || code == EAGAIN else { throw .failed(errno: code) }
        throw .held(by: Self.holder(of: path) ?? 0)
    }

    deinit { close(file) }

    /// The pid of the process that holds the lock at `path`; nil when nobody does. 0 when that cannot be told, as when this
    /// process has no more descriptors: an instance that may be running must never be taken for one that is lost.
    static func holder(of path: String) -> Int? {
        let file = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return errno == ENOENT || errno == ENOTDIR ? nil : 0 }
        defer { close(file) }
        var lock = wholeFile
        guard fcntl(file, F_GETLK, &lock) == 0 else { return 0 }
        return lock.l_type == Int16(F_UNLCK) ? nil : Int(lock.l_pid)
    }

    private static var wholeFile: flock {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        lock.l_whence = Int16(SEEK_SET)
        return lock
    }
}
