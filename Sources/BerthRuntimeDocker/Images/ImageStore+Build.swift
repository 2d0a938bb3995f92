import BerthDiagnostics
import BerthJSON
import BerthModel

extension ImageStore {
    /// Lines of a failed step that are shown.
    private static let linesShown = 8

    /// The image of a context, built where the same context was not built before.
    func build(
        _ build: EnvironmentSpec.Build,
        log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) -> PreparedImage {
        let isRemote = build.path.contains("://")
        let context = isRemote ? nil : try BuildContext(folder: build.path, dockerfile: build.dockerfilePath)
        var tag: String?
        if let context {
            let name = "berth-env:\(try context.digest().prefix(32))"
            tag = name
            if let known = try await find(name) {
                log("image \(name) was built from the same context before: it is used again")
                return PreparedImage(id: known.id, name: name, wasReused: true, hasEntrypoint: known.hasEntrypoint)
            }
        }
        log(context.map { "building from \($0.folder): \($0.entries.count) entries" } ?? "building from \(build.path)")
        var query = [
            ("dockerfile", build.dockerfilePath), ("rm", "1"), ("forcerm", "1"), ("labels", #"{"berth.build":"1"}"#),
        ]
        if let tag { query.append(("t", tag)) } else { query.append(("remote", build.path)) }
        let outcome = try await run(query, context, log)
        if let failure = outcome.failure { throw Self.failed(failure, outcome) }
        guard let image = try await find(tag ?? outcome.id ?? "") else {
            throw Diagnostic(
                .imageBuildFailure,
                .imageBuildFailed,
                "the build ended without an image",
                evidence: outcome.lines.suffix(Self.linesShown).map { Evidence("build", $0) }
            )
        }
        return PreparedImage(id: image.id, name: tag ?? image.id, wasReused: false, hasEntrypoint: image.hasEntrypoint)
    }

    private struct Outcome: Sendable {
        var failure: String?
        /// The step that ran last: `Step 3/4 : RUN make`.
        var step: String?
        var id: String?
        var lines: [String] = []

        /// Whether the base image was what failed.
        var isPull: Bool { step?.contains(": FROM ") == true }
    }

    private func run(
        _ query: [(String, String)],
        _ context: BuildContext?,
        _ log: @escaping @Sendable (String) -> Void
    ) async throws(Diagnostic) -> Outcome {
        var outcome = Outcome()
        do throws(EngineFailure) {
            try await engine.lines("POST", "/build", query, body: context.map { .tar($0.archive()) }) { line in
                if let text = line["stream"]?.stringValue {
                    for part in text.split(whereSeparator: \.isNewline) {
                        let plain = String(part)
                        if plain.hasPrefix("Step ") || plain.hasPrefix("STEP ") { outcome.step = plain }
                        outcome.lines = outcome.lines.suffix(200) + [plain]
                        log(plain)
                    }
                }
                if let id = line["aux"]?["ID"]?.stringValue { outcome.id = id }
                if let words = line["error"]?.stringValue { outcome.failure = words }
            }
        } catch {
            guard case .refused(_, let message) = error else { throw EngineWords.unreachable(error, engine.address) }
            outcome.failure = message
        }
        return outcome
    }

    private static func failed(_ failure: String, _ outcome: Outcome) -> Diagnostic {
        let text = failure.lowercased()
        if text.contains("no space left") {
            return Diagnostic(
                .notEnoughDisk,
                .diskFull,
                "the disk of the container engine is full: the image's build does not fit",
                evidence: [Evidence("engine", failure)],
                help: ["free some space: docker system prune"]
            )
        }
        // `Step 1/3 : FROM image`: the base image is the cause, and the registry's words say why.
        if outcome.isPull,
            let base = outcome.step?.split(separator: " ").drop(while: { $0 != "FROM" }).dropFirst().first,
            let reference = ImageReference(String(base))
        {
            var found = RegistryWords.pullFailed(failure, reference)
            found.code = .imageBuildFailure
            return found
        }
        let step = outcome.step.map { "step \($0.dropFirst("Step ".count))" } ?? "the Dockerfile"
        return Diagnostic(
            .imageBuildFailure,
            .imageBuildFailed,
            "the image's build failed at \(step): \(String(failure.prefix(200)))",
            evidence: outcome.lines.suffix(linesShown).map { Evidence("build", $0) } + [Evidence("engine", failure)],
            help: ["correct the step; by hand: docker build . in the context's folder"]
        )
    }
}
