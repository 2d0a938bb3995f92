import BerthDiagnostics
import BerthModel
import BerthSpec
import Foundation
import Testing

/// SplitMix64: the same numbers for the same seed, everywhere.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// Pieces that have a meaning in YAML or were trouble elsewhere.
private let pieces = [
    ":", ": ", "- ", "\n", "  ", "\t", "#", "&a ", "*a", "<<: ", "? ", "|", ">", "\"", "'", "{", "}", "[", "]", "---\n",
    "...\n", "!!str ", "!x ", "%YAML 1.1\n", "~", "null", "yes", "0x10", "1e9", "-1", "\u{FEFF}", "é", "👩‍👩‍👧", "\u{85}",
    "\u{2028}", "\r", "\u{0}", "\u{7}", "@", "`", "name: x\n", "name", "azureml:", "file:", "file:conda.yml",
    "/subscriptions/", "999999999999999999999", ".", "..", "a.b[0]=c", "deployments:\n  - ", "\u{E000}",
]

/// `BERTH_MUTATION_SEEDS=500` looks longer.
private let seedCount = ProcessInfo.processInfo.environment["BERTH_MUTATION_SEEDS"].flatMap(Int.init) ?? 12

private func mutate(_ text: String, _ numbers: inout Numbers) -> String {
    var scalars = Array(text.unicodeScalars)
    for _ in 0..<Int.random(in: 1...6, using: &numbers) {
        let place = Int.random(in: 0...scalars.count, using: &numbers)
        let length = min(Int.random(in: 0...12, using: &numbers), scalars.count - place)
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0: scalars.removeSubrange(place..<place + length)
        case 1: scalars.insert(contentsOf: scalars[place..<place + length], at: place)
        case 2: scalars.replaceSubrange(place..<place + length, with: piece(&numbers))
        default: scalars.insert(contentsOf: piece(&numbers), at: place)
        }
    }
    return String(String.UnicodeScalarView(scalars))
}

private func piece(_ numbers: inout Numbers) -> [Unicode.Scalar] {
    Array((pieces.randomElement(using: &numbers) ?? "").unicodeScalars)
}

@Suite("Mutated specs")
struct MutationTests {
    @Test(
        "nothing that is written ends the program, and every diagnostic points into the text",
        arguments: 0..<seedCount
    )
    func mutations(seed: Int) throws {
        let scratch = try Scratch(deploymentFiles)
        let folder = repository + "/examples/diabetes/"
        let originals =
            try ["endpoint.yml", "blue-deployment.yml", "endpoint-2021.yml"].map {
                try String(contentsOfFile: folder + $0, encoding: .utf8)
            } + [goodDeployment]
        var numbers = Numbers(state: UInt64(seed))
        for _ in 0..<30 {
            let text = mutate(originals.randomElement(using: &numbers) ?? "", &numbers)
            let source = SpecSource(text: text, path: "mutated.yml", folder: scratch.root)
            let set = SpecOverrides(set: [mutate("tags.a[0]=1", &numbers)], remove: [[mutate("name", &numbers)]])
            let found =
                SpecReader.endpoint(source).diagnostics + SpecReader.deployment(source, set).diagnostics
                + SpecReader.endpoint2021(source).diagnostics + SpecReader.model(source).diagnostics
                + SpecReader.environment(source).diagnostics
            for diagnostic in found { check(diagnostic, text, seed) }
        }
    }

    private func check(_ diagnostic: Diagnostic, _ text: String, _ seed: Int) {
        #expect(diagnostic.message.count <= 600, "seed \(seed)")
        guard let place = diagnostic.location else {
            Issue.record("seed \(seed): no location: \(diagnostic.message)")
            return
        }
        guard place.path == "mutated.yml", let line = place.line, let column = place.column else { return }
        let lines = lineCounts(text)
        #expect(line >= 1 && line <= lines.count, "seed \(seed): \(diagnostic.message)")
        guard line >= 1, line <= lines.count else { return }
        #expect(column >= 1 && column <= lines[line - 1] + 1, "seed \(seed): \(diagnostic.message)\n\(text)")
    }

    /// Scalars in each line: no fewer than characters.
    private func lineCounts(_ text: String) -> [Int] {
        var counts = [0]
        var last: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"].contains(scalar) {
                if !(scalar == "\n" && last == "\r") { counts.append(0) }
            } else {
                counts[counts.count - 1] += 1
            }
            last = scalar
        }
        return counts
    }
}
