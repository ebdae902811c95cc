import Core
import Postgres
import Schema

/// Calls each function many times in one session, as an application that stays connected does.
///
/// From its sixth call on PostgreSQL may plan a statement without its values.
struct ScaleCalls: Sendable {
    let store: BenchStore
    let calls: Int
    let progress: @Sendable (BenchProgress) -> Void

    /// A statement of `sql/catalog/bench_calls.sql` with its values numbered.
    private struct Call {
        let name: String
        let sql: String
        let values: [String]

        init(_ statement: (title: String, sql: String)) {
            name = statement.title
            var (sql, values) = ("", [String]())
            for piece in statement.sql.split(separator: "{", omittingEmptySubsequences: false) {
                guard let end = piece.firstIndex(of: "}") else {
                    sql += piece
                    continue
                }
                let value = String(piece[..<end])
                if !values.contains(value) { values.append(value) }
                sql += "$\((values.firstIndex(of: value) ?? 0) + 1)" + piece[end...].dropFirst()
            }
            (self.sql, self.values) = (sql, values)
        }
    }

    /// Reads one account's mail.
    /// - Parameters:
    ///   - mailbox: what the rows call it.
    ///   - rareWords: words that few of its messages have; nil for those of its subjects.
    func read(_ mailbox: String, account: String, rareWords: [String]?) throws -> [ScaleReport.Row] {
        let messages = Array(try Connection(store.settings).query(SQLFile("bench_mailbox"), [account]))
        let tenant = messages.first?.text("tenant_id") ?? ""
        return try SQLFile("bench_calls").statements.map(Call.init).map { call in
            progress(.measuring("\(call.name), \(mailbox) mailbox"))
            let connection = try store.connect()
            try connection.prepare("call", call.sql)
            var times: [Double] = []
            for number in 0..<calls {
                try Interruption.check()
                let message = messages[number % messages.count]
                let parameters = call.values.map { value($0, message, number, rareWords) }
                try store.transaction(connection, tenant: tenant) {
                    let start = ContinuousClock.now
                    try connection.execute("call", parameters)
                    times.append(start.duration(to: .now).inSeconds * 1000)
                }
            }
            return .init(call.name, mailbox: mailbox, times: times, isOneSession: true)
        }
    }

    private func value(_ name: String, _ message: Row, _ number: Int, _ rareWords: [String]?) -> String? {
        let common = BenchVocabulary.shared.word(20 + number % 16)
        switch name {
        case "account": return message["account_id"]
        case "folder": return message["folder_id"]
        case "last": return message["last_seq"]
        case "before": return message["before_seq"]
        case "address": return message["sender"]
        case "key": return message["message_id"]
        case "rare":
            return rareWords.map { $0[number % $0.count] }
                ?? message.text("subject").split(separator: " ").last.map(String.init)
        case "prefix": return BenchVocabulary.shared.word(100 + number % 16).prefix(3) + "*"
        default: return common
        }
    }

    /// Messages in a batch, and how many such batches.
    private var batches: [(size: Int, count: Int)] {
        [(1, calls), (50, max(6, calls / 10)), (500, max(6, calls / 50))]
    }

    /// Messages that ``write(_:new:)`` takes in.
    var newMessages: Int { batches.reduce(0) { $0 + $1.size * $1.count } }

    /// Takes batches into a folder, moves messages out of it, and calls what a worker calls.
    ///
    /// The time of a write is that of its transaction.
    func write(_ account: BenchWorld.Account, new: BenchWorld) throws -> [ScaleReport.Row] {
        let inbox = account.folders[0].id
        var deliveries = new.deliveries.makeIterator()
        var waiting: [String] = []
        func messages(_ count: Int) -> String {
            while waiting.count < count, let delivery = deliveries.next() {
                waiting += EncodedBatch.objects(BenchBatch(new, delivery))
            }
            defer { waiting.removeFirst(min(count, waiting.count)) }
            return "[" + waiting.prefix(count).joined(separator: ",") + "]"
        }
        let connection = try store.connect()
        func times(_ count: Int, _ statement: String, _ parameters: (Int) -> [String?]) throws -> [Double] {
            try connection.query("DEALLOCATE ALL")
            try connection.prepare("call", statement)
            return try (0..<count).map { number in
                try Interruption.check()
                let parameters = parameters(number)
                let start = ContinuousClock.now
                try store.transaction(connection, tenant: account.tenant, account: account.id) {
                    try connection.execute("call", parameters)
                }
                return start.duration(to: .now).inSeconds * 1000
            }
        }
        var rows: [ScaleReport.Row] = []
        for (size, count) in batches {
            progress(.measuring("email_ingest of \(size)"))
            let statement = "SELECT count(*) FROM public.email_ingest($1::uuid, $2::uuid, $3::jsonb)"
            let times = try times(count, statement) { _ in [account.id, inbox, messages(size)] }
            rows.append(.init("email_ingest of \(size)", mailbox: "largest", times: times, isOneSession: true))
        }
        progress(.measuring("email_move_messages"))
        let ids = try Connection(store.settings).names(
            "SELECT id FROM public.email_messages WHERE folder_id = $1::uuid LIMIT \(calls)", [inbox])
        let moves = try times(ids.count, "SELECT public.email_move_messages(ARRAY[$1::uuid], $2::uuid)") {
            [ids[$0], account.folders[1].id]
        }
        rows.append(.init("email_move_messages", mailbox: "largest", times: moves, isOneSession: true))
        return rows + (try work())
    }

    /// What a worker and a monitor call, over all tenants.
    private func work() throws -> [ScaleReport.Row] {
        let statements: [(String, Role, String)] = [
            ("email_claim_accounts", .worker, "SELECT * FROM public.email_claim_accounts(1, 1000)"),
            ("email_merge_search", .worker, "SELECT public.email_merge_search()"),
            ("email_sync_backlog", .monitor, "SELECT * FROM public.email_sync_backlog()"),
        ]
        return try statements.map { name, role, sql in
            progress(.measuring(name))
            let connection = try store.connect(role)
            try connection.prepare("call", sql)
            let times = try (0..<calls).map { _ in
                try Interruption.check()
                let start = ContinuousClock.now
                try connection.execute("call")
                return start.duration(to: .now).inSeconds * 1000
            }
            return .init(name, times: times, isOneSession: true)
        }
    }
}

extension EncodedBatch {
    /// The messages as ``BenchStore/ingestFunction`` takes them, without UIDs of their own.
    static func objects(_ batch: BenchBatch) -> [String] {
        let columns = MessageColumn.allCases.filter { $0 != .id && $0 != .folder && $0 != .uid }
        return batch.messages.map { message in
            let members = columns.compactMap { column in message.json(column).map { "\"\(column.rawValue)\":" + $0 } }
            return "{" + members.joined(separator: ",") + "}"
        }
    }
}
