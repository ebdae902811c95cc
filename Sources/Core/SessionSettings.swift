package import Postgres

/// Pins what a role, a database or the environment may have set, so that the same SQL means the same everywhere.
package enum Session {
    /// Sets every setting that could change the meaning of a step, end its work, or lose it in a crash.
    ///
    /// One round trip, no transaction left open. A hostile `role` setting is undone as well.
    package static func pin(_ connection: borrowing Connection) throws {
        try connection.script(pinning(serverVersion: connection.serverVersion))
    }

    /// Puts the session back to where ``pin(_:)`` left it, whatever a step file did to it.
    package static func repin(_ connection: borrowing Connection) throws {
        try connection.script(repinning(serverVersion: connection.serverVersion))
    }

    package static func repinning(serverVersion: Int, lockTimeout: String = lockTimeout) -> String {
        "SET ROLE NONE; RESET ALL; " + pinning(serverVersion: serverVersion, lockTimeout: lockTimeout)
    }

    /// How long a statement waits for a lock.
    package static let lockTimeout = "5s"

    /// The statement, also part of the SQL that `--plan` prints.
    /// - Parameters:
    ///   - isLocal: whether it holds for the transaction only.
    ///   - lockTimeout: a time as PostgreSQL writes it.
    package static func pinning(
        serverVersion: Int, isLocal: Bool = false, lockTimeout: String = lockTimeout
    ) -> String {
        var settings = [
            ("search_path", "pg_catalog, pg_temp"),
            ("role", "none"),
            ("statement_timeout", "0"),
            ("idle_in_transaction_session_timeout", "0"),
            ("idle_session_timeout", "0"),
            ("lock_timeout", lockTimeout),
            ("row_security", "off"),
            ("check_function_bodies", "on"),
            ("client_min_messages", "warning"),
            ("default_transaction_isolation", "read committed"),
            ("default_transaction_deferrable", "off"),
            ("default_tablespace", ""),
            ("default_table_access_method", "heap"),
            ("default_toast_compression", "pglz"),
            ("default_text_search_config", "pg_catalog.english"),
            ("standard_conforming_strings", "on"),
            ("transform_null_equals", "off"),
            ("array_nulls", "on"),
            ("quote_all_identifiers", "off"),
            ("DateStyle", "ISO, MDY"),
            ("IntervalStyle", "postgres"),
            ("TimeZone", "UTC"),
            ("bytea_output", "hex"),
            ("extra_float_digits", "1"),
            ("plpgsql.extra_errors", ""),
            ("plpgsql.extra_warnings", ""),
            // What is said to be done is on disk, however the role commits otherwise.
            ("synchronous_commit", "on"),
            // The layout check is one large statement, whose planning takes about as long as its execution.
            ("plan_cache_mode", "force_generic_plan"),
            ("jit", "off"),
        ]
        if serverVersion >= 170_000 { settings.append(("transaction_timeout", "0")) }
        let calls = settings.map { "set_config('\($0.0)', '\($0.1)', \(isLocal))" }
        return "SELECT " + calls.joined(separator: ", ") + ";"
    }
}
