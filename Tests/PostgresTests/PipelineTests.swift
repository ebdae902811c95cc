import Postgres
import TestSupport
import Testing

@Suite(.needsServer) struct PipelineTests {
    @Test func resultsComeInOrder() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let results = try connection.pipeline([
            "CREATE TEMP TABLE t (x text)",
            Statement("INSERT INTO t VALUES ($1), ($2), ($3)", ["zwölf", nil, ""]),
            "SELECT x FROM t ORDER BY x NULLS FIRST",
            Statement("SELECT $1::int + 1 AS next", ["41"]),
        ])
        #expect(results.map(\.commandTag) == ["CREATE TABLE", "INSERT 0 3", "SELECT 3", "SELECT 1"])
        #expect(results[2].map { $0["x"] } == [nil, "", "zwölf"])
        #expect(results[3].first?.integer("next") == 42)
        let status = connection.transactionStatus
        #expect(status == .idle)
    }

    @Test func anEmptyPipelineDoesNothing() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        #expect(try connection.pipeline([]).isEmpty)
        #expect(try connection.query("SELECT 1").first?[0] == "1")
    }

    @Test func anErrorUndoesThePipelineAndIsTheFirst() async throws {
        try await TestDatabase.withEmpty { settings in
            let connection = try Connection(settings)
            _ = try connection.pipeline(["CREATE TABLE t (x int)", "INSERT INTO t VALUES (0)"])
            let error = try failure {
                try connection.pipeline([
                    "INSERT INTO t VALUES (1)", "SELECT 1/0", "INSERT INTO t VALUES (2)", "SELECT missing",
                ])
            }
            #expect(error.kind == .server)
            #expect(error.sqlState?.rawValue == "22012")
            #expect(try connection.query("SELECT x FROM t").map { $0[0] } == ["0"], "one implicit transaction")
            #expect(try connection.pipeline(["SELECT 5"]).first?.first?[0] == "5")
        }
    }

    @Test func aPipelineInATransactionDoesNotEndIt() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("CREATE TEMP TABLE t (x int)")
        try connection.transaction { _ = try connection.pipeline(["INSERT INTO t VALUES (1)"]) }
        let error = try failure {
            try connection.transaction { _ = try connection.pipeline(["INSERT INTO t VALUES (2)", "SELECT 1/0"]) }
        }
        #expect(error.sqlState?.rawValue == "22012")
        #expect(try connection.query("SELECT x FROM t").map { $0[0] } == ["1"])
    }

    // Both sides' socket buffers are full long before the last statement is sent, so a client that only writes, or a
    // server that is not read from, would wait for ever.
    @Test(.timeLimit(.minutes(10)))
    func manyLargeStatementsWithLargeResultsDoNotBlock() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let large = String(repeating: "x", count: 10_000)
        let statements = (0..<3_000).map { Statement("SELECT $1::int AS number, $2::text AS large", ["\($0)", large]) }
        let results = try connection.pipeline(statements)
        #expect(results.compactMap { $0.first?.integer("number") } == Array(0..<3_000))
        #expect(results.allSatisfy { $0.first?["large"]?.utf8.count == 10_000 })
    }

    @Test(.timeLimit(.minutes(10)))
    func aSessionThatEndsInThePipelineIsLost() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let error = try failure {
            try connection.pipeline(["SELECT 1", "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT pg_sleep(5)"])
        }
        #expect(error.kind == .connectionLost)
        let isAlive = connection.isAlive
        #expect(!isAlive)
    }
}
