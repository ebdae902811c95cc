import TestSupport

/// Texts that programs trip over, as bytes without NUL.
///
/// None holds a slash, so that none used as a path leads out of the present folder.
enum HostileText {
    static let numbers = [
        "0", "-1", "1", "-0", "+5", " 7", "007", "1.5", "1e308", "0x10", "1_000", "2147483647", "2147483648",
        "-2147483649",
        "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "9223372036854775",
        "18446744073709551616", "99999999999999999999999999999999", "9223372036854775807TB", "99999999999GB", "0kB",
        "8388607TB", "9007199254740993", "\u{661}\u{662}", "\u{FF11}", "inf", "nan", "1,2,,3", "1,9223372036854775807",
        ",,,",
    ]

    private static let odd = [
        "", " ", "-", "--", "---", "=", "==", "-x", "--=", "--no-such", "-1x", ".", "..", "*", "~", "%s%n%d", "%00",
        "$(id)", "`id`", "'", "\"", "\\", "';--", "\\x00", "null", "true", "\u{FEFF}", "\u{202E}abc", "\u{200B}", "\n",
        "\r\n",
        "\t", "\u{1B}[2J", "\u{7}", "\u{85}", "\u{2028}", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{1F1E9}",
        "\u{FDFA}", "\u{DF}", "\u{130}", "e\u{301}", "=\u{301}", "-\u{301}", "'\u{301}", "json=\u{301}", "a=b", "json=",
        "=b",
        "\u{10FFFF}", "\u{FFFD}",
    ]

    static func random(using generator: inout SeededGenerator) -> [UInt8] {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0...3: Array((odd.randomElement(using: &generator) ?? "").utf8)
        case 4, 5: number(using: &generator)
        case 6: bytes(1...40, using: &generator)
        case 7: Array("e".utf8) + long("\u{301}", using: &generator)
        case 8: long(odd.randomElement(using: &generator) ?? "", using: &generator)
        default: random(using: &generator) + random(using: &generator)
        }
    }

    static func number(using generator: inout SeededGenerator) -> [UInt8] {
        Array((numbers.randomElement(using: &generator) ?? "").utf8)
    }

    /// Any bytes but NUL and the slash; mostly no UTF-8.
    static func bytes(_ lengths: ClosedRange<Int>, using generator: inout SeededGenerator) -> [UInt8] {
        (0..<Int.random(in: lengths, using: &generator)).map { _ in
            let byte = UInt8.random(in: 1...255, using: &generator)
            return byte == UInt8(ascii: "/") ? UInt8(ascii: "_") : byte
        }
    }

    /// Up to 20,000 bytes: several fit into an argument list.
    private static func long(_ part: String, using generator: inout SeededGenerator) -> [UInt8] {
        let part = Array((part.isEmpty ? "x" : part).utf8)
        let count = [3, 64, 255, 256, 1000, 4096, 20_000].randomElement(using: &generator) ?? 1
        return Array((0..<(count / part.count + 1)).map { _ in part }.joined())
    }

    /// Some bytes of a file changed: flipped, cut off, repeated, put in, NUL among them.
    static func mutated(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            let rest = Array(bytes[place...])
            switch Int.random(in: 0..<8, using: &generator) {
            case 0 where place < bytes.count:
                bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &generator)
            case 2: bytes = Array(bytes[..<place])
            case 3: bytes = bytes[..<place] + random(using: &generator) + rest
            case 4: bytes = bytes[..<place] + [0] + rest
            case 5:
                // A line twice, or gone.
                var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
                let line = Int.random(in: 0..<lines.count, using: &generator)
                if Bool.random(using: &generator) {
                    lines.insert(lines[line], at: line)
                } else {
                    lines.remove(at: line)
                }
                bytes = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
            case 6 where bytes.count < 100_000:
                bytes = Array((0..<Int.random(in: 2...20, using: &generator)).map { _ in bytes }.joined())
            default:
                let end = min(bytes.count, place + Int.random(in: 1...50, using: &generator))
                bytes = Array(bytes[..<place] + bytes[end...])
            }
        }
        return bytes
    }
}
