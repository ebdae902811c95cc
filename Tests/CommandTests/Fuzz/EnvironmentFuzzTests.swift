import Core
import Postgres
import TestSupport
import Testing

/// Any environment ends with a documented status; only commands that write nothing are run in it.
@Suite(.needsServer, .serialized) struct EnvironmentFuzzSoakTests {
    private static let commands = [
        ["status"], ["status", "--format", "json"], ["ready"], ["ready", "--timeout", "1"], ["pool"],
        ["pool", "--probe"],
        ["verify", "--only", "layout"], ["verify", "--only", "security", "--fix-sql"], ["init", "--plan"],
        ["tune", "--profile", "production", "--plan"], ["--help"], ["verify", "--help"], ["dev", "status"],
        ["dev", "env"],
        ["status", "--color", "always"],
    ]
    private static let libpq = [
        "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGOPTIONS",
        "PGAPPNAME", "PGSSLMODE", "PGREQUIRESSL", "PGSSLCERT", "PGSSLKEY", "PGSSLROOTCERT", "PGSSLCRL", "PGREQUIREPEER",
        "PGKRBSRVNAME", "PGGSSENCMODE", "PGCONNECT_TIMEOUT", "PGCLIENTENCODING", "PGTARGETSESSIONATTRS", "PGDATESTYLE",
        "PGTZ",
        "PGGEQO", "PGLOCALEDIR", "PGCHANNELBINDING", "PGSSLMINPROTOCOLVERSION", "PGLOADBALANCEHOSTS",
    ]
    private static let system = [
        "COLUMNS", "LINES", "LANG", "LC_ALL", "LANGUAGE", "HOME", "PATH", "TMPDIR", "TZ", "PWD", "SHELL", "USER", "CI",
        "FORCE_COLOR", "CLICOLOR", "TERMINFO", "PSQLRC", "LD_LIBRARY_PATH", "XDG_CONFIG_HOME", "",
    ]
    private static let values = [
        "PGOPTIONS": [
            "-c search_path=", "-c search_path=public", "-c statement_timeout=1", "-c lock_timeout=1",
            "-c DateStyle=SQL",
            "-c default_transaction_read_only=on", "-c client_encoding=LATIN1", "-c bytea_output=escape",
            "-c work_mem=64kB",
            "-c quote_all_identifiers=on", "-c standard_conforming_strings=off",
            "-c default_transaction_isolation=serializable",
            "-c role=email_monitor", "-c session_replication_role=replica", "-c extra_float_digits=-15", "--none",
            "-c x",
            "-c enable_seqscan=off", "-c row_security=off", "-c IntervalStyle=sql_standard", "-c xmloption=document",
            "-c idle_in_transaction_session_timeout=1", "-c default_transaction_deferrable=on", "-c lc_messages=C",
            "-c jit=on",
        ],
        "PGCONNECT_TIMEOUT": ["1", "0", "-1"], "PGSSLMODE": ["require", "verify-full", "disable"],
        "PGTARGETSESSIONATTRS": ["standby", "read-write"],
        "PGCLIENTENCODING": ["LATIN1", "SJIS", "SQL_ASCII", "MULE_INTERNAL"],
        "PGUSER": ["email_monitor", "email_service", "none"], "PGDATABASE": ["postgres", "none", "template0"],
        "PGTZ": ["Asia/Kathmandu", "posix/x"], "TERM": ["dumb", "xterm-256color"], "COLUMNS": ["1", "80", "1000000"],
        "LANG": ["C", "de_DE.UTF-8", "tr_TR.UTF-8"], "TZ": ["Pacific/Kiritimati", ":"],
        "DATABASE_URL": [
            "postgresql://127.0.0.1:1/x", "postgresql://a:b@127.0.0.1:1,127.0.0.1:1/x?sslmode=x",
            "host=127.0.0.1 port=1",
            "postgresql://%", "postgresql://[", "mysql://x", "postgresql://127.0.0.1:1/?options=-c%20x", "postgres",
        ],
    ]

    @Test("Any environment ends with a documented status") func anyEnvironment() async throws {
        let folder = try TemporaryFolder()
        try folder.write("service", "[fuzzed]\nhost=127.0.0.1\nport=1\n[broken\n=\n")
        try folder.write("passwords", ":::\n*:*:*:*\n\\:\n" + String(repeating: "x", count: 100_000))
        let complaints = try await TestDatabase.withSchema(on: TestServer()) { settings in
            let server = settings.environment
            return try await Fuzz.rounds("environments", Rounds.few(40, soak: 1000)) { _, generator in
                let isReachable = Int.random(in: 0..<3, using: &generator) == 0
                let command = Self.commands.randomElement(using: &generator) ?? []
                let environment =
                    Self.random(folder.path, using: &generator)
                    // The first of a name counts; names of hosts would be looked up in the network.
                    + (isReachable ? server : ["PGHOST": "127.0.0.1", "PGPORT": "1"]).variables
                let fuzzed = Fuzz.Case(arguments: command.map { Array($0.utf8) }, environment: environment)
                return try Fuzz.run(fuzzed, in: folder.path)
            }
        }
        #expect(complaints.isEmpty, "\(complaints.count): \(complaints.prefix(30).joined(separator: "\n"))")
    }

    private static func random(_ folder: String, using generator: inout SeededGenerator) -> [[UInt8]] {
        let ours = EnvironmentVariable.allCases.map(\.name)
        var variables: [[UInt8]] = []
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            let name = [ours, libpq, system].randomElement(using: &generator)?.randomElement(using: &generator) ?? ""
            var value: [UInt8]
            switch Int.random(in: 0..<6, using: &generator) {
            case 0...2 where values[name] != nil:
                value = Array((values[name]?.randomElement(using: &generator) ?? "").utf8)
            case 3:
                let file = ["", "/none", "/service", "/passwords"].randomElement(using: &generator) ?? ""
                value = Array((folder + file).utf8)
            case 4: value = HostileText.number(using: &generator)
            default: value = HostileText.random(using: &generator)
            }
            if name == "PGPORT" || name == "PGHOST" { continue }
            // A text that names a server would be looked for; what is left is a name of a database.
            if name == "DATABASE_URL", values[name]?.contains(String(decoding: value, as: UTF8.self)) != true {
                value = Array("postgresql://127.0.0.1:1/".utf8) + value.filter { $0 != UInt8(ascii: "?") }
            }
            variables.append(Array(name.utf8) + (name.isEmpty ? [] : [UInt8(ascii: "=")]) + value)
        }
        if Bool.random(using: &generator) { variables.append(Array("PATH=/usr/bin:/bin".utf8)) }
        return variables
    }
}
