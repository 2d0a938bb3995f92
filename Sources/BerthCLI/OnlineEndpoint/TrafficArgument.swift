import BerthDiagnostics

/// Shares of traffic as they are typed: `"blue=90 green=10"`, and in the form of 2021 `"blue:90,green:10"`.
enum TrafficArgument {
    /// The shares in the words behind `option`, zeros included. Blanks and commas separate inside a word too. `limit` is
    /// the largest share, for the help.
    static func parse(_ words: [String], option: String, limit: Int = 100) throws(CommandFailure) -> [String: Int] {
        var shares: [String: Int] = [:]
        let entries = words.flatMap { $0.split { $0 == " " || $0 == "," } }.map(String.init)
        for entry in entries {
            guard let sign = entry.firstIndex(where: { $0 == "=" || $0 == ":" }), sign != entry.startIndex else {
                throw wrong(option, "`\(entry)` is no share", help: "write a deployment and its percent, as blue=90")
            }
            let name = String(entry[..<sign])
            let number = entry[entry.index(after: sign)...]
            guard let percent = Int(number.last == "%" ? number.dropLast() : number), (0...100).contains(percent) else {
                throw wrong(
                    option,
                    "`\(number)` of `\(name)` is no percent",
                    help: "write a whole number from 0 to \(limit)"
                )
            }
            guard shares.updateValue(percent, forKey: name) == nil else {
                throw wrong(option, "`\(name)` has two shares", help: "name each deployment once")
            }
        }
        return shares
    }

    /// Checks that live traffic goes somewhere whole, or nowhere.
    static func checkLive(_ shares: [String: Int], option: String) throws(CommandFailure) {
        let sum = shares.values.reduce(0, +)
        guard sum != 0, sum != 100 else { return }
        let written = shares.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        throw wrong(
            option,
            "the shares sum to \(sum), not to 0 or 100",
            evidence: [Evidence("traffic", written)],
            help: "name a share for each deployment that is to get traffic"
        )
    }

    /// Checks that one deployment at most gets copies, of at most half of the requests.
    static func checkMirror(_ shares: [String: Int], option: String) throws(CommandFailure) {
        let positive = shares.filter { $0.value > 0 }
        guard positive.count <= 1 else {
            throw wrong(option, "\(positive.count) deployments would get copies", help: "name one deployment")
        }
        guard let share = positive.first, share.value > 50 else { return }
        throw wrong(option, "`\(share.key)` would get \(share.value) % as copies", help: "name a share of at most 50")
    }

    private static func wrong(
        _ option: String,
        _ what: String,
        evidence: [Evidence] = [],
        help: String
    ) -> CommandFailure {
        .usage(Diagnostic(.badArgument, .argumentInvalid, "`--\(option)`: \(what)", evidence: evidence, help: [help]))
    }
}
