extension JSON {
    /// How a value is spelt.
    package enum Style: Hashable, Sendable {
        /// On one line without blanks.
        case compact
        /// Two blanks a level, as `az` prints.
        case indented
    }

    /// The text of this value. Numbers that are no JSON (NaN, infinities) are spelt `null`.
    package func text(_ style: Style = .compact) -> String {
        var printer = Printer(style: style)
        printer.write(self, level: 0)
        return String(decoding: printer.output, as: UTF8.self)
    }

    /// The compact text as UTF-8.
    package var utf8: [UInt8] {
        var printer = Printer(style: .compact)
        printer.write(self, level: 0)
        return printer.output
    }
}

extension JSON: CustomStringConvertible {
    package var description: String { text(.compact) }
}

private struct Printer {
    let style: JSON.Style
    var output: [UInt8] = []

    init(style: JSON.Style) { self.style = style }

    mutating func write(_ value: JSON, level: Int) {
        switch value {
        case .null: raw("null")
        case .bool(let value): raw(value ? "true" : "false")
        case .integer(let value): raw(String(value))
        case .double(let value): number(value)
        case .string(let value): string(value)
        case .array(let elements):
            list(elements, open: "[", close: "]", level: level) { printer, element in
                printer.write(element, level: level + 1)
            }
        case .object(let members):
            list(members, open: "{", close: "}", level: level) { printer, member in
                printer.string(member.key)
                printer.raw(printer.style == .compact ? ":" : ": ")
                printer.write(member.value, level: level + 1)
            }
        }
    }

    private mutating func list<Items: Collection>(
        _ items: Items,
        open: String,
        close: String,
        level: Int,
        _ item: (inout Printer, Items.Element) -> Void
    ) {
        raw(open)
        var isFirst = true
        for element in items {
            if !isFirst { raw(",") }
            isFirst = false
            newLine(level + 1)
            item(&self, element)
        }
        if !isFirst { newLine(level) }
        raw(close)
    }

    private mutating func newLine(_ level: Int) {
        guard style == .indented else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * level))
    }

    private mutating func raw(_ text: String) { output.append(contentsOf: text.utf8) }

    private mutating func number(_ value: Double) {
        guard value.isFinite else { return raw("null") }
        raw("\(value)")
    }

    private mutating func string(_ text: String) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): raw("\\\"")
            case UInt8(ascii: "\\"): raw("\\\\")
            case 0x0A: raw("\\n")
            case 0x0D: raw("\\r")
            case 0x09: raw("\\t")
            case 0..<0x20:
                raw("\\u00")
                if byte < 0x10 { raw("0") }
                raw(String(byte, radix: 16))
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
