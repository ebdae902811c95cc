import Postgres

extension MachineSensor {
    /// Asks `df` on the server for the volume of the write-ahead log, as PostgreSQL has no function for it; nil when that
    /// is not permitted, as on a standby, or not possible.
    ///
    /// `df` is run by `COPY FROM PROGRAM` into a temporary table that is rolled back, so nothing is written.
    /// - Returns: what is free and what the log occupies already, bytes, and whether it is another volume than that of the
    ///   data.
    static func walVolume(
        _ server: ServerState, _ connection: borrowing Connection
    ) throws -> (space: Machine.Quantity, isDedicated: Bool)? {
        guard let directory = server.dataDirectory, !server.isInRecovery else { return nil }
        let quoted = directory.unicodeScalars.map { $0 == "'" ? "'\\''" : String($0) }.joined()
        let command = "df -P -k '\(quoted)' '\(quoted)/pg_wal'"
        do {
            try connection.query("BEGIN")
            defer { if connection.isAlive { _ = try? connection.query("ROLLBACK") } }
            try connection.query("CREATE TEMPORARY TABLE emaildb_volumes (line text) ON COMMIT DROP")
            try connection.query(
                """
                COPY pg_temp.emaildb_volumes FROM PROGRAM \(SQL.literal(command))
                  WITH (FORMAT csv, DELIMITER E'\\x01', QUOTE E'\\x02')
                """)
            let lines = try connection.query("SELECT line FROM pg_temp.emaildb_volumes").compactMap { $0[0] }
            let volumes = lines.compactMap(volume)
            guard volumes.count == 2 else { return nil }
            let occupied = try connection.query("SELECT coalesce(sum(size), 0)::bigint AS size FROM pg_ls_waldir()")
            let space = volumes[1].available + (occupied.first?.integer("size") ?? 0)
            return (Machine.Quantity(space, source: "df on the server"), volumes[0].mount != volumes[1].mount)
        } catch let error as PostgresError where error.kind == .server {
            return nil
        }
    }

    /// One line of `df -P -k` (POSIX): names may hold spaces, so the columns are found by the one with the per cent.
    private static func volume(_ line: String) -> (available: Int, mount: String)? {
        let words = line.parts(" ")
        guard let share = words.lastIndex(where: { $0.hasSuffix("%") }), share > 0, let free = Int(words[share - 1])
        else { return nil }
        return (free * ByteSize.kilobyte, words[(share + 1)...].joined(separator: " "))
    }
}
