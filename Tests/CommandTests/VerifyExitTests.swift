import Foundation
import Glibc
import Postgres
import Server
import TestSupport
import Testing

/// What `verify` ends with when it cannot do, or cannot say, what was asked.
@Suite(.needsServer) struct VerifyExitTests {
    @Test("Without a server or a database it is status 3, with what to type") func noConnection() async throws {
        let absent = try await CommandRunner.emaildb(["verify", "-h", "127.0.0.1", "-p", String(TestPort.free())])
        #expect(absent.status == 3)
        #expect(absent.output.isEmpty && absent.errors.contains("Is the server running there?"))
        let settings = try await TestServer.shared.connectionSettings().database(TestDatabase.uniqueName())
        let unknown = try await CommandRunner.emaildb(["verify"], environment: settings.environment)
        #expect(unknown.status == 3)
        #expect(unknown.errors.contains("emaildb init"), "\(unknown.errors)")
    }

    @Test func aDatabaseWithoutALedgerIsAFinding() async throws {
        try await TestDatabase.withEmpty { settings in
            let result = try await CommandRunner.emaildb(["verify"], environment: settings.environment)
            #expect(result.status == 1)
            #expect(result.output.contains("EDB-L901") && result.output.contains("emaildb init"))
        }
    }

    @Test("--fail-on error accepts warnings") func failOn() async throws {
        try await TestDatabase.withSchema { settings in
            let connection = try Connection(settings)
            func status(_ arguments: String...) async throws -> Int32 {
                try await CommandRunner.emaildb(
                    ["verify", "--only", "layout"] + arguments, environment: settings.environment
                ).status
            }
            try connection.query("ALTER TABLE public.email_folders SET (fillfactor = 51)")
            #expect(try await status() == 1)
            #expect(try await status("--fail-on", "warning") == 1)
            #expect(try await status("--fail-on", "error") == 0)
            try connection.query("DROP INDEX public.idx_email_messages_thread_id")
            #expect(try await status("--fail-on", "error") == 1)
            #expect(try await status("--fail-on", "never") == 64)
        }
    }

    @Test("The worst comes first: a successful attack, a way around, then the rest") func order() async throws {
        try await TestDatabase.withSchema { settings in
            try Connection(settings).script(
                """
                ALTER TABLE public.email_folders SET (fillfactor = 51); DROP INDEX public.idx_email_messages_thread_id;
                GRANT TRUNCATE ON public.email_audit_log TO email_service;
                ALTER POLICY email_folders_tenant_policy ON public.email_folders USING (true)
                """)
            let result = try await CommandRunner.emaildb(["verify"], environment: settings.environment)
            let codes = result.output.split(separator: "\n").compactMap { line in
                line.hasPrefix("  error EDB") || line.hasPrefix("  warning EDB") ? line.split(separator: " ")[1] : nil
            }
            #expect(codes.first == "EDB-T001" && codes.last == "EDB-L122", "\(codes)")
            let (security, policy, index) = ("EDB-S003", "EDB-L242", "EDB-L161")
            let places = [security, policy, index].map { code in codes.firstIndex { $0 == code } ?? -1 }
            #expect(places[0] > 0 && places[1] > 0 && places[2] > max(places[0], places[1]), "\(codes)")
        }
    }

    @Test("Refused attacks are no errors in the server's log") func quietLog() async throws {
        let server = TestServer()
        let settings = try await server.installed()
        let before = try await server.log().count
        let result = try await CommandRunner.emaildb(["verify"], environment: settings.environment)
        #expect(result.status == 0, "\(result)")
        let quiet = try await String(server.log().dropFirst(before))
        #expect(quiet.contains("emaildb") && !quiet.contains("ERROR:"), "\(quiet.suffix(2000))")
        // Who may not decide what is logged is logged.
        let connection = try Connection(settings)
        try connection.query("ALTER ROLE email_service PASSWORD 'secret'")
        let own = try await CommandRunner.emaildb(
            ["verify", "--only", "probe"], environment: settings.user("email_service", password: "secret").environment)
        #expect(own.status == 0, "\(own)")
        #expect(try await server.log().contains("ERROR:  new row violates row-level security policy"))
        for setting in ["log_min_messages", "log_min_error_statement"] {
            try connection.query("ALTER ROLE email_service SET \(setting) = panic")
        }
        let length = try await server.log().count
        _ = try await CommandRunner.emaildb(
            ["verify", "--only", "probe"], environment: settings.user("email_service", password: "secret").environment)
        #expect(try await !String(server.log().dropFirst(length)).contains("ERROR:"))
        try await server.stop()
    }

    /// Runs a body while the ledger is locked, so that `verify` waits.
    private func withLockedLedger(
        _ body: (ConnectionSettings, @escaping @Sendable () throws -> String?) async throws -> Void
    ) async throws {
        try await TestDatabase.withSchema { settings in
            let holder = try Connection(settings)
            try holder.script("BEGIN; LOCK TABLE emaildb.ledger IN ACCESS EXCLUSIVE MODE")
            let waiting: @Sendable () throws -> String? = {
                try Connection(settings).query(
                    "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'emaildb'"
                        + " AND datname = current_database()"
                ).first?[0]
            }
            try await body(settings, waiting)
            try holder.query("ROLLBACK")
        }
    }

    @Test func anInterruptIsNoSuccess() async throws {
        try await withLockedLedger { settings, waiting in
            for (signal, status) in [(SIGINT, 130 as Int32), (SIGTERM, 143)] {
                let result = try await CommandRunner.emaildb(
                    ["verify", "--only", "layout"], environment: settings.environment, signal: signal,
                    killWhen: { try waiting() != nil })
                #expect(result.status == status, "\(result)")
                #expect(result.output.isEmpty && result.errors.contains("Run emaildb verify again"))
            }
        }
    }

    @Test func aLostConnectionIsNoSuccess() async throws {
        try await withLockedLedger { settings, waiting in
            async let running = CommandRunner.emaildb(
                ["verify", "--format", "json"], environment: settings.environment)
            var victim: String?
            try await eventually("verify waits for the lock") {
                victim = try waiting()
                return victim != nil
            }
            try Connection(settings).query("SELECT pg_terminate_backend($1::integer)", [victim])
            let result = try await running
            #expect(result.status == 3, "\(result)")
            #expect(
                result.output.contains("\"outcome\" : \"cannot-connect\"") && !result.output.contains("\"findings\""))
        }
    }

    @Test func aCatalogThatIsLockedIsStatusFive() async throws {
        try await withLockedLedger { settings, _ in
            let result = try await CommandRunner.emaildb(
                ["verify", "--only", "layout"], environment: settings.environment)
            #expect(result.status == 5, "\(result)")
            #expect(result.output.isEmpty)
        }
    }

    // The reader of a pipe may be gone, a disk full, the output closed.
    @Test(arguments: [">&-", ">/dev/full", "| true"])
    func whatCannotBeDeliveredIsNoSuccess(_ redirection: String) async throws {
        try await TestDatabase.withSchema { settings in
            for format in ["text", "json", "junit", "sarif", "github", "tap"] {
                let program = "'\(CommandRunner.emaildb)' verify --only layout --format \(format)"
                // A pipe whose reader has ended.
                let unread = "coproc read; exec 3>&\"${COPROC[1]}\"; echo >&3; wait; \(program) >&3; echo $? >&2"
                let command = redirection == "| true" ? unread : "\(program) \(redirection); echo $? >&2"
                let result = try await CommandRunner.run("bash", ["-c", command], environment: settings.environment)
                let status = result.errors.split(separator: "\n").last.map(String.init)
                #expect(status != "0", "\(format) \(redirection): \(result)")
            }
        }
    }

    @Test(arguments: ["--help", "verify --help", "--version", "verify --explain all", "help tune"])
    func helpThatCannotBeDeliveredIsNoSuccess(_ words: String) async throws {
        for redirection in [">&-", ">/dev/full"] {
            let program = "'\(CommandRunner.emaildb)' \(words)"
            let result = try await CommandRunner.run("sh", ["-c", "\(program) \(redirection)"])
            #expect(result.status == 2 && result.errors.contains("standard output"), "\(redirection): \(result)")
            let control = try await CommandRunner.run("sh", ["-c", program])
            #expect(control.status == 0 && !control.output.isEmpty)
        }
    }

    // The next pipe or connection would get the number, and with it what is written for people.
    @Test func closedStandardDescriptorsAreKeptFree() async throws {
        let target = "host=127.0.0.1 port=\(TestServerPort.silent()) connect_timeout=30"
        let running = try RunningCommand(
            ["status", "-d", target], environment: [:], prefix: ["/bin/sh", "-c", "exec \"$0\" \"$@\" <&- 2>&-"])
        func file(_ descriptor: String) -> String? {
            try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(running.processID)/fd/\(descriptor)")
        }
        try await eventually("it connects") {
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(running.processID)/fd")
            return open.contains { file($0)?.hasPrefix("socket:") == true }
        }
        #expect(["0", "2"].map(file) == ["/dev/null", "/dev/null"])
        running.signal(SIGTERM)
        #expect(try await running.end(within: .seconds(20)).status == 143)
    }

    @Test func aFileThatCannotBeWrittenIsNoSuccess() async throws {
        try await TestDatabase.withSchema { settings in
            let result = try await CommandRunner.emaildb(
                ["verify", "--only", "layout", "--output", "json=/nonexistent/x"], environment: settings.environment)
            #expect(result.status == 2)
            #expect(result.errors.contains("cannot write /nonexistent/x"))
        }
    }

    @Test func aPoolerAndAnOldServerAreRefused() async throws {
        try await TestDatabase.withSchema { settings in
            try await PgBouncer.with(settings, mode: "transaction") { pooled in
                let result = try await CommandRunner.emaildb(["verify"], environment: pooled.environment)
                #expect(result.status == 4, "\(result)")
                #expect(result.errors.contains("the connection goes through a pooler"))
            }
        }
        let server = TestServer(binaries: ".emaildb/postgresql/14")
        let old = try await CommandRunner.emaildb(
            ["verify", "-d", "postgres"], environment: try await server.connectionSettings().environment)
        #expect(old.status == 4)
        #expect(old.errors.contains("emaildb needs 15 or newer"))
        try await server.stop()
    }

    @Test(arguments: [
        ["--only", "layouts"], ["--only", ""], ["--format", "yaml"], ["--output", "json"], ["--output", "yaml=x"],
        ["--ignore", "/nonexistent"], ["--explain", "EDB-X999"], ["--fix-sql", "--format", "json"],
    ])
    func wrongUsageIsStatusSixtyFour(_ arguments: [String]) async throws {
        let result = try await CommandRunner.emaildb(["verify"] + arguments)
        #expect(result.status == 64, "\(result)")
        #expect(!result.errors.isEmpty && (result.output.isEmpty || arguments.last == "json"), "\(result)")
    }

    @Test func aCodeIsExplained() async throws {
        let one = try await CommandRunner.emaildb(["verify", "--explain", "EDB-S006"])
        #expect(one.status == 0)
        #expect(one.output.contains("Cause: ") && one.output.contains("emaildb help finding-codes"))
        let all = try await CommandRunner.emaildb(["verify", "--explain", "all"])
        #expect(all.output.split(separator: "\n").count > 80)
    }

    // MARK: - The least privilege

    @Test("The monitor sees everything but the connection rules, and is told so") func monitor() async throws {
        let server = TestServer()
        let settings = try await server.installed(passwords: ["email_monitor": "x"])
        let superuser = try Connection(settings)
        let monitor = settings.user("email_monitor", password: "x").environment
        let parts = ["verify", "--only", "layout,security"]
        let fresh = try await CommandRunner.emaildb(parts, environment: monitor)
        #expect(fresh.status == 0, "\(fresh)")
        #expect(
            fresh.output.contains("not seen  the rules of pg_hba.conf: email_monitor may not read pg_hba_file_rules"))
        #expect(fresh.output.hasSuffix("no findings; 2 things not seen\n"))
        let strict = try await CommandRunner.emaildb(parts + ["--strict"], environment: monitor)
        #expect(strict.status == 1)
        // Its fix completes the report, but for what only a superuser sees.
        try superuser.script(
            "GRANT SELECT ON pg_hba_file_rules TO email_monitor; GRANT EXECUTE ON FUNCTION pg_hba_file_rules() TO email_monitor"
        )
        let whole = try await CommandRunner.emaildb(parts + ["--strict"], environment: monitor)
        #expect(whole.output.hasSuffix("no findings; 1 thing not seen\n"), "\(whole)")
        // It finds what a superuser finds.
        try superuser.script(
            "DROP INDEX idx_email_messages_thread_id; GRANT email_owner TO email_service; DELETE FROM emaildb.ledger WHERE step = 2"
        )
        let asMonitor = try await CommandRunner.emaildb(parts + ["--format", "json"], environment: monitor)
        let asSuperuser = try await CommandRunner.emaildb(
            parts + ["--format", "json"], environment: settings.environment)
        func findings(_ result: CommandResult) throws -> [String] {
            let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            let findings = object?["findings"] as? [[String: Any]] ?? []
            return findings.map { "\($0["code"] ?? "") \($0["object"] ?? "")" }
        }
        let seen = try findings(asMonitor)
        #expect(seen.count >= 4)
        #expect(try findings(asSuperuser) == seen)
        let live = try await CommandRunner.emaildb(["verify"], environment: monitor)
        #expect(live.output.contains("not seen  attacks on row security: email_monitor may not act as email_service"))
        #expect(live.output.contains("not seen  plans: email_monitor is no superuser"))
        try await server.stop()
    }

    @Test func connectionRulesForRemoteClientsAreWarnings() async throws {
        let server = TestServer()
        let settings = try await server.installed()
        let security = ["verify", "--only", "security"]
        let fresh = try await CommandRunner.emaildb(security, environment: settings.environment)
        #expect(fresh.status == 0, "\(fresh)")
        let path = try await server.server().directory + "/data/pg_hba.conf"
        let file = try #require(FileHandle(forWritingAtPath: path))
        file.seekToEndOfFile()
        file.write(
            Data(
                """
                host all all 10.0.0.0/8 md5
                host all all all scram-sha-256
                host all all 127.0.0.0/8 trust
                host all all ::1/128 trust
                host replication all 10.1.0.0/16 trust
                host all all 127.0.0.1 0.0.0.0 ident
                host other_database all all trust
                hostnossl all all all reject

                """.utf8))
        try file.close()
        let result = try await CommandRunner.emaildb(security, environment: settings.environment)
        #expect(result.status == 1, "\(result)")
        for finding in [
            "S010  pg_hba.conf host all all 10.0.0.0 255.0.0.0 md5: ",
            "S011  pg_hba.conf host all all all scram-sha-256: ",
            "S010  pg_hba.conf host replication all 10.1.0.0 255.255.0.0 trust: ",
            "S010  pg_hba.conf host all all 127.0.0.1 0.0.0.0 ident: ",
        ] {
            #expect(result.output.contains("warning EDB-" + finding), "\(finding): \(result.output)")
        }
        #expect(result.output.split(separator: "\n").dropLast().last?.hasSuffix(": 7 warnings") == true)
        #expect(result.output.hasSuffix("# what it means, and what to do\n"), "no SQL fixes these: \(result)")
        try await server.stop()
    }
}
