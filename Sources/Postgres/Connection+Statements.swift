import CLibpq
import Glibc

/// One statement with its parameters, for ``Connection/pipeline(_:)``.
package struct Statement: Sendable, ExpressibleByStringLiteral {
    package var sql: String
    /// In text form, nil for NULL; their types follow from the statement, so write casts there.
    package var parameters: [String?]
    /// Whether ``sql`` is the name of a prepared statement instead of a text.
    let isPrepared: Bool

    package init(_ sql: String, _ parameters: [String?] = []) {
        self.sql = sql
        self.parameters = parameters
        isPrepared = false
    }

    /// A statement that the session has prepared, by `PREPARE` or ``Connection/prepare(_:_:)``.
    package init(prepared name: String, _ parameters: [String?] = []) {
        sql = name
        self.parameters = parameters
        isPrepared = true
    }

    package init(stringLiteral value: String) { self.init(value) }
}

extension Connection {
    /// Runs one statement with parameters (extended query protocol).
    /// - Throws: ``PostgresError`` of kind `server` with every field, or `connectionLost`.
    @discardableResult
    package func query(_ sql: String, _ parameters: [String?] = []) throws -> Rows {
        try rows(withCStrings(parameters) { PQexecParams(handle, sql, Int32(parameters.count), nil, $0, nil, nil, 0) })
    }

    /// Plans a statement under a name, for ``execute(_:_:)``; it lasts as long as the session.
    package func prepare(_ name: String, _ sql: String) throws { _ = try rows(PQprepare(handle, name, sql, 0, nil)) }

    @discardableResult
    package func execute(_ name: String, _ parameters: [String?] = []) throws -> Rows {
        try rows(withCStrings(parameters) { PQexecPrepared(handle, name, Int32(parameters.count), $0, nil, nil, 0) })
    }

    /// Runs all statements of a text (simple query protocol): one implicit transaction unless the text or the caller
    /// opened one.
    ///
    /// The first error ends it; its `position` counts characters over the whole text.
    @discardableResult
    package func script(_ sql: String) throws -> [Rows] {
        guard PQsendQuery(handle, sql) == 1 else { throw lastError() }
        return try collectResults()
    }

    /// Runs several statements with parameters in one round trip (pipeline mode), as one implicit transaction unless
    /// the caller opened one; after an error the later ones do not run.
    package func pipeline(_ statements: [Statement]) throws -> [Rows] {
        guard PQenterPipelineMode(handle) == 1, PQsetnonblocking(handle, 1) == 0 else { throw lastError() }
        do {
            for statement in statements {
                let count = Int32(statement.parameters.count)
                let sent = withCStrings(statement.parameters) { values in
                    statement.isPrepared
                        ? PQsendQueryPrepared(handle, statement.sql, count, values, nil, nil, 0)
                        : PQsendQueryParams(handle, statement.sql, count, nil, values, nil, nil, 0)
                }
                guard sent == 1 else { throw lastError() }
            }
            guard PQpipelineSync(handle) == 1 else { throw lastError() }
            try flush()
        } catch {
            // Without its synchronisation point the pipeline cannot be left in order; the session is of no more use.
            shutdown(PQsocket(handle), Int32(SHUT_RDWR))
            throw error
        }
        let results = Result { try collectResults(isPipeline: true) }
        PQsetnonblocking(handle, 0)
        guard PQexitPipelineMode(handle) == 1 || !isAlive else { throw lastError() }
        return try results.get()
    }

    /// Runs a `COPY .. FROM STDIN`: completed when the body returns, and failed on the server when it throws.
    /// - Returns: the number of rows copied.
    @discardableResult
    package func copyIn(_ sql: String, _ body: (borrowing CopyWriter) throws -> Void) throws -> Int {
        let started = PQexec(handle, sql)
        let status = PQresultStatus(started)
        if status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH {
            PQclear(started)
            _ = try? collectResults()
            throw PostgresError(kind: .usage, message: "not a COPY FROM STDIN: it sends rows instead of taking them")
        }
        guard status == PGRES_COPY_IN else {
            let result = try rows(started)
            throw PostgresError(kind: .usage, message: "not a COPY FROM STDIN: it returned \(result.commandTag)")
        }
        PQclear(started)
        do {
            try body(CopyWriter(handle: handle))
        } catch {
            if PQputCopyEnd(handle, "the client gave up") == 1 { _ = try? collectResults() }
            throw error
        }
        guard PQputCopyEnd(handle, nil) == 1 else { throw lastError() }
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
            if isAlive, transactionStatus != .idle { _ = try? query("ROLLBACK") }
            throw error
        }
    }

    // MARK: - Results

    /// Reads every result of what was sent, and throws the first error after the last one is read.
    private func collectResults(isPipeline: Bool = false) throws -> [Rows] {
        var results: [Rows] = []
        var failure: PostgresError?
        var isComplete = false
        while !isComplete {
            let result = PQgetResult(handle)
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
                PQputCopyEnd(handle, "COPY FROM STDIN has no data here")
                PQclear(result)
            case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                var buffer: UnsafeMutablePointer<CChar>?
                while PQgetCopyData(handle, &buffer, 0) > 0 { PQfreemem(buffer) }
                PQclear(result)
            default:
                do {
                    results.append(try rows(result))
                } catch let error as PostgresError {
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw failure }
        return results
    }

    /// Turns a result into rows or an error, and frees it.
    private func rows(_ result: OpaquePointer?) throws -> Rows {
        guard let result else { throw lastError() }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_SINGLE_TUPLE, PGRES_EMPTY_QUERY: return Rows(result: result)
        default:
            var error = PostgresError(result: result, kind: isAlive ? .server : .connectionLost)
            if error.severity == "FATAL" || error.severity == "PANIC" {
                // The server's last words before it closes the connection; libpq sees the end only when it reads on.
                error.kind = .connectionLost
                _ = waitForSocket(PQsocket(handle), events: POLLIN, until: .now + .seconds(1))
                PQconsumeInput(handle)
            }
            throw error
        }
    }

    /// Sends what is queued, reading meanwhile, so that neither side can block the other.
    private func flush() throws {
        while true {
            let left = PQflush(handle)
            if left == 0 { return }
            guard left == 1 else { throw lastError() }
            _ = waitForSocket(PQsocket(handle), events: POLLIN | POLLOUT, until: nil)
            guard PQconsumeInput(handle) == 1 else { throw lastError() }
        }
    }
}
