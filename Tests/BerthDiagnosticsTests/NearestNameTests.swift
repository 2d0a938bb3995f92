import BerthDiagnostics
import Testing

@Suite("nearestName")
struct NearestNameTests {
    private static let keys = [
        "name", "endpoint_name", "instance_count", "instance_type", "model", "code_configuration", "environment",
        "traffic", "liveness_probe", "request_settings",
    ]

    @Test(
        "finds the name that was meant",
        arguments: [
            ("nmae", "name"), ("nam", "name"), ("names", "name"), ("Name", "name"), ("instance_cout", "instance_count"),
            ("instanceCount", "instance_count"), ("instance-count", "instance_count"),
            ("INSTANCE_TYPE", "instance_type"),
            ("instance_typ", "instance_type"), ("enviroment", "environment"), ("livenes_probe", "liveness_probe"),
            ("trafic", "traffic"), ("modle", "model"), ("code_configration", "code_configuration"),
        ]
    )
    func finds(word: String, expected: String) {
        #expect(nearestName(to: word, among: Self.keys) == expected)
    }

    @Test(
        "offers nothing where nothing is near",
        arguments: ["", "x", "zebra", "completely_different", "日本語", "endpoints"]
    )
    func nothingNear(word: String) {
        #expect(nearestName(to: word, among: Self.keys) == nil)
    }

    @Test("offers nothing among no names")
    func noNames() {
        #expect(nearestName(to: "name", among: []) == nil)
    }

    @Test("takes the first of equally near names, and the exact one before all")
    func ties() {
        #expect(nearestName(to: "blu", among: ["blue", "blur"]) == "blue")
        #expect(nearestName(to: "blur", among: ["blue", "blur"]) == "blur")
    }

    @Test("a long word allows three mistakes, a short one a single one")
    func allowance() {
        #expect(nearestName(to: "abc", among: ["abd"]) == "abd")
        #expect(nearestName(to: "abc", among: ["xyc"]) == nil)
        #expect(nearestName(to: "configuration", among: ["confxgurxtixn"]) == "confxgurxtixn")
        #expect(nearestName(to: "configuration", among: ["cxnfxgurxtixn"]) == nil)
    }

    @Test("very long words are compared without harm")
    func long() {
        let long = String(repeating: "a", count: 5_000)
        #expect(nearestName(to: long, among: [long + "b"]) == long + "b")
        #expect(nearestName(to: long, among: ["name"]) == nil)
    }

    /// Optimal string alignment distance, written down without regard to speed.
    private func distance(_ left: ArraySlice<Character>, _ right: ArraySlice<Character>) -> Int {
        guard let a = left.last, let b = right.last else { return max(left.count, right.count) }
        let (shorterLeft, shorterRight) = (left.dropLast(), right.dropLast())
        var best = min(
            distance(shorterLeft, right) + 1,
            distance(left, shorterRight) + 1,
            distance(shorterLeft, shorterRight) + (a == b ? 0 : 1)
        )
        if shorterLeft.last == b, shorterRight.last == a {
            best = min(best, distance(shorterLeft.dropLast(), shorterRight.dropLast()) + 1)
        }
        return best
    }

    @Test("a name is near exactly where the distance of the words allows it")
    func agreesWithDefinition() {
        // Words of up to four signs: short enough for the plain recursion.
        var words = [""]
        for length in 1...4 {
            words += words.filter { $0.count == length - 1 }.flatMap { word in ["a", "b", "c"].map { word + $0 } }
        }
        for (index, left) in words.enumerated() where index % 3 == 1 {
            for (other, right) in words.enumerated() where other % 2 == 1 {
                let allowed = max(1, min(3, (left.count + 2) / 3))
                let isNear = distance(Array(left)[...], Array(right)[...]) <= allowed
                #expect((nearestName(to: left, among: [right]) != nil) == isNear, "\(left) \(right)")
            }
        }
    }
}
