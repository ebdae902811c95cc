import Testing

@testable import Schema

/// Which files may run outside transactions: only those that an interrupted run can go on with.
@Suite struct ConcurrentStepTests {
    private static let marker = "-- emaildb: no-transaction\n"

    private func source(_ text: String) throws -> SchemaSource {
        try SchemaSource(files: [(name: "0001_index.sql", text: text)])
    }

    @Test(arguments: [
        "CREATE INDEX CONCURRENTLY i ON public.t (x);",
        "CREATE UNIQUE INDEX CONCURRENTLY i ON public.t (x);\n",
        "create index concurrently i on public.t using gin (x gin_trgm_ops) where y is not null;",
        "CREATE INDEX CONCURRENTLY idx_email_1 ON emaildb.t (lower(x), y DESC) INCLUDE (z) WITH (fillfactor = 70);",
        "-- Why: it is slow.\nCREATE INDEX\n  CONCURRENTLY i\n  ON public . t (x);\n-- end; really\n",
        "CREATE INDEX CONCURRENTLY \"i\" ON \"public\".\"t\" (\"from\");",
        "CREATE INDEX CONCURRENTLY \"two words\" ON public.t (x);",
        "CREATE INDEX CONCURRENTLY größe ON public.t (x);",
    ])
    func oneConcurrentIndexIsAccepted(_ sql: String) throws {
        #expect(try source(Self.marker + sql).steps.map(\.kind) == [.noTransaction])
    }

    @Test(arguments: [
        "",
        "SELECT 1;",
        "CREATE INDEX i ON public.t (x);",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON public.t (x);",
        "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON public.t (x);",
        "CREATE INDEX CONCURRENTLY ON public.t (x);",
        "CREATE INDEX CONCURRENTLY i ON t (x);",
        "CREATE INDEX CONCURRENTLY i ON ONLY public.t (x);",
        "CREATE INDEX CONCURRENTLY public.i ON public.t (x);",
        "CREATE INDEX CONCURRENTLY i ON public.t (x); CREATE INDEX CONCURRENTLY j ON public.t (y);",
        "SET lock_timeout = 0; CREATE INDEX CONCURRENTLY i ON public.t (x);",
        "DROP INDEX CONCURRENTLY i;",
        "REINDEX INDEX CONCURRENTLY public.i;",
        "/* why */ SELECT 1; CREATE INDEX CONCURRENTLY i ON public.t (x);",
        "-- CREATE INDEX CONCURRENTLY i ON public.t (x);",
    ])
    func anythingElseIsRefused(_ sql: String) throws {
        let error = try #require(throws: SchemaSource.Invalid.self) { try source(Self.marker + sql) }
        #expect(
            error.problems == [
                "0001_index.sql: a step outside transactions is exactly one CREATE [UNIQUE] INDEX CONCURRENTLY name ON"
                    + " schema.table, so that it can be resumed"
            ])
    }

    // PostgreSQL would run both in one implicit transaction and refuse, but only once the first step is applied.
    @Test func aSecondStatementWithoutSemicolonIsRefused() throws {
        _ = #expect(throws: SchemaSource.Invalid.self) {
            try source(Self.marker + "CREATE INDEX CONCURRENTLY i ON public.t (x);\nSELECT 1")
        }
    }

    // The name decides which half-built leftover is dropped; folded to lower case, none is found, or another one.
    @Test func aQuotedNameKeepsItsCapitals() throws {
        let plain = try #require(ConcurrentIndex(sql: "CREATE INDEX CONCURRENTLY MyIndex ON Public.t (x);"))
        #expect([plain.name, plain.schema] == ["myindex", "public"])
        let quoted = try #require(ConcurrentIndex(sql: "CREATE INDEX CONCURRENTLY \"MyIndex\" ON \"S\".t (x);"))
        #expect([quoted.name, quoted.schema] == ["MyIndex", "S"])
    }

    @Test(arguments: ["-- emaildb: no-transaction", "-- emaildb: no-transaction\r"])
    func theMarkerIsTheFirstLine(_ marker: String) throws {
        let sql = marker + "\nCREATE INDEX CONCURRENTLY i ON public.t (x);\n"
        #expect(try source(sql).steps.map(\.kind) == [.noTransaction])
    }

    @Test func withoutTheMarkerAStepRunsInATransaction() throws {
        #expect(try source("CREATE INDEX CONCURRENTLY i ON public.t (x);\n").steps.map(\.kind) == [.transactional])
    }
}
