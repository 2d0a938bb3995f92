package import BerthDiagnostics
package import BerthJSON
import BerthModel

/// What a revision's instances are made of, decided once: environment, code, limits. Kept with the revision, so that a
/// restart of the control plane or of an instance uses the same.
package struct RevisionPlan: Hashable, Sendable {
    /// A Python environment that is ready.
    package struct Environment: Hashable, Sendable {
        /// Absolute path of its interpreter.
        package var python: String
        package var pythonVersion: String
        package var sitePackages: String
        package var readablePaths: [String]
        package var lock: [String]
        package var warnings: [Diagnostic]
        package var wasReused: Bool
        /// Set where instances are containers; `python` is then a path in it, or a name to be found there.
        package var image: Image?

        package init(
            python: String,
            pythonVersion: String,
            sitePackages: String,
            readablePaths: [String],
            lock: [String],
            warnings: [Diagnostic],
            wasReused: Bool,
            image: Image? = nil
        ) {
            self.python = python
            self.pythonVersion = pythonVersion
            self.sitePackages = sitePackages
            self.readablePaths = readablePaths
            self.lock = lock
            self.warnings = warnings
            self.wasReused = wasReused
            self.image = image
        }
    }

    /// An image that the container engine has.
    package struct Image: Hashable, Sendable {
        /// What runs also when the name means another one later.
        package var id: String
        package var name: String

        package init(id: String, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// The code's copy; nil for a model that needs no code.
    package struct Code: Hashable, Sendable {
        package var folder: String
        package var digest: String
        package var files: Int
        package var bytes: Int
        package var userFolder: String
        package var scoringScript: String
    }

    package var environment: Environment
    package var code: Code?
    package var memoryLimit: Int
    package var workerCount: Int
    /// `<workspace>/<endpoint>` on a server, nil for `--local`. Not kept: the revision names it too.
    package var owner: String?
    /// What the storage-initializer's log says about assets that were fetched for this revision.
    package var fetched: [String] = []

    package init(environment: Environment, code: Code?, memoryLimit: Int, workerCount: Int) {
        self.environment = environment
        self.code = code
        self.memoryLimit = memoryLimit
        self.workerCount = workerCount
    }
}

extension RevisionPlan {
    package var json: JSON {
        var object = JSONObject([
            ("environment", environmentJSON),
            ("memoryLimit", .integer(memoryLimit)),
            ("workerCount", .integer(workerCount)),
        ])
        if let code {
            let place: JSON = [
                "folder": .string(code.folder),
                "digest": .string(code.digest),
                "files": .integer(code.files),
                "bytes": .integer(code.bytes),
                "userFolder": .string(code.userFolder),
                "scoringScript": .string(code.scoringScript),
            ]
            object["code"] = place
        }
        if !fetched.isEmpty { object["fetched"] = JSON(fetched) }
        return .object(object)
    }

    private var environmentJSON: JSON {
        var object = baseJSON
        if let image = environment.image { object["image"] = ["id": .string(image.id), "name": .string(image.name)] }
        return object
    }

    private var baseJSON: JSON {
        [
            "python": .string(environment.python),
            "pythonVersion": .string(environment.pythonVersion),
            "sitePackages": .string(environment.sitePackages),
            "readablePaths": JSON(environment.readablePaths),
            "lock": JSON(environment.lock),
            "warnings": .array(environment.warnings.map(\.json)),
            "wasReused": .bool(environment.wasReused),
        ]
    }

    /// The inverse of `json`; nil where it is not one.
    package init?(json: JSON) {
        guard let environment = json["environment"], let python = environment["python"]?.stringValue else { return nil }
        func strings(_ value: JSON?) -> [String] { (value?.arrayValue ?? []).compactMap(\.stringValue) }
        self.init(
            environment: Environment(
                python: python,
                pythonVersion: environment["pythonVersion"]?.stringValue ?? "",
                sitePackages: environment["sitePackages"]?.stringValue ?? "",
                readablePaths: strings(environment["readablePaths"]),
                lock: strings(environment["lock"]),
                warnings: (environment["warnings"]?.arrayValue ?? []).compactMap(Diagnostic.init(json:)),
                wasReused: environment["wasReused"]?.boolValue ?? true,
                image: environment["image"]?["id"]?.stringValue.map { id in
                    Image(id: id, name: environment["image"]?["name"]?.stringValue ?? id)
                }
            ),
            code: json["code"].flatMap { code in
                guard let folder = code["folder"]?.stringValue, let script = code["scoringScript"]?.stringValue else {
                    return nil
                }
                return Code(
                    folder: folder,
                    digest: code["digest"]?.stringValue ?? "",
                    files: code["files"]?.intValue ?? 0,
                    bytes: code["bytes"]?.intValue ?? 0,
                    userFolder: code["userFolder"]?.stringValue ?? folder,
                    scoringScript: script
                )
            },
            memoryLimit: json["memoryLimit"]?.intValue ?? 0,
            workerCount: json["workerCount"]?.intValue ?? 1
        )
        fetched = strings(json["fetched"])
    }
}
