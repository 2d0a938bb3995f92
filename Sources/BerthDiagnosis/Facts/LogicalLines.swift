/// Python's logical lines: joined over brackets, backslashes and triple quotes, without comments.
enum LogicalLines {
    struct Line {
        let number: Int
        let indent: Int
        let text: String
    }

    static func of(_ lines: [String]) -> [Line] {
        var reader = Reader()
        for (index, line) in lines.enumerated() { reader.take(line, number: index + 1) }
        reader.finish()
        return reader.found
    }

    private struct Reader {
        var found: [Line] = []
        private var text = ""
        private var start = 0
        private var indent = 0
        private var depth = 0
        /// The closing signs of an open triple-quoted text.
        private var triple: String?
        private var continues = false

        mutating func take(_ line: String, number: Int) {
            let signs = Array(line)
            var index = 0
            if triple == nil, depth == 0, !continues {
                finish()
                start = number
                indent = 0
                while index < signs.count, signs[index] == " " || signs[index] == "\t" {
                    // A tab stands for eight, as in Python's own tokenizer.
                    indent = signs[index] == "\t" ? (indent / 8 + 1) * 8 : indent + 1
                    index += 1
                }
            } else if triple == nil {
                text += " "
            }
            continues = false
            while index < signs.count { index = step(signs, index) }
            // An open bracket over hundreds of lines is a syntax error; the rest of the file is of interest still.
            if depth > 0, number - start > 400 { depth = 0 }
        }

        private mutating func step(_ signs: [Character], _ index: Int) -> Int {
            let sign = signs[index]
            let isTriple = index + 2 < signs.count && signs[index + 1] == sign && signs[index + 2] == sign
            if let open = triple {
                if isTriple, String(repeating: sign, count: 3) == open {
                    triple = nil
                    text += "\""
                    return index + 3
                }
                return index + (sign == "\\" ? 2 : 1)
            }
            switch sign {
            case "#": return signs.count
            case "\\" where index == signs.count - 1:
                continues = true
                return signs.count
            case "'", "\"":
                if isTriple {
                    triple = String(repeating: sign, count: 3)
                    text += "\""
                    return index + 3
                }
                return takeText(signs, index)
            case "(", "[", "{": depth += 1
            case ")", "]", "}": depth = max(0, depth - 1)
            default: break
            }
            text.append(sign)
            return index + 1
        }

        private mutating func takeText(_ signs: [Character], _ start: Int) -> Int {
            var index = start + 1
            while index < signs.count, signs[index] != signs[start] { index += signs[index] == "\\" ? 2 : 1 }
            let end = min(index + 1, signs.count)
            text += String(signs[start..<end])
            return end
        }

        mutating func finish() {
            let whole = text.trimmed
            text = ""
            if !whole.isEmpty { found.append(Line(number: start, indent: indent, text: whole)) }
        }
    }
}
