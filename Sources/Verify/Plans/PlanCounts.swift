/// What executed plans read, from the text that auto_explain and `EXPLAIN (ANALYZE)` print.
struct PlanCounts {
    /// Rows that were read and then thrown away, by a filter, a join filter or a recheck.
    private(set) var removed = 0
    /// Rows that scans gave to the rest of the plan.
    private(set) var read = 0
    /// Pages of 8 kB, cached or not, of the most expensive plan.
    private(set) var pages = 0

    init(_ plans: String) {
        var loops = 1
        for line in plans.split(separator: "\n") {
            if let counts = line.firstMatch(of: /actual rows=(\d+)(?:\.\d+)? loops=(\d+)/) {
                loops = Int(counts.2) ?? 1
                if line.contains("Scan") { read += (Int(counts.1) ?? 0) * loops }
            } else if let counts = line.firstMatch(of: /Rows Removed by [A-Za-z ]+: (\d+)/) {
                removed += (Int(counts.1) ?? 0) * loops
            } else if let counts = line.firstMatch(of: /Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/) {
                pages = max(pages, [counts.1, counts.2].compactMap { $0.flatMap { Int($0) } }.reduce(0, +))
            }
        }
    }

    /// Why this is too much; nil when it is not.
    ///
    /// The plan is wrong, and not the mailbox just untidy, from thousands of rows on: messages that are marked deleted
    /// are read with the others until they are purged.
    /// - Parameters:
    ///   - returned: rows that the query gave.
    ///   - walks: whether it may read the newest 20,000 messages, as the search functions do.
    func excess(returned: Int, walks: Bool) -> String? {
        if removed > (walks ? 25_000 : 5_000) + 20 * returned {
            return "\(removed) rows read in vain for \(returned) returned"
        }
        return pages > 20_000 + 10 * (read + returned) ? "\(pages) pages read for \(returned) rows" : nil
    }
}
