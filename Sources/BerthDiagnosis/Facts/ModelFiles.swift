import BerthRuntime

/// What a file of the model really is, by its first and last bytes.
enum FileNature: Hashable, Sendable {
    case empty
    /// A pointer of Git LFS in place of the content; with the size of the content.
    case lfsPointer(bytes: Int?)
    case html
    case pickle(isComplete: Bool)
    case zip, gzip, zlib, hdf5, onnx, json, yaml, text, parquet, xz, bzip2, tar
    case other

    var text: String {
        switch self {
        case .empty: "empty"
        case .lfsPointer: "a Git LFS pointer"
        case .html: "an HTML page"
        case .pickle(let isComplete): isComplete ? "a pickle" : "the beginning of a pickle"
        case .zip: "a zip archive"
        case .gzip: "compressed with gzip"
        case .zlib: "compressed with zlib"
        case .hdf5: "an HDF5 file"
        case .onnx: "an ONNX model"
        case .json: "JSON text"
        case .yaml: "YAML text"
        case .text: "plain text"
        case .parquet: "a Parquet table"
        case .xz: "compressed with xz"
        case .bzip2: "compressed with bzip2"
        case .tar: "a tar archive"
        case .other: "of an unknown kind"
        }
    }

    /// - Parameters:
    ///   - bytes: the beginning of the file, at least 512 bytes where it is that long.
    ///   - isWhole: `bytes` is all of it.
    init(_ bytes: [UInt8], isWhole: Bool) {
        guard let first = bytes.first else {
            self = .empty
            return
        }
        let head = String(decoding: bytes.prefix(512), as: UTF8.self)
        let start = head.trimmed.lowercased()
        if head.hasPrefix("version https://git-lfs.github.com/spec/") {
            self = .lfsPointer(
                bytes: head.between("\nsize ", "\n").flatMap { Int($0) }
                    ?? head.after("\nsize ").flatMap { Int($0.trimmed) }
            )
        } else if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") || start.hasPrefix("<head") {
            self = .html
        } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            self = .zip
        } else if bytes.starts(with: [0x1F, 0x8B]) {
            self = .gzip
        } else if bytes.starts(with: [0x89, 0x48, 0x44, 0x46]) {
            self = .hdf5
        } else if bytes.starts(with: Array("PAR1".utf8)) {
            self = .parquet
        } else if bytes.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) {
            self = .xz
        } else if bytes.starts(with: Array("BZh".utf8)) {
            self = .bzip2
        } else if first == 0x80, bytes.count > 1, bytes[1] <= 5 {
            self = .pickle(isComplete: !isWhole || bytes.last == UInt8(ascii: "."))
        } else if first == 0x78, bytes.count > 1, [0x01, 0x5E, 0x9C, 0xDA].contains(bytes[1]) {
            self = .zlib
        } else if first == 0x08, bytes.count > 2, bytes[1] < 0x10, bytes[2] == 0x12 {
            self = .onnx
        } else if start.hasPrefix("{") || start.hasPrefix("[") {
            self = .json
        } else if bytes.prefix(512).allSatisfy({ $0 >= 0x20 || [9, 10, 13].contains($0) }), !head.contains("\u{FFFD}") {
            self = .text
        } else {
            self = .other
        }
    }
}

extension Facts {
    /// A file that the script loads: its path for people, its size and nature.
    struct ModelFile: Sendable {
        let shown: String
        let name: String
        let bytes: Int
        let nature: FileNature
    }

    /// The file that a loader was reading when it failed, where the script allows only one.
    ///
    /// Named in the failing line, else in the function around it, else in the script, else the only file of the model.
    func loadedFile(_ error: RaisedError) -> ModelFile? {
        let files =
            modelTree.filter { !$0.isFolder }.map { ($0, evidence.modelFolder ?? "", "$AZUREML_MODEL_DIR/") }
            + codeTree.filter { !$0.isFolder && !$0.path.hasSuffix(".py") && !$0.path.contains("__pycache__") }
            .map { ($0, evidence.codeFolder ?? "", "") }
        let named = namedFiles(near: error)
        for names in named {
            // Several are named: what the bytes say decides, when only one of them is at odds with its name.
            let found = files.filter { names.contains($0.0.path.fileName) }
            if let only = found.first, found.count == 1 { return inspected(only.0, only.1, only.2) }
            let broken = found.map { inspected($0.0, $0.1, $0.2) }.filter { $0.nature.isBroken }
            if let first = broken.first { return first }
        }
        let ofModel = files.filter { $0.2 != "" }
        if ofModel.count == 1, let only = ofModel.first { return inspected(only.0, only.1, only.2) }
        let broken = ofModel.prefix(50).map { inspected($0.0, $0.1, $0.2) }.filter { $0.nature.isBroken }
        return broken.count == 1 ? broken.first : nil
    }

    /// File names in texts: of the failing line, of its function, of the file.
    private func namedFiles(near error: RaisedError) -> [[String]] {
        guard let frame = error.userFrame else { return script.map { [Self.names(in: $0.statements)] } ?? [] }
        let source = source(shown(frame.path))
        let statements = source?.statements ?? []
        let own = statements.last { $0.line <= frame.line }
        let scope = own?.scopes.first
        let around = statements.filter { $0.scopes.first == scope && $0.line <= frame.line }
        return [own.map { Self.names(in: [$0]) } ?? [], Self.names(in: around), Self.names(in: statements)]
    }

    private static func names(in statements: [PythonSource.Statement]) -> [String] {
        statements.flatMap { $0.text.quoted.map(\.fileName).filter { !$0.isEmpty } }
    }

    func inspected(_ entry: BoundedFiles.Entry, _ folder: String, _ prefix: String) -> ModelFile {
        let path = folder + "/" + entry.path
        // A pickle's last byte says whether it is whole, so a small file is read to its end.
        let limit = entry.bytes <= BoundedFiles.maxBytes ? BoundedFiles.maxBytes : 4096
        let isModel = folder == evidence.modelFolder
        let bytes = BoundedFiles.read(path, inside: folder, limit: limit, followsFileLinks: isModel)
        return ModelFile(
            shown: prefix + entry.path,
            name: entry.path.fileName,
            bytes: entry.bytes,
            nature: bytes.map { FileNature($0, isWhole: $0.count == entry.bytes) } ?? .other
        )
    }
}

extension FileNature {
    /// Whether no loader of models can read it.
    var isBroken: Bool {
        switch self {
        case .empty, .lfsPointer, .html, .pickle(isComplete: false): true
        case .pickle, .zip, .gzip, .zlib, .hdf5, .onnx, .json, .yaml, .text, .parquet, .xz, .bzip2, .tar, .other: false
        }
    }
}
