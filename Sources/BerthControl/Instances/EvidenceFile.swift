import BerthJSON
import BerthRuntime
import Logging

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The evidence of an instance's last failure, in its folder: it stays as long as the logs do.
enum EvidenceFile {
    private static let maxPaths = 500

    static func path(in folder: InstanceFolder) -> String { folder.path + "/evidence.json" }

    static func keep(_ evidence: FailureEvidence, in folder: InstanceFolder, _ logger: Logger) {
        do {
            let bytes = Data(evidence.json.text(.indented).utf8)
            try bytes.write(to: URL(filePath: path(in: folder)), options: .atomic)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(in: folder))
        } catch {
            // The diagnosis does not depend on it.
            logger.warning(
                "evidence was not kept",
                metadata: ["instance": "\(evidence.instanceID)", "cause": "\(error)"]
            )
        }
    }

    /// What lies below a folder, relative to it.
    static func paths(below folder: String?) -> [String] {
        guard let folder else { return [] }
        do {
            return Array(try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().prefix(maxPaths))
        } catch {
            return []  // Gone, or never there: that is seen by its absence.
        }
    }
}
