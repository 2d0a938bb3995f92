#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The compiled form of an environment's modules, made before the environment is published.
///
/// Everything is compiled in the foreground but the packages' own tests, which nobody imports and which are a third
/// of the files: for the sample's packages 6 CPU seconds, which the first import alone would cost to two thirds, at
/// the start of each instance. Modules that another environment of the same Python has (the same file, by hard link)
/// get that one's bytecode, so a changed conda file costs only what changed.
///
/// The bytecode does not look at its source's time (`UNCHECKED_HASH`): sources are hard links out of a cache, whose
/// times are not ours, and nothing in an environment ever changes.
struct Bytecode: Sendable {
    /// So many other environments are looked at, the latest first.
    private static let maxDonors = 8

    var python: String
    var sitePackages: String
    /// `site-packages` of environments with the very same Python.
    var donors: [String]

    var arguments: [String] { ["-I", "-c", Self.script, sitePackages] + donors.prefix(Self.maxDonors) }

    /// Prints `<compiled> <shared> <failed>`; ends with status 28 where the disk is full.
    ///
    /// A file that cannot be compiled is no failure: packages carry templates and code for other Pythons.
    private static let script = """
        import errno, importlib.util, os, py_compile, sys

        def compile_one(path):
            try:
                py_compile.compile(path, doraise=True, quiet=2,
                                   invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
                return 1
            except OSError as error:
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    return -1
                return 0
            except Exception:
                return 0

        def share(path, relative):
            mine = os.stat(path)
            for donor in donors:
                try:
                    other = os.stat(os.path.join(donor, relative))
                    if (other.st_ino, other.st_dev) != (mine.st_ino, mine.st_dev):
                        continue
                    target = importlib.util.cache_from_source(path)
                    os.makedirs(os.path.dirname(target), exist_ok=True)
                    os.link(importlib.util.cache_from_source(os.path.join(donor, relative)), target)
                    return True
                except OSError:
                    continue
            return False

        def modules():
            for folder, folders, names in os.walk(root):
                folders[:] = [name for name in folders if name not in ("tests", "test", "__pycache__")]
                for name in names:
                    if name.endswith(".py"):
                        yield os.path.join(folder, name)

        def compile_all(paths):
            if len(paths) > 64:
                try:
                    from concurrent.futures import ProcessPoolExecutor
                    from multiprocessing import get_context
                    # By `fork`: the other ways start from a script's file, and this has none.
                    with ProcessPoolExecutor(mp_context=get_context("fork")) as pool:
                        return list(pool.map(compile_one, paths, chunksize=16))
                except (ImportError, NotImplementedError, OSError, ValueError):
                    pass  # no semaphores here: one after the other
            return [compile_one(path) for path in paths]

        if __name__ == "__main__":
            root, donors = sys.argv[1], sys.argv[2:]
            found = list(modules())
            paths = [path for path in found if not share(path, os.path.relpath(path, root))]
            results = compile_all(paths)
            print(results.count(1), len(found) - len(paths), results.count(0))
            sys.exit(28 if -1 in results else 0)
        """
}
