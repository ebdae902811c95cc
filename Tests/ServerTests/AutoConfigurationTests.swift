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
            #expect(AutoConfiguration(file.bytes)["archive_command"] == value)
            try AutoConfiguration.write(file.bytes, to: path, owner: try ServerInstallation.owner(of: path))
            let read = try connection.query("SELECT setting FROM pg_file_settings WHERE name = 'archive_command'")
            #expect(read.first?[0] == value, "as PostgreSQL reads what we wrote")
        }
        try await server.stop()
    }

    @Test func whatIsNoUTF8StaysAsItIs() {
        let latin =
            Array("work_mem = '4MB'\narchive_command = 'b".utf8) + [0xFC, 0x72] + Array("o'\nport = 5433\n".utf8)
        var file = AutoConfiguration(latin)
        #expect(file.entries.count == 3 && file.broken.isEmpty)
        file.set("port", "5434")
        let kept = latin.dropLast("port = 5433\n".utf8.count).dropFirst("work_mem = '4MB'\n".utf8.count)
        #expect(file.bytes.firstRange(of: Array(kept)) != nil)
        #expect(file.bytes.suffix(14) == Array("port = '5434'\n".utf8)[...])
    }

    @Test func namesAreFoldedAsTheServerFoldsThem() {
        var file = AutoConfiguration("WO\u{130}RK_mem = 1\nPORT = 5433\n\u{307}x = 2\n")
        #expect(file.entries.map(\.name) == ["wo\u{130}rk_mem", "port", "\u{307}x"])
        file.set("port", "5434")
        let again = AutoConfiguration(file.bytes)
        #expect(again.broken.isEmpty && again.entries.map(\.name) == file.entries.map(\.name))
    }

    @Test func tornLinesAreFoundAndTheOthersKept() {
        let file = AutoConfiguration(
            "# comment\nwork_mem = '4MB'\nshared_buffers = '2G\nport 5433 # yes\n\n= nothing\n")
        #expect(file.entries.map(\.name) == ["work_mem", "port"])
        #expect(file["port"] == "5433")
        #expect(file.broken.map(\.line) == [3, 6])
    }
}
