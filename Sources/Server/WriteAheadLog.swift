import Postgres

/// A position in the write-ahead log, bytes from its beginning; written as PostgreSQL does, `16/B374D848`.
package struct LogPosition: Sendable, Hashable, Comparable, CustomStringConvertible, Codable {
    package let bytes: UInt64

    package init(bytes: UInt64) { self.bytes = bytes }

    /// Reads `X/Y`; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = String(text).splitScalars("/")
        guard parts.count == 2, parts.allSatisfy({ (1...8).contains($0.utf8.count) }),
            let high = UInt32(parts[0], radix: 16), let low = UInt32(parts[1], radix: 16)
        else { return nil }
        bytes = UInt64(high) << 32 | UInt64(low)
    }

    package var description: String {
        String(bytes >> 32, radix: 16, uppercase: true) + "/" + String(bytes & 0xFFFF_FFFF, radix: 16, uppercase: true)
    }

    package static func < (left: LogPosition, right: LogPosition) -> Bool { left.bytes < right.bytes }

    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let position = LogPosition(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no position in the log"))
        }
        self = position
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// A file of the write-ahead log, by its name: eight digits each for timeline, and two for its number.
package struct LogSegment: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let timeline: UInt32
    /// Counted from the beginning of the log.
    package let number: UInt64
    /// Bytes of each segment of the cluster (`initdb --wal-segsize`).
    package let size: UInt64

    package init(timeline: UInt32, number: UInt64, size: UInt64) {
        self.timeline = timeline
        self.number = number
        self.size = size
    }

    /// The segment that a position is in.
    package init(timeline: UInt32, holding position: LogPosition, size: UInt64) {
        self.init(timeline: timeline, number: position.bytes / size, size: size)
    }

    /// Reads a name of 24 hexadecimal digits; nil for any other.
    package init?(_ name: some StringProtocol, size: UInt64) {
        let digits = Array(name.utf8)
        guard digits.count == 24, digits.allSatisfy({ (48...57).contains($0) || (65...70).contains($0) }) else {
            return nil
        }
        func part(_ range: Range<Int>) -> UInt64 {
            UInt64(String(decoding: digits[range], as: UTF8.self), radix: 16) ?? 0
        }
        let perFile = 0x1_0000_0000 / size
        guard part(16..<24) < perFile, part(0..<8) > 0 else { return nil }
        self.init(timeline: UInt32(part(0..<8)), number: part(8..<16) * perFile + part(16..<24), size: size)
    }

    package var start: LogPosition { LogPosition(bytes: number * size) }
    /// The position behind its last byte.
    package var end: LogPosition { LogPosition(bytes: (number + 1) * size) }
    package var next: LogSegment { LogSegment(timeline: timeline, number: number + 1, size: size) }

    package var description: String {
        let perFile = 0x1_0000_0000 / size
        return [UInt64(timeline), number / perFile, number % perFile].map { value in
            let digits = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
        }.joined()
    }

    package static func < (left: LogSegment, right: LogSegment) -> Bool {
        (left.timeline, left.number) < (right.timeline, right.number)
    }
}

/// From where a timeline comes: what a file such as `00000002.history` says, oldest ancestor first.
package struct TimelineHistory: Sendable, Hashable {
    package struct Ancestor: Sendable, Hashable {
        package let timeline: UInt32
        /// Where the next timeline left it.
        package let end: LogPosition
    }

    package let timeline: UInt32
    package let ancestors: [Ancestor]

    /// Reads the text of a history file; nil when a line of it cannot be read.
    package init?(timeline: UInt32, _ text: String) {
        var ancestors: [Ancestor] = []
        for line in text.splitScalars("\n") {
            let words = line.split { $0 == "\t" || $0 == " " || $0 == "\r" }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            guard words.count > 1, let number = UInt32(first), let end = LogPosition(words[1]) else { return nil }
            ancestors.append(Ancestor(timeline: number, end: end))
        }
        self.timeline = timeline
        self.ancestors = ancestors
    }

    /// The timeline that a position belongs to on the way to this one.
    package func timeline(at position: LogPosition) -> UInt32 {
        ancestors.first { position < $0.end }?.timeline ?? timeline
    }
}
