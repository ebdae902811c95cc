/// Finds the name that somebody meant who typed another one.
enum NearMiss {
    /// The name that is nearest to a word; nil when none is near enough to be meant.
    static func name(for word: String, among names: [String]) -> String? {
        let word = word.lowercased()
        // Long words cost more than their answer is worth.
        guard !word.isEmpty, word.count <= 40 else { return nil }
        let limit = max(1, min(3, word.count / 3))
        let near = names.map { (name: $0, distance: distance(word, $0.lowercased())) }.filter { $0.distance <= limit }
        if let best = near.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) { return best.name }
        let longer = names.filter { word.count >= 3 && $0.lowercased().hasPrefix(word) }
        return longer.count == 1 ? longer[0] : nil
    }

    /// How many letters were left out, added, exchanged or swapped with their neighbour (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var rows = [Array(0...right.count)]
        for row in 0..<left.count {
            var next = [row + 1]
            for column in 0..<right.count {
                var cost = min(next[column], rows[row][column + 1]) + 1
                cost = min(cost, rows[row][column] + (left[row] == right[column] ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, rows[row - 1][column - 1] + 1)
                }
                next.append(cost)
            }
            rows.append(next)
        }
        return rows[left.count][right.count]
    }
}
