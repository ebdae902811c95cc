import Core
import Postgres
import Synchronization

/// Writers at a steady pace, and the worker that moves new words into place each second.
struct ScaleLoad: Sendable {
    /// Inserts and read flags a second, of all clients together.
    static let inserts = 500
    static let flags = 450
    private static let clientsOfEach = 8

    let store: BenchStore
    let accounts: [BenchWorld.Account]
    let progress: @Sendable (BenchProgress) -> Void

    /// Writes for so long, and takes the time of each write from the moment when it was due.
    func run(seconds: Double) throws -> [ScaleReport.Row] {
        progress(.doing("\(Self.inserts) inserts and \(Self.flags) flags a second for \(Int(seconds)) s"))
        let each = Self.clientsOfEach
        let isDone = SharedFlag()
        let texts = (0..<200).map { number in
            var random = BenchRandom(seed: 4711, part: "load", number)
            return BenchVocabulary.shared.body(bytes: 800, &random)
        }
        let outcome = try ClientThreads.run(2 * each + 1) { client, start -> [Double] in
            if client == 2 * each {
                let connection = try store.connect(.worker)
                try start.wait()
                while !isDone.value.load(ordering: .acquiring) {
                    try connection.query("SELECT public.email_merge_search()")
                    pauseThread(for: .seconds(1))
                }
                return []
            }
            let inserts = client < each
            let interval = Double(each) / Double(inserts ? Self.inserts : Self.flags)
            let connection = try store.connect()
            try connection.prepare("write", inserts ? Self.insert : Self.flag)
            var random = BenchRandom(seed: 1, part: "client", client)
            let own = accounts.indices.filter { $0 % each == client % each }.map { accounts[$0] }
            let known = try inserts ? [:] : messages(own)
            var times: [Double] = []
            defer { isDone.value.store(true, ordering: .releasing) }
            let begin = try start.wait()
            for number in 0..<Int(seconds / interval) {
                try Interruption.check()
                let due = begin + .seconds(interval * (Double(number) + Double(client) / Double(2 * each)))
                let early = ContinuousClock.now.duration(to: due)
                if early > .zero { pauseThread(for: early) }
                let account = own[random.below(own.count)]
                let parameters: [String?]
                if inserts {
                    let text = texts[random.below(texts.count)]
                    parameters = [account.tenant, account.id, account.folders[0].id, String(text.prefix(60)), text]
                } else {
                    let ids = known[account.id] ?? []
                    parameters = [account.tenant, ids.isEmpty ? nil : ids[random.below(ids.count)]]
                }
                try store.transaction(connection, tenant: account.tenant, account: account.id) {
                    try connection.execute("write", parameters)
                }
                times.append(due.duration(to: .now).inSeconds * 1000)
            }
            return times
        }
        return [
            .init("insert, \(Self.inserts) a second", times: outcome.values[..<each].flatMap(\.self)),
            .init("read flag, \(Self.flags) a second", times: outcome.values[each..<(2 * each)].flatMap(\.self)),
        ]
    }

    /// Some messages of each account.
    private func messages(_ accounts: [BenchWorld.Account]) throws -> [String: [String]] {
        let connection = try Connection(store.settings)
        return try Dictionary(
            uniqueKeysWithValues: accounts.map {
                (
                    $0.id,
                    try connection.names(
                        "SELECT id FROM public.email_messages WHERE account_id = $1::uuid LIMIT 200", [$0.id])
                )
            })
    }

    private static let insert = """
        INSERT INTO public.email_messages (tenant_id, account_id, folder_id, message_id, subject, text_body, received_at)
        VALUES ($1::uuid, $2::uuid, $3::uuid, gen_random_uuid(), $4, $5, 1767000000000)
        """
    private static let flag = """
        UPDATE public.email_messages SET is_read = NOT is_read WHERE tenant_id = $1::uuid AND id = $2::uuid
        """
}
