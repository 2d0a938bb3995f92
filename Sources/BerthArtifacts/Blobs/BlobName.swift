/// Which names containers and blobs may have.
///
/// Blobs become files where they are fetched to, so a name that could lead out of a folder is refused when it comes in,
/// though the service would take some of them.
package enum BlobName {
    /// Source: the service's naming rules.
    package static let maxCharacters = 1024
    /// Longest part between two slashes: what a file system takes.
    package static let maxPartBytes = 255

    /// Refuses what is no container name: 3–63 lower-case letters, digits and single dashes.
    package static func checkContainer(_ name: String) throws(BlobFailure) {
        let bytes = Array(name.utf8)
        let isWellFormed = bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard (3...63).contains(bytes.count), isWellFormed, bytes.first != 0x2D, bytes.last != 0x2D,
            !name.contains("--")
        else {
            throw .invalidName("a container has 3 to 63 lower-case letters, digits and single dashes")
        }
    }

    /// Refuses what is no blob name, or would be a dangerous file name.
    package static func checkBlob(_ name: String) throws(BlobFailure) {
        guard !name.isEmpty, name.count <= maxCharacters else {
            throw .invalidName("a blob has 1 to \(maxCharacters) characters")
        }
        guard !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F || $0 == "\\" }) else {
            throw .invalidName("control characters and backslashes are refused")
        }
        for part in name.split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty, part != ".", part != ".." else {
                throw .invalidName("empty parts, `.` and `..` are refused")
            }
            guard part.utf8.count <= maxPartBytes else {
                throw .invalidName("a part between slashes has at most \(maxPartBytes) bytes")
            }
        }
    }

    /// Refuses ids that are no Base64 of 1 to 64 bytes.
    package static func checkBlockID(_ id: String) throws(BlobFailure) {
        let bytes = Array(id.utf8)
        let padding = bytes.reversed().prefix { $0 == 0x3D }.count
        let isBase64 = bytes.dropLast(padding).allSatisfy {
            (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2B
                || $0 == 0x2F
        }
        guard !bytes.isEmpty, bytes.count <= 88, bytes.count % 4 == 0, padding <= 2, isBase64 else {
            throw .invalidBlockID
        }
    }
}
