import BerthModel

/// Memory that one table's compiled form points into.
struct Arena {
    private static let blockSize = 65_536
    private(set) var blocks: [UnsafeMutableRawPointer] = []
    private var used = Arena.blockSize

    mutating func block(_ size: Int) -> UnsafeMutableRawPointer {
        let rounded = (size + 15) & ~15
        if rounded > Self.blockSize / 4 {
            let own = UnsafeMutableRawPointer.allocate(byteCount: rounded, alignment: 16)
            // The block that is being filled stays the last one.
            blocks.insert(own, at: 0)
            return own
        }
        if used + rounded > Self.blockSize || blocks.isEmpty {
            blocks.append(.allocate(byteCount: Self.blockSize, alignment: 16))
            used = 0
        }
        defer { used += rounded }
        return blocks[blocks.count - 1] + used
    }

    mutating func text(_ text: String) -> ByteText {
        let bytes = Array(text.utf8)
        let place = block(max(bytes.count, 1)).bindMemory(to: UInt8.self, capacity: bytes.count)
        place.initialize(from: bytes, count: bytes.count)
        return ByteText(base: UnsafePointer(place), count: bytes.count)
    }

    mutating func array<Element>(_ elements: [Element]) -> UnsafeBufferPointer<Element> {
        let place = block(max(elements.count * MemoryLayout<Element>.stride, 1))
            .bindMemory(to: Element.self, capacity: elements.count)
        place.initialize(from: elements, count: elements.count)
        return UnsafeBufferPointer(start: place, count: elements.count)
    }

    func free() {
        for block in blocks { block.deallocate() }
    }
}

/// Where the workspaces of a table stand in its arena, each once.
struct WorkspaceTable {
    private let facts: [String: RouteTable.Workspace]
    private var places: [String: UnsafePointer<CompiledWorkspace>] = [:]

    init(_ workspaces: [RouteTable.Workspace]) {
        facts = Dictionary(workspaces.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func place(of name: String, in arena: inout Arena) -> UnsafePointer<CompiledWorkspace> {
        if let place = places[name] { return place }
        let known = facts[name] ?? RouteTable.Workspace(name: name)
        let place = arena.block(MemoryLayout<CompiledWorkspace>.size)
            .bindMemory(to: CompiledWorkspace.self, capacity: 1)
        place.initialize(
            to: CompiledWorkspace(
                name: arena.text(name),
                id: arena.text(known.id),
                subscriptionID: arena.text(known.subscriptionID),
                location: arena.text(known.location)
            )
        )
        places[name] = UnsafePointer(place)
        return UnsafePointer(place)
    }
}
