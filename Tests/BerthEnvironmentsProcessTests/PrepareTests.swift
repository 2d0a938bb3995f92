import BerthDiagnostics
import BerthEnvironments
import BerthModel
import Foundation
import Testing

@Suite("EnvironmentStore with a real uv", .serialized, .enabled(if: Machine.hasIndex, "no package index"))
struct PrepareTests {
    @Test("an environment is built once, runs its packages, and ships bytecode that is used")
    func builds() async throws {
        let home = try ScratchHome()
        let store = try await Machine.store(home)
        let lines = Lines()
        let made = try await store.prepare(Machine.pip("six==1.16.0")) { lines.append($0) }
        #expect(!made.wasReused)
        #expect(made.lock == ["six==1.16.0"])
        #expect(lines.text.contains("six==1.16.0"))
        let said = try output(of: made.python, ["-v", "-c", "import six; print(six.__version__)"])
        #expect(said.contains("1.16.0"))
        #expect(said.contains("code object from '\(made.sitePackages)/__pycache__/six"))
        for path in made.readablePaths { #expect(FileManager.default.fileExists(atPath: path), "\(path)") }
        let lock = try String(contentsOfFile: "\(home.path)/environments/\(made.key)/lock.txt", encoding: .utf8)
        #expect(lock.contains("--hash=sha256:"))
        #expect(try String(contentsOfFile: made.buildLog, encoding: .utf8).contains("six==1.16.0"))
    }

    @Test("the same environment is found again without uv, without Python's start and without the network")
    func reuses() async throws {
        let home = try ScratchHome()
        _ = try await Machine.store(home)
        // An interpreter that counts how often it is asked.
        let script = "#!/bin/sh\necho asked >> \"\(home.path)/asked\"\nexec /usr/bin/env python3 \"$@\"\n"
        let python = try home.write(script, to: "bin/python3")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: python)
        var settings = Machine.settings()
        settings.interpreterFolders = ["\(home.path)/bin"]
        let first = EnvironmentStore(home: home.path, settings: settings)
        let made = try await first.prepare(Machine.pip("six==1.16.0"))
        // Nothing that would be needed for a build is left, and every way to the network leads nowhere.
        try FileManager.default.removeItem(atPath: "\(home.path)/tools")
        let nowhere = "http://127.0.0.1:1"
        settings = Machine.settings([
            "UV_DEFAULT_INDEX": nowhere, "PIP_INDEX_URL": nowhere, "HTTPS_PROXY": nowhere, "HTTP_PROXY": nowhere,
            "UV_CACHE_DIR": "/nonexistent/cache",
        ])
        settings.interpreterFolders = ["\(home.path)/bin"]
        let store = EnvironmentStore(home: home.path, settings: settings)
        let lines = Lines()
        let again = try await store.prepare(Machine.pip("six==1.16.0")) { lines.append($0) }
        #expect(again.wasReused)
        #expect(again.key == made.key)
        #expect(again.python == made.python)
        #expect(lines.all.isEmpty)
        #expect(await store.find(Machine.pip("six==1.16.0"))?.key == made.key)
        #expect(await store.find(Machine.pip("six==1.17.0")) == nil)
        #expect(await store.list().map(\.key) == [made.key])
        #expect(try String(contentsOfFile: "\(home.path)/asked", encoding: .utf8) == "asked\n")
    }

    @Test("two who ask at once get one build, also from two stores")
    func together() async throws {
        let home = try ScratchHome()
        let first = try await Machine.store(home)
        let second = try await Machine.store(home)
        let spec = Machine.pip("six==1.16.0")
        let lines = Lines()
        async let a = first.prepare(spec) { lines.append($0) }
        async let b = first.prepare(spec) { lines.append($0) }
        async let c = second.prepare(spec) { lines.append($0) }
        let made = try await [a, b, c]
        #expect(Set(made.map(\.key)).count == 1)
        let installs = try String(contentsOfFile: made[0].buildLog, encoding: .utf8)
        #expect(installs.contains("Installed 1 package"))
        // The store that came second found the environment of the first, or waited for it.
        let folder = "\(home.path)/environments/\(made[0].key)"
        #expect(try output(of: made[2].python, ["-c", "import six"]) == "")
        #expect(!FileManager.default.fileExists(atPath: "\(folder)/.build"))
    }

    @Test("a home with blanks and letters of other alphabets works, and its bytecode is compiled")
    func strangeHome() async throws {
        let home = try ScratchHome(named: "Ein Ordner für 模型 (tests)")
        let made = try await Machine.store(home).prepare(Machine.pip("six==1.16.0"))
        let said = try output(of: made.python, ["-v", "-c", "import six"])
        #expect(said.contains("code object from '\(made.sitePackages)/__pycache__/six"))
    }

    @Test("a local package is installed as a copy, and a change of it makes another environment")
    func localPackage() async throws {
        let home = try ScratchHome()
        let conda = "dependencies:\n  - pip:\n    - -e ./my package\n    - -r more.txt\n"
        let path = try home.write(conda, to: "spec/conda.yaml")
        _ = try home.write("six==1.16.0 # pinned\n", to: "spec/more.txt")
        _ = try home.write(
            "[project]\nname = \"mine\"\nversion = \"1.0\"\n[build-system]\nrequires = [\"setuptools\"]\n"
                + "build-backend = \"setuptools.build_meta\"\n[tool.setuptools]\npy-modules = [\"mine\"]\n",
            to: "spec/my package/pyproject.toml"
        )
        _ = try home.write("value = 1\n", to: "spec/my package/mine.py")
        let store = try await Machine.store(home)
        let made = try await store.prepare(Machine.spec(conda, path: path))
        #expect(try output(of: made.python, ["-c", "import mine, six; print(mine.value)"]) == "1\n")
        _ = try home.write("value = 2\n", to: "spec/my package/mine.py")
        let changed = try await store.prepare(Machine.spec(conda, path: path))
        #expect(changed.key != made.key)
        #expect(try output(of: changed.python, ["-c", "import mine; print(mine.value)"]) == "2\n")
    }

    @Test("a second environment with a package of the first shares its files and its bytecode")
    func shares() async throws {
        let home = try ScratchHome()
        let store = try await Machine.store(home)
        let first = try await store.prepare(Machine.pip("six==1.16.0"))
        let lines = Lines()
        let second = try await store.prepare(Machine.pip("six==1.16.0", "toml==0.10.2")) { lines.append($0) }
        #expect(lines.text.contains("of 1 shared"))
        let said = try output(of: second.python, ["-v", "-c", "import six, toml"])
        #expect(said.contains("code object from '\(second.sitePackages)/__pycache__/six"))
        func inode(_ environment: PreparedEnvironment) throws -> Int? {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(environment.sitePackages)/six.py")
            return attributes[.systemFileNumber] as? Int
        }
        #expect(try inode(first) == inode(second))
        // The shared file knows its own place, not that of the first environment.
        let trace = try output(of: second.python, ["-c", "import six; print(six.iteritems.__code__.co_filename)"])
        #expect(trace == "\(second.sitePackages)/six.py\n")
    }

    @Test("an unused environment is removed, one that instances run in is kept")
    func removes() async throws {
        let home = try ScratchHome()
        let store = try await Machine.store(home)
        let made = try await store.prepare(Machine.pip("six==1.16.0"))
        let later = Date().timeIntervalSince1970 + 60
        #expect(try await store.remove(unusedSince: made.pythonVersion.major > 0 ? 0 : later) == [])
        #expect(try await store.remove(unusedSince: later, keeping: [made.key]) == [])
        #expect(try await store.remove(unusedSince: later) == [made.key])
        #expect(await store.find(Machine.pip("six==1.16.0")) == nil)
        #expect(!FileManager.default.fileExists(atPath: made.python))
    }

    @Test("an environment whose record cannot be read is set aside and built again")
    func setAside() async throws {
        let home = try ScratchHome()
        let store = try await Machine.store(home)
        let made = try await store.prepare(Machine.pip("six==1.16.0"))
        try "{".write(
            toFile: "\(home.path)/environments/\(made.key)/environment.json",
            atomically: false,
            encoding: .utf8
        )
        let again = try await store.prepare(Machine.pip("six==1.16.0"))
        #expect(!again.wasReused)
        let aside = try FileManager.default.contentsOfDirectory(atPath: "\(home.path)/environments/.set-aside")
        #expect(aside.count == 1)
    }
}
