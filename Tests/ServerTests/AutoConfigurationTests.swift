import FoundationEssentials
import Postgres
import Server
import TestSupport
import Testing

/// What is read from and written to configuration files means the same to PostgreSQL.
@Suite struct AutoConfigurationTests {
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
}
