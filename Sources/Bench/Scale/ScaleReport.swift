/// How long calls took on a database at size.
package struct ScaleReport: Sendable, Codable {
    /// The times of one kind of call; ms.
    package struct Row: Sendable, Codable {
        /// What was called, or who waited for what.
        package let name: String
        /// The mailbox: `largest`, `small`, or empty where none is meant.
        package let mailbox: String
        /// How many calls.
        package let calls: Int
        package let p50: Double
        package let p99: Double
        package let p999: Double
        package let max: Double
        /// The slowest of the first five calls of the session; nil where calls of several sessions are counted.
        package let firstFive: Double?
        /// The time that 99 of 100 calls of the second half stay within; nil as above.
        package let secondHalf: Double?

        /// - Parameter times: ms, in the order of the calls; not empty.
        init(_ name: String, mailbox: String = "", times: [Double], isOneSession: Bool = false) {
            let sorted = times.sorted()
            self.name = name
            self.mailbox = mailbox
            calls = times.count
            p50 = sorted.percentile(50)
            p99 = sorted.percentile(99)
            p999 = sorted.percentile(99.9)
            max = sorted.last ?? 0
            firstFive = isOneSession ? times.prefix(5).max() : nil
            secondHalf = isOneSession ? times[(times.count / 2)...].sorted().percentile(99) : nil
        }
    }

    package let toolVersion: String
    package let serverVersion: String
    package let seed: UInt64
    /// Messages that are kept; a further mailbox as large as the largest of them came and went.
    package let messages: Int
    package let tenants: Int
    /// Messages of the largest mailbox.
    package let largestMailbox: Int
    package let rows: [Row]
}

extension [Double] {
    /// The smallest value that so many in a hundred are not above (nearest rank); of a sorted array that is not empty.
    func percentile(_ percent: Double) -> Double {
        self[Swift.max(0, Int((Double(count) * percent / 100).rounded(.up)) - 1)]
    }
}
