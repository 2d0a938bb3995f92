import BerthJSON
import BerthModel
import BerthRuntime
import CBerthPlatform
import Glibc

/// `berth launch <folder>`: the parent of one instance.
///
/// It starts the program of `launch.json` behind the fence, keeps its output and events, watches its memory, ends it on
/// command, and writes how it ended. Single-threaded, one loop around `poll`; it outlives the control plane.
///
/// An instance folder is launched once: launch removes `launch.json`, which holds the user's variables, as soon as it has
/// read it, and does nothing in a folder whose instance runs or has ended.
package enum Launch {
    /// Where `DetachedProcess` waits for the line `ready`.
    private static let readyDescriptor: CInt = 3

    /// Runs until the instance has ended. 0; 1 when it could not be launched, with the reason on standard error.
    package static func run(folder path: String) -> Int32 {
        let folder = InstanceFolder(path: path)
        let ready = ReadyLine(descriptor: readyDescriptor)
        detach()
        do throws(LaunchFailure) {
            guard path.hasPrefix("/") else { throw LaunchFailure("`\(path)` is not an absolute path") }
            let lock: LaunchLock
            do throws(LaunchLock.Refusal) {
                lock = try LaunchLock(taking: folder.lockFile)
            } catch {
                switch error {
                case .held:
                    ready.say("ready")
                    return 0
                case .failed(let errno): throw LaunchFailure(SystemFailure("locking", folder.lockFile, errno: errno))
                }
            }
            if hasLived(folder) {
                ready.say("ready")
                return 0
            }
            let plan = try readPlan(folder)
            let loop: LaunchLoop
            do throws(SystemFailure) {
                loop = try LaunchLoop(plan)
                guard unlink(folder.planFile) == 0 else {
                    throw SystemFailure("removing", folder.planFile, errno: errno)
                }
            } catch { throw LaunchFailure(error) }
            ready.say("ready")
            loop.run()
            _ = consume lock
            return 0
        } catch {
            ready.say("error: \(error.message)")
            StandardError.say(error.message)
            return 1
        }
    }

    /// Away from the terminal and the session of whoever started us.
    private static func detach() {
        // Fails for the leader of a session, who has one of its own already.
        setsid()
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        let nothing = open("/dev/null", O_RDWR)
        guard nothing >= 0 else { return }
        dup2(nothing, 0)
        dup2(nothing, 1)
        if nothing > 2 { close(nothing) }
    }

    private static func hasLived(_ folder: InstanceFolder) -> Bool {
        var status = stat()
        if lstat(folder.exitReportFile, &status) == 0 { return true }
        return lstat(folder.eventFile, &status) == 0 && status.st_size > 0
    }

    private static func readPlan(_ folder: InstanceFolder) throws(LaunchFailure) -> InstancePlan {
        let bytes: [UInt8]?
        do throws(SystemFailure) {
            bytes = try RegularFile.read(folder.planFile, limit: InstancePlan.maxFileBytes)
        } catch { throw LaunchFailure(error) }
        guard let bytes else { throw LaunchFailure("there is no `\(folder.planFile)`") }
        // Where it is damaged is of no use to anybody: it is written by a program, and removed.
        guard let json = try? JSON.parse(bytes), let plan = InstancePlan(json: json, folder: folder) else {
            throw LaunchFailure("`\(folder.planFile)` is no launch plan")
        }
        return plan
    }
}

/// Why nothing was launched.
private struct LaunchFailure: Error {
    let message: String

    init(_ message: String) { self.message = message }
    init(_ failure: SystemFailure) { message = "\(failure.action) `\(failure.path)`: \(failure.cause)" }
}

/// The pipe to whoever started us, if there is one.
private struct ReadyLine {
    let descriptor: CInt

    init(descriptor: CInt) {
        var status = stat()
        let isPipe = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
        self.descriptor = isPipe ? descriptor : -1
        if isPipe { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    }

    func say(_ line: String) {
        guard descriptor >= 0 else { return }
        // Nobody may be listening any more; that changes nothing for the instance.
        _ = Descriptor.writeAll(Array((line + "\n").utf8)[...], to: descriptor)
        close(descriptor)
    }
}

/// What launch has to say about itself; `launch.log`, where a driver started it.
enum StandardError {
    static func say(_ line: String) {
        // There is no place left to tell that this failed.
        _ = Descriptor.writeAll(Array("berth launch: \(line)\n".utf8)[...], to: STDERR_FILENO)
    }
}
