import Core
import Postgres

extension Examiner {
    /// A session that waits for a lock, or that others wait for.
    private struct Session {
        let pid: Int
        let who: String
        let doing: String
        let blockers: [Int]
        /// How long it has waited.
        let seconds: Double?
        let what: String
        /// The prepared transaction that it waits for.
        let prepared: String?

        init(_ row: Row) {
            pid = row.integer("pid") ?? 0
            who = row.text("who")
            doing = row.text("doing")
            blockers = row.text("blockers").parts("{", "}", ",").compactMap { Int($0) }
            seconds = row["seconds"].flatMap(Double.init)
            what = row.text("what")
            prepared = row["prepared"]
        }

        var line: String {
            guard let seconds else { return "process \(pid), \(who), \(doing)" }
            return "process \(pid), \(who), waits for \(Int(seconds)) s for \(what)"
        }
    }

    /// One finding for each session that others wait for and that waits for nobody, with all of them below it.
    func lookAtLocks(
        _ login: DoctorLogin, _ connection: borrowing Connection, into report: inout DoctorReport
    ) throws {
        if let obstacle = login.obstacle(.statistics) {
            return report.skip(DoctorCheck.lockWait, obstacle.what, fix: obstacle.fix)
        }
        let sessions: [Session]
        switch try rows([Statement(SQLFile("doctor_locks").text)], connection) {
        case .success(let results): sessions = results[0].map(Session.init)
        case .failure(let error): return report.skip(DoctorCheck.lockWait, error.message)
        }
        let known = Dictionary(sessions.map { ($0.pid, $0) }, uniquingKeysWith: { first, _ in first })
        var waiting: [Int: [Session]] = [:]
        for session in sessions {
            for blocker in Set(session.blockers) { waiting[blocker, default: []].append(session) }
        }
        for root in waiting.keys.sorted() where known[root]?.blockers.isEmpty ?? true {
            add(root, known[root], waiting, to: &report)
        }
    }

    private func add(_ root: Int, _ session: Session?, _ waiting: [Int: [Session]], to report: inout DoctorReport) {
        var lines: [String] = []
        var longest = 0.0
        var seen: Set<Int> = [root]
        /// Those who wait for a process, each with those who wait for it; a deadlock has no end, hence `seen`.
        func descend(_ pid: Int, _ depth: Int) {
            for next in (waiting[pid] ?? []).sorted(by: { ($0.seconds ?? 0) > ($1.seconds ?? 0) })
            where seen.insert(next.pid).inserted {
                longest = max(longest, next.seconds ?? 0)
                if lines.count < 50 { lines.append(String(repeating: "  ", count: depth) + next.line) }
                descend(next.pid, depth + 1)
            }
        }
        descend(root, 1)
        guard let check = DoctorCheck.named(DoctorCheck.lockWait),
            let severity = thresholds[DoctorCheck.lockWait]?.severity(longest)
        else { return }
        let prepared = waiting[root]?.compactMap(\.prepared).first
        let title = session?.line ?? prepared.map { "prepared transaction \($0)" } ?? "process \(root)"
        let fix =
            prepared.map { "ROLLBACK PREPARED \(SQL.literal($0));" } ?? "SELECT pg_terminate_backend(\(root));"
        report.findings.append(
            DoctorFinding(
                check, severity, object: root == 0 ? "prepared transaction" : "process \(root)", value: longest,
                evidence: ["\(title), keeps \(seen.count - 1) waiting:"] + lines
                    + (seen.count - 1 > lines.count ? ["and \(seen.count - 1 - lines.count) more"] : []),
                fix: root == 0 && prepared == nil
                    ? "SELECT * FROM pg_prepared_xacts;   -- then ROLLBACK PREPARED 'gid';" : fix,
                .sql))
    }
}
