import Postgres

/// The volume of the write-ahead log.
struct WALVolume {
    /// Room for write-ahead log, bytes: what is free, and what it occupies already.
    let space: Machine.Quantity
    /// Whether it is another volume than that of the data.
    let isDedicated: Bool

    /// Asks `df` on the server, as PostgreSQL has no function for it; nil when that is not permitted, as on a standby,
    /// or not possible.
    ///
    /// `df` is run by `COPY FROM PROGRAM` into a temporary table that is rolled back, so nothing is written.
    static func read(
        _ options: TuneOptions, _ server: ServerState, _ connection: borrowing Connection
    ) throws -> WALVolume? {
        if let given = options.walVolume {
            return WALVolume(
                space: Machine.Quantity(given, source: "--wal-volume", isGiven: true), isDedicated: false)
        }
        guard let directory = server.dataDirectory, !server.isInRecovery else { return nil }
        let folder = "'" + directory.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
        let command = "df -P -k \(folder)' \(folder)/pg_wal'"
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
            let volumes = lines.compactMap(Self.volume)
            guard volumes.count == 2 else { return nil }
            let occupied = try connection.query("SELECT coalesce(sum(size), 0)::bigint AS size FROM pg_ls_waldir()")
            let space = volumes[1].available + (occupied.first?.integer("size") ?? 0)
            return WALVolume(
                space: Machine.Quantity(space, source: "df on the server"),
                isDedicated: volumes[0].mount != volumes[1].mount)
        } catch let error as PostgresError where error.kind == .server {
            return nil
        }
    }

    /// One line of `df -P -k` (POSIX): names may hold spaces, so the columns are found by the one with the per cent.
    private static func volume(_ line: String) -> (available: Int, mount: String)? {
        let words = line.split(separator: " ")
        guard let share = words.lastIndex(where: { $0.hasSuffix("%") }), share > 0, let free = Int(words[share - 1])
        else { return nil }
        return (free * ByteSize.kilobyte, words[(share + 1)...].joined(separator: " "))
    }
}
