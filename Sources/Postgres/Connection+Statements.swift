import CLibpq
import Glibc

/// One statement with its parameters, for ``Connection/pipeline(_:)``.
package struct Statement: Sendable, ExpressibleByStringLiteral {
    package var sql: String
    /// In text form, nil for NULL; their types follow from the statement, so write casts there.
    package var parameters: [String?]

    package init(_ sql: String, _ parameters: [String?] = []) {
        self.sql = sql
        self.parameters = parameters
    }

    package init(stringLiteral value: String) { self.init(value) }
}

extension Connection {
    /// Runs one statement with parameters (extended query protocol).
    /// - Throws: ``PostgresError`` of kind `server` with every field, or `connectionLost`.
    @discardableResult
    package func query(_ sql: String, _ parameters: [String?] = []) throws(PostgresError) -> Rows {
        try link.checkStop()
        return try single(
            withCStrings(parameters) { PQsendQueryParams(handle, sql, Int32(parameters.count), nil, $0, nil, nil, 0) })
    }

    /// Plans a statement under a name, for ``execute(_:_:)``; it lasts as long as the session.
    package func prepare(_ name: String, _ sql: String) throws(PostgresError) {
        try link.checkStop()
        _ = try single(PQsendPrepare(handle, name, sql, 0, nil))
    }

    @discardableResult
    package func execute(_ name: String, _ parameters: [String?] = []) throws(PostgresError) -> Rows {
        try link.checkStop()
        return try single(
            withCStrings(parameters) { PQsendQueryPrepared(handle, name, Int32(parameters.count), $0, nil, nil, 0) })
    }

    /// Runs all statements of a text (simple query protocol): one implicit transaction unless the text or the caller
    /// opened one.
    ///
    /// The first error ends it; its `position` counts characters over the whole text.
    @discardableResult
    package func script(_ sql: String) throws(PostgresError) -> [Rows] {
        try link.checkStop()
        guard PQsendQuery(handle, sql) == 1 else { throw lastError() }
        try link.flush()
        return try collectResults()
    }

    /// Runs all statements of a text as ``script(_:)`` does, and throws their rows away one by one as they come.
    ///
    /// What a text returns may be larger than the memory; of a single row that much is needed.
    package func discardingRows(_ sql: String) throws(PostgresError) {
        try link.checkStop()
        guard PQsendQuery(handle, sql) == 1, PQsetSingleRowMode(handle) == 1 else { throw lastError() }
        try link.flush()
        try collectResults(keepsRows: false)
    }

    /// Runs several statements with parameters in one round trip (pipeline mode), as one implicit transaction unless
    /// the caller opened one; after an error the later ones do not run.
    package func pipeline(_ statements: [Statement]) throws(PostgresError) -> [Rows] {
        try startPipeline(statements)
        return try finishPipeline(statements.count)
    }

    /// Sends the statements of ``pipeline(_:)`` and does not wait for their results, which ``finishPipeline()`` has to read
    /// before anything else is asked of this session.
    package func startPipeline(_ statements: [Statement]) throws(PostgresError) {
        try link.checkStop()
        guard PQenterPipelineMode(handle) == 1 else { throw lastError() }
        do throws(PostgresError) {
            for statement in statements {
                let count = Int32(statement.parameters.count)
                let sent = withCStrings(statement.parameters) {
                    PQsendQueryParams(handle, statement.sql, count, nil, $0, nil, nil, 0)
                }
                guard sent == 1 else { throw lastError() }
            }
            guard PQpipelineSync(handle) == 1 else { throw lastError() }
            try link.flush()
        } catch {
            // Without its synchronisation point the pipeline cannot be left in order; the session is of no more use.
            shutdown(PQsocket(handle), Int32(SHUT_RDWR))
            throw error
        }
    }

    /// - Parameter count: how many statements were sent.
    package func finishPipeline(_ count: Int) throws(PostgresError) -> [Rows] {
        let results = Result { () throws(PostgresError) in try collectResults(isPipeline: true) }
        guard PQexitPipelineMode(handle) == 1 || !isAlive else { throw lastError() }
        let rows = try results.get()
        guard rows.count == count else {
            throw PostgresError(
                kind: .connectionLost, message: "the server's answer cannot be understood", sqlState: .connectionFailure
            )
        }
        return rows
    }

    /// Runs a `COPY .. FROM STDIN`: completed when the body returns, and failed on the server when it throws.
    /// - Returns: the number of rows copied.
    @discardableResult
    package func copyIn(_ sql: String, _ body: (borrowing CopyWriter) throws -> Void) throws -> Int {
        try link.checkStop()
        guard PQsendQuery(handle, sql) == 1 else { throw lastError() }
        try link.flush()
        let started = try link.nextResult()
        let status = PQresultStatus(started)
        if status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH {
            PQclear(started)
            try skipCopyOut()
            _ = try? collectResults()
            throw PostgresError(kind: .usage, message: "not a COPY FROM STDIN: it sends rows instead of taking them")
        }
        guard status == PGRES_COPY_IN else {
            let result = Result { try rows(started) }
            _ = try? collectResults()
            throw PostgresError(
                kind: .usage, message: "not a COPY FROM STDIN: it returned \(try result.get().commandTag)")
        }
        PQclear(started)
        do {
            try body(CopyWriter(link: link))
        } catch {
            // The server takes part in the end of a COPY, whatever ends it.
            if isAlive, PQputCopyEnd(handle, "the client gave up") == 1 {
                try? StopRequest.shielded {
                    try link.flush()
                    _ = try collectResults()
                }
            }
            throw error
        }
        guard PQputCopyEnd(handle, nil) == 1 else { throw lastError() }
        try link.flush()
        return try collectResults().last?.affectedRows ?? 0
    }

    /// Runs a body between BEGIN and COMMIT; when it throws, the transaction is rolled back and the error passed on.
    /// - Parameter options: what follows `BEGIN`, such as `READ ONLY`.
    package func transaction<Value>(_ options: String = "", _ body: () throws -> Value) throws -> Value {
        try query("BEGIN \(options)")
        do {
            let value = try body()
            try query("COMMIT")
            return value
        } catch {
            if isAlive, transactionStatus != .idle { StopRequest.shielded { _ = try? query("ROLLBACK") } }
            throw error
        }
    }

    // MARK: - Results

    /// The one result of what was sent.
    /// - Parameter isSent: what libpq's function returned.
    private func single(_ isSent: Int32) throws(PostgresError) -> Rows {
        guard isSent == 1 else { throw lastError() }
        try link.flush()
        guard let last = try collectResults().last else { throw lastError() }
        return last
    }

    /// Reads and drops the rows of a COPY TO STDOUT.
    private func skipCopyOut() throws(PostgresError) {
        var buffer: UnsafeMutablePointer<CChar>?
        while true {
            let count = PQgetCopyData(handle, &buffer, 1)
            if count < 0 { return }
            if count > 0 { PQfreemem(buffer) } else { try link.read() }
        }
    }

    /// Reads every result of what was sent, and throws the first error after the last one is read.
    @discardableResult
    private func collectResults(isPipeline: Bool = false, keepsRows: Bool = true) throws(PostgresError) -> [Rows] {
        var results: [Rows] = []
        var failure: PostgresError?
        var isComplete = false
        while !isComplete {
            let result = try link.nextResult()
            switch PQresultStatus(result) {
            case _ where result == nil:
                // It also separates the statements of a pipeline.
                isComplete = !isPipeline || !isAlive
                if !isAlive { failure = failure ?? lastError() }
            case PGRES_PIPELINE_SYNC:
                isComplete = true
                PQclear(result)
            case PGRES_PIPELINE_ABORTED: PQclear(result)
            case PGRES_COPY_IN:
                // A step file cannot feed a COPY; end it, or the loop would never finish.
                PQclear(result)
                PQputCopyEnd(handle, "COPY FROM STDIN has no data here")
                try link.flush()
            case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                PQclear(result)
                try skipCopyOut()
            default:
                do {
                    let rows = try rows(result)
                    if keepsRows { results.append(rows) }
                } catch {
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw failure }
        return results
    }

    /// Turns a result into rows or an error, and frees it.
    private func rows(_ result: OpaquePointer?) throws(PostgresError) -> Rows {
        guard let result else { throw lastError() }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: return Rows(result: result)
        default:
            var error = PostgresError(result: result, kind: isAlive ? .server : .connectionLost)
            if error.severity == "FATAL" || error.severity == "PANIC" {
                // The server's last words before it closes the connection; libpq sees the end only when it reads on.
                error.kind = .connectionLost
                _ = StopRequest.wait(PQsocket(handle), POLLIN, until: .now + .seconds(1), stops: false)
                PQconsumeInput(handle)
            }
            throw error
        }
    }
}
