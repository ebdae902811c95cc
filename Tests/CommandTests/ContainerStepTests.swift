import FoundationEssentials
import Glibc
import Postgres
import TestSupport
import Testing

/// The steps of a container's start, without a container.
@Suite(.needsServer) struct ContainerStepTests {
    @Test("Secrets become private files and leave the environment") func secrets() async throws {
        let start = try TestContainer(["email_monitor_password": "m:o\\n\r\n", "tls_key": "k"])
        let result = try await start.run(
            ["secrets"], then: ["env"], ["POSTGRES_PASSWORD": "päss word", "PGPASSWORD": "x"])
        #expect(result.status == 0 && !result.output.contains("PASSWORD"), "\(result)")
        let copies = start.privateFolder + "/secrets/"
        #expect(start.read(copies + "email_service") == "päss word")
        #expect(start.read(copies + "tls_key") == "k")
        #expect(start.read(start.privateFolder + "/pgpass") == "127.0.0.1:*:*:email_monitor:m\\:o\\\\n\n")
        var status = stat()
        #expect(stat(start.privateFolder, &status) == 0 && status.st_mode & 0o7777 == 0o700)
        #expect(stat(copies + "email_service", &status) == 0 && status.st_mode & 0o7777 == 0o600)
    }

    @Test("A secret that is missing, no text, or a folder is refused") func unusableSecrets() async throws {
        let start = try TestContainer(["email_worker_password": "\n"])
        #expect(try await start.run(["secrets"]).status == 64)
        try start.folder.remove("secrets/email_worker_password")
        let missing = try await start.run(["secrets"], ["POSTGRES_PASSWORD_FILE": "/nonexistent"])
        #expect(missing.status == 64 && missing.errors.contains("does not exist"), "\(missing)")
        try start.folder.write("secrets/email_worker_password/file", "")
        let unreadable = try await start.run(["secrets"])
        #expect(unreadable.status == 4 && unreadable.errors.contains("cannot be read as uid"), "\(unreadable)")
        #expect(start.read(start.privateFolder + "/secrets/email_monitor") == nil, "no secret is left behind")
    }

    @Test(
        "Settings are checked before anything is made",
        arguments: [
            ("EMAILDB_TUNE_PROFILE", "prod", "development, production, high-throughput or read-heavy"),
            ("EMAILDB_TLS", "yes", "off or on"), ("EMAILDB_ROLE", "boss", "primary or standby"),
            ("EMAILDB_PRIMARY_PORT", "70000", "a number from 1 to 65535"),
        ])
    func wrongSettings(_ variable: String, _ value: String, _ names: String) async throws {
        let start = try TestContainer()
        let result = try await start.run(["secrets"], [variable: value])
        #expect(result.status == 64 && result.errors.contains("\(variable)=\(value): "), "\(result)")
        #expect(
            result.errors.contains(names) && result.errors.contains("Start it again with \(variable)="), "\(result)")
        #expect(start.read(start.privateFolder + "/secrets/email_service") == nil)
        #expect(!FileManager.default.fileExists(atPath: start.privateFolder))
        #expect(!FileManager.default.fileExists(atPath: start.data))
    }

    @Test("A directory that is not ours to fill is refused and not touched") func foreignData() async throws {
        let start = try TestContainer()
        try start.folder.write("data/thesis.odt", "")
        if getuid() == 0 {
            let owner = try await start.run(["secrets", "data"])
            #expect(owner.status == 4 && owner.errors.contains("does not belong to uid"), "\(owner)")
            chown(start.data, 65534, 65534)
        }
        let foreign = try await start.run(["secrets", "data"])
        #expect(foreign.status == 4 && foreign.errors.contains("holds no database (thesis.odt"), "\(foreign)")
        try start.folder.write("data/PG_VERSION", "9\n")
        let version = try await start.run(["secrets", "data"])
        #expect(version.status == 4 && version.errors.contains("was made by PostgreSQL 9"), "\(version)")
        #expect(start.read(start.data + "/thesis.odt") == "")
        try start.folder.remove("data/thesis.odt")
        try start.folder.remove("data/PG_VERSION")
        try start.folder.remove("secrets/email_service_password")
        let password = try await start.run(["secrets", "data"])
        #expect(password.status == 64 && password.errors.contains("a first start needs a password"), "\(password)")
    }

    @Test("A first start that was killed while files were moved begins again") func interruptedMove() async throws {
        let start = try TestContainer()
        try start.folder.write("data/.emaildb-stage/data/PG_VERSION", "16\n")
        try start.folder.write("data/global/half", "")
        if getuid() == 0 { _ = try await CommandRunner.run("chown", ["-R", "65534:65534", start.data]) }
        let result = try await start.run(["secrets", "data"], then: ["cat", start.data + "/global/half"])
        #expect(result.status == 1 && result.errors.contains("the first start was interrupted"), "\(result)")
        let names = try FileManager.default.contentsOfDirectory(atPath: start.data)
        #expect(names.contains("PG_VERSION") && !names.contains(".emaildb-stage"), "\(names)")
        // Complete, so what a kill left of the stage is removed and the data stay.
        try start.folder.write("data/.emaildb-stage/rest", "")
        if getuid() == 0 { _ = try await CommandRunner.run("chown", ["-R", "65534:65534", start.data]) }
        let second = try await start.run(["secrets", "data"], then: ["cat", start.data + "/PG_VERSION"])
        #expect(second.status == 0 && !second.errors.contains("interrupted"), "\(second)")
        #expect(!FileManager.default.fileExists(atPath: start.data + "/.emaildb-stage"))
    }

    @Test("A certificate is made, kept, and made anew when it ends soon") func certificate() async throws {
        let start = try TestContainer()
        let tls = ["EMAILDB_TLS": "on"]
        func write() async throws -> String? {
            let result = try await start.run(["secrets", "data", "access"], tls)
            #expect(result.status == 0, "\(result)")
            return start.read(start.privateFolder + "/tls.crt")
        }
        let first = try #require(try await write())
        #expect(try await write() == first)
        let certificate = start.data + "/emaildb-tls.crt"
        let short = try await CommandRunner.run(
            "openssl",
            [
                "req", "-x509", "-key", start.data + "/emaildb-tls.key", "-days", "2", "-subj", "/CN=short", "-out",
                certificate,
            ])
        #expect(short.status == 0, "\(short)")
        let ending = try #require(start.read(certificate))
        #expect(ending != first)
        let renewed = try await write()
        #expect(renewed != ending && renewed != first)
        try start.folder.write("secrets/tls_certificate", first)
        let half = try await start.run(["secrets", "access"], tls)
        #expect(half.status == 64 && half.errors.contains("belong together"), "\(half)")
    }
}
