/// Tracebacks as Python prints them, read from a log: for processes that send no events (custom containers, a server
/// that could not start).
enum LogTraceback {
    private static let head = "Traceback (most recent call last):"

    /// The exception chain of the last traceback in `lines`, as raised first; empty where there is none.
    static func last(in lines: [String], codeFolder: String?) -> [Exception] {
        all(in: lines, codeFolder: codeFolder).last ?? []
    }

    /// What ended threads of the user's, in order: Python says so on its own, and goes on.
    static func ofThreads(in lines: [String], codeFolder: String?) -> [[Exception]] {
        let starts = lines.indices.filter { lines[$0].contains("Exception in thread ") }
        return starts.enumerated().compactMap { index, start in
            let end = starts.indices.contains(index + 1) ? starts[index + 1] : lines.count
            return all(in: Array(lines[start..<end]), codeFolder: codeFolder).first
        }
    }

    /// The chains of all tracebacks in `lines`, each as raised first.
    static func all(in lines: [String], codeFolder: String?) -> [[Exception]] {
        var groups: [[Exception]] = []
        var joins = false
        var index = 0
        while index < lines.count {
            let line = lines[index]
            if line.contains("The above exception was the direct cause")
                || line.contains("During handling of the above exception")
            {
                joins = true
            } else if let column = line.firstRange(of: head)?.lowerBound {
                let margin = line.distance(from: line.startIndex, to: column)
                let (exception, next) = read(lines, from: index + 1, margin: margin, codeFolder)
                if let exception {
                    if joins, var group = groups.popLast() {
                        group.append(exception)
                        groups.append(group)
                    } else {
                        groups.append([exception])
                    }
                }
                joins = false
                index = next
                continue
            }
            index += 1
        }
        return groups.map { Array($0.reversed()) }
    }

    /// The stack that faulthandler writes at a fatal signal, outermost first.
    static func fatalStack(in lines: [String], codeFolder: String?) -> [Frame] {
        guard let start = lines.lastIndex(where: { $0.contains("Current thread ") && $0.contains("most recent call") })
        else { return [] }
        var frames: [Frame] = []
        for line in lines[(start + 1)...] {
            guard let frame = frame(line, codeFolder) else { break }
            frames.append(frame)
        }
        return frames.reversed()
    }

    private static func read(
        _ lines: [String],
        from start: Int,
        margin: Int,
        _ codeFolder: String?
    ) -> (Exception?, next: Int) {
        var frames: [Frame] = []
        var index = start
        while index < lines.count {
            let line = String(
                lines[index].dropFirst(lines[index].prefix(margin).allSatisfy(\.isWhitespace) ? margin : 0)
            )
            if let frame = frame(line, codeFolder) {
                let text = index + 1 < lines.count ? lines[index + 1] : ""
                let hasText = text.hasPrefix("    ") && !text.trimmed.hasPrefix("File \"")
                frames.append(
                    Frame(
                        path: frame.path,
                        line: frame.line,
                        function: frame.function,
                        text: hasText ? text.trimmed : "",
                        isUser: frame.isUser
                    )
                )
            } else if !line.hasPrefix(" "), !line.isEmpty {
                return (exception(line, following: lines[(index + 1)...], frames), index + 1)
            }
            index += 1
        }
        return (nil, index)
    }

    private static func exception(_ line: String, following: ArraySlice<String>, _ frames: [Frame]) -> Exception? {
        let type = line.prefix { $0 != ":" }
        // Anything that is no dotted name was cut off in the middle.
        guard !type.isEmpty, type.allSatisfy({ $0.isWordCharacter || $0 == "." }) else { return nil }
        let message = line.dropFirst(type.count + 1)
        var exception = Exception(type: String(type), message: String(message).trimmed)
        exception.frames = frames
        if exception.isImportError { exception.module = exception.message.between("No module named '", "'") }
        if exception.shortType.hasSuffix("Error"), exception.says("[Errno ") {
            exception.path = exception.message.quoted.last
        }
        if exception.isSyntaxError, let last = frames.last {
            exception.file = last.path
            exception.line = last.line
            exception.text = last.text
            exception.frames.removeLast()
        }
        return exception
    }

    private static func frame(_ line: String, _ codeFolder: String?) -> Frame? {
        guard let rest = line.after("File \""), line.trimmed.hasPrefix("File \""),
            let path = line.between("File \"", "\""),
            let number = rest.after("line ").map({ $0.prefix(while: \.isNumber) }).flatMap({ Int($0) })
        else { return nil }
        let isUser = codeFolder.map { path.hasPrefix($0 + "/") } ?? false
        return Frame(path: path, line: number, function: rest.after(" in ") ?? "", text: "", isUser: isUser)
    }
}
