import FoundationEssentials
import Postgres
import Server
import TestSupport
import Testing

@testable import Tune

/// What is read from and written to configuration files means the same to PostgreSQL.
@Suite struct ConfigurationTextTests {
    @Test(.needsServer) func valuesSurviveTheServersOwnFile() async throws {
        let server = TestServer(isPlain: true)
        let settings = try await server.connectionSettings()
        let connection = try Connection(settings)
        let values = ["plain", "it's", #"back\slash"#, "two  words", #"a "quoted" # one"#, #"\'"#, "größe = 1"]
        for value in values {
            try connection.query("ALTER SYSTEM SET archive_command = \(SQL.literal(value))")
            let path = try await server.server().directory + "/data/postgresql.auto.conf"
            var file = AutoConfiguration(try String(contentsOfFile: path, encoding: .utf8))
            #expect(file["archive_command"] == value)
            #expect(file.broken.isEmpty)
            file.set("archive_command", value)
            #expect(AutoConfiguration(file.text)["archive_command"] == value)
            try AutoConfiguration.write(file.text, to: path, owner: try ServerInstallation.owner(of: path))
            let read = try connection.query("SELECT setting FROM pg_file_settings WHERE name = 'archive_command'")
            #expect(read.first?[0] == value, "as PostgreSQL reads what we wrote")
        }
        try await server.stop()
    }

    @Test func tornLinesAreFoundAndTheOthersKept() {
        let file = AutoConfiguration(
            "# comment\nwork_mem = '4MB'\nshared_buffers = '2G\nport 5433 # yes\n\n= nothing\n")
        #expect(file.entries.map(\.name) == ["work_mem", "port"])
        #expect(file["port"] == "5433")
        #expect(file.broken.map(\.line) == [3, 6])
    }

    @Test(.needsServer) func valuesAreComparedByWhatTheyMean() async throws {
        let connection = try Connection(try await TestServer.shared.connectionSettings())
        let state = try ServerState(connection)
        func same(_ name: String, _ one: String, _ other: String) -> Bool { state[name]?.same(one, other) ?? false }
        #expect(same("shared_buffers", "2GB", "262144"))
        #expect(same("shared_buffers", "2GB", "2048MB"))
        #expect(!same("shared_buffers", "2GB", "2047MB"))
        #expect(same("log_min_duration_statement", "1s", "1000"))
        #expect(same("random_page_cost", "1.1", "1.10"))
        #expect(same("fsync", "on", "true"))
        #expect(same("wal_level", "Replica", "replica"))
        #expect(same("shared_preload_libraries", "a, \"b\"", "a,b"))
        #expect(!same("shared_preload_libraries", "a,b", "b,a"), "the order of loading counts")
        #expect(state["log_min_duration_statement"]?.display("60000") == "1min")
        #expect(state["shared_buffers"]?.display("262144") == "2GB")
    }
}
