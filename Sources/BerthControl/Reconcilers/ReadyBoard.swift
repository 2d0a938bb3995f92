import BerthModel

/// Which instances answer now, by revision: what the routes are made of.
actor ReadyBoard {
    private var ready: [Int: [String: [RouteTable.Address]]] = [:]

    /// `addresses` empty: the instance does not answer.
    ///
    /// Returns whether this changed anything.
    func set(_ addresses: [RouteTable.Address], of instance: String, revision: Int) -> Bool {
        let before = ready[revision]?[instance] ?? []
        guard before != addresses else { return false }
        ready[revision, default: [:]][instance] = addresses.isEmpty ? nil : addresses
        return true
    }

    func forget(revision: Int) { ready[revision] = nil }

    func instances(of revision: Int) -> [RouteTable.Instance] {
        (ready[revision] ?? [:]).sorted { $0.key < $1.key }.map { RouteTable.Instance(id: $0.key, addresses: $0.value) }
    }
}
