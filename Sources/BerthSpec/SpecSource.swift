/// A spec to read: a file, or text that is at hand.
package struct SpecSource: Sendable {
    /// Larger files are no specs.
    package static let maxBytes = 1_048_576

    enum Content: Sendable {
        /// By its absolute path.
        case file(String)
        case bytes([UInt8])
    }

    /// As the user wrote it; what messages name.
    package let path: String
    /// Absolute folder that relative paths inside start from.
    package let folder: String
    let content: Content

    /// A file. A pipe (`/dev/stdin`, `<(…)`) is read at once, and relative paths in it start from the current folder.
    package init(path: String) {
        self.path = path
        let current = FileAccess.currentFolder()
        let absolute = PathText.absolute(path, from: current)
        let isPipe = FileAccess.kind(absolute) == .other
        let content = isPipe ? try? FileAccess.read(absolute, limit: Self.maxBytes) : nil  // Fails again when read.
        if let content {
            folder = current
            self.content = .bytes(content)
        } else {
            folder = PathText.folder(of: absolute)
            self.content = .file(absolute)
        }
    }

    /// A file that another one names by `path`.
    init(path: String, absolute: String) {
        self.path = path
        folder = PathText.folder(of: absolute)
        content = .file(absolute)
    }

    /// Text in memory.
    ///
    /// - Parameters:
    ///   - text: the YAML, or JSON, which is YAML too.
    ///   - path: a name for messages.
    ///   - folder: where relative paths inside start from; nil: the current folder.
    package init(text: String, path: String = "<text>", folder: String? = nil) {
        self.path = path
        self.folder = PathText.absolute(folder ?? ".", from: FileAccess.currentFolder())
        content = .bytes(Array(text.utf8))
    }
}
