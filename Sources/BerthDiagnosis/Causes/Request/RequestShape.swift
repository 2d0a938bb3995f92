import BerthDiagnostics

extension Cause {
    /// The request's JSON lacks a key that `run()` reads.
    static let missingRequestKey = Cause(
        "missing-request-key",
        .exact,
        .raised { error, facts in
            guard error.phase == .run, error.root.is("KeyError"), let frame = error.userFrame,
                frame.function == "run" || error.root.frames.last?.isUser ?? false,
                let key = error.root.quotedName, frame.text.contains(key)
            else { return nil }
            let place = facts.place(frame, word: key)
            return Finding(
                .userScriptRunFailed,
                "\(facts.subject(place)) reads the key `\(key)`, which the request did not have",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    "send `{\"\(key)\": …}`, or use `.get(\"\(key)\")` with an answer of its own in \(facts.subject(place))"
                ]
            )
        }
    )

    /// The body is no JSON, and `run()` parses it as such.
    static let requestNotJSON = Cause(
        "request-not-json",
        .found,
        .raised { error, facts in
            guard error.phase == .run, let found = error.first(where: { $0.is("JSONDecodeError") }) else { return nil }
            let place = facts.place(error.userFrame)
            let isEmpty = found.says("Expecting value: line 1 column 1 (char 0)")
            return Finding(
                .userScriptRunFailed,
                "\(facts.subject(place)) parses the request's body as JSON, and it \(isEmpty ? "is empty or no JSON" : "is no valid JSON"): \(found.firstLine.shortened(to: 120))",
                at: place,
                evidence: facts.logged(found),
                help: [
                    "send a JSON body with `Content-Type: application/json`, for example with --request-file sample.json"
                ]
            )
        }
    )

    /// `run()` takes the text of the body for the object in it.
    static let bodyIsText = Cause(
        "body-is-text",
        .found,
        .raised { error, facts in
            guard error.phase == .run, let frame = error.userFrame, let parameter = facts.runParameter,
                frame.text.hasWord(parameter),
                error.root.frames.last?.isUser ?? false,
                error.root.says("string indices must be integers") || error.root.says("'str' object has no attribute"),
                !(facts.script?.body(of: "run").contains {
                    $0.text.contains("json.loads(\(parameter)") && $0.line < frame.line
                } ?? true)
            else { return nil }
            let place = facts.place(frame, word: parameter)
            if let attribute = MissingAttribute(error.root)?.attribute, ofRequest.contains(attribute) {
                let script = facts.scriptName
                return Finding(
                    .userScriptRunFailed,
                    "\(facts.subject(place)) asks `\(parameter)` for `\(attribute)`, as of a request, and without @rawhttp run() gets the text of the body",
                    at: place,
                    evidence: facts.logged(error.root),
                    help: [
                        facts.then(
                            "write `@rawhttp` above `def run` in \(script), and `from azureml_inference_server_http.api.aml_request import rawhttp` at its top"
                        )
                    ]
                )
            }
            return Finding(
                .userScriptRunFailed,
                "\(facts.subject(place)) uses `\(parameter)` as an object, and it is the text of the request's body",
                at: place,
                evidence: facts.logged(error.root),
                help: [
                    facts.then(
                        "write `\(parameter) = json.loads(\(parameter))` as the first line of run() in \(facts.scriptName)"
                    )
                ]
            )
        }
    )

    /// What a request object has and a text has not.
    private static let ofRequest: Set<String> = [
        "method", "get_data", "get_json", "json", "headers", "args", "form", "files", "data", "content_type", "path",
        "query_string", "is_json", "stream", "values", "cookies",
    ]

    /// `json.loads` of what is no text any more.
    static let parsedTwice = Cause(
        "parsed-twice",
        .found,
        .raised { error, facts in
            guard error.phase == .run, error.root.says("the JSON object must be str, bytes or bytearray, not") else {
                return nil
            }
            let place = facts.place(error.userFrame)
            let type = error.root.message.after(", not ") ?? "an object"
            return Finding(
                .userScriptRunFailed,
                "\(facts.subject(place)) parses as JSON what is a \(type) already",
                at: place,
                evidence: facts.logged(error.root),
                help: [facts.then("remove json.loads in \(facts.subject(place))")]
            )
        }
    )
}

extension Facts {
    /// The name of the first parameter of `run`.
    var runParameter: String? {
        guard let definition = script?.definition(of: "run")?.text,
            let inside = definition.between("run(", ")") ?? definition.after("run(")
        else { return nil }
        let name = inside.prefix { $0 != "," && $0 != ":" && $0 != "=" && $0 != ")" }
        return String(name).trimmed.isEmpty ? nil : String(name).trimmed
    }
}
