import CLibpq
import Glibc

/// Hosts, their addresses and the time for each, as libpq has them.
struct ConnectPlan: Sendable {
    /// One entry of the list of hosts.
    struct Host: Sendable {
        /// For messages; empty for the default socket folder.
        let name: String
        /// Replaces what the settings say.
        let parameters: [String: String]
        /// Whether the name has to be looked up, because each of its addresses has its own time.
        let isName: Bool
        let isShuffled: Bool

        /// What is to be connected to, one address after the other.
        /// - Parameter begin: called before names are looked up.
        func endpoints(begin: () -> Void) -> [[String: String]] {
            guard isName else { return [parameters] }
            begin()
            var hints = addrinfo()
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            var first: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(name, nil, &hints, &first) == 0 else {
                // libpq says what is wrong with the name.
                return [parameters]
            }
            defer { freeaddrinfo(first) }
            var addresses: [String] = []
            for info in sequence(first: first, next: { $0?.pointee.ai_next }).compactMap(\.self) {
                var text = [CChar](repeating: 0, count: 256)
                let code = getnameinfo(
                    info.pointee.ai_addr, info.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
                let address = text.withUnsafeBufferPointer { Postgres.text($0.baseAddress) }
                if code == 0, !addresses.contains(address) { addresses.append(address) }
            }
            if isShuffled { addresses.shuffle() }
            return addresses.isEmpty
                ? [parameters] : addresses.map { parameters.merging(["hostaddr": $0]) { $1 } }
        }
    }

    /// All hosts, once for each kind of server that is looked for.
    let rounds: [[Host]]
    /// For each address; nil for ever.
    let limit: Duration?
    /// For everything together.
    let deadline: ContinuousClock.Instant?
    private let parameters: [String: String]

    /// - Parameter timeout: where nothing says `connect_timeout`.
    init(_ settings: ConnectionSettings, timeout: Duration) throws(PostgresError) {
        deadline = settings.deadline
        let resolved = settings.resolved()
        limit = try Self.limit(resolved?["connect_timeout"], timeout)
        var parameters = settings.parameters
        parameters["client_encoding"] = "UTF8"
        parameters["fallback_application_name"] = parameters["fallback_application_name"] ?? "emaildb"
        // The system's own would notice after two hours that the other machine is gone.
        for (keyword, value) in [
            ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "60000"),
        ] where resolved?[keyword] == nil { parameters[keyword] = value }
        self.parameters = parameters
        rounds = limit == nil ? [[Self.whole(resolved)]] : Self.rounds(resolved)
    }

    /// What `connect_timeout` means.
    private static func limit(_ text: String?, _ timeout: Duration) throws(PostgresError) -> Duration? {
        guard let text else { return timeout }
        let digits = text.split(whereSeparator: \.isWhitespace)
        guard digits.count == 1, let seconds = Int32(digits[0]) else {
            throw PostgresError(
                kind: .configuration,
                message: "invalid integer value \"\(text)\" for connection option \"connect_timeout\"")
        }
        // Before libpq 17 less than two seconds are two.
        return seconds <= 0 ? nil : .seconds(PQlibVersion() < 170_000 ? max(2, seconds) : seconds)
    }

    /// Everything at once, left to libpq.
    private static func whole(_ resolved: [String: String]?) -> Host {
        Host(name: resolved?["host"] ?? resolved?["hostaddr"] ?? "", parameters: [:], isName: false, isShuffled: false)
    }

    private static func rounds(_ resolved: [String: String]?) -> [[Host]] {
        func list(_ keyword: String) -> [String] {
            resolved?[keyword].map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
        }
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(names.count, addresses.count, 1)
        // libpq says what is wrong with lists of different lengths.
        guard [0, count].contains(names.count), [0, count].contains(addresses.count),
            [0, 1, count].contains(ports.count)
        else { return [[whole(resolved)]] }
        let isShuffled = resolved?["load_balance_hosts"] == "random"
        func hosts(_ attributes: String?) -> [Host] {
            let hosts = (0..<count).map { index in
                let name = names.isEmpty ? "" : names[index]
                let address = addresses.isEmpty ? "" : addresses[index]
                var parameters = ["host": name, "hostaddr": address]
                if !ports.isEmpty { parameters["port"] = ports.count == 1 ? ports[0] : ports[index] }
                if let attributes { parameters["target_session_attrs"] = attributes }
                let isName = !name.isEmpty && address.isEmpty && !name.hasPrefix("/") && !name.hasPrefix("@")
                return Host(
                    name: name.isEmpty ? address : name, parameters: parameters, isName: isName, isShuffled: isShuffled)
            }
            return isShuffled ? hosts.shuffled() : hosts
        }
        return resolved?["target_session_attrs"] == "prefer-standby"
            ? [hosts("standby"), hosts("any")] : [hosts(nil)]
    }

    // MARK: - One try

    /// Runs libpq's connection state machine until it is done.
    func connect(
        _ endpoint: [String: String], until deadline: ContinuousClock.Instant?
    ) throws(ConnectFailure) -> OpaquePointer {
        let pairs = parameters.merging(endpoint) { $1 }.sorted { $0.key < $1.key }
        let started = withCStrings(pairs.map { $0.key }) { keywords in
            withCStrings(pairs.map { $0.value }) { PQconnectStartParams(keywords, $0, 0) }
        }
        guard let handle = started else {
            throw ConnectFailure(
                error: PostgresError(kind: .connect, message: "libpq is out of memory"), next: .none)
        }
        PQsetErrorVerbosity(handle, PQERRORS_VERBOSE)
        var status = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        var isReached = false
        while status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING {
            let events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT
            guard StopRequest.wait(PQsocket(handle), events, until: deadline, stops: false) == .ready else {
                let host = text(PQhost(handle))
                PQfinish(handle)
                throw ConnectFailure(error: .noAnswer(from: host), next: .address)
            }
            status = PQconnectPoll(handle)
            if ![CONNECTION_BAD, CONNECTION_STARTED].contains(PQstatus(handle)) { isReached = true }
        }
        guard status == PGRES_POLLING_OK else {
            let message = text(PQerrorMessage(handle))
            let isPasswordMissing = PQconnectionNeedsPassword(handle) == 1
            let place = Place(handle)
            PQfinish(handle)
            // What libpq says of a keyword or value that it cannot use; no server was spoken to. Its messages are not
            // translated, as this library never calls setlocale.
            if message.hasPrefix("invalid ") {
                throw ConnectFailure(error: PostgresError(kind: .configuration, message: message), next: .none)
            }
            // Without a password libpq gives up by itself, and has no SQLSTATE to tell.
            var error = Self.refusal(message, otherwise: isPasswordMissing ? .invalidPassword : nil)
            error.hint = place.fix(error.sqlState)
            // The words of libpq for a server of another kind than target_session_attrs asks for.
            let isOther =
                error.sqlState == nil && ["read-only", "hot standby mode"].contains { error.message.hasSuffix($0) }
            let next: ConnectFailure.Next =
                if !isReached { .address } else if isOther || error.sqlState == .cannotConnectNow { .host } else {
                    .none
                }
            throw ConnectFailure(error: error, next: next)
        }
        PQsetErrorVerbosity(handle, PQERRORS_DEFAULT)
        return handle
    }

    /// Takes a verbose connection message apart: `...: FATAL:  3D000: database "x" does not exist`, then lines that
    /// name the server's source file.
    private static func refusal(_ message: String, otherwise: SQLState?) -> PostgresError {
        var state = otherwise
        let lines = message.split(separator: "\n").filter { !$0.hasPrefix("LOCATION:") }.map { line in
            var parts = line.splitScalars(":")
            let index = parts.firstIndex { part in
                part.utf8.count == 7 && part.hasPrefix("  ")
                    && part.utf8.dropFirst(2).allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
            }
            guard let index else { return String(line) }
            state = SQLState(rawValue: String(parts.remove(at: index).dropFirst(2)))
            return parts.joined(separator: ":")
        }
        return PostgresError(kind: .connect, message: lines.joined(separator: "\n"), sqlState: state)
    }
}

/// Where a login was tried, for what to type when it is refused.
private struct Place {
    private let host, port, database, user: String

    init(_ handle: OpaquePointer) {
        (host, port) = (text(PQhost(handle)), text(PQport(handle)))
        (database, user) = (text(PQdb(handle)), text(PQuser(handle)))
    }

    func fix(_ state: SQLState?) -> String? {
        switch state {
        case .invalidPassword:
            let line =
                [host.hasPrefix("/") ? "localhost" : host, port, database, user].map(Self.escaped) + ["PASSWORD"]
            return "Put the password into PGPASSWORD, or this line into ~/.pgpass (chmod 600): "
                + line.joined(separator: ":")
        case .insufficientPrivilege:
            return "GRANT CONNECT ON DATABASE \(SQL.identifier(database)) TO \(SQL.identifier(user));"
                + "   -- as a superuser or the database's owner"
        default: return nil
        }
    }

    /// As the password file wants it.
    private static func escaped(_ field: String) -> String {
        field.replacing("\\", with: "\\\\").replacing(":", with: "\\:")
    }
}
