import Postgres

/// What a step's text must not hold, found before anything runs.
enum StepContents {
    /// A problem for each such place, with its line and column before it; of the first 100 places, as each is counted
    /// from the beginning.
    static func problems(in sql: String) -> [String] {
        let bytes = Array(sql.utf8)
        func place(_ offset: Int) -> String {
            // Characters, as PostgreSQL counts them: all bytes but those that continue one.
            let start = bytes[..<offset].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let line = bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
            return "\(line):\(bytes[start..<offset].count { $0 & 0xC0 != 0x80 } + 1)"
        }
        // libpq's texts end there: the rest would be hashed, and not run.
        if let zero = bytes.firstIndex(of: 0) { return ["\(place(zero)): a NUL character"] }
        let problems = SQLText.elements(of: bytes[...]).lazy.compactMap { statement -> String? in
            let words = statement.lazy.filter { !$0.isBlank }.prefix(2).map { $0.keyword ?? "" }
            guard let first = statement.first, endsTransaction(Array(words)) else { return nil }
            return
                "\(place(first.bytes.startIndex)): \(first.text.uppercased()) in a step, which runs in the transaction that"
                + " emaildb opens and commits; leave it out"
        }
        // PostgreSQL's scanner needs the square of their number.
        let comments = SQLLexer(bytes[...]).lazy.filter { $0.kind == .comment }.compactMap { comment -> String? in
            let depths = comment.depths
            if depths.last > 0 { return "\(place(comment.bytes.startIndex)): a comment without an end" }
            return depths.most > 100 ? "\(place(comment.bytes.startIndex)): comments nested more than 100 deep" : nil
        }
        return Array(problems.prefix(100)) + comments.prefix(100)
    }

    /// Whether a statement begins or ends a transaction; savepoints do neither.
    private static func endsTransaction(_ words: [String]) -> Bool {
        switch (words.first, words.dropFirst().first) {
        case ("rollback", "to"): false
        case ("begin", _), ("commit", _), ("end", _), ("abort", _), ("rollback", _): true
        case ("start", "transaction"), ("prepare", "transaction"): true
        default: false
        }
    }
}

extension SQLLexer.Element {
    /// How deep comments are in this one, at most and at its end; 0 at the end of one that ends.
    fileprivate var depths: (most: Int, last: Int) {
        guard bytes.starts(with: "/*".utf8) else { return (0, 0) }
        var (rest, most, depth) = (bytes, 0, 0)
        while !rest.isEmpty {
            if rest.take("/*") {
                depth += 1
                most = max(most, depth)
            } else if rest.take("*/") {
                depth -= 1
            } else {
                rest.removeFirst()
            }
        }
        return (most, depth)
    }
}
