import BerthAPI
import BerthDiagnostics
import BerthModel
import BerthSpec

/// `online-endpoint update`.
enum OnlineEndpointUpdate {
    static let command = Command(
        "online-endpoint update",
        "change an endpoint: traffic, mirror traffic, tags, description, authentication",
        discussion: "With a file, keys that the file has replace those of the endpoint; all else stays.",
        options: [
            CommonOption.name, CommonOption.file, CommonOption.traffic, CommonOption.mirrorTraffic,
        ] + CommonOption.changes + [CommonOption.local, CommonOption.noWait],
        examples: [
            Example(
                "a tenth of the requests to `green`",
                "online-endpoint update --local --name diabetes --traffic \"blue=90 green=10\""
            ),
            Example(
                "copies of a tenth of the requests to `green`",
                "online-endpoint update --local --name diabetes --mirror-traffic \"green=10\""
            ),
            Example("a tag", "online-endpoint update --local --name diabetes --set tags.owner=anna"),
        ],
        run: run
    )

    static func run(_ call: Invocation) async throws(CommandFailure) -> Outcome {
        let input = SpecInput(call: call)
        let file = try call.string(CommonOption.file).map { path throws(CommandFailure) in
            let parsed = SpecReader.endpoint(
                SpecSource(path: path),
                input.overrides,
                name: call.string(CommonOption.name)
            )
            return (spec: try input.checked(parsed), positions: parsed.positions)
        }
        let name = try call.known(file?.spec.name, or: CommonOption.name)
        let shares = try TrafficChange(call)
        return try await call.withControl { session async throws(CommandFailure) in
            let endpoint = try await call.withoutLoss("endpoint `\(name)`") { () async throws(CommandFailure) in
                let current = try await session.endpoint(name)
                var wanted: EndpointSpec
                if let file {
                    wanted = SpecMerge.endpoint(current.spec, with: file.spec) { file.positions[$0] != nil }
                } else if input.overrides.isEmpty {
                    wanted = current.spec
                } else {
                    wanted = try input.checked(SpecReader.endpoint(json: SpecView.json(current.spec), input.overrides))
                }
                shares.apply(to: &wanted)
                return try await OnlineEndpointCreate.put(
                    wanted,
                    replacing: current.etag,
                    verb: "updating",
                    call,
                    session
                )
            }
            return .result(ResourceView.json(endpoint))
        }
    }
}

/// New shares from the options, checked before anything is asked of the server.
struct TrafficChange {
    private let live: [String: Int]?
    private let mirror: [String: Int]?

    init(_ call: Invocation) throws(CommandFailure) {
        if call.flag(CommonOption.traffic) {
            let shares = try TrafficArgument.parse(call.strings(CommonOption.traffic), option: "traffic")
            try TrafficArgument.checkLive(shares, option: "traffic")
            live = shares
        } else {
            live = nil
        }
        if call.flag(CommonOption.mirrorTraffic) {
            let words = call.strings(CommonOption.mirrorTraffic)
            let shares = try TrafficArgument.parse(words, option: "mirror-traffic", limit: 50)
            try TrafficArgument.checkMirror(shares, option: "mirror-traffic")
            mirror = shares
        } else {
            mirror = nil
        }
    }

    func apply(to spec: inout EndpointSpec) {
        if let live { spec.traffic = live }
        if let mirror { spec.mirrorTraffic = mirror.filter { $0.value > 0 } }
    }
}
