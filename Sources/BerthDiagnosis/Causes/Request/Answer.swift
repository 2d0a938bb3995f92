import BerthDiagnostics

extension Cause {
    /// `run()` returned, or serialised, something that JSON cannot express.
    static let notSerialisable = Cause(
        "not-serialisable",
        .found,
        .raised { error, facts in
            let root = error.root
            guard error.phase == .run || error.phase == .initializing, let what = root.unserialisable else {
                return nil
            }
            let returned = root.is("NotSerialisable", "OutputRefused") || error.userFrame == nil
            let place = facts.place(error.userFrame) ?? (returned ? facts.returnPlace : nil)
            let subject = returned ? "run() returns" : "\(facts.subject(place)) serialises"
            return Finding(
                error.phase.reason,
                "\(subject) \(what), which JSON cannot express\(returned && place != nil ? " (\(facts.subject(place)))" : "")",
                at: place,
                evidence: facts.logged(root),
                help: [facts.then((facts.ownForm(of: root) ?? root.serialisableForm) + " in \(facts.subject(place))")]
            )
        }
    )
}

extension Exception {
    fileprivate var unserialisable: String? {
        if says("Out of range float values") || says("NaN at") || says("Infinity at")
            || (`is`("NotSerialisable", "OutputRefused") && (says("NaN") || says("Infinity")))
        {
            let place = message.between(" at ", ",").map { " at `\($0)`" } ?? ""
            return "a value that is \(says("Infinity") ? "infinite" : "NaN")\(place)"
        }
        if let type = message.between("Object of type ", " is not JSON serializable") {
            return "a value of type `\(type)`"
        }
        if says("keys must be str, int, float, bool or None") {
            return "a dictionary with keys of type `\(message.after("not ") ?? "other")`"
        }
        if says("Circular reference detected") { return "a value that contains itself" }
        if `is`("NotSerialisable", "OutputRefused") {
            return message.after("run() returned ").map { text in
                String(text.prefix { $0 != "," }).replacingFirst(" entry_module.", with: " ")
            } ?? "a value"
        }
        return nil
    }

    fileprivate var serialisableForm: String {
        if says("NaN") || says("Out of range") || says("Infinity") {
            return "replace NaN and infinite values (`np.nan_to_num`, or None)"
        }
        if says("ndarray") || says("Series") { return "write `.tolist()` behind the value" }
        if says("DataFrame") { return "write `.to_dict(orient=\"records\")` behind the value" }
        if says("float32") || says("float64") || says("int64") || says("int32") {
            return "write `.item()` behind the value, or `float(…)`"
        }
        if says("Tensor") { return "write `.detach().cpu().tolist()` behind the value" }
        if says("bytes") { return "write `base64.b64encode(value).decode()`" }
        if says("datetime") || says("Timestamp") { return "write `.isoformat()` behind the value" }
        if says("set") { return "write `sorted(value)`" }
        return "turn the value into lists, dictionaries, texts and numbers"
    }
}

extension Facts {
    /// How an object of a class of the user's own becomes JSON.
    fileprivate func ownForm(of exception: Exception) -> String? {
        guard
            let named = exception.message.between("Object of type ", " is not JSON")
                ?? exception.message.between("a value of type ", " at "),
            let type = named.split(separator: ".").last.map(String.init)
        else { return nil }
        for entry in codeTree where entry.path.hasSuffix(".py") {
            guard let statements = source(entry.path)?.statements,
                let index = statements.firstIndex(where: {
                    $0.text.hasPrefix("class \(type)")
                        && !($0.text.dropFirst(6 + type.count).first?.isWordCharacter ?? false)
                })
            else { continue }
            if index > 0, statements[index - 1].text.hasPrefix("@"), statements[index - 1].text.contains("dataclass") {
                return "write `dataclasses.asdict(value)`"
            }
            if statements[index].text.contains("BaseModel") { return "write `value.model_dump()`" }
            if statements[index].text.contains("Enum") { return "write `value.value`" }
            return "write `vars(value)`, or a dictionary of what the caller needs,"
        }
        return nil
    }

    /// The only `return` of `run`.
    var returnPlace: Place? {
        let returns = script?.body(of: "run").filter { $0.text.hasPrefix("return") } ?? []
        let line = returns.count == 1 ? returns.first?.line : script?.definition(of: "run")?.line
        return line.map { place(path: codePath, line: $0) }
    }
}
