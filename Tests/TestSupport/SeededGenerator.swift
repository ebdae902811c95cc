import FoundationEssentials

/// A random number generator whose run can be repeated: SplitMix64 (Steele, Lea and Flood, 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    /// The number that repeats this run.
    package let seed: UInt64

    /// Repeats a run.
    package init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    /// Starts from `EMAILDB_SEED`, or from a new number, which is printed, so that a failure can be repeated.
    package init(printing name: String) {
        let given = ProcessInfo.processInfo.environment["EMAILDB_SEED"].flatMap { UInt64($0) }
        self.init(seed: given ?? UInt64.random(in: 0...UInt64(UInt32.max)))
        print("\(name): EMAILDB_SEED=\(seed)")
    }

    /// The next number.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// How many rounds a test of random moments runs: a few in CI, the full number under `make soak`.
package enum Rounds {
    /// Chooses between the two numbers.
    package static func few(_ few: Int, soak: Int) -> Int {
        ProcessInfo.processInfo.environment["EMAILDB_SOAK"] == "1" ? soak : few
    }
}
