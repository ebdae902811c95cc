import FoundationEssentials
import Postgres
import Server
import TestSupport
import Testing

/// `init` in databases that others have prepared at random: either it ends as in a fresh one, or it refuses and changes nothing.
@Suite(.needsServer, .serialized) struct PreparedInitSoakTests {
    /// Who runs `init`.
    private enum Installer: String, CaseIterable {
        case superuser, oddSuperuser, manager

        var role: String {
            switch self {
            case .superuser: "postgres"
            case .oddSuperuser: "Odd \"Admin\" 's; -- %I $$"
            case .manager: "manager"
            }
        }
    }

    /// What makes the test's own sessions, and those of pg_dump, deaf to the settings of the preparation.
    private static let deaf =
        "-c role=none -c statement_timeout=0 -c lock_timeout=0 -c idle_session_timeout=0 -c idle_in_transaction_session_timeout=0"
        + " -c default_transaction_read_only=off -c search_path=public -c session_replication_role=origin -c temp_file_limit=-1"
        + " -c standard_conforming_strings=on -c default_transaction_isolation=read\\ committed -c row_security=on"
        + " -c quote_all_identifiers=off -c default_tablespace= -c default_transaction_deferrable=off -c debug_discard_caches=0"

    private let server = TestServer()

    @Test("Whatever others have prepared, init ends as in a fresh database or refuses and changes nothing")
    func everythingOrNothing() async throws {
        var generator = SeededGenerator(printing: "prepared databases")
        let first = try await server.connectionSettings()
        let space = try Connection(first)
        try space.query("SET allow_in_place_tablespaces = on")
        try space.query("CREATE TABLESPACE strange_space LOCATION ''")
        var fresh: [Installer: Set<String>] = [:]
        for installer in Installer.allCases {
            let round = try await run(installer, [], [], encoding: "")
            try #require(round.result.status == 0, "\(round.result)")
            fresh[installer] = round.findings
        }
        #expect(fresh[.superuser] == [] && fresh[.oddSuperuser] == [])

        var named: [Preparation] = []
        var others: [Preparation] = []
        var statuses: [Int32: Int] = [:]
        var applied = 0
        for number in 1...Rounds.few(12, soak: 200) {
            let installer = Installer.allCases[[0, 0, 0, 1, 2].randomElement(using: &generator) ?? 0]
            var chosen: [Preparation] = []
            // Dealt like cards, so that every kind has its turn.
            func deal(_ deck: inout [Preparation], _ all: [Preparation], _ count: Int) {
                for _ in 0..<count {
                    if deck.isEmpty { deck = all.shuffled(using: &generator) }
                    chosen.append(deck.removeLast())
                }
            }
            let isNamed = Int.random(in: 0..<5, using: &generator) == 0
            if isNamed { deal(&named, Preparation.ofOurNames, 1) }
            deal(&others, Preparation.others, Int.random(in: 1...(isNamed ? 4 : 5), using: &generator))
            let values = [
                "app": "stranger", "other": "bystander", "db": "prepared", "me": SQL.identifier(installer.role),
            ]
            let sql = chosen.map { $0.chosen(values, using: &generator) }
            let encoding =
                Int.random(in: 0..<12, using: &generator) == 0
                ? Self.encodings.randomElement(using: &generator) ?? "" : ""
            let options = Bool.random(using: &generator) ? ["--revoke-public"] : []
            // Of a database that is to be created, only what belongs to the cluster is in the way.
            let target = Int.random(in: 0..<8, using: &generator) == 0 ? "absent" : "prepared"
            let round = try await run(installer, sql, options, encoding: encoding, target: target)
            statuses[round.result.status, default: 0] += 1
            applied += round.applied
            let story = """
                round \(number), EMAILDB_SEED=\(generator.seed), as \(installer.rawValue) \(options) \(encoding), database \(target)
                \(round.script)
                \(round.result.status) \(round.result.output.prefix(3000)) \(round.result.errors.prefix(3000))
                """
            switch round.result.status {
            case 0:
                let allowed = chosen.reduce(into: Set<String>()) { $0.formUnion($1.allowed) }
                let unexpected = round.findings.subtracting(fresh[installer] ?? []).filter { finding in
                    !allowed.contains { finding.hasPrefix($0) }
                        && !(encoding.contains("'C'") && finding.hasPrefix("EDB-S026"))
                }
                #expect(unexpected == [], "\(unexpected.sorted()) \(story)")
                #expect(round.before != round.after, "the control: the dumps tell")
            case 4, 6:
                #expect(round.before == round.after, "refused, and yet something changed: \(story)")
                // An event trigger that refuses everything refuses the fixes, too.
                #expect(
                    round.useless == [] || round.script.contains("EVENT TRIGGER guard"),
                    "fixes that fail or do not help: \(story)")
            default: Issue.record("neither done nor refused: \(story)")
            }
        }
        print("prepared databases: exit statuses \(statuses.sorted { $0.key < $1.key }), \(applied) preparations")
        #expect(statuses[0, default: 0] > 0 && statuses[4, default: 0] > 0, "the control: both happen")
        try await server.stop()
    }

    private static let encodings = [
        "ENCODING 'SQL_ASCII' LOCALE 'C'", "ENCODING 'LATIN1' LOCALE 'C'", "ENCODING 'UTF8' LOCALE 'C'",
        "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'und' LOCALE 'C.UTF-8'",
    ]

    private struct Round {
        /// The SQL that prepared the database, without what failed because of what was prepared before it.
        var script = ""
        /// How many preparations did not fail.
        var applied = 0
        var before = ""
        var after = ""
        let result: CommandResult
        /// Code and object of each finding afterwards.
        var findings: Set<String> = []
        /// Problems of a refusal whose fix fails when it is typed, or that are there still when it was.
        var useless: [String] = []
    }

    private struct Report: Decodable {
        struct Finding: Decodable { let code: String, object: String, actual: String? }
        let findings: [Finding]
    }

    fileprivate struct Refusal: Decodable {
        struct Problem: Decodable, Equatable {
            let problem: String
            let fix: String?
            /// Whether the fix is SQL, to be run in the same database.
            var isStatement: Bool {
                fix?.wholeMatch(of: /[A-Z]+ [^#]*/.dotMatchesNewlines()) != nil
                    && fix?.contains("RENAME TO \"prepared_old") != true
            }
        }
        let problems: [Problem]
    }

    /// Prepares a database, runs `init`, and clears all away.
    private func run(
        _ installer: Installer, _ preparations: [String], _ options: [String], encoding: String,
        target name: String = "prepared"
    ) async throws -> Round {
        var (script, applied) = ("", 0)
        let plain = try await server.connectionSettings()
        var superuser = plain
        superuser["options"] = Self.deaf
        let target = superuser.database("prepared")
        do {
            let connection = try Connection(superuser.database("postgres"))
            do {
                try connection.query(
                    "CREATE DATABASE prepared TEMPLATE template0 \(encoding.isEmpty ? "ENCODING 'UTF8'" : encoding)")
            } catch {
                guard error.sqlState?.rawValue == "0A000" else { throw error }
                // A server without ICU.
                try connection.query("CREATE DATABASE prepared TEMPLATE template0 ENCODING 'UTF8'")
            }
            try connection.script("CREATE ROLE stranger LOGIN PASSWORD 'other'; CREATE ROLE bystander")
            let me = SQL.identifier(installer.role)
            if installer != .superuser {
                try connection.script(
                    "CREATE ROLE \(me) \(installer == .manager ? "CREATEROLE" : "SUPERUSER") LOGIN PASSWORD 'me'")
            }
            if installer == .manager { try connection.query("ALTER DATABASE prepared OWNER TO manager") }
        }
        do {
            let connection = try Connection(target)
            for sql in preparations {
                do {
                    try connection.script(sql)
                    script += sql + ";\n"
                    applied += 1
                } catch {
                    guard error.kind == .server else { throw error }
                    // What an earlier one has made, taken away or forbids; never a mistake of grammar.
                    #expect(error.sqlState?.rawValue != "42601", "\(error.message): \(sql)")
                    _ = try? connection.query("ROLLBACK")
                    script += "-- \(error.message): \(sql.prefix(60))\n"
                }
                try connection.script("RESET ROLE")
            }
        }
        let me = installer == .superuser ? plain : plain.user(installer.role, password: "me")
        let arguments = ["init", "--lock-timeout", "20", "--format", "json"] + options
        let before = try await Self.dump(target)
        let result = try await CommandRunner.emaildb(arguments, environment: me.database(name).environment)
        var round = Round(
            script: script, applied: applied, before: before, after: try await Self.dump(target), result: result)
        if round.result.status == 0 {
            let verify = try await CommandRunner.emaildb(
                ["verify", "--only", "layout,security", "--format", "json"],
                environment: plain.database(name).environment)
            if verify.status == 0 || verify.status == 1 {
                round.findings = try Set(
                    verify.json(Report.self).findings.map { "\($0.code) \($0.object): \($0.actual ?? "-")" })
            } else {
                round.findings = ["\(verify)"]
            }
        } else if result.status == 4 {
            var found = try result.problems
            var useless: [String] = []
            // What one fix brings back may show only when another is there.
            for _ in 1...3 {
                useless = try await type(found, target)
                let next = try await CommandRunner.emaildb(arguments, environment: me.database(name).environment)
                if next.status != 4 {
                    if next.status != 0 { useless.append("\(next)") }
                    break
                }
                let left = try next.problems
                useless += left.filter { $0.isStatement && found.contains($0) }.map { "\($0)" }
                found = left
                if !useless.isEmpty || !left.contains(where: \.isStatement) { break }
            }
            round.useless = useless
        }
        try clear(superuser)
        return round
    }

    /// Types the fixes of a refusal that are SQL, as a superuser in psql; returns those that fail.
    private func type(_ problems: [Refusal.Problem], _ settings: ConnectionSettings) async throws -> [String] {
        let psql = try ServerBinaries.find(nil, state: ".emaildb").directory + "/bin/psql"
        let folder = try TemporaryFolder()
        var failed: [String] = []
        for problem in problems where problem.isStatement {
            try folder.write("fix.sql", problem.fix ?? "")
            let result = try await CommandRunner.run(
                psql, ["-X", "-v", "ON_ERROR_STOP=1", "-f", folder.path + "/fix.sql"],
                environment: settings.environment)
            if result.status != 0 { failed.append("\(problem): \(result.errors)") }
        }
        return failed
    }

    /// The schema, the roles and the names of all databases.
    private static func dump(_ settings: ConnectionSettings) async throws -> String {
        let databases = try Connection(settings).column("SELECT datname FROM pg_database ORDER BY 1")
        return try await StrangersDatabaseTests.dump(settings) + databases.joined(separator: "\n")
    }

    /// Brings the cluster back to where it was.
    private func clear(_ superuser: ConnectionSettings) throws {
        let connection = try Connection(superuser.database("postgres"))
        for database in try connection.column("SELECT quote_ident(datname) FROM pg_database WHERE oid >= 16384") {
            try connection.query("ALTER DATABASE \(database) IS_TEMPLATE false")
            try connection.query("DROP DATABASE \(database) WITH (FORCE)")
        }
        try connection.script("ALTER ROLE ALL RESET ALL; ALTER ROLE postgres RESET ALL")
        let roles = try connection.column("SELECT quote_ident(rolname) FROM pg_roles WHERE oid >= 16384").joined(
            separator: ", ")
        let grants = try connection.column(
            "SELECT format('REVOKE ALL ON PARAMETER %I FROM PUBLIC', parname) FROM pg_parameter_acl")
        try connection.script("DROP OWNED BY \(roles) CASCADE; DROP ROLE \(roles); \(grants.joined(separator: ";"))")
        let left = try connection.column(
            "SELECT rolname FROM pg_roles WHERE oid >= 16384 UNION ALL SELECT datname FROM pg_database WHERE oid >= 16384"
        )
        #expect(left.isEmpty || left == ["postgres"], "\(left)")
    }
}

extension CommandResult {
    fileprivate var problems: [PreparedInitSoakTests.Refusal.Problem] {
        get throws { try json(PreparedInitSoakTests.Refusal.self).problems }
    }
}
