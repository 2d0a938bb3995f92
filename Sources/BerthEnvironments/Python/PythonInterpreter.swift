import BerthJSON

/// A Python interpreter of this machine, as it describes itself.
package struct PythonInterpreter: Hashable, Sendable {
    /// Absolute, of the real executable: no shim, no virtual environment.
    package var executable: String
    package var version: PythonVersion
    /// `cpython`.
    package var implementation: String
    /// The tag of its binary interface, such as `cpython-311-x86_64-linux-gnu`.
    package var soabi: String
    /// Absolute folders in which the interpreter's own library and shared libraries are.
    package var prefixes: [String]
    /// `linux-x86_64-glibc`.
    package var platform: String
    package var isFreeThreaded: Bool

    /// Whether environments are made from it: packages offer wheels for CPython with the global lock.
    var isUsable: Bool { implementation == "cpython" && !isFreeThreaded }

    /// Printed by the interpreter about itself as one line of JSON; works from Python 3.3 on. `base_*` and
    /// `_base_executable` lead out of a virtual environment.
    static let question = """
        import sys, os, json
        import platform, sysconfig
        print(json.dumps({
            "executable": getattr(sys, "_base_executable", None) or sys.executable,
            "version": "%d.%d.%d" % sys.version_info[:3],
            "implementation": sys.implementation.name,
            "soabi": sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag or "",
            "prefixes": [sys.base_prefix, sys.base_exec_prefix, os.path.dirname(os.__file__),
                         sysconfig.get_config_var("LIBDIR") if sysconfig.get_config_var("Py_ENABLE_SHARED") else ""],
            "platform": "-".join([sys.platform, platform.machine(), platform.libc_ver()[0] or "musl"]
                                 if sys.platform.startswith("linux") else [sys.platform, platform.machine()]),
            "freeThreaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
        }))
        """

    init?(json: JSON) {
        guard let executable = json["executable"]?.stringValue, executable.hasPrefix("/"),
            let version = json["version"]?.stringValue.flatMap(PythonVersion.init),
            let implementation = json["implementation"]?.stringValue,
            let soabi = json["soabi"]?.stringValue,
            let prefixes = json["prefixes"]?.arrayValue?.compactMap(\.stringValue),
            let platform = json["platform"]?.stringValue
        else { return nil }
        self.executable = executable
        self.version = version
        self.implementation = implementation
        self.soabi = soabi
        self.prefixes = Self.outermost(prefixes)
        self.platform = platform
        isFreeThreaded = json["freeThreaded"]?.boolValue ?? false
    }

    var json: JSON {
        .object(
            JSONObject([
                ("executable", .string(executable)), ("version", .string(version.description)),
                ("implementation", .string(implementation)), ("soabi", .string(soabi)),
                ("prefixes", JSON(prefixes)), ("platform", .string(platform)), ("freeThreaded", .bool(isFreeThreaded)),
            ])
        )
    }

    /// The folders without those that lie in another of them, in order.
    private static func outermost(_ folders: [String]) -> [String] {
        var kept: [String] = []
        for folder in folders where folder.hasPrefix("/") && folder != "/" {
            guard !kept.contains(where: { folder == $0 || folder.hasPrefix($0 + "/") }) else { continue }
            kept.append(folder)
        }
        return kept
    }
}
