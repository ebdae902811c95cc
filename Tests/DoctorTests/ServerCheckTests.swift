import FoundationEssentials
import Glibc
import Postgres
import Server
import TestSupport
import Testing

@testable import Doctor

/// What happens to a server, its disk and its standby: each is provoked, found, and gone once the fix was typed.
@Suite(.needsServer) struct ServerCheckTests {
    @Test func settings() async throws {
        let server = TestServer(isPlain: true)
        let patient = try await Patient(server)
        let connection = try Connection(patient.superuser)
        func set(_ setting: String) throws { try connection.script("ALTER SYSTEM SET \(setting)") }
        func reload() throws { try connection.query("SELECT pg_reload_conf()") }
        let before = try patient.examine()
        #expect(before.findings == [])
        #expect(before.checks.count { $0.state == .ok } > 25)

        try await patient.treat("durability", "", .critical) {
            for setting in ["fsync = off", "full_page_writes = off", "ignore_checksum_failure = on"] {
                try set(setting)
            }
            try reload()
        }
        try await patient.treat("vacuum-off") {
            try set("autovacuum = off")
            try reload()
        }
        // As tune itself asks on a terminal, and takes the memory of the machine.
        let tune = " --yes --memory 8GB --cpus 2"
        let profile = "emaildb tune --profile production"
        let tuned = DoctorFinding(
            DoctorCheck.all[0], .warning, object: "", evidence: [], fix: profile + tune, .shell)
        try await patient.type(tuned, tuned.fix)
        let waiting = try await patient.treat("profile", adding: tune) {
            for setting in [
                "work_mem = '9MB'", "log_min_duration_statement = '17min'", "random_page_cost = 3",
            ] {
                try set(setting)
            }
            try reload()
        }
        #expect(waiting.count == 3 && waiting.allSatisfy { $0.fix == profile }, "\(waiting)")
        try await restart(patient)
        try await server.stop()
    }

    private func restart(_ patient: Patient) async throws {
        // What tune wrote and only a restart puts into force.
        let findings = try patient.findings("pending-restart", "")
        #expect(findings.contains { $0.object == "setting shared_buffers" })
        let finding = try #require(findings.first)
        try await patient.type(finding, finding.fix)
        #expect(try patient.findings("pending-restart", "") == [])
        #expect(try patient.findings("profile", "") == [])
    }

    @Test func slots() async throws {
        let server = TestServer(
            settings: Patient.healthy.merging(["max_wal_size": "32MB", "min_wal_size": "32MB"]) { $1 })
        let patient = try await Patient(server)
        let connection = try Connection(patient.superuser)
        func write(_ segments: Int) throws {
            for _ in 1...segments {
                try connection.query(
                    "SELECT pg_logical_emit_message(false, 'x', repeat('x', 14000000)), pg_switch_wal()")
            }
        }
        let slot = "SELECT pg_create_physical_replication_slot('second', true)"
        try await patient.treat("slot-inactive") { try connection.query(slot) }
        try await patient.treat("slot-retained", "slot-retained = 10MB, 1GB") {
            try connection.query(slot)
            try write(2)
        }
        try connection.script("ALTER SYSTEM SET max_slot_wal_keep_size = '128MB'")
        try connection.query("SELECT pg_reload_conf()")
        try await patient.treat("slot-room", "slot-room = 80%, 1%") {
            try connection.query(slot)
            try write(3)
        }
        try await patient.treat("slot-lost", "", .critical) {
            try connection.script("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'")
            try connection.query("SELECT pg_reload_conf()")
            try write(6)
            try connection.query("CHECKPOINT")
        }
        #expect(try patient.examine().findings == [])
        try await server.stop()
    }

    @Test func archive() async throws {
        let server = TestServer(settings: Patient.healthy.merging(["archive_mode": "on"]) { $1 })
        let patient = try await Patient(server)
        let connection = try Connection(patient.superuser)
        func archive(_ command: String) throws {
            try connection.script("ALTER SYSTEM SET archive_command = \(SQL.literal(command))")
            try connection.query("SELECT pg_reload_conf()")
        }
        func write(_ segments: Int) throws {
            for _ in 1...segments {
                try connection.query("SELECT pg_logical_emit_message(false, 'x', 'x'), pg_switch_wal()")
            }
        }
        let limits = "archive = 1s, 1h\narchive-waiting = 3, 100"
        // Nothing to archive with: what to set is told.
        try await patient.treat("archive", limits, replacing: ("COMMAND %p", "true %p")) {
            try write(1)
        }
        // A command that fails: why it does, the log alone knows; here somebody repairs it.
        for check in ["archive", "archive-waiting"] {
            let found = try await patient.treat(check, limits, isTyped: false) {
                try archive("false %p")
                try write(5)
            } afterwards: {
                try archive("true %p")
            }
            #expect(found.first?.fix.hasPrefix("docker logs --since 10m CONTAINER") == true)
        }
        #expect(try patient.examine().findings == [])
        try await server.stop()
    }

    @Test("A standby that lags, is paused, waits for a reader, or lost its primary") func standby() async throws {
        let server = TestServer(settings: Patient.healthy)
        let patient = try await Patient(server)
        let second = try await server.makeStandby(
            settings: Patient.healthy.merging(["max_standby_streaming_delay": "-1"]) { $1 })
        let replica = Patient(second, try await second.connectionSettings().database("email_service"))
        try await eventually("it streams") { try replica.findings("receiver", "").isEmpty }
        let calm = try replica.examine()
        #expect(calm.isStandby && calm.findings == [], "\(calm.findings)")

        let connection = try Connection(patient.superuser)
        func write() throws {
            for _ in 1...4 { try connection.query("SELECT pg_logical_emit_message(true, 'x', repeat('x', 1000000))") }
        }
        func pause() throws { try Connection(replica.superuser).query("SELECT pg_wal_replay_pause()") }
        try await replica.treat("replay-paused") { try pause() }
        let behind = try await patient.treat("replica-lag", "replica-lag = 2MB, 1GB", on: replica.superuser) {
            try pause()
            try write()
        }
        #expect(behind.map(\.object) == ["standby second"])
        try connection.query("CREATE TABLE public.read_there (id int)")
        try await replica.treat("replay-delay", "replay-delay = 1s, 1h") {
            let there = try Connection(replica.superuser)
            try await eventually("the table is there") {
                try !there.query("SELECT FROM pg_class WHERE relname = 'read_there'").isEmpty
            }
            let reader = try Session(replica.superuser, "BEGIN; SELECT FROM public.read_there")
            try connection.query("DROP TABLE public.read_there")
            try write()
            return reader
        }
        // Without an address it asks for one, with one that nobody answers it says whom to look for.
        let port = patient.superuser["port"] ?? ""
        try await replica.treat(
            "receiver", "", .critical,
            replacing: ("host=PRIMARY port=5432 user=email_replication", "host=127.0.0.1 port=\(port) user=postgres")
        ) {
            try Connection(replica.superuser).query("ALTER SYSTEM SET primary_conninfo = ''")
            try Connection(replica.superuser).query("SELECT pg_reload_conf()")
        }
        try await replica.treat("receiver", "", .critical, isTyped: false) {
            try await server.pause()
        } afterwards: {
            try await server.resume()
        }
        try await second.stop()
        try await server.stop()
    }

    @Test func checksums() async throws {
        let server = TestServer(settings: Patient.healthy)
        let patient = try await Patient(server)
        let data = try await server.server().directory + "/data"
        let connection = try Connection(patient.superuser)
        try connection.script("CREATE TABLE public.damaged AS SELECT generate_series(1, 1000) AS id; CHECKPOINT")
        let file = try connection.value("SELECT pg_relation_filepath('public.damaged')")
        try await patient.treat("checksum-failures", "", .critical, isTyped: false) {
            try await server.pause()
            let handle = open(data + "/" + file, O_RDWR)
            var byte: UInt8 = 0xFF
            for offset in 4000..<4010 { pwrite(handle, &byte, 1, off_t(offset)) }
            close(handle)
            try await server.resume()
            #expect(throws: PostgresError.self) {
                try Connection(patient.superuser).query("SELECT count(*) FROM public.damaged")
            }
        } afterwards: {
            // As the fix says, once what is damaged was restored.
            try Connection(patient.superuser).script("DROP TABLE public.damaged")
            try Connection(patient.superuser).query("SELECT pg_stat_reset()")
        }
        let off = DoctorFinding(
            DoctorCheck.all[0], .warning, object: "", evidence: [], fix: "pg_checksums --disable --pgdata \(data)",
            .shell)
        try await patient.treat("checksums") {
            let program = try await patient.prepare()
            try await server.pause()
            try await program(off.fix)
            try await server.resume()
        } afterwards: {
            try await server.resume()
        }
        try await server.stop()
    }

    @Test func cache() async throws {
        let server = TestServer(isPlain: true)
        let patient = try await Patient(server)
        let first = try Connection(patient.superuser)
        try first.query("ALTER SYSTEM SET shared_buffers = '1MB'")
        try first.query("CREATE TABLE public.large AS SELECT n, repeat('x', 500) FROM generate_series(1, 20000) AS n")
        first.close()
        try await server.pause()
        try await server.resume()
        func read() throws {
            let connection = try Connection(patient.superuser)
            try connection.query("SELECT pg_stat_reset()")
            for _ in 1...30 { try connection.query("SELECT count(*) FROM public.large") }
            try connection.query("SELECT pg_stat_force_next_flush()")
        }
        let limits = "cache-hit-least = 20000"
        try Connection(patient.superuser).query("SELECT pg_stat_reset()")
        try await patient.treat(
            "cache-hit", limits, .critical, adding: " --yes --memory 1GB --cpus 2 --restart"
        ) {
            try read()
        } afterwards: {
            try read()
        }
        try await server.stop()
    }

    @Test("The volumes, where the server is on this machine") func disk() async throws {
        let server = TestServer(settings: Patient.healthy)
        let patient = try await Patient(server)
        #expect(try patient.findings("disk", "disk = 100%, off") == [])
        let found = try patient.findings("disk", "disk = 0.001%, 100%")
        let data = try await server.server().directory + "/data"
        #expect(found.first?.object == "volume of \(data)" && found.first?.severity == .warning, "\(found)")
        let used = try await CommandRunner.run("df", ["--output=pcent", data]).output.split(separator: "\n").last
        let percent = Double(used?.filter(\.isNumber) ?? "") ?? -1
        #expect(abs((found.first?.value ?? 0) - percent) < 1.5, "as df says")
        try await patient.type(found[0], found[0].fix)
        try await server.stop()
    }
}
