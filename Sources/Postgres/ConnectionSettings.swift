import CLibpq

/// Where to connect and as whom, in libpq's own keywords.
///
/// What is not given here comes from libpq: the `PG*` environment, the service file, the password file, its defaults.
/// Its ``description`` shows no values, which may be secret.
package struct ConnectionSettings: Sendable, Hashable {
    /// Keyword and value, as in "Parameter Key Words" of libpq's documentation.
    package private(set) var parameters: [String: String]
    /// How long the server may stay silent with a statement before it is given up, unless it says over another
    /// session that it is at work; nil for ever.
    package var answerTimeout: Duration? = .seconds(60)
    /// When everything has to be over, connecting included; nil for never.
    package var deadline: ContinuousClock.Instant?

    package init(parameters: [String: String] = [:]) { self.parameters = parameters }

    /// Reads what `psql -d` takes: a database name, a `postgresql://` URI, or a `keyword=value` string; blanks and line ends
    /// around it do not count.
    /// - Throws: ``PostgresError`` of kind `usage` for the address of another kind of server, else of kind `configuration`. Its
    ///   text repeats the scheme or an unknown keyword and nothing else, because libpq's own message can quote the password.
    package init(target: String) throws(PostgresError) {
        let target = target.trimmingWhitespace()
        if let scheme = Self.scheme(of: target), !["postgresql", "postgres"].contains(scheme) {
            throw PostgresError(
                kind: .usage, message: "an address that begins with \(scheme):// is none of PostgreSQL",
                hint: "Write it as postgresql://USER@HOST:PORT/DATABASE.")
        }
        guard target.contains("://") || target.contains("=") else {
            // An address without its `//`, say; as a name it would be sent to a server, which logs it.
            if target.contains("@") {
                throw PostgresError(
                    kind: .usage, message: "a name with @ in it is taken for an address that was not typed whole",
                    hint: "emaildb init -d NAME, or an address: -d postgresql://USER@HOST:PORT/NAME")
            }
            self.init(parameters: ["dbname": target])
            return
        }
        if Self.scheme(of: target) != nil, Self.mayBeSplitWrong(target) { throw Self.unreadable }
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(target, &message) else {
            defer { if let message { PQfreemem(message) } }
            if let keyword = message.flatMap({ Self.unknownKeyword(in: String(cString: $0), of: target) }) {
                throw PostgresError(
                    kind: .configuration,
                    message: "the connection string has a keyword that libpq does not know: \(keyword)",
                    hint:
                        "Leave it out: it belongs to another program (schema, pgbouncer and connection_limit are Prisma's)."
                )
            }
            throw Self.unreadable
        }
        defer { PQconninfoFree(options) }
        self.init(parameters: Self.values(of: options))
    }

    /// What stands before `://` at the start of an address, or `?` when that is no scheme (RFC 3986, 3.1).
    private static func scheme(of target: String) -> String? {
        guard let end = target.firstRange(of: "://")?.lowerBound else { return nil }
        let scheme = target[..<end]
        // In a keyword=value string it is part of a value.
        if scheme.contains("=") { return nil }
        let isScheme = scheme.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: ".")].contains(byte)
        }
        return isScheme && scheme.utf8.count <= 40 ? String(scheme) : "?"
    }

    private static let unreadable = PostgresError(
        kind: .configuration, message: "the connection string cannot be parsed",
        hint: "In a URI, write special characters of a name or password percent-encoded, % itself as %25;"
            + " in a keyword=value string, put values with spaces in single quotes.")

    /// Whether a URI has an @ or / in its password that is not encoded: libpq then takes a piece of the password for a host, a port
    /// or a database, and repeats it.
    private static func mayBeSplitWrong(_ uri: String) -> Bool {
        let rest = uri[(uri.firstRange(of: "://")?.upperBound ?? uri.startIndex)...].prefix { $0 != "?" }
        let authority = rest.prefix { $0 != "/" }
        if rest.dropFirst(authority.count).contains("@") { return true }
        let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
        if parts.count > 2 { return true }
        return (parts.last ?? "").split(separator: ",").contains { host in
            // The port behind the last colon; in brackets, an IPv6 address has colons of its own.
            guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return false }
            return !host[colon...].dropFirst().allSatisfy { ("0"..."9").contains($0) }
        }
    }

    /// The keyword that libpq's message complains of, unless it may be a piece of a password that was not quoted or encoded.
    private static func unknownKeyword(in message: String, of target: String) -> String? {
        guard message.hasPrefix("invalid connection option \"") || message.hasPrefix("invalid URI query parameter: \"")
        else { return nil }
        let keyword = String(message.drop { $0 != "\"" }.dropFirst().prefix { $0 != "\"" })
        let isWord =
            (1...30).contains(keyword.utf8.count) && keyword.utf8.allSatisfy { (97...122).contains($0) || $0 == 95 }
        guard isWord, let place = target.firstRange(of: keyword + "=") else { return nil }
        let isURI = target.hasPrefix("postgres")
        let mayBeSecret =
            isURI && target.contains("://")
            ? target[place.upperBound...].contains("@")
            : target[..<place.lowerBound].contains("pass")
        return mayBeSecret ? nil : keyword
    }

    /// One parameter; setting nil leaves it to libpq's defaults.
    package subscript(keyword: String) -> String? {
        get { parameters[keyword] }
        set { parameters[keyword] = newValue }
    }

    /// What libpq would use for a keyword that is not given: from the environment or the service file; nil if neither
    /// says anything and libpq decides at connection time.
    package static func defaultValue(of keyword: String) -> String? { defaults()[keyword] }

    private static func defaults() -> [String: String] {
        guard let options = PQconndefaults() else { return [:] }
        defer { PQconninfoFree(options) }
        return values(of: options)
    }

    /// The most seconds that a number of milliseconds of PostgreSQL and of the system can hold, three weeks.
    package static let longestTimeout = 2_000_000

    /// What libpq would use for every keyword: these settings, then their service's, then the environment's.
    ///
    /// Only libpq knows how to read a service file, and it shows what it read in a connection only. So one is made that ends at
    /// a value that cannot be used, before it looks for any server.
    /// - Returns: nil when libpq cannot use the settings, such as the name of a service that is in no file.
    package func resolved() -> [String: String]? {
        let stranger = "no user \(UInt64.random(in: .min ... .max))"
        var probe = parameters
        // Without a database libpq takes the user's name for it; with a password it reads no password file.
        probe["user"] = stranger
        probe["password"] = stranger
        probe["gssencmode"] = "none of libpq's"
        let pairs = probe.sorted { $0.key < $1.key }
        let started = withCStrings(pairs.map { $0.key }) { keywords in
            withCStrings(pairs.map { $0.value }) { PQconnectStartParams(keywords, $0, 0) }
        }
        guard let started else { return nil }
        defer { PQfinish(started) }
        guard let options = PQconninfo(started) else { return nil }
        defer { PQconninfoFree(options) }
        var values = Self.values(of: options)
        // A connection that came to nothing shows the user alone.
        guard values["user"] == stranger else { return nil }
        if values["dbname"] == stranger { values["dbname"] = nil }
        for keyword in ["user", "password", "gssencmode"] { values[keyword] = parameters[keyword] }
        return values
    }

    static func values(of options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
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
