import FoundationEssentials
import Server
import TestSupport
import Testing

/// The private server that `emaildb dev` keeps in the folder where it is called.
@Suite(.needsServer) struct DevTests {
    @Test("A server is started, used, stopped, and started again with its data") func life() async throws {
        let folder = try TemporaryFolder()
        let binaries = try ServerBinaries.find(nil, state: ".emaildb").directory
        func dev(_ arguments: String...) async throws -> CommandResult {
            try await CommandRunner.emaildb(["dev"] + arguments, in: folder.path)
        }
        let before = try await dev("status")
        #expect(before.status == 1 && before.output.contains("emaildb dev start"))
        #expect(try await dev("stop").output == "no server runs here\n")
        #expect(try await dev("env").status == 3)

        let started = try await dev("start", "--postgres", binaries)
        try #require(started.status == 0, "\(started.errors)")
        #expect(started.output.contains("PostgreSQL runs on 127.0.0.1:"))
        let again = try await dev("start", "--postgres", binaries)
        #expect(again.output == started.output, "a second start changes nothing")

        // As its users do it: everything through the shell code that it prints.
        let script = """
            eval "$('\(CommandRunner.emaildb)' dev env)" && '\(CommandRunner.emaildb)' init --quiet &&
            psql -X -At -U email_service email_service -c 'SELECT current_user, count(*) FROM email_messages'
            """
        let used = try await CommandRunner.run("sh", ["-c", script], in: folder.path)
        #expect(used.status == 0 && used.output.hasSuffix("email_service|0\n"), "\(used)")
        let psql = try await dev("psql", "-X", "-At", "-c", "SELECT current_database()")
        #expect(psql.output == "email_service\n", "\(psql)")

        #expect(try await dev("stop").output == "stopped\n")
        #expect(try await dev("start", "--postgres", binaries).status == 0)
        let kept = try await dev(
            "psql", "-U", "postgres", "-X", "-At", "-c", "SELECT count(*) > 10 FROM emaildb.ledger")
        #expect(kept.output == "t\n", "\(kept)")
        #expect(try await dev("stop").status == 0)
    }

    @Test("A folder without a server is named, with the command that fetches one") func noServer() async throws {
        let folder = try TemporaryFolder()
        let result = try await CommandRunner.emaildb(["dev", "start", "--postgres", folder.path], in: folder.path)
        #expect(result.status == 2)
        #expect(result.errors.contains("holds no PostgreSQL server"))
        #expect(result.errors.contains("deployment/scripts/fetch-postgresql 16"))
    }

    @Test func aStartThatWasKilledLeavesNothingInTheWay() async throws {
        let folder = try TemporaryFolder()
        let binaries = try ServerBinaries.find(nil, state: ".emaildb").directory
        let killed = try await CommandRunner.emaildb(
            ["dev", "start", "--postgres", binaries], in: folder.path, killAfter: .milliseconds(250))
        #expect(killed.status == 137 || killed.status == 0)
        let started = try await CommandRunner.emaildb(["dev", "start", "--postgres", binaries], in: folder.path)
        #expect(started.status == 0, "\(started.errors)")
        #expect(try await CommandRunner.emaildb(["dev", "stop"], in: folder.path).status == 0)
    }

    @Test("Two starts at once end with one server, and both say which") func twoStartsAtOnce() async throws {
        let folder = try TemporaryFolder()
        let binaries = try ServerBinaries.find(nil, state: ".emaildb").directory
        async let one = CommandRunner.emaildb(["dev", "start", "--postgres", binaries], in: folder.path)
        async let two = CommandRunner.emaildb(["dev", "start", "--postgres", binaries], in: folder.path)
        async let three = CommandRunner.emaildb(["dev", "start", "--postgres", binaries], in: folder.path)
        let results = try await [one, two, three]
        for result in results { #expect(result.status == 0 && result.output == results[0].output, "\(result)") }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/.emaildb/server")
        #expect(left.sorted() == ["application-password", "data", "lock", "log", "pgpass"])
        #expect(try await CommandRunner.emaildb(["dev", "stop"], in: folder.path).output == "stopped\n")
    }

    @Test("Variables of libpq do not lead away from the private server") func callersVariables() async throws {
        let folder = try TemporaryFolder()
        let binaries = try ServerBinaries.find(nil, state: ".emaildb").directory
        let started = try await CommandRunner.emaildb(["dev", "start", "--postgres", binaries], in: folder.path)
        try #require(started.status == 0, "\(started)")
        let script = """
            eval "$('\(CommandRunner.emaildb)' dev env)" && '\(CommandRunner.emaildb)' init --quiet &&
            exec '\(CommandRunner.emaildb)' dev psql -X -At -c "SELECT current_database(), current_setting('work_mem')"
            """
        let elsewhere = [
            "PGHOSTADDR": "127.0.0.2", "PGSERVICE": "absent", "PGSSLMODE": "verify-full", "PGREQUIREAUTH": "none",
            "PGOPTIONS": "-c work_mem=123MB", "PGHOST": "127.0.0.3", "PGUSER": "nobody", "PGGSSENCMODE": "require",
            "PGTARGETSESSIONATTRS": "standby", "PGSSLROOTCERT": "system",
        ]
        let result = try await CommandRunner.run("sh", ["-c", script], environment: elsewhere, in: folder.path)
        #expect(result.output.hasSuffix("email_service|4MB\n"), "\(result)")
        let direct = try await CommandRunner.emaildb(
            ["dev", "psql", "-X", "-At", "-c", "SELECT current_database(), current_setting('work_mem')"],
            environment: elsewhere, in: folder.path)
        #expect(direct.output == "email_service|4MB\n", "\(direct)")
        #expect(try await CommandRunner.emaildb(["dev", "stop"], in: folder.path).status == 0)
    }

    @Test("The sample has mail to search, and every line that it prints works when typed") func sample() async throws {
        let folder = try TemporaryFolder()
        let binaries = try ServerBinaries.find(nil, state: ".emaildb").directory
        let start = ["dev", "start", "--sample", "--postgres", binaries]
        let first = try await CommandRunner.emaildb(start, in: folder.path)
        try #require(first.status == 0, "\(first)")
        #expect(first.output.contains("360 messages of 3 tenants") && first.output.contains("lighthouse"), "\(first)")
        let second = try await CommandRunner.emaildb(start, in: folder.path)
        #expect(second.status == 0 && second.output == first.output, "\(second)")

        let typed = first.output.split(separator: "\n").compactMap { line -> String? in
            let start = ["eval ", CommandRunner.emaildb].compactMap { line.firstRange(of: $0)?.lowerBound }.min()
            return start.map { String(line[$0...]) }
        }
        #expect(typed.count == 5)
        var answers: [String] = []
        for command in typed {
            let result = try await CommandRunner.run("sh", ["-c", "\(command) </dev/null"], in: folder.path)
            #expect(result.status == 0, "\(command): \(result)")
            answers.append(result.output)
        }
        #expect(
            answers[0].contains("Invoice INV-") && answers[2].contains("120") && answers[3].contains(" 0\n"),
            "\(answers)")
        let superuser = try await CommandRunner.emaildb(
            ["dev", "psql", "-U", "postgres", "-X", "-At", "-c", "SELECT current_user, count(*) FROM email_messages"],
            in: folder.path)
        #expect(superuser.output == "postgres|360\n", "\(superuser)")
        #expect(try await CommandRunner.emaildb(["dev", "stop"], in: folder.path).status == 0)
    }
}
