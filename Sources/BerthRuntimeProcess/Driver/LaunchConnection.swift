import BerthRuntime
import CBerthPlatform
import Glibc

/// A connection to `run/launch.sock`.
struct LaunchConnection: ~Copyable {
    let socket: CInt

    /// nil when nobody listens there.
    init?(to folder: InstanceFolder) {
        guard var address = UnixAddress(path: folder.socketFolder + "/launch.sock") else { return nil }
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        guard address.withPointer({ connect(socket, $0, $1) }) == 0 else {
            close(socket)
            return nil
        }
        self.socket = socket
    }

    deinit { close(socket) }

    /// Sends a command; false when launch has gone meanwhile.
    func send(_ line: String) -> Bool {
        let bytes = Array((line + "\n").utf8)
        return Glibc.send(socket, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count
    }

    /// What arrives next; empty at the end of the connection.
    func receive() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, filled in
            var count = -1
            repeat { count = recv(socket, buffer.baseAddress, buffer.count, 0) } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
    }
}

/// The process that holds an instance's lock, followed by a descriptor that never means another one. Where there is no
/// such descriptor to be had, it is followed by its lock, and cannot be sent signals.
struct LaunchHolder: ~Copyable {
    let pid: Int
    let pidfd: CInt
    private let lockFile: String
    private static let askLockMs = 50.0

    /// nil when nobody holds the lock.
    init?(of folder: InstanceFolder) {
        guard let pid = LaunchLock.holder(of: folder.lockFile) else { return nil }
        let pidfd = berth_pidfd_open(pid_t(pid))
        guard pidfd >= 0 else {
            if pid > 0, errno == ESRCH { return nil }
            (self.pid, self.pidfd, lockFile) = (pid, -1, folder.lockFile)
            return
        }
        // It may have ended between the two calls, and its number may be in use again: ask once more.
        guard LaunchLock.holder(of: folder.lockFile) == pid else {
            close(pidfd)
            return nil
        }
        (self.pid, self.pidfd, lockFile) = (pid, pidfd, folder.lockFile)
    }

    deinit { if pidfd >= 0 { close(pidfd) } }

    /// Waits until it has ended, at most `seconds`; false when it has not.
    func waitForEnd(seconds: Double) -> Bool {
        let deadline = berth_monotonic_seconds() + seconds
        var file = pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0)
        while true {
            let rest = max(0, deadline - berth_monotonic_seconds())
            let longest = pidfd >= 0 ? 1e9 : Self.askLockMs
            if poll(&file, 1, CInt(min(rest * 1000, longest).rounded(.up))) > 0 { return true }
            if pidfd < 0, LaunchLock.holder(of: lockFile) == nil { return true }
            if rest == 0 { return false }
        }
    }
}
