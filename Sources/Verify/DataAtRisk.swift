import Core
import Fix
import Postgres

/// Counts what fixes would delete, so that none of them does.
///
/// Each count has five seconds, all of them together twenty; what is not counted by then is taken to be there. Only for what
/// somebody added to the design or changed in it, so mostly nothing is read at all.
struct DataAtRisk {
    private let deadline = ContinuousClock.now + .seconds(20)

    /// Leaves only fixes that delete nothing; the others become comments.
    func settle(_ findings: inout [Finding], _ connection: borrowing Connection) throws {
        var settled: [Loss: (count: Int?, reason: String)] = [:]
        for position in findings.indices {
            for (place, statement) in findings[position].statements.enumerated() {
                guard let loss = statement.loses else { continue }
                let found = try settled[loss] ?? count(loss, connection)
                settled[loss] = found
                findings[position].statements[place] = statement.keepingData(count: found.count, reason: found.reason)
            }
        }
    }

    private func count(_ loss: Loss, _ connection: borrowing Connection) throws -> (count: Int?, reason: String) {
        guard ContinuousClock.now < deadline else { return (nil, "counting took too long") }
        do {
            let results = try connection.script(
                """
                BEGIN READ ONLY; SET LOCAL row_security = off; SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '1s';
                \(loss.count); ROLLBACK
                """)
            return (results.lazy.compactMap { $0.first?[0] }.compactMap { Int($0) }.first, "the count is no number")
        } catch {
            guard error.kind == .server, Interruption.signal == nil else { throw error }
            _ = try connection.query("ROLLBACK")
            return (nil, error.message)
        }
    }
}
