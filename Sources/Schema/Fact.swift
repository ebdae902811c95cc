/// One thing that is so in a database: a kind of object, its name, and what the catalog says of it.
package struct Fact: Hashable, Sendable, Codable, Comparable {
    /// What is spoken of: a column, an index, a policy and so on.
    package let kind: Kind
    /// Which one: `email_messages.subject`, `idx_email_messages_thread_id`.
    package let object: String
    /// What the catalog says, normalised over PostgreSQL 15 to 18; one line.
    package let value: String

    /// A fact by its parts.
    package init(kind: Kind, object: String, value: String) {
        self.kind = kind
        self.object = object
        self.value = value
    }

    /// A fact by its key, kind and object in one text, as ``key`` gives it; nil when there is no such kind.
    init?(key: String, value: String) {
        guard let space = key.utf8.firstIndex(of: UInt8(ascii: " ")),
            let kind = Self.kinds[String(key[..<space])]
        else { return nil }
        self.init(kind: kind, object: String(key[key.utf8.index(after: space)...]), value: value)
    }

    private static let kinds = Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0.rawValue, $0) })

    /// What the fact is about, without what it says.
    package var key: String { kind.rawValue + " " + object }

    /// Order by kind, then object.
    package static func < (left: Fact, right: Fact) -> Bool {
        (left.kind, left.object, left.value) < (right.kind, right.object, right.value)
    }
}

/// What one step changes in the layout: the content of a file in `sql/layout/`.
///
/// A line is `kind object = value` for a fact that is new or says something new after the step, and `- kind object` for
/// one that is gone. Lines that start with `#` are comments.
package struct LayoutChange: Hashable, Sendable {
    /// Facts that hold after the step and did not before.
    package let present: [Fact]
    /// Keys of facts that held before the step and do not after it.
    package let absent: [String]

    /// A line that is neither a fact nor a removal.
    package struct Malformed: Error, Hashable, Sendable {
        /// The line, from 1.
        package let line: Int
        /// What is expected.
        package let reason: String
    }

    /// A change by its parts.
    package init(present: [Fact], absent: [String]) {
        self.present = present.sorted()
        self.absent = absent.sorted()
    }

    /// What leads from one set of facts to another.
    package init(from before: [Fact], to after: [Fact]) {
        let known = Set(before)
        let keys = Set(after.map(\.key))
        self.init(
            present: after.filter { !known.contains($0) }, absent: before.map(\.key).filter { !keys.contains($0) })
    }

    /// Reads a layout file.
    package init(parsing text: String) throws(Malformed) {
        var present: [Fact] = []
        var absent: [String] = []
        // By bytes: a layout has a thousand lines, and `verify` reads them all before it asks the server anything.
        let separator = Array(" = ".utf8)
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.isEmpty || line.first == UInt8(ascii: "#") { continue }
            if line.starts(with: "- ".utf8) {
                guard let gone = Fact(key: String(Substring(line.dropFirst(2))), value: "") else {
                    throw Malformed(line: index + 1, reason: "expected `- kind object`")
                }
                absent.append(gone.key)
                continue
            }
            var equals = line.startIndex
            while equals != line.endIndex, !line[equals...].starts(with: separator) { line.formIndex(after: &equals) }
            guard equals != line.endIndex,
                let fact = Fact(
                    key: String(Substring(line[..<equals])), value: String(Substring(line[equals...].dropFirst(3))))
            else { throw Malformed(line: index + 1, reason: "expected `kind object = value` or `- kind object`") }
            present.append(fact)
        }
        self.init(present: present, absent: absent)
    }

    /// The file's text: removals first, then facts by kind and object.
    package var text: String {
        (absent.map { "- " + $0 } + present.map { "\($0.key) = \($0.value)" })
            .map { $0 + "\n" }.joined()
    }
}

/// A fact that does not hold as it should.
package struct FactMismatch: Hashable, Sendable, Codable, CustomStringConvertible {
    /// What should hold.
    package let expected: Fact
    /// What the catalog says instead; nil when it knows no such object.
    package let actual: String?

    /// One line: what, expected, found.
    package var description: String {
        "\(expected.key): expected \(expected.value), found \(actual ?? "nothing")"
    }
}
