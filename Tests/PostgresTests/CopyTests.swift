import Postgres
import TestSupport
import Testing

@Suite(.needsServer) struct CopyTests {
    private struct GivenUp: Error {}

    @Test func everyValueArrivesAsItWasGiven() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("CREATE TEMP TABLE t (id int, value text, other text)")
        let values: [String?] = [
            "plain", "", nil, #"\N"#, #"\."#, #"\"#, #"\t"#, "\t", "\n", "\r\n", "\r", "a\tb\nc\\d", "zwölf",
            "e\u{301}",
            "👩‍👩‍👧", "\u{8}\u{B}\u{C}", "NULL",
        ]
        let count = try connection.copyIn("COPY t FROM STDIN") { writer in
            for (index, value) in values.enumerated() { try writer.write(row: ["\(index)", value, "end"]) }
        }
        #expect(count == values.count)
        let rows = try connection.query("SELECT value FROM t WHERE other = 'end' ORDER BY id")
        #expect(rows.map { $0[0].map { Array($0.utf8) } } == values.map { $0.map { Array($0.utf8) } })
    }

    @Test func tenThousandRowsArrive() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("CREATE TEMP TABLE t (id int, filler text)")
        let filler = String(repeating: "x", count: 500)
        let count = try connection.copyIn("COPY t FROM STDIN") { writer in
            for number in 1...10_000 { try writer.write(row: ["\(number)", filler]) }
        }
        #expect(count == 10_000)
        let row = try connection.query("SELECT sum(id) AS ids, sum(length(filler)) AS length FROM t").first
        #expect(row?["ids"] == "50005000")
        #expect(row?["length"] == "5000000")
    }

    @Test func bytesGoOutInAnyFormat() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("CREATE TEMP TABLE t (a text, b text)")
        let count = try connection.copyIn("COPY t FROM STDIN (FORMAT csv)") { writer in
            try writer.write(bytes: Array("one,\"two".utf8))
            try writer.write(bytes: Array(",three\"\n".utf8))
        }
        #expect(count == 1)
        #expect(try connection.query("SELECT b FROM t").first?[0] == "two,three")
    }

    @Test func aBadRowIsNamedByItsLine() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("CREATE TEMP TABLE t (id int)")
        let error = try failure {
            try connection.copyIn("COPY t FROM STDIN") { writer in
                for number in 1...5_000 { try writer.write(row: [number == 3 ? "three" : "\(number)"]) }
            }
        }
        #expect(error.kind == .server)
        #expect(error.sqlState?.rawValue == "22P02")
        #expect(error.context == #"COPY t, line 3, column id: "three""#)
        #expect(try connection.query("SELECT count(*) FROM t").first?[0] == "0")
    }

    @Test func aThrowingBodyLeavesNoRow() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        try connection.query("CREATE TEMP TABLE t (id int)")
        for givesUp in [true, false] {
            do {
                try connection.copyIn("COPY t FROM STDIN") { writer in
                    try writer.write(row: ["1"])
                    if givesUp { throw GivenUp() }
                }
                #expect(!givesUp)
            } catch is GivenUp {
                #expect(givesUp)
            }
            let status = connection.transactionStatus
            #expect(status == .idle)
            #expect(try connection.query("SELECT count(*) FROM t").first?[0] == (givesUp ? "0" : "1"))
        }
    }

    @Test(arguments: ["SELECT 1", "CREATE TEMP TABLE u ()", ""])
    func whatIsNoCopyIsAUsageError(_ sql: String) async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        var ran = false
        let error = try failure { try connection.copyIn(sql) { _ in ran = true } }
        #expect(error.kind == .usage)
        #expect(!ran)
        #expect(try connection.query("SELECT 2").first?[0] == "2")
    }

    @Test func aCopyInTheOtherDirectionIsAUsageError() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let error = try failure {
            try connection.copyIn("COPY (SELECT generate_series(1, 100000)) TO STDOUT") { _ in }
        }
        #expect(error.kind == .usage)
        #expect(try connection.query("SELECT 2").first?[0] == "2")
    }

    @Test("A statement that does not fit into the socket's buffers arrives whole", .timeLimit(.minutes(1)))
    func aLongStatement() async throws {
        var settings = try await TestServer.shared.connectionSettings()
        settings.answerTimeout = .seconds(20)
        let connection = try Connection(settings)
        try connection.query("CREATE TEMP TABLE t (id int)")
        let comment = String(repeating: "x", count: 32 << 20)
        let count = try connection.copyIn("COPY t FROM STDIN /* \(comment) */") { try $0.write(row: ["1"]) }
        #expect(count == 1)
    }

    @Test("What a silent server does not take does not pile up in memory", .timeLimit(.minutes(1)))
    func nothingPilesUp() async throws {
        let settings = try await TestServer.shared.connectionSettings()
        let port = try #require(settings["port"].flatMap { Int($0) })
        let proxy = try FaultyProxy(to: port, .stall, at: 100_000, .toServer)
        defer { proxy.stop() }
        var stalled = settings
        stalled["port"] = String(proxy.port)
        stalled.answerTimeout = .seconds(2)
        let connection = try Connection(stalled)
        try connection.query("CREATE TEMP TABLE t (filler text)")
        let block = String(repeating: "x", count: 1 << 16)
        var blocks = 0
        let error = try failure {
            try connection.copyIn("COPY t FROM STDIN") { writer in
                for _ in 1...2000 {
                    try writer.write(row: [block])
                    blocks += 1
                }
            }
        }
        #expect(error.kind == .connectionLost)
        // The system's own buffers take a few megabytes.
        #expect(blocks < 500, "\(blocks)")
    }

    @Test func anErrorOfTheCopyItselfKeepsItsCode() async throws {
        let connection = try Connection(await TestServer.shared.connectionSettings())
        let error = try failure { try connection.copyIn("COPY no_such_table FROM STDIN") { _ in } }
        #expect(error.kind == .server)
        #expect(error.sqlState?.rawValue == "42P01")
    }
}

extension CopyWriter {
    /// Sends one row in COPY's text format; nil is NULL.
    fileprivate func write(row: [String?]) throws {
        let letters: [Unicode.Scalar: String] = ["\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"]
        let cells = row.map { $0?.replacingScalars { letters[$0] } ?? "\\N" }
        try write(bytes: Array((cells.joined(separator: "\t") + "\n").utf8))
    }
}
