/// The codes of rows that contradict each other.
extension FindingCode {
    private static let cause =
        "Triggers or foreign keys were switched off while rows were written, as pg_restore --disable-triggers and"
        + " session_replication_role do; or a restore brought some tables without the others."
    private static let repair =
        "Run the SQL of the fix, as a superuser; it works in batches, and can be stopped and called again."

    static let searchMissing = FindingCode(
        .data, 1, "messages have no search row: no search finds them", cause: cause, fix: repair)
    static let searchOrphan = FindingCode(
        .data, 2, "search rows have no message", severity: .warning, cause: cause, fix: repair)
    static let searchStale = FindingCode(
        .data, 3, "search rows are not those of their messages", cause: cause, fix: repair)
    static let counters = FindingCode(
        .data, 4, "counters of folders are not the numbers of their messages", cause: cause, fix: repair)
    static let unmarkedAttachment = FindingCode(
        .data, 5, "messages with attachments have has_attachments = false", cause: cause, fix: repair)
    static let deletion = FindingCode(
        .data, 6, "is_deleted and deleted_at contradict each other",
        cause: "The constraint and the trigger that keep them together were removed, or rows were loaded without them.",
        fix: "Run the SQL of the fix: is_deleted counts.")
    static let nullFlags = FindingCode(
        .data, 7, "flags or received_at of messages are NULL, which counters and indexes do not know", cause: cause,
        fix: repair)
    static let strayFolder = FindingCode(
        .data, 8, "messages are in a folder that is not of their account", cause: cause,
        fix: repair + " They go to a folder Recovered of their account.")
    static let stray = FindingCode(
        .data, 9, "rows refer to a row that is not there, or of another tenant", cause: cause,
        fix: "Bring the row that they refer to back from a backup, or delete them: nobody but you knows whose they are."
    )
    static let sharedThread = FindingCode(
        .data, 10, "messages of several tenants have the same thread_id",
        cause: "An application that makes thread_id from what senders choose, such as a Message-ID.",
        fix: repair + " Each tenant gets a thread of its own. Then make thread_id of random numbers.")
    static let tombstone = FindingCode(
        .data, 11, "tombstones are of messages that are there, or of no account", severity: .warning, cause: cause,
        fix: repair)
    static let changeNumbers = FindingCode(
        .data, 12, "the sequence of change numbers is behind numbers that rows have",
        cause: "A restore of parts, or setval: the next changes would be given numbers that clients have seen.",
        fix: "Run the SQL of the fix.")

    static let ofData = [
        searchMissing, searchOrphan, searchStale, counters, unmarkedAttachment, deletion, nullFlags, strayFolder, stray,
        sharedThread, tombstone, changeNumbers,
    ]
}
