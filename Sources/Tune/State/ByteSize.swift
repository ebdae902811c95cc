/// Sizes in memory and on disk, as PostgreSQL's configuration writes them: 1 kB is 1024 bytes.
package enum ByteSize {
    static let kilobyte = 1 << 10
    static let megabyte = 1 << 20
    static let gigabyte = 1 << 30

    private static let units = [("GB", gigabyte), ("MB", megabyte), ("kB", kilobyte)]

    /// Reads a size with a unit, such as `8GB`, `512 MB` or `64g`; nil for anything else, a bare number included.
    package static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let unit = text.dropFirst(digits.count).filter { $0 != " " }.lowercased()
        guard let number = Double(digits), number > 0,
            let power = ["k", "m", "g", "t"].firstIndex(where: { [$0, $0 + "b", $0 + "ib"].contains(unit) })
        else { return nil }
        let bytes = number * Double(kilobyte << (10 * power))
        return bytes < Double(1 << 60) ? Int(bytes) : nil
    }

    /// The size exactly, in the largest unit that divides it: `2GB`, `1310kB`.
    package static func text(_ bytes: Int) -> String {
        guard let (unit, factor) = units.first(where: { bytes != 0 && bytes % $0.1 == 0 }) else { return "\(bytes)B" }
        return "\(bytes / factor)\(unit)"
    }

    /// The size for people, to a tenth of its unit: `23.5 GB`.
    package static func approximately(_ bytes: Int) -> String {
        guard let (unit, factor) = units.first(where: { bytes >= $0.1 }) else { return "\(bytes) bytes" }
        // In two parts, so that no size is too large.
        let tenths = bytes / factor * 10 + (bytes % factor * 10 + factor / 2) / factor
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }

    /// Rounded down to whole multiples of a unit.
    static func floor(_ bytes: Int, to unit: Int) -> Int { bytes / unit * unit }
}
