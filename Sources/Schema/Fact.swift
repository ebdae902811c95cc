/// One thing that is so in a database: what it is about, and what the catalog says of it.
package struct Fact: Hashable, Sendable {
    /// What a fact is about: of each object, one fact of a kind (and of a role).
    package struct Key: Hashable, Sendable {
        package let kind: Kind
        package let object: ObjectName
        /// Who has the right, is the member, or whose setting or default it is; nil for PUBLIC, or for every role.
        package let role: String?

        package init(_ kind: Kind, _ object: ObjectName, role: String? = nil) {
            self.kind = kind
            self.object = object
            self.role = role
        }

        /// The name by which the catalogs find the relation or function that this is about, if it is about one.
        var catalogName: String? {
            switch object.kind {
            case .database, .schema, .extension, .role, .server, .setting, .everySetting, .defaultPrivileges,
                .systemFunctions:
                nil
            default: kind == .inheritance ? nil : object.name
            }
        }
    }

    package let key: Key
    /// What the catalog says, normalised over PostgreSQL 15 to 18; one line, and SQL where there are words for it.
    package let value: String

    package var kind: Kind { key.kind }
    package var object: ObjectName { key.object }
    package var role: String? { key.role }

    package init(_ key: Key, _ value: String) {
        self.key = key
        self.value = value
    }
}

extension Sequence<Fact> {
    package var byKey: [Fact.Key: Fact] { Dictionary(map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first }) }
}

/// As the lines of layout files: by kind, name and value.
extension Fact: Comparable {
    package static func < (left: Fact, right: Fact) -> Bool {
        (left.kind.rawValue, left.key.objectText, left.value) < (right.kind.rawValue, right.key.objectText, right.value)
    }
}

/// What one step changes in the layout: the content of a file in `sql/layout/`.
///
/// A line is `kind object = value` for a fact that is new or says something new after the step, and `- kind object` for
/// one that is gone. Lines that start with `#` are comments.
package struct LayoutChange: Hashable, Sendable {
    package let present: [Fact]
    package let absent: [Fact.Key]

    /// A line that is neither.
    package struct Malformed: Error {
        package let line: Int
    }
}

extension LayoutChange {
    package init(from before: [Fact], to after: [Fact]) {
        let known = Set(before)
        let keys = Set(after.map(\.key))
        self.init(
            present: after.filter { !known.contains($0) }.sorted(),
            absent: before.filter { !keys.contains($0.key) }.sorted().map(\.key))
    }

    package init(parsing text: String) throws(Malformed) {
        var present: [Fact] = []
        var absent: [Fact.Key] = []
        // By bytes: a layout has a thousand lines, and `verify` reads them all before it asks the server anything.
        let lines = Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() where !line.isEmpty && line.first != UInt8(ascii: "#") {
            var reader = FactReader(line)
            let isGone = reader.take("- ")
            guard let key = reader.key(), isGone ? reader.isAtEnd : reader.take(" = ") else {
                throw Malformed(line: index + 1)
            }
            if isGone {
                absent.append(key)
            } else {
                present.append(Fact(key, reader.rest))
            }
        }
        self.init(present: present, absent: absent)
    }

    /// The file's text: removals first, then facts by kind and object.
    package var text: String {
        (absent.map { "- \($0)" } + present.map { "\($0.key) = \($0.value)" }).map { $0 + "\n" }.joined()
    }
}

package struct FactMismatch: Hashable, Sendable, CustomStringConvertible {
    /// The expected value of what must not be there.
    package static let nothing = "nothing"

    package let expected: Fact
    /// What the catalog says instead; nil when it knows no such object.
    package let actual: String?

    package var description: String {
        "\(expected.key): expected \(expected.value), found \(actual ?? "nothing")"
    }
}
