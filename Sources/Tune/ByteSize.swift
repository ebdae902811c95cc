/// Sizes in memory and on disk, as PostgreSQL's configuration writes them: 1 kB is 1024 bytes.
package enum ByteSize {
    static let kilobyte = 1 << 10
    static let megabyte = 1 << 20
    static let gigabyte = 1 << 30
    static let terabyte = 1 << 40

    /// Reads a size with a unit, such as `8GB`, `512 MB` or `64g`; nil for anything else, a bare number included.
    package static func parse(_ text: String) -> Int? {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        guard let number = Double(digits), number > 0 else { return nil }
        let factor: Int
        switch text.dropFirst(digits.count).filter({ $0 != " " }).lowercased() {
        case "k", "kb", "kib": factor = kilobyte
        case "m", "mb", "mib": factor = megabyte
        case "g", "gb", "gib": factor = gigabyte
        case "t", "tb", "tib": factor = terabyte
        default: return nil
        }
        let bytes = number * Double(factor)
        return bytes < Double(1 << 60) ? Int(bytes) : nil
    }

    /// The size exactly, in the largest unit that divides it: `2GB`, `1310kB`.
    package static func text(_ bytes: Int) -> String {
        for (unit, factor) in [("GB", gigabyte), ("MB", megabyte), ("kB", kilobyte)]
        where bytes != 0 && bytes % factor == 0 {
            return "\(bytes / factor)\(unit)"
        }
        return "\(bytes)B"
    }

    /// The size for people, to a tenth of its unit: `23.5 GB`.
    package static func approximately(_ bytes: Int) -> String {
        guard
            let (unit, factor) = [("GB", gigabyte), ("MB", megabyte), ("kB", kilobyte)].first(where: { bytes >= $0.1 })
        else {
            return "\(bytes) bytes"
        }
        let tenths = (bytes * 10 + factor / 2) / factor
        return tenths % 10 == 0 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
    }

    /// Rounded down to whole multiples of a unit.
    static func floor(_ bytes: Int, to unit: Int) -> Int { bytes / unit * unit }
}
