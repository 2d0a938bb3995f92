import BerthDiagnostics
import BerthRuntime

extension Cause {
    /// A text file – settings, labels, a table – that its parser refuses.
    static let unparsedFile = Cause(
        "unparsed-file",
        .exact,
        .raised { error, facts in
            guard error.phase != .run, let format = error.root.refusedFormat, facts.isLoading(error),
                !facts.readsVariable(error), let file = facts.loadedFile(error)
            else { return nil }
            let place = facts.place(error.userFrame)
            let inFile = error.root.placeInText
            let wrong = error.root.is("UnicodeDecodeError") ? "which is not UTF-8 text" : "which is no valid \(format)"
            let text = inFile.flatMap { facts.line($0, of: file) }
            return Finding(
                file.shown.hasPrefix("$AZUREML_MODEL_DIR") ? .modelLoadFailed : error.phase.reason,
                "\(facts.subject(place)) reads `\(file.shown)`, \(wrong)\(inFile.map { " (line \($0))" } ?? ""): \(error.root.brief.shortened(to: 200))",
                at: place,
                evidence: facts.logged(error.root)
                    + (text.map { [Evidence(file.shown, line: inFile, $0.shortened(to: 200))] } ?? []),
                help: [
                    facts.then(
                        error.root.is("UnicodeDecodeError")
                            ? "save `\(file.name)` as UTF-8, or name its `encoding=` in \(facts.subject(place))"
                            : "correct \(inFile.map { "line \($0) of " } ?? "")`\(file.name)`"
                    )
                ]
            )
        }
    )
}

extension Exception {
    /// The format whose parser raised.
    fileprivate var refusedFormat: String? {
        switch shortType {
        case "JSONDecodeError": "JSON"
        case "ScannerError",
            "ParserError" where type.hasPrefix("yaml"), "ComposerError", "ConstructorError", "ReaderError":
            "YAML"
        case "ParserError", "EmptyDataError": "table"
        case "TOMLDecodeError", "TomlDecodeError": "TOML"
        case "MissingSectionHeaderError", "ParsingError", "DuplicateOptionError", "DuplicateSectionError": "INI file"
        case "ParseError": "XML"
        case "UnicodeDecodeError", "UnicodeError": "text"
        default: nil
        }
    }

    /// The line of the text that the parser names.
    fileprivate var placeInText: Int? {
        guard let match = message.matches(of: #/\bline:? (\d+)/#).last else { return nil }
        return Int(match.1)
    }
}

extension Facts {
    fileprivate func readsVariable(_ error: RaisedError) -> Bool {
        guard let frame = error.userFrame else { return false }
        let text = source(shown(frame.path))?.statement(at: frame.line)?.text ?? frame.text
        return text.containsAny("environ", "getenv(")
    }

    /// A line of a file of the code or the model.
    fileprivate func line(_ number: Int, of file: ModelFile) -> String? {
        let isModel = file.shown.hasPrefix("$AZUREML_MODEL_DIR/")
        guard let folder = isModel ? evidence.modelFolder : evidence.codeFolder else { return nil }
        let relative = isModel ? String(file.shown.dropFirst("$AZUREML_MODEL_DIR/".count)) : file.shown
        guard let bytes = BoundedFiles.read(folder + "/" + relative, inside: folder, followsFileLinks: isModel) else {
            return nil
        }
        let lines = String(decoding: bytes, as: UTF8.self).lines
        return lines.indices.contains(number - 1) ? lines[number - 1] : nil
    }
}
