import Glibc

/// The verdicts of a loop about tokens, by the tokens' SHA-256: what is right until it expires, what is wrong until
/// something takes its place. Of a fixed size, made at the first token.
struct TokenCache {
    private static let sets = 1024
    private static let ways = 4

    struct Entry {
        var digest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        /// nil: a valid token.
        var fault: TokenFault?
        var claims = TokenClaims()
        var isUsed = false
        /// Rises with each use, to find what has not been used for longest.
        var lastUse: UInt64 = 0
    }

    private var entries: UnsafeMutablePointer<Entry>?
    private var uses: UInt64 = 0

    func free() { entries?.deallocate() }

    /// Forgets everything: after a change of the keys.
    mutating func clear() {
        entries?.deallocate()
        entries = nil
    }

    private static func words(_ digest: UnsafeRawPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        digest.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
    }

    /// The entry of a token, which stays where it is until the next `insert`.
    mutating func find(_ digest: UnsafeRawPointer) -> UnsafePointer<Entry>? {
        guard let entries else { return nil }
        let words = Self.words(digest)
        let first = entries + Int(words.0 % UInt64(Self.sets)) * Self.ways
        for way in 0..<Self.ways where first[way].isUsed && first[way].digest == words {
            uses += 1
            first[way].lastUse = uses
            return UnsafePointer(first + way)
        }
        return nil
    }

    /// Keeps a verdict. What is wrong takes the place of what is wrong first, so that a flood of bad tokens does not
    /// push the good ones out; what has expired goes before both.
    mutating func insert(_ digest: UnsafeRawPointer, _ verdict: TokenVerdict, seconds: Int64) {
        let entries = self.entries ?? make()
        let words = Self.words(digest)
        let first = entries + Int(words.0 % UInt64(Self.sets)) * Self.ways
        var best = 0
        var bestRank: (Int, UInt64) = (.max, .max)
        for way in 0..<Self.ways {
            let entry = first[way]
            let rank = !entry.isUsed ? 0 : entry.digest == words ? -1 : Self.rank(entry, seconds)
            if (rank, entry.lastUse) < bestRank { (best, bestRank) = (way, (rank, entry.lastUse)) }
        }
        var entry = Entry()
        entry.digest = words
        entry.isUsed = true
        uses += 1
        entry.lastUse = uses
        switch verdict {
        case .valid(let claims): entry.claims = claims
        case .invalid(let fault):
            // It never takes the place of a good one.
            guard bestRank.0 < 3 else { return }
            entry.fault = fault
        }
        first[best] = entry
    }

    /// What goes first: 1 expired, 2 wrong, 3 right.
    private static func rank(_ entry: Entry, _ seconds: Int64) -> Int {
        if entry.fault != nil { return 2 }
        return entry.claims.expires <= seconds ? 1 : 3
    }

    private mutating func make() -> UnsafeMutablePointer<Entry> {
        let made = UnsafeMutablePointer<Entry>.allocate(capacity: Self.sets * Self.ways)
        made.initialize(repeating: Entry(), count: Self.sets * Self.ways)
        entries = made
        return made
    }
}
