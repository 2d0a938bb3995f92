import BerthDiagnostics
import BerthModel

extension Cause {
    /// A file of the model that is not what it should be, told by its bytes: LFS pointer, HTML page, empty, cut off.
    static let brokenFile = Cause(
        "broken-file",
        .found,
        .raised { error, facts in
            guard error.phase != .run, error.root.couldBeLoading, facts.isLoading(error),
                let file = facts.loadedFile(error),
                file.nature.isBroken
            else { return nil }
            let place = facts.place(error.userFrame)
            let size = Bytes(file.bytes).text
            let what: String
            let help: String
            switch file.nature {
            case .lfsPointer(let bytes):
                let content = bytes.map { " of \(Bytes($0).text)" } ?? ""
                what = "which is a Git LFS pointer (\(size)), not the content\(content)"
                help = "git lfs install && git lfs pull"
            case .html:
                what = "which is an HTML page (\(size)): a download brought a web page in place of the file"
                help = "download `\(file.name)` again, by its direct address and with the credentials that it needs"
            case .empty:
                what = "which is empty (0 bytes)"
                help = "write or copy `\(file.name)` again"
            default:
                what = "which ends in the middle (\(size) of a pickle without its end)"
                help = "write or copy `\(file.name)` again, whole"
            }
            return Finding(
                .modelLoadFailed,
                "\(facts.subject(place)) loads `\(file.shown)`, \(what)",
                at: place,
                evidence: facts.logged(error.root) + [Evidence("model", "\(file.shown): \(size), \(file.nature.text)")],
                help: [facts.then(help)]
            )
        }
    )

    /// A sound file that the loader is not made for.
    static let wrongLoader = Cause(
        "wrong-loader",
        .exact,
        .raised { error, facts in
            guard error.phase != .run, error.root.isUnreadable, let file = facts.loadedFile(error),
                !file.nature.isBroken
            else { return nil }
            let place = facts.place(error.userFrame)
            if case .other = file.nature, file.bytes < 16 || error.root.isTruncation {
                return Finding(
                    .modelLoadFailed,
                    "\(facts.subject(place)) cannot read `\(file.shown)` (\(Bytes(file.bytes).text)): \(error.root.title.shortened(to: 200))",
                    at: place,
                    evidence: facts.logged(error.root),
                    help: [facts.then("write or copy `\(file.name)` again, whole")]
                )
            }
            let nature =
                error.root.isTruncation
                ? "which ends in the middle" : "which is \(file.nature.text), not what this loader reads"
            return Finding(
                .modelLoadFailed,
                "\(facts.subject(place)) loads `\(file.shown)` (\(Bytes(file.bytes).text)), \(nature)",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    facts.then(
                        error.root.isTruncation
                            ? "write or copy `\(file.name)` again, whole"
                            : "load `\(file.name)` with the library that wrote it (joblib.load, pickle.load, …)"
                    )
                ]
            )
        }
    )

    /// A loader that cannot read its file, and no file was found to look into.
    static let unreadableModel = Cause(
        "unreadable-model",
        .kind,
        .raised { error, facts in
            guard error.phase != .run, error.root.isUnreadable else { return nil }
            let place = facts.place(error.userFrame)
            return Finding(
                .modelLoadFailed,
                "\(facts.subject(place)) cannot read the file that it loads: \(error.root.title.shortened(to: 300))",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("check that the file is whole, and that it is read by the library that wrote it")]
            )
        }
    )
}

extension Facts {
    /// Whether the failing line reads something: an exception about anything else is not blamed on a file.
    func isLoading(_ error: RaisedError) -> Bool {
        if error.root.isUnreadable
            || error.root.is("JSONDecodeError", "UnicodeDecodeError", "ParserError", "EmptyDataError")
        {
            return true
        }
        let text = (error.userFrame?.text ?? "").lowercased()
        return text.containsAny("load", "read", "open", "from_", "restore", "session(", "booster(", "parse", "import_")
    }
}

extension Exception {
    /// Messages of loaders that met bytes which they cannot read.
    var isUnreadable: Bool {
        // What the user's own code raises has its own reasons.
        if let last = frames.last, last.isUser, last.text.hasPrefix("raise") { return false }
        if `is`(
            "UnpicklingError",
            "BadGzipFile",
            "BadZipFile",
            "EOFError",
            "InvalidHeaderError",
            "LZMAError",
            "InvalidProtobuf",
            "ParquetInvalid"
        ) {
            return true
        }
        return says("invalid load key") || says("pickle data was truncated") || says("Ran out of input")
            || says("unexpected EOF")
            || says("file signature not found") || says("not a gzip file") || says("is not a zip file")
            || says("Not a gzipped file")
            || says("invalid HEADER") || says("Protobuf parsing failed") || says("unpickling stack underflow")
            || says("incorrect header check")
            || says("Compressed file ended before") || says("PytorchStreamReader failed") || says("could not find MARK")
            || says("Failed to read all data for array") || says("No data left in file") || says("Bad CRC")
            || says("EOF: reading array")
            || says("persistent IDs in protocol 0") || says("Error while deserializing header")
    }

    var isTruncation: Bool {
        `is`("EOFError") || says("truncated") || says("Ran out of input") || says("unexpected EOF")
            || says("ended before") || says("could only read") || says("No data left")
    }

    /// Whether the exception can come from reading a file at all; a name that is missing cannot.
    var couldBeLoading: Bool {
        !isSyntaxError && !isImportError
            && !`is`("NameError", "UnboundLocalError", "SystemExit", "FileNotFoundError", "MemoryError")
    }
}
