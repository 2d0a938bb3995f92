import BerthDiagnostics
import BerthJSON
import BerthStore

/// What ARM's `properties` of a registered asset must hold, and which of it is content.
enum AssetBody {
    /// Kept as written, up to this: a conda file is the longest of it.
    private static let maxBytes = 1_048_576
    private static let modelTypes = ["custom_model", "mlflow_model", "triton_model"]

    /// `body` with the maps that clients count on, and without what only the server says.
    static func normalized(_ body: JSON, kind: AssetKind) throws(Diagnostic) -> JSON {
        guard var object = body.objectValue else { throw invalid("properties", "is missing", "an object") }
        guard body.text().utf8.count <= maxBytes else { throw invalid("properties", "is too long", "at most 1 MiB") }
        for key in ["provisioningState", "createdAt", "lastModifiedAt"] { object[key] = nil }
        try checkWords(&object)
        for key in ["isAnonymous", "isArchived"] {
            guard object[key] == nil || object[key]?.isNull == true || object[key]?.boolValue != nil else {
                throw invalid(key, "is \(text(object[key]))", "true or false")
            }
            object[key] = .bool(object[key]?.boolValue ?? false)
        }
        switch kind {
        case .model: try checkModel(&object)
        case .code: _ = try required("codeUri", object)
        case .environment: try checkEnvironment(&object)
        }
        return .object(object)
    }

    /// As `normalized`, for what all versions have together.
    static func normalizedContainer(_ body: JSON) throws(Diagnostic) -> JSON {
        var object = body.objectValue ?? JSONObject()
        for key in ["provisioningState", "latestVersion", "nextVersion"] { object[key] = nil }
        try checkWords(&object)
        object["isArchived"] = .bool(object["isArchived"]?.boolValue ?? false)
        return .object(object)
    }

    private static func checkWords(_ object: inout JSONObject) throws(Diagnostic) {
        for key in ["tags", "properties"] {
            let value = object[key] ?? .null
            guard value.isNull || value.objectValue != nil else { throw invalid(key, "is \(text(value))", "an object") }
            // Clients read these without looking: never null, and all values are texts.
            let members = (value.objectValue ?? JSONObject()).filter { !$0.value.isNull }.map { key, value in
                (key, value.stringValue.map(JSON.string) ?? JSON.string(value.text()))
            }
            object[key] = .object(JSONObject(members))
        }
        if let description = object["description"], !description.isNull, description.stringValue == nil {
            throw invalid("description", "is \(text(description))", "a text")
        }
    }

    private static func checkModel(_ object: inout JSONObject) throws(Diagnostic) {
        _ = try required("modelUri", object)
        let type = object["modelType"]?.stringValue ?? "custom_model"
        guard let known = modelTypes.first(where: { $0 == type.lowercased() }) else {
            throw invalid("modelType", "is `\(type)`", modelTypes.joined(separator: ", "))
        }
        object["modelType"] = .string(known)
        if object["flavors"]?.objectValue == nil { object["flavors"] = [:] }
    }

    private static func checkEnvironment(_ object: inout JSONObject) throws(Diagnostic) {
        let image = object["image"]?.stringValue
        let build = object["build"]?.objectValue
        guard (image == nil) != (build == nil) else {
            throw invalid(
                "image",
                image == nil ? "and `build` are missing" : "and `build` are both there",
                "one of them"
            )
        }
        if let build, build["contextUri"]?.stringValue == nil {
            throw invalid("build.contextUri", "is missing", "the URI of the build's folder")
        }
        if let conda = object["condaFile"], !conda.isNull, conda.stringValue == nil {
            throw invalid("condaFile", "is no text", "the text of a conda file")
        }
        if object["osType"]?.stringValue == nil { object["osType"] = "Linux" }
        object["environmentType"] = "UserCreated"
    }

    private static func required(_ key: String, _ object: JSONObject) throws(Diagnostic) -> String {
        guard let value = object[key]?.stringValue, !value.isEmpty else {
            throw invalid(key, "is missing", "a URI")
        }
        return value
    }

    private static func invalid(_ key: String, _ what: String, _ expected: String) -> Diagnostic {
        Diagnostic(.badArgument, .argumentInvalid, "`\(key)` \(what), expected \(expected)")
    }

    private static func text(_ value: JSON?) -> String { String((value ?? .null).text().prefix(60)) }

    // MARK: Content

    static func flag(_ key: String, in body: JSON) -> Bool { body[key]?.boolValue ?? false }

    /// The client's hash of a code's content.
    static func contentHash(_ body: JSON) -> String? { body["properties"]?["hash_sha256"]?.stringValue?.lowercased() }

    /// The first part of the content that differs; nil: the same content.
    static func changedContent(from old: JSON, to new: JSON, kind: AssetKind) -> String? {
        let parts =
            switch kind {
            case .model: ["modelUri", "modelType"]
            case .code: ["codeUri"]
            case .environment: ["image", "condaFile", "build", "inferenceConfig", "osType"]
            }
        return parts.first { part in
            let (before, after) = (old[part] ?? .null, new[part] ?? .null)
            guard let first = before.stringValue, let second = after.stringValue else { return before != after }
            // URIs of the same place are written with capitals and without.
            return part.hasSuffix("Uri") ? first.lowercased() != second.lowercased() : first != second
        }
    }
}
