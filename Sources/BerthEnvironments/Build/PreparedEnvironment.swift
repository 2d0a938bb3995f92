package import BerthDiagnostics
import BerthJSON

/// A Python environment that is ready to run.
///
/// Nothing in it may be changed: its files are hard links shared with uv's cache and with other environments. The
/// fence around instances sees to that; start its Python with `PYTHONDONTWRITEBYTECODE=1`.
package struct PreparedEnvironment: Hashable, Sendable {
    /// 32 hexadecimal digits.
    package var key: String
    /// Absolute path of the environment's Python.
    package var python: String
    package var pythonVersion: PythonVersion
    /// Absolute.
    package var sitePackages: String
    /// Absolute paths that a fenced process must be able to read: the environment, and the interpreter that it
    /// is made from. The system's own libraries (`/usr/lib`, `/lib`, `/etc/ld.so.cache`) are not among them.
    package var readablePaths: [String]
    /// To be repeated at each use, such as that another Python runs than the one asked for.
    package var warnings: [Diagnostic]
    /// Whether it was there before.
    package var wasReused: Bool
    /// What is installed: `name==version`, one each.
    package var lock: [String]
    /// Variables of the conda file's `variables:`, to be set for the process.
    package var variables: [String: String]
    /// Absolute path of the log of its build.
    package var buildLog: String
}

/// What is known about an environment on disk, for lists and clean-up.
package struct EnvironmentSummary: Hashable, Sendable {
    package var key: String
    package var pythonVersion: PythonVersion
    package var lock: [String]
    package var bytes: Int
    /// Seconds since 1970.
    package var createdAt: Double
    package var lastUsedAt: Double
}

/// The file `environment.json`: written last, so that an environment without it is not finished.
struct EnvironmentRecord: Hashable, Sendable {
    var key: String
    /// `uv`, or the name of the conda program.
    var tool: String
    var toolVersion: String
    var interpreter: PythonInterpreter
    /// Relative to the environment's folder.
    var python: String
    var sitePackages: String
    /// Absolute, besides the environment and the interpreter.
    var alsoReadable: [String]
    var lock: [String]
    var requirements: [String]
    var notes: [String]
    var bytes: Int
    var files: Int
    /// Seconds of each phase.
    var seconds: [String: Double]
    /// Seconds since 1970.
    var createdAt: Double
}

extension EnvironmentRecord {
    var json: JSON {
        .object(
            JSONObject([
                ("layout", .integer(EnvironmentKey.layout)), ("key", .string(key)), ("tool", .string(tool)),
                ("toolVersion", .string(toolVersion)), ("interpreter", interpreter.json), ("python", .string(python)),
                ("sitePackages", .string(sitePackages)), ("alsoReadable", JSON(alsoReadable)), ("lock", JSON(lock)),
                ("requirements", JSON(requirements)), ("notes", JSON(notes)), ("bytes", .integer(bytes)),
                ("files", .integer(files)),
                (
                    "seconds",
                    .object(JSONObject(seconds.sorted { $0.key < $1.key }.map { ($0.key, .double($0.value)) }))
                ),
                ("createdAt", .double(createdAt)),
            ])
        )
    }

    init?(json: JSON) {
        guard json["layout"]?.intValue == EnvironmentKey.layout, let key = json["key"]?.stringValue,
            let tool = json["tool"]?.stringValue, let toolVersion = json["toolVersion"]?.stringValue,
            let interpreter = json["interpreter"].flatMap(PythonInterpreter.init(json:)),
            let python = json["python"]?.stringValue, let sitePackages = json["sitePackages"]?.stringValue
        else { return nil }
        func strings(_ name: String) -> [String] { (json[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        self.init(
            key: key,
            tool: tool,
            toolVersion: toolVersion,
            interpreter: interpreter,
            python: python,
            sitePackages: sitePackages,
            alsoReadable: strings("alsoReadable"),
            lock: strings("lock"),
            requirements: strings("requirements"),
            notes: strings("notes"),
            bytes: json["bytes"]?.intValue ?? 0,
            files: json["files"]?.intValue ?? 0,
            seconds: Dictionary(
                (json["seconds"]?.objectValue ?? JSONObject()).compactMap { name, value in
                    value.doubleValue.map { (name, $0) }
                }
            ) { $1 },
            createdAt: json["createdAt"]?.doubleValue ?? 0
        )
    }
}
