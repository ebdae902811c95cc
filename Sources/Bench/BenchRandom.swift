import FoundationEssentials
import Glibc

/// A random number generator whose run can be repeated: SplitMix64 (Steele, Lea and Flood, 2014).
struct BenchRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A stream of its own for each part of a run, so that parts can be made in any order and again.
    init(seed: UInt64, part: String, _ index: Int = 0) {
        // FNV-1a, then one round of the generator.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
        for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        var mixer = BenchRandom(seed: hash &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15)
        state = mixer.next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// A number from 0 to `bound` - 1.
    mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(bound)) >> 32) }

    /// A number from 0 to just under 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Whether something of this probability happens.
    mutating func happens(_ probability: Double) -> Bool { unit() < probability }

    /// A number of the log-normal distribution, whose logarithm has this deviation.
    mutating func logNormal(median: Double, deviation: Double) -> Double {
        let normal = (-2 * log(1 - unit())).squareRoot() * cos(2 * .pi * unit())
        return median * exp(deviation * normal)
    }

    /// A random UUID (RFC 9562, version 4).
    mutating func uuid() -> String {
        let high = next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let bytes = unsafeBitCast((high.bigEndian, low.bigEndian), to: uuid_t.self)
        return UUID(uuid: bytes).uuidString.lowercased()
    }

    mutating func hex(_ count: Int) -> String {
        String(decoding: (0..<count).map { _ in Self.hexDigits[below(16)] }, as: UTF8.self)
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}

/// Draws ranks from 0, the first most often, the n-th 1/n as often: Zipf's law with exponent 1.
///
/// By Walker's alias method: one table look-up a draw, however many ranks there are.
struct ZipfSampler: Sendable {
    private let threshold: [Double]
    private let alias: [Int]

    init(count: Int) {
        let weights = (1...count).map { 1 / Double($0) }
        let total = weights.reduce(0, +)
        var scaled = weights.map { $0 / total * Double(count) }
        var alias = Array(0..<count)
        var small = scaled.indices.filter { scaled[$0] < 1 }
        var large = scaled.indices.filter { scaled[$0] >= 1 }
        while let less = small.popLast(), let more = large.popLast() {
            alias[less] = more
            scaled[more] -= 1 - scaled[less]
            if scaled[more] < 1 { small.append(more) } else { large.append(more) }
        }
        threshold = scaled
        self.alias = alias
    }

    func draw(_ random: inout BenchRandom) -> Int {
        let column = random.below(threshold.count)
        return random.unit() < threshold[column] || alias[column] == column ? column : alias[column]
    }
}
