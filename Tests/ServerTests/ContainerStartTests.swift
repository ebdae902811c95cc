import Core
import Testing

@testable import Server

/// What a container's environment asks for, and the access rules that follow.
@Suite struct ContainerStartTests {
    @Test(
        "A setting that cannot be used is refused with what to do",
        arguments: [
            (["POSTGRES_USER": "root"], "the application logs in as email_service"),
            (["POSTGRES_PASSWORD": "a", "POSTGRES_PASSWORD_FILE": "/b"], "are both set"),
            (["EMAILDB_ROLE": "boss"], "EMAILDB_ROLE=boss: it is primary or standby"),
            (["EMAILDB_TLS": "yes"], "EMAILDB_TLS=yes: it is off or on"),
        ])
    func settings(environment: [String: String], message: String) throws {
        let failure = try #require(throws: Failure.self) { try ContainerStart(environment) { _ in } }
        #expect(failure.status == .usage && failure.message.contains(message), "\(failure)")
    }

    @Test("Empty variables count as unset") func emptySettings() throws {
        let empty = ["POSTGRES_USER": "", "EMAILDB_ROLE": "", "EMAILDB_TLS": "", "PGDATA": ""]
        let start = try ContainerStart(empty) { _ in }
        #expect(!start.isStandby && !start.isTLSOnly && start.data == "/var/lib/postgresql/data")
    }

    @Test("A connection to the primary quotes its values") func conninfo() throws {
        let start = try ContainerStart(["EMAILDB_PRIMARY_HOST": "a'b\\ c", "EMAILDB_SOCKETS": "/s"]) { _ in }
        #expect(start.conninfo.hasPrefix(#"host='a\'b\\ c' port='5432' user='email_replication' passfile='/s/"#))
    }

    @Test("Access rules, word for word") func accessRules() {
        #expect(
            ContainerStart.rules(user: "postgres", isTLSOnly: true) == """
                # Written at every start; EMAILDB_HBA_FILE names another file to use instead.
                local   all          all                peer map=container
                local   replication  all                peer map=container
                host    all          postgres           all  reject
                hostnossl all        all                all  reject
                hostssl replication  email_replication  all  scram-sha-256
                hostssl all          all                all  scram-sha-256

                """)
        #expect(
            ContainerStart.rules(user: nil, isTLSOnly: false) == """
                # Written at every start; EMAILDB_HBA_FILE names another file to use instead.
                local   all          all                trust
                host    all          postgres           all  reject
                host replication  email_replication  all  scram-sha-256
                host all          all                all  scram-sha-256

                """)
        let names = ContainerStart.names(user: "runner").split(separator: "\n")
        #expect(names.count == 16 && names.contains("container runner email_service"), "\(names)")
    }
}
