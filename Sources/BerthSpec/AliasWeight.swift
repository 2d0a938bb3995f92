/// How large a text becomes when its aliases are written out, from above.
///
/// An alias can only come after the end of what its anchor holds; so what it stands for is at most the weight of the
/// text between the anchor and its first alias. Signs that only look like anchors make the bound larger, never smaller.
/// Checked before the parser runs, which compares keys with all their aliases written out.
enum AliasWeight {
    static let smallestLimit = 1_000_000

    private struct Anchor {
        var start: Int
        /// Known from the first alias on.
        var size: Int?
        /// Of an earlier anchor with the same name.
        var earlierSize = 0
    }

    static func isBounded(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let limit = max(smallestLimit, 4 * bytes.count)
        var anchors: [[UInt8]: Anchor] = [:]
        var weight = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            weight += 1
            index += 1
            guard byte == UInt8(ascii: "&") || byte == UInt8(ascii: "*") else { continue }
            var end = index
            while end < bytes.count, isNameByte(bytes[end]) { end += 1 }
            guard end > index else { continue }
            let name = Array(bytes[index..<end])
            let known = anchors[name]
            if byte == UInt8(ascii: "&") {
                if let size = known?.size {
                    anchors[name] = Anchor(start: weight, earlierSize: size)
                } else if known == nil {
                    anchors[name] = Anchor(start: weight)
                }
            } else if let known {
                let size = known.size ?? max(known.earlierSize, weight - known.start)
                anchors[name]?.size = size
                weight += size
                guard weight <= limit else { return false }
            }
        }
        return true
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A || byte >= 0x30 && byte <= 0x39
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }
}
