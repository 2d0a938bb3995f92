import BerthJSON
import Crypto

/// The name of an environment: a digest of everything that decides what is in it.
///
/// The version of uv is recorded in the environment but is not part of its name: a newer uv makes no existing
/// environment wrong, and one that is there must be usable offline.
enum EnvironmentKey {
    /// Raised when environments are laid out differently, so that older ones are not found.
    static let layout = 1
    /// Limits for the digest of local packages.
    private static let maxLocalFiles = 20_000
    private static let maxLocalBytes = 512 << 20

    /// The key of a plan built with an interpreter: 32 hexadecimal digits.
    static func key(of plan: EnvironmentPlan, with interpreter: PythonInterpreter) throws(FileFailure) -> String {
        let redact = Redactor(urls: plan.index.urls)
        // Order has no meaning for the resolver; credentials change without changing what is installed.
        var lines = Set(plan.requirements.map { redact($0.text) }).sorted()
        for path in plan.requirements.compactMap(\.localPath).sorted() { lines.append("content \(try digest(path))") }
        var parts: [(String, JSON)] = [
            ("layout", .integer(layout)), ("requirements", JSON(lines)),
            ("constraints", JSON(plan.constraints.sorted())),
            ("index", JSON(plan.index.keyLines(redact))), ("python", .string(interpreter.version.description)),
            ("abi", .string(interpreter.soabi)), ("platform", .string(interpreter.platform)),
        ]
        var files: [String] = []
        for path in plan.constraintFiles { files.append(try digest(path)) }
        parts.append(("constraintFiles", JSON(files)))
        return hex(SHA256.hash(data: JSON.object(JSONObject(parts)).utf8)).prefix(32).description
    }

    /// The digest of an environment that conda itself makes of a text.
    static func condaKey(text: String, tool: String) -> String {
        let parts: [(String, JSON)] = [("layout", .integer(layout)), ("conda", .string(text)), ("tool", .string(tool))]
        return hex(SHA256.hash(data: JSON.object(JSONObject(parts)).utf8)).prefix(32).description
    }

    /// SHA-256 of a file, or of all names and contents in a folder.
    static func digest(_ path: String) throws(FileFailure) -> String {
        var hash = SHA256()
        var left = (files: maxLocalFiles, bytes: maxLocalBytes)
        try add(path, name: "", to: &hash, &left)
        return hex(hash.finalize())
    }

    private static func add(
        _ path: String,
        name: String,
        to hash: inout SHA256,
        _ left: inout (files: Int, bytes: Int)
    ) throws(FileFailure) {
        guard left.files > 0, left.bytes > 0 else { return }
        left.files -= 1
        hash.update(data: Array("\(name)\u{0}".utf8))
        guard Files.isFolder(path) else {
            let bytes = try Files.read(path, limit: left.bytes) ?? []
            left.bytes -= bytes.count
            hash.update(data: Array("\(bytes.count)\u{0}".utf8))
            hash.update(data: bytes)
            return
        }
        for entry in Files.names(in: path).sorted()
        where ![".git", "__pycache__", ".venv", "build", "dist"].contains(entry) {
            try add("\(path)/\(entry)", name: "\(name)/\(entry)", to: &hash, &left)
        }
    }

    private static func hex(_ digest: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
