import BerthJSON
import BerthRuntime
import Glibc

/// What a reader asks of launch.
enum LaunchCommand: Hashable {
    case stop(graceSeconds: Double)
    case dump

    /// The command that a line spells; nil where it is none that we know.
    init?(line: [UInt8]) {
        // A line that is no JSON is no command.
        guard let json = try? JSON.parse(line) else { return nil }
        switch json["do"]?.stringValue {
        case "stop":
            let grace = json["graceSeconds"]?.doubleValue ?? LaunchSettings.standardGraceSeconds
            self = .stop(graceSeconds: min(max(0, grace), LaunchSettings.maxGraceSeconds))
        case "dump": self = .dump
        default: return nil
        }
    }
}

/// `run/launch.sock`: events out, commands in.
final class LaunchSocket {
    private struct Client {
        let socket: CInt
        /// Place in the event log up to which this reader has everything.
        var position = 0
        var commands = LineBuffer(limit: LaunchSettings.maxCommandBytes)
    }

    private let path: String
    private let listener: CInt
    private var clients: [Client] = []

    /// Makes the socket at `path`, in place of one that a crash left there.
    init(path: String) throws(SystemFailure) {
        self.path = path
        guard unlink(path) == 0 || errno == ENOENT else { throw SystemFailure("making the socket", path, errno: errno) }
        listener = socket(
            AF_UNIX,
            CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue),
            0
        )
        guard listener >= 0, var address = UnixAddress(path: path) else {
            throw SystemFailure("making the socket", path, errno: listener < 0 ? errno : ENAMETOOLONG)
        }
        guard address.withPointer({ bind(listener, $0, $1) }) == 0, listen(listener, 16) == 0 else {
            throw SystemFailure("making the socket", path, errno: errno)
        }
    }

    deinit {
        close(listener)
        for client in clients { close(client.socket) }
    }

    /// What to poll for; `end` is that of the event log.
    func descriptors(end: Int) -> [pollfd] {
        [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
            + clients.map {
                pollfd(fd: $0.socket, events: Int16($0.position < end ? POLLIN | POLLOUT : POLLIN), revents: 0)
            }
    }

    /// Handles what `poll` said about `descriptors`, and returns what was asked for.
    func handle(_ ready: ArraySlice<pollfd>, events: EventLog) -> [LaunchCommand] {
        var commands: [LaunchCommand] = []
        for entry in ready where entry.revents != 0 && entry.fd != listener {
            guard let index = clients.firstIndex(where: { $0.socket == entry.fd }) else { continue }
            var isOpen = true
            if entry.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
                isOpen = receive(index, &commands)
            }
            if isOpen { isOpen = send(index, events) }
            if !isOpen { close(clients.remove(at: index).socket) }
        }
        if let first = ready.first, first.revents != 0 { accept(events, &commands) }
        return commands
    }

    /// What a new reader asks is read before anything is sent: it may have gone already, which only sending would tell.
    private func accept(_ events: EventLog, _ commands: inout [LaunchCommand]) {
        while true {
            let socket = Glibc.accept(listener, nil, nil)
            guard socket >= 0 else { return }
            _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
            _ = fcntl(socket, F_SETFL, O_NONBLOCK)
            guard clients.count < LaunchSettings.maxClients else {
                close(socket)
                continue
            }
            clients.append(Client(socket: socket))
            let index = clients.count - 1
            guard receive(index, &commands), send(index, events) else {
                close(clients.removeLast().socket)
                continue
            }
        }
    }

    /// Sends what all readers have not yet; what does not fit now goes when `poll` says so.
    func push(_ events: EventLog) {
        for index in clients.indices.reversed() where !send(index, events) {
            close(clients.remove(at: index).socket)
        }
    }

    /// Whether every reader has everything.
    func isFlushed(_ events: EventLog) -> Bool {
        let end = events.end
        return clients.allSatisfy { $0.position >= end }
    }

    /// Ends the socket's name, so that nobody comes who would get no answer. Readers stay until launch ends.
    func removeName() { unlink(path) }

    private func receive(_ index: Int, _ commands: inout [LaunchCommand]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: LaunchSettings.maxCommandBytes)
        let count = recv(clients[index].socket, &buffer, buffer.count, 0)
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        guard count > 0 else { return false }
        commands += clients[index].commands.lines(adding: buffer[..<count]).compactMap(LaunchCommand.init(line:))
        return true
    }

    private func send(_ index: Int, _ events: EventLog) -> Bool {
        while clients[index].position < events.end {
            let bytes = events.read(from: clients[index].position, count: LaunchSettings.outputBlockBytes)
            guard !bytes.isEmpty else { return true }
            let count = Glibc.send(clients[index].socket, bytes, bytes.count, CInt(MSG_NOSIGNAL))
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            clients[index].position += count
        }
        return true
    }
}

/// The address of a unix socket.
struct UnixAddress {
    private var address = sockaddr_un()

    /// nil where `path` has more than 107 bytes.
    init?(path: String) {
        let bytes = Array(path.utf8)
        guard bytes.count <= BerthHome.maxSocketPathBytes else { return nil }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    }

    mutating func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
