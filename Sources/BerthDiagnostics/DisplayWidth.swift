extension StringProtocol {
    /// Columns on a terminal: two for the wide signs of East Asia and for pictures, none for what joins the sign before.
    package var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }
}

extension Character {
    /// The first scalar decides; what follows in the same sign joins it.
    package var displayWidth: Int {
        guard let scalar = unicodeScalars.first else { return 0 }
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x300..<0x370, 0x200B..<0x2010: return 0
        case 0x1100..<0x1160, 0x2E80..<0x303F, 0x3041..<0xA4D0, 0xA960..<0xA980, 0xAC00..<0xD7A4, 0xF900..<0xFB00,
            0xFE30..<0xFE70, 0xFF00..<0xFF61, 0xFFE0..<0xFFE7, 0x1F300..<0x1F650, 0x1F680..<0x1F700,
            0x1F900..<0x1FA00, 0x20000..<0x40000:
            return 2
        default: return 1
        }
    }
}
