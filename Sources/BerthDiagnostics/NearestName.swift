/// The candidate that is nearest to a word, for «did you mean».
///
/// Nearest by Damerau–Levenshtein distance without regard to case, `-` and `_`; nil where nothing is within a third
/// of the word's length (at least 1, so that `nmae` finds `name`).
package func nearestName(to word: String, among candidates: some Sequence<String>) -> String? {
    let wanted = normalized(word)
    let allowed = max(1, min(3, (wanted.count + 2) / 3))
    var best: (distance: Int, name: String)?
    for candidate in candidates {
        let distance = editDistance(wanted, normalized(candidate), limit: allowed)
        guard distance <= allowed, distance < (best?.distance ?? .max) else { continue }
        best = (distance, candidate)
    }
    return best?.name
}

private func normalized(_ word: String) -> [UInt8] {
    word.lowercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "_") }
}

/// Optimal string alignment distance; anything above `limit` is reported as more than `limit`.
///
/// A path through the table that leaves the band of `limit` around the diagonal is longer than `limit`, so that only the
/// band is looked at: long words take linear time.
private func editDistance(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
    guard abs(left.count - right.count) <= limit else { return limit + 1 }
    guard !left.isEmpty, !right.isEmpty else { return max(left.count, right.count) }
    let outside = limit + 1
    var beforeLast: [Int] = []
    var last = (0...right.count).map { min($0, outside) }
    for i in 1...left.count {
        let band = max(1, i - limit)...max(1, min(right.count, i + limit))
        // What an earlier row left beside the band counts as outside of it.
        var row = beforeLast.isEmpty ? Array(repeating: outside, count: right.count + 1) : beforeLast
        row[band.lowerBound - 1] = band.lowerBound == 1 ? min(i, outside) : outside
        for j in band {
            let substitution = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
            row[j] = min(last[j] + 1, row[j - 1] + 1, substitution)
            if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                row[j] = min(row[j], beforeLast[j - 2] + 1)
            }
        }
        beforeLast = last
        last = row
    }
    return last[right.count]
}
