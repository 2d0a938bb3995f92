import CBerthPlatform
import Glibc

/// The listening sockets of a gateway, by port, on every loop.
struct Listeners {
    /// One port: its descriptors are copies of those that the loops accept on, kept to be handed over.
    struct Port {
        var descriptors: [Int32]
        var isShared: Bool
        var isSecure: Bool
    }

    private(set) var ports: [UInt16: Port] = [:]
    private let loops: [EpollLoop]
    private let backlog: Int32 = 4096

    init(loops: [EpollLoop]) { self.loops = loops }

    /// Opens a port, or takes over the descriptors of a process before us.
    ///
    /// - Parameters:
    ///   - port: 0 lets the system choose one.
    ///   - host: a numeric address; on loopback both families are listened on where there are both.
    ///   - isShared: it serves every endpoint without a port of its own.
    ///   - isSecure: clients speak TLS there.
    ///   - inherited: descriptors that listen on this port already.
    /// - Returns: the port, or why it cannot be opened.
    mutating func open(
        _ port: UInt16,
        host: String,
        isShared: Bool,
        isSecure: Bool = false,
        inherited: [Int32] = []
    ) -> Result<UInt16, PortProblem> {
        if ports[port] != nil { return .success(port) }
        var descriptors = inherited
        if descriptors.isEmpty {
            switch bind(port, host: host) {
            case .success(let opened): descriptors = opened
            case .failure(let problem): return .failure(problem)
            }
        }
        guard let first = descriptors.first else { return .failure(PortProblem(text: "no socket")) }
        let bound = UInt16(max(berth_bound_port(first), 0))
        ports[bound] = Port(descriptors: descriptors, isShared: isShared, isSecure: isSecure)
        let own = isShared ? 0 : bound
        for (index, descriptor) in descriptors.enumerated() {
            listen(descriptor, loop: index % loops.count, own, isSecure)
        }
        // Fewer sockets than loops: the last ones share.
        for index in descriptors.count..<max(descriptors.count, loops.count) {
            listen(first, loop: index, own, isSecure)
        }
        return .success(bound)
    }

    private func listen(_ descriptor: Int32, loop: Int, _ ownPort: UInt16, _ isSecure: Bool) {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { return }
        loops[loop].listen(copy, ownPort: ownPort, isSecure: isSecure)
    }

    private func bind(_ port: UInt16, host: String) -> Result<[Int32], PortProblem> {
        var hosts = [host]
        if host == "127.0.0.1" { hosts.append("::1") }
        var descriptors: [Int32] = []
        var chosen = port
        for host in hosts {
            let probe = berth_listen_tcp(host, chosen, 0, backlog)
            guard probe >= 0 else {
                // The second family is a courtesy: a machine may not have it.
                if !descriptors.isEmpty { continue }
                return .failure(PortProblem(errno: -probe, port: port))
            }
            if chosen == 0 { chosen = UInt16(max(berth_bound_port(probe), 0)) }
            guard loops.count > 1 else {
                descriptors.append(probe)
                continue
            }
            // The probe has shown that nobody else is there: sockets that share a port would not have noticed.
            close(probe)
            for _ in loops {
                let shared = berth_listen_tcp(host, chosen, 1, backlog)
                if shared >= 0 { descriptors.append(shared) }
            }
        }
        return descriptors.isEmpty ? .failure(PortProblem(errno: EADDRINUSE, port: port)) : .success(descriptors)
    }

    mutating func close(_ gone: Set<UInt16>) {
        guard !gone.isEmpty else { return }
        for loop in loops { loop.stopListening(gone) }
        for port in gone {
            for descriptor in ports[port]?.descriptors ?? [] { Glibc.close(descriptor) }
            ports[port] = nil
        }
    }

    /// Nothing is accepted any more; connections that are made stay.
    mutating func closeAll() {
        for loop in loops { loop.stopListening(nil) }
        for port in ports.values { for descriptor in port.descriptors { Glibc.close(descriptor) } }
        ports = [:]
    }

    private func close(_ descriptor: Int32) { Glibc.close(descriptor) }
}

/// Why a port cannot be opened, in words.
struct PortProblem: Error, Equatable {
    var text: String

    init(text: String) { self.text = text }

    init(errno: Int32, port: UInt16) {
        switch errno {
        case EADDRINUSE: text = "port \(port) is in use"
        case EACCES: text = "port \(port) needs a privilege"
        default: text = "port \(port): \(String(cString: strerror(errno)))"
        }
    }
}
