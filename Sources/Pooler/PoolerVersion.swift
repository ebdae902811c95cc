package struct PoolerVersion: Sendable, Comparable, CustomStringConvertible {
    let major: Int
    let minor: Int

    /// The oldest that the printed configuration was tried with: that of Debian 12.
    package static let oldest = PoolerVersion(major: 1, minor: 18)
    /// The first that keeps the statements that drivers prepare across `DISCARD ALL`: 1.21 had and lost them.
    static let preparedStatements = PoolerVersion(major: 1, minor: 22)

    package static func < (left: PoolerVersion, right: PoolerVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    package var description: String { "\(major).\(minor)" }
}

extension PoolerVersion {
    /// Reads `1.24` or `1.24.1`; nil when the text is anything else.
    package init?(_ text: String) {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt16($0) }
        guard (2...3).contains(numbers.count), !numbers.contains(nil), let major = numbers[0], let minor = numbers[1]
        else { return nil }
        self.init(major: Int(major), minor: Int(minor))
    }
}
