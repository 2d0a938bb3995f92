#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where the files that belong to the binary lie.
package enum Libexec {
    /// The folder `berth_infsrv`: under `BERTH_LIBEXEC`, beside an installed binary, or in a checkout of the sources.
    package static let inferenceServer: String? = {
        var candidates: [String] = []
        if let named = getenv("BERTH_LIBEXEC") { candidates.append(String(cString: named) + "/python/berth_infsrv") }
        var folder = executable.split(separator: "/").dropLast().map(String.init)
        candidates.append(
            "/" + (folder.dropLast() + ["libexec", "berth", "python", "berth_infsrv"]).joined(separator: "/")
        )
        while !folder.isEmpty {
            candidates.append("/" + (folder + ["inference", "berth_infsrv"]).joined(separator: "/"))
            folder.removeLast()
        }
        return candidates.first { access($0 + "/__main__.py", R_OK) == 0 }
    }()

    /// This program, links resolved.
    package static let executable: String = {
        guard let path = realpath("/proc/self/exe", nil) else { return CommandLine.arguments[0] }
        defer { free(path) }
        return String(cString: path)
    }()
}
