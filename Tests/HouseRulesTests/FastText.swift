#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension String {
    /// Whether `part` stands in this text. Regular expressions and `contains` take minutes for a whole tree in a debug
    /// build, so rules look with this first.
    func mentions(_ part: String) -> Bool {
        withCString { text in part.withCString { strstr(text, $0) != nil } }
    }

    func mentions(anyOf parts: [String]) -> Bool { parts.contains { mentions($0) } }
}

extension StringProtocol {
    /// The name that the text begins with: letters, digits and `_`.
    var leadingName: String {
        String(decoding: utf8.drop { $0 == UInt8(ascii: "`") }.prefix(while: isNameSign), as: UTF8.self)
    }
}

func isNameSign(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
        true
    default: false
    }
}
