import BerthRuntime
import CBerthPlatform
import Glibc

/// A Landlock ruleset, made in the parent and put on by the child.
struct LandlockRuleset: ~Copyable {
    let descriptor: CInt
    let version: Int

    /// The kernel's version; 0: none.
    static var kernelVersion: Int { Int(berth_landlock_version()) }

    /// - Throws: `SystemFailure` when the kernel refuses, or a path is there but cannot be opened.
    init(allowing paths: [FencePath], version: Int = LandlockRuleset.kernelVersion) throws(SystemFailure) {
        self.version = version
        descriptor = berth_landlock_ruleset(CInt(version))
        guard descriptor >= 0 else { throw SystemFailure("making a Landlock ruleset", "", errno: errno) }
        for entry in paths where berth_landlock_allow(descriptor, CInt(version), entry.path, entry.access) != 0 {
            let code = errno
            // What is not there needs no permission; what we may not open, the instance may not either.
            if [ENOENT, ENOTDIR, EACCES, ELOOP].contains(code) { continue }
            close(descriptor)
            throw SystemFailure("allowing", entry.path, errno: code)
        }
    }

    deinit { close(descriptor) }

    /// What kernels of `version` do not enforce, in words.
    static func gaps(version: Int) -> [String] {
        guard version > 0 else {
            return ["this kernel has no Landlock: an instance can read and write whatever its user can"]
        }
        var gaps: [String] = []
        if version < 3 { gaps.append("Landlock version \(version): files outside of the fence can be truncated") }
        if version < 6 {
            gaps.append("Landlock version \(version): an instance can send signals to other processes of its user")
        }
        return gaps
    }
}
