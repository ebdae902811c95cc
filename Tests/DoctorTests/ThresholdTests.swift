import Testing

@testable import Doctor

@Suite struct ThresholdTests {
    @Test("The printed file changes nothing, and every check that a number decides has its line") func printed() throws
    {
        let read = try Thresholds(name: "limits", text: Thresholds().file)
        #expect(read.all == Thresholds().all)
    }

    @Test func unitsOffAndComments() throws {
        let limits = try Thresholds(
            name: "limits",
            text:
                "# mine\n\nconnections=50%, 60 # fewer\r\nidle-in-transaction = 90s, off\nbloat = 512 MB, 2GB\narchive-waiting = 3, 4\n"
        )
        #expect(limits["connections"]?.warning == 50 && limits["connections"]?.critical == 60)
        #expect(limits["idle-in-transaction"]?.warning == 90 && limits["idle-in-transaction"]?.critical == nil)
        #expect(limits["bloat"]?.warning == 536_870_912)
        #expect(limits["lock-wait"] == Thresholds()["lock-wait"])
        #expect(limits["connections"]?.severity(49.9) == nil)
        #expect(limits["connections"]?.severity(50) == .warning)
        #expect(limits["connections"]?.severity(60) == .critical)
        #expect(limits["cache-hit"]?.severity(99) == nil)
        #expect(limits["cache-hit"]?.severity(98) == .warning)
    }

    @Test(
        "A wrong line is named, with what is wrong",
        arguments: [
            ("connections", "limits:1: expected `name = warning, critical`"),
            ("connection = 1, 2", "limits:1: there is no threshold connection;"),
            ("connections = 75", "limits:1: connections takes two numbers, warning and critical"),
            ("connections = 90, 75", "limits:1: connections: critical comes before warning"),
            ("cache-hit = 95, 99", "limits:1: cache-hit: critical comes before warning"),
            ("connections = 75, 900", "limits:1: 900 is no percent; write it as 75%, or off"),
            ("connections = nan, inf", "limits:1: nan is no percent"),
            ("idle-in-transaction = 5, 15", "limits:1: 5 is no duration; write it as 15min, or off"),
            ("archive-waiting = -1, 2", "limits:1: -1 is no count"),
            ("archive-waiting = 1e9, 2", "limits:1: 1e9 is no count"),
            ("\nbloat = 1GB, 2GB\nbloat = 1GB, 2GB", "limits:3: bloat stands here for the second time"),
        ])
    func malformed(_ text: String, _ problem: String) {
        let error = #expect(throws: Thresholds.Malformed.self) { try Thresholds(name: "limits", text: text) }
        #expect(error?.description.hasPrefix(problem) == true, "\(String(describing: error))")
    }

    @Test func aFileOfAnotherKindEndsSoon() {
        let text = String(repeating: String(repeating: "x", count: 500) + " = 1\n", count: 50_000)
        let error = #expect(throws: Thresholds.Malformed.self) { try Thresholds(name: "limits", text: text) }
        let lines = error?.description.split(separator: "\n") ?? []
        #expect(lines.count == 101 && lines.last == "and 49900 lines more" && lines.allSatisfy { $0.count < 200 })
    }
}
