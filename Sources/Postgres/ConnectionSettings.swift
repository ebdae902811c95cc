import CLibpq

/// Where to connect and as whom, in libpq's own keywords.
///
/// What is not given here comes from libpq: the `PG*` environment, the service file, the password file, its defaults.
/// Its ``description`` shows no values, which may be secret.
package struct ConnectionSettings: Sendable, Hashable {
    /// Keyword and value, as in "Parameter Key Words" of libpq's documentation.
    package private(set) var parameters: [String: String]

    package init(parameters: [String: String] = [:]) { self.parameters = parameters }

    /// Reads what `psql -d` takes: a database name, a `postgresql://` URI, or a `keyword=value` string.
    /// - Throws: ``PostgresError`` of kind `configuration`; its text never repeats any part of the string, because
    ///   libpq's own message can quote the password.
    package init(target: String) throws {
        guard target.hasPrefix("postgresql://") || target.hasPrefix("postgres://") || target.contains("=") else {
            self.init(parameters: ["dbname": target])
            return
        }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(target, &message) else {
            if let message { PQfreemem(message) }
            throw PostgresError(
                kind: .configuration, message: "the connection string cannot be parsed",
                hint: "In a URI, write special characters of a name or password percent-encoded, % itself as %25;"
                    + " in a keyword=value string, put values with spaces in single quotes.")
        }
        defer { PQconninfoFree(options) }
        self.init(parameters: Self.values(of: options))
    }

    /// One parameter; setting nil leaves it to libpq's defaults.
    package subscript(keyword: String) -> String? {
        get { parameters[keyword] }
        set { parameters[keyword] = newValue }
    }

    /// What libpq would use for a keyword that is not given: from the environment or the service file; nil if neither
    /// says anything and libpq decides at connection time.
    package static func defaultValue(of keyword: String) -> String? {
        guard let options = PQconndefaults() else { return nil }
        defer { PQconninfoFree(options) }
        return values(of: options)[keyword]
    }

    private static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        // The list ends with an option without a keyword.
        let all = sequence(first: options) { $0 + 1 }.prefix { $0.pointee.keyword != nil }.map(\.pointee)
        let given = all.compactMap { option in
            option.val.map { (String(cString: option.keyword), String(cString: $0)) }
        }
        return Dictionary(uniqueKeysWithValues: given)
    }
}

extension ConnectionSettings: CustomStringConvertible {
    package var description: String { "settings of " + parameters.keys.sorted().joined(separator: ", ") }
}
