import Testing

@testable import BerthEnvironments

@Suite("CondaSpec")
struct CondaSpecTests {
    @Test(
        "a version is mapped to the operators of PyPI",
        arguments: [
            ("numpy", "numpy"),
            ("numpy=1.21", "numpy==1.21.*"),
            ("numpy=1", "numpy==1.*"),
            ("numpy=1.21.0", "numpy==1.21.0"),
            ("numpy==1.21", "numpy==1.21"),
            ("numpy=1.21.*", "numpy==1.21.*"),
            ("numpy 1.21.*", "numpy==1.21.*"),
            ("numpy 1.21", "numpy==1.21"),
            ("numpy>=1.20", "numpy>=1.20"),
            ("numpy >=1.20,<2", "numpy>=1.20,<2"),
            ("numpy>=1.20, <2", "numpy>=1.20,<2"),
            ("numpy>=1.20.*", "numpy>=1.20"),
            ("numpy!=1.22.0", "numpy!=1.22.0"),
            ("numpy~=1.20", "numpy~=1.20"),
            ("numpy=*", "numpy"),
            ("numpy *", "numpy"),
            ("NumPy=1.21.0", "numpy==1.21.0"),
            ("numpy[version='>=1.20,<2']", "numpy>=1.20,<2"),
        ]
    )
    func versions(text: String, mapped: String) throws {
        let spec = try CondaSpec(text)
        #expect(spec.name + spec.clauses.map(\.text).joined(separator: ",") == mapped)
    }

    @Test(
        "channel and build string are told apart from name and version",
        arguments: [
            ("conda-forge::numpy=1.21.0", "conda-forge", nil),
            ("numpy=1.21.0=py38h1", nil, "py38h1"),
            ("numpy==1.21.0=py38h1", nil, "py38h1"),
            ("numpy 1.21.0 py38h1", nil, "py38h1"),
            ("pytorch=1.10.0=*cuda*", nil, "*cuda*"),
            ("pkgs/main::numpy[version='1.21.0', build=py38h1]", "pkgs/main", "py38h1"),
        ] as [(String, String?, String?)]
    )
    func parts(text: String, channel: String?, build: String?) throws {
        let spec = try CondaSpec(text)
        #expect(spec.channel == channel)
        #expect(spec.build == build)
        #expect(spec.clauses.count == 1)
        #expect(["==1.21.0", "==1.10.0"].contains(spec.clauses.first?.text))
    }

    @Test(
        "what has no meaning on PyPI is refused with the reason",
        arguments: [
            ("numpy=1.20|1.21", "alternatives"),
            ("https://channel.example/numpy.tar.bz2", "address"),
            ("numpy==", "no version after `==`"),
            ("numpy=abc", "the version `abc`"),
            ("=1.2", "name"),
            ("numpy[version='1.2'", "no closing"),
            ("numpy=>1.2", "operator `=>`"),
        ]
    )
    func refused(text: String, why: String) {
        #expect { try CondaSpec(text) } throws: { error in
            ((error as? CondaSpec.Refusal)?.why.contains(why)) == true
        }
    }
}
