// swift-tools-version: 6.2
import PackageDescription

/// One list for every target, so that no target is laxer than another.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// `make fuzz` builds what it runs with libFuzzer's marks; nothing else has flags of its own.
let fuzzes = Context.environment["BERTH_FUZZ"] != nil
let marked: [SwiftSetting] = fuzzes ? strict + [.unsafeFlags(["-sanitize=fuzzer", "-O"])] : strict

/// A library that we depend on: where it comes from and what it is used as.
struct Library {
    let url: String
    let from: Version
    let products: [String]
}

let libraries: [Library] = [
    Library(url: "https://github.com/jpsim/Yams", from: "6.2.2", products: ["Yams"]),
    Library(url: "https://github.com/groue/GRDB.swift", from: "7.10.0", products: ["GRDB"]),
    Library(url: "https://github.com/apple/swift-crypto", from: "4.5.2", products: ["Crypto"]),
    Library(
        url: "https://github.com/apple/swift-nio",
        from: "2.101.2",
        products: ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOTLS"]
    ),
    Library(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6", products: ["NIOSSL"]),
    Library(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0", products: ["NIOHTTP2", "NIOHPACK"]),
    Library(url: "https://github.com/swift-server/async-http-client", from: "1.37.0", products: ["AsyncHTTPClient"]),
    Library(
        url: "https://github.com/hummingbird-project/hummingbird",
        from: "2.28.1",
        products: ["Hummingbird", "HummingbirdTLS"]
    ),
    Library(
        url: "https://github.com/swift-server/swift-service-lifecycle",
        from: "2.13.0",
        products: ["ServiceLifecycle", "UnixSignals"]
    ),
    Library(url: "https://github.com/apple/swift-http-types", from: "1.8.0", products: ["HTTPTypes"]),
    Library(url: "https://github.com/apple/swift-log", from: "1.16.2", products: ["Logging"]),
    Library(url: "https://github.com/apple/swift-certificates", from: "1.21.1", products: ["X509"]),
    Library(url: "https://github.com/apple/swift-asn1", from: "1.7.4", products: ["SwiftASN1"]),
    Library(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", products: ["Subprocess"]),
]

/// A module of ours: its level, and the arrows that it may draw. An arrow points to a lower level only, or, inside
/// level 0, to a module that is named before it; `Tests/HouseRulesTests` checks this table against the sources.
struct Module {
    enum Kind { case library, c, executable, fuzzer, test }
    let name: String
    let level: Int
    var uses: [String] = []
    var libraries: [String] = []
    var kind = Kind.library
    var resources: [Resource] = []
    /// Files beside the sources that tests read by their path: cases, golden files.
    var exclude: [String] = []
}

let modules: [Module] = [
    Module(name: "CBerthPlatform", level: 0, kind: .c),
    Module(name: "BerthJSON", level: 0),
    Module(name: "BerthDiagnostics", level: 0, uses: ["BerthJSON"]),
    Module(name: "BerthModel", level: 1, uses: ["BerthJSON", "BerthDiagnostics"]),
    Module(name: "BerthQuery", level: 2, uses: ["BerthJSON", "BerthDiagnostics"]),
    Module(name: "BerthOutput", level: 2, uses: ["BerthJSON", "BerthDiagnostics"]),
    Module(
        name: "BerthSpec",
        level: 2,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel"],
        libraries: ["Yams"]
    ),
    Module(
        name: "BerthAPI",
        level: 2,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel"]
    ),
    Module(
        name: "BerthClient",
        level: 3,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel", "BerthAPI"],
        libraries: ["AsyncHTTPClient", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL"]
    ),
    Module(
        name: "BerthStore",
        level: 2,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel"],
        libraries: ["GRDB"]
    ),
    Module(
        name: "BerthIdentity",
        level: 2,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel"],
        libraries: ["Crypto", "X509", "SwiftASN1"]
    ),
    Module(
        name: "BerthArtifacts",
        level: 2,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel"],
        libraries: ["Crypto"]
    ),
    Module(
        name: "BerthEnvironments",
        level: 2,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel"],
        libraries: ["Crypto", "Subprocess", "Yams"]
    ),
    Module(
        name: "BerthRuntime",
        level: 2,
        uses: ["CBerthPlatform", "BerthJSON", "BerthDiagnostics", "BerthModel"]
    ),
    Module(name: "BerthGatewayLink", level: 2, uses: ["BerthJSON", "BerthDiagnostics", "BerthModel"]),
    Module(
        name: "BerthRuntimeProcess",
        level: 3,
        uses: ["CBerthPlatform", "BerthJSON", "BerthDiagnostics", "BerthModel", "BerthRuntime"]
    ),
    Module(
        name: "BerthRuntimeDocker",
        level: 3,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel", "BerthRuntime"],
        libraries: ["AsyncHTTPClient", "Crypto", "NIOCore", "NIOPosix", "NIOHTTP1", "NIOSSL"]
    ),
    Module(
        name: "BerthDiagnosis",
        level: 3,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel", "BerthRuntime"]
    ),
    Module(
        name: "BerthGateway",
        level: 3,
        uses: ["CBerthPlatform", "BerthJSON", "BerthDiagnostics", "BerthModel", "BerthGatewayLink"],
        libraries: ["Crypto", "NIOCore", "NIOTLS", "NIOSSL", "NIOHTTP2", "NIOHPACK"]
    ),
    Module(
        name: "BerthControl",
        level: 3,
        uses: [
            "BerthJSON", "BerthDiagnostics", "BerthModel", "BerthAPI", "BerthStore", "BerthIdentity", "BerthArtifacts",
            "BerthRuntime",
        ],
        libraries: ["Logging"]
    ),
    Module(
        name: "BerthServer",
        level: 4,
        uses: [
            "BerthJSON", "BerthDiagnostics", "BerthModel", "BerthAPI", "BerthStore", "BerthIdentity", "BerthArtifacts",
            "BerthRuntime", "BerthControl",
        ],
        libraries: [
            "Hummingbird", "HummingbirdTLS", "NIOSSL", "HTTPTypes", "ServiceLifecycle", "UnixSignals", "Logging",
            "NIOCore",
        ]
    ),
    Module(
        name: "BerthCLI",
        level: 4,
        uses: [
            "BerthJSON", "BerthDiagnostics", "BerthModel", "BerthSpec", "BerthAPI", "BerthClient", "BerthQuery",
            "BerthOutput", "BerthRuntime", "BerthArtifacts", "BerthEnvironments", "BerthDiagnosis",
        ]
    ),
    Module(
        name: "berth",
        level: 5,
        uses: [
            "CBerthPlatform", "BerthJSON", "BerthDiagnostics", "BerthModel", "BerthSpec", "BerthAPI", "BerthClient",
            "BerthQuery",
            "BerthStore", "BerthIdentity", "BerthArtifacts", "BerthEnvironments", "BerthRuntime", "BerthGatewayLink",
            "BerthRuntimeProcess", "BerthRuntimeDocker",
            "BerthDiagnosis", "BerthGateway", "BerthControl", "BerthServer", "BerthCLI",
        ],
        libraries: ["Logging"],
        kind: .executable
    ),

    Module(
        name: "BerthTesting",
        level: 4,
        uses: ["BerthJSON", "BerthDiagnostics", "BerthModel", "BerthRuntime"]
    ),
    Module(name: "BerthJSONTests", level: 5, uses: ["BerthJSON"], kind: .test),
    Module(
        name: "BerthDiagnosticsTests",
        level: 5,
        uses: ["BerthDiagnostics", "BerthJSON", "BerthTesting"],
        kind: .test,
        exclude: ["golden"]
    ),
    Module(
        name: "BerthModelTests",
        level: 5,
        uses: ["BerthModel", "BerthDiagnostics", "BerthJSON", "BerthTesting"],
        kind: .test
    ),
    Module(
        name: "BerthQueryTests",
        level: 5,
        uses: ["BerthQuery", "BerthJSON", "BerthDiagnostics"],
        kind: .test,
        exclude: ["cases"]
    ),
    Module(
        name: "BerthOutputTests",
        level: 5,
        uses: ["BerthOutput", "BerthJSON", "BerthTesting"],
        kind: .test,
        exclude: ["golden"]
    ),
    Module(
        name: "BerthSpecTests",
        level: 5,
        uses: ["BerthSpec", "BerthModel", "BerthDiagnostics", "BerthJSON", "BerthTesting"],
        kind: .test,
        exclude: ["golden"]
    ),
    Module(
        name: "BerthEnvironmentsTests",
        level: 5,
        uses: ["BerthEnvironments", "BerthModel", "BerthDiagnostics", "BerthJSON"],
        kind: .test
    ),
    Module(
        name: "BerthEnvironmentsProcessTests",
        level: 5,
        uses: ["BerthEnvironments", "BerthModel", "BerthDiagnostics", "BerthJSON"],
        kind: .test
    ),
    Module(
        name: "berth-gateway-fuzz",
        level: 5,
        uses: ["BerthGateway", "BerthModel", "CBerthPlatform"],
        libraries: ["NIOCore", "NIOHPACK"],
        kind: .fuzzer,
        exclude: ["http.dict"]
    ),
    Module(name: "berth-gateway-probe", level: 4, uses: ["BerthGateway"], kind: .executable),
    Module(
        name: "BerthGatewayTests",
        level: 5,
        uses: ["BerthGateway", "BerthGatewayLink", "BerthModel", "BerthDiagnostics", "BerthJSON", "CBerthPlatform"],
        libraries: ["Crypto", "NIOCore", "NIOHPACK"],
        kind: .test
    ),
    Module(
        name: "BerthGatewayProcessTests",
        level: 5,
        uses: [
            "BerthGateway", "berth-gateway-probe", "BerthGatewayLink", "BerthModel", "BerthDiagnostics", "BerthJSON",
            "CBerthPlatform",
        ],
        libraries: ["Crypto", "NIOCore", "NIOPosix", "NIOSSL", "NIOHPACK"],
        kind: .test
    ),
    Module(
        name: "berth-diagnose-probe",
        level: 5,
        uses: ["BerthDiagnosis", "BerthRuntime", "BerthModel", "BerthDiagnostics", "BerthJSON"],
        kind: .executable
    ),
    Module(
        name: "BerthDiagnosisTests",
        level: 5,
        uses: ["BerthDiagnosis", "BerthRuntime", "BerthModel", "BerthDiagnostics", "BerthJSON", "BerthTesting"],
        kind: .test,
        exclude: ["golden"]
    ),
    Module(
        name: "BerthCLITests",
        level: 5,
        uses: [
            "BerthCLI", "BerthJSON", "BerthDiagnostics", "BerthModel", "BerthSpec", "BerthAPI", "BerthClient",
            "BerthOutput", "BerthRuntime", "BerthTesting",
        ],
        kind: .test,
        exclude: ["golden"]
    ),
    Module(
        name: "BerthCLIProcessTests",
        level: 5,
        uses: ["BerthCLI", "BerthRuntime", "BerthDiagnostics", "BerthJSON"],
        kind: .test
    ),
    Module(
        name: "BerthRuntimeTests",
        level: 5,
        uses: ["BerthRuntime", "BerthModel", "BerthDiagnostics", "BerthJSON"],
        kind: .test
    ),
    Module(
        name: "BerthRuntimeDockerTests",
        level: 5,
        uses: ["BerthRuntimeDocker", "BerthRuntime", "BerthModel", "BerthDiagnostics", "BerthJSON"],
        libraries: ["NIOCore"],
        kind: .test
    ),
    Module(name: "berth-launch-probe", level: 4, uses: ["BerthRuntimeProcess"], kind: .executable),
    Module(
        name: "BerthRuntimeProcessTests",
        level: 5,
        uses: [
            "BerthRuntimeProcess", "berth-launch-probe", "BerthRuntime", "BerthModel", "BerthDiagnostics", "BerthJSON",
            "CBerthPlatform",
        ],
        kind: .test
    ),
    Module(
        name: "BerthStoreTests",
        level: 5,
        uses: ["BerthStore", "BerthModel", "BerthDiagnostics", "BerthJSON"],
        kind: .test
    ),
    Module(
        name: "BerthIdentityTests",
        level: 5,
        uses: ["BerthIdentity", "BerthModel", "BerthDiagnostics", "BerthJSON"],
        kind: .test
    ),
    Module(
        name: "BerthAPITests",
        level: 5,
        uses: ["BerthAPI", "BerthModel", "BerthDiagnostics", "BerthJSON"],
        kind: .test
    ),
    Module(
        name: "BerthControlTests",
        level: 5,
        uses: [
            "BerthControl", "BerthStore", "BerthAPI", "BerthIdentity", "BerthArtifacts", "BerthRuntime", "BerthModel",
            "BerthDiagnostics", "BerthJSON", "BerthTesting",
        ],
        libraries: ["Logging"],
        kind: .test
    ),
    Module(name: "HouseRulesTests", level: 5, kind: .test),
]

/// `BERTH_TARGETS=BerthQueryTests swift test --scratch-path .build-core` builds these targets and what they need, and
/// nothing else: with a module of level 0–2 that is seconds instead of minutes, and no library is fetched.
let wanted: Set<String>? = Context.environment["BERTH_TARGETS"].map { list in
    var closure: Set<String> = []
    var pending = list.split(separator: ",").map(String.init)
    while let name = pending.popLast() {
        guard closure.insert(name).inserted else { continue }
        guard let module = modules.first(where: { $0.name == name }) else {
            fatalError("BERTH_TARGETS names `\(name)`, which is not in the table of modules")
        }
        pending += module.uses
    }
    return closure
}
let chosen = modules.filter { ($0.kind != .fuzzer || fuzzes) && wanted?.contains($0.name) ?? true }
let usedProducts = Set(chosen.flatMap(\.libraries))
let usedLibraries = libraries.filter { !usedProducts.isDisjoint(with: $0.products) }

func home(of product: String) -> String {
    guard let library = libraries.first(where: { $0.products.contains(product) }),
        let name = library.url.split(separator: "/").last
    else { fatalError("no library provides `\(product)`") }
    return String(name)
}

let package = Package(
    name: "berth",
    platforms: [.macOS(.v15)],
    dependencies: usedLibraries.map { .package(url: $0.url, from: $0.from) },
    targets: chosen.map { module in
        let dependencies: [Target.Dependency] =
            module.uses.map { .byName(name: $0) }
            + module.libraries.map { .product(name: $0, package: home(of: $0)) }
        return switch module.kind {
        case .library:
            .target(
                name: module.name,
                dependencies: dependencies,
                resources: module.resources,
                swiftSettings: marked
            )
        case .c:
            .target(name: module.name, dependencies: dependencies, cSettings: [.define("_GNU_SOURCE")])
        case .executable:
            .executableTarget(name: module.name, dependencies: dependencies, swiftSettings: strict)
        case .fuzzer:
            .executableTarget(
                name: module.name,
                dependencies: dependencies,
                exclude: module.exclude,
                swiftSettings: marked + [.unsafeFlags(["-parse-as-library"])],
                // Both the package manager and libFuzzer bring a `main`: either begins the same run.
                linkerSettings: [
                    .unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "muldefs"])
                ]
            )
        case .test:
            .testTarget(
                name: module.name,
                dependencies: dependencies,
                exclude: module.exclude,
                resources: module.resources,
                swiftSettings: strict
            )
        }
    }
)
