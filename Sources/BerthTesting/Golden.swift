package import Foundation

/// Golden files: texts that users see, kept beside the tests and reviewed like code.
///
/// `#expect(Golden.difference(text, "unknown-key.txt") == nil)` compares with `golden/unknown-key.txt` in the folder of
/// the calling test. `BERTH_RECORD_GOLDEN=1` writes the files instead; the diff is then reviewed.
package enum Golden {
    /// nil where `actual` is what the golden file says; else what differs, for the test's message.
    package static func difference(_ actual: String, _ name: String, testFile: String = #filePath) -> String? {
        let file = folder(testFile).appendingPathComponent(name)
        let text = actual.hasSuffix("\n") ? actual : actual + "\n"
        if ProcessInfo.processInfo.environment["BERTH_RECORD_GOLDEN"] == "1" {
            do {
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data(text.utf8).write(to: file)
                return nil
            } catch {
                return "cannot write \(file.path): \(error)"
            }
        }
        guard let data = FileManager.default.contents(atPath: file.path) else {
            return "there is no golden file \(file.path); record it with BERTH_RECORD_GOLDEN=1"
        }
        let expected = String(decoding: data, as: UTF8.self)
        return expected == text ? nil : firstDifference(expected, text, name)
    }

    /// The folder of golden files beside a test file.
    package static func folder(_ testFile: String = #filePath) -> URL {
        URL(fileURLWithPath: testFile).deletingLastPathComponent().appendingPathComponent("golden")
    }

    private static func firstDifference(_ expected: String, _ actual: String, _ name: String) -> String {
        let left = expected.split(separator: "\n", omittingEmptySubsequences: false)
        let right = actual.split(separator: "\n", omittingEmptySubsequences: false)
        let line = zip(left, right).prefix { $0 == $1 }.count
        let was = line < left.count ? String(left[line]) : "(end)"
        let now = line < right.count ? String(right[line]) : "(end)"
        return "\(name) differs at line \(line + 1)\n  golden: \(was)\n  now:    \(now)\n--- now, whole:\n\(actual)"
    }
}
