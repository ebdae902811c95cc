/// The tenants of a bench run, their accounts and folders, and in which order their mail arrives.
///
/// Tenants differ in size by Zipf's law; the first has at least a fifth of all messages, in one mailbox.
struct BenchWorld: Sendable {
    struct Folder: Sendable {
        let id: String
        let type: String
        let name: String
        /// The share of an account's messages that it holds.
        let share: Double
    }

    struct Account: Sendable {
        let tenant: String
        let id: String
        let user: String
        let address: String
        let folders: [Folder]
        /// How many batches it gets.
        var batches = 0
    }

    /// One batch: the next of an account, from 0.
    struct Delivery: Sendable {
        let account: Int
        let sequence: Int
    }

    let seed: UInt64
    let accounts: [Account]
    let deliveries: [Delivery]
    let tenantCount: Int
    /// Messages in a batch, which is a transaction: 500, or fewer where there are few messages.
    let batchSize: Int

    var messageCount: Int { deliveries.count * batchSize }
    /// The tenant with most messages.
    var largestTenant: String { accounts[0].tenant }

    init(seed: UInt64, messages: Int, tenants: Int) {
        self.seed = seed
        batchSize = min(500, max(10, messages / (4 * tenants)))
        let batches = max(1, (messages + batchSize - 1) / batchSize)
        let sizes = Self.sizes(batches, tenants: min(tenants, batches))
        tenantCount = sizes.count
        var random = BenchRandom(seed: seed, part: "world")
        var accounts: [Account] = []
        for (tenant, size) in sizes.enumerated() {
            let id = random.uuid()
            let count = tenant == 0 ? 1 : min(4, 1 + size / 2)
            let first = accounts.count
            for number in 0..<count {
                accounts.append(
                    Account(
                        tenant: id, id: random.uuid(), user: random.uuid(),
                        address: "user\(number)@tenant\(tenant)-\(seed).example", folders: Self.folders(&random)))
            }
            for batch in 0..<size { accounts[first + batch % count].batches += 1 }
        }
        var order = accounts.indices.flatMap { Array(repeating: $0, count: accounts[$0].batches) }
        order.shuffle(using: &random)
        var sequences = Array(repeating: 0, count: accounts.count)
        deliveries = order.map { account in
            defer { sequences[account] += 1 }
            return Delivery(account: account, sequence: sequences[account])
        }
        self.accounts = accounts
    }

    /// Divides batches among tenants: at least one each, 22 % or more for the first, the rest by Zipf's law.
    private static func sizes(_ batches: Int, tenants: Int) -> [Int] {
        let weights = (1...tenants).map { 1 / Double($0) }
        let first = max(0.22, weights[0] / weights.reduce(0, +))
        let rest = weights.dropFirst().reduce(0, +)
        var sizes = weights.enumerated().map { index, weight in
            max(1, Int(Double(batches) * (index == 0 ? first : (1 - first) * weight / rest)))
        }
        var difference = batches - sizes.reduce(0, +)
        var next = 0
        while difference != 0 {
            if difference > 0 {
                sizes[next] += 1
                difference -= 1
            } else if sizes[next] > 1, next > 0 || !sizes.dropFirst().contains(where: { $0 > 1 }) {
                sizes[next] -= 1
                difference += 1
            }
            next = (next + 1) % sizes.count
        }
        return sizes
    }

    private static func folders(_ random: inout BenchRandom) -> [Folder] {
        let kinds = [
            ("inbox", "Inbox", 0.70), ("archive", "Archive", 0.10), ("sent", "Sent", 0.08),
            ("custom", "Projects", 0.05),
            ("spam", "Spam", 0.03), ("trash", "Trash", 0.03), ("drafts", "Drafts", 0.01),
        ]
        return kinds.map { Folder(id: random.uuid(), type: $0.0, name: $0.1, share: $0.2) }
    }
}
