/// One thing that is wrong, with what shows it and what to type.
package struct DoctorFinding: Sendable, Hashable, Encodable {
    package enum Severity: String, Sendable, Hashable, Encodable, Comparable, CaseIterable {
        /// Mail, or the service, is lost or about to be.
        case critical
        /// It gets worse if nobody looks at it.
        case warning

        package static func < (left: Severity, right: Severity) -> Bool { left == .critical && right == .warning }
    }

    /// How a fix is typed.
    package enum FixKind: String, Sendable, Hashable, Encodable {
        /// In psql, as a superuser, in the database that was looked at.
        case sql
        /// In a shell, on the server's machine where it names a path.
        case shell
        /// A sentence: there is nothing to type.
        case text
    }

    /// ``DoctorCheck/name``.
    package let check: String
    package let severity: Severity
    /// What it is about, such as `process 4711` or `table public.email_messages`.
    package let object: String
    package let message: String
    /// What was measured, in the unit of the check's threshold: per cent, seconds, bytes or a number; nil without any.
    package let value: Double?
    /// What shows it, line by line.
    package let evidence: [String]
    /// Why it matters, in one sentence.
    package let why: String
    package let fix: String
    package let fixKind: FixKind
}

/// What `doctor` found; the value behind all its outputs.
package struct DoctorReport: Sendable, Encodable {
    /// How a check went.
    package enum State: String, Sendable, Encodable {
        case ok, warning, critical
        /// It was not looked at, or not wholly; and what was looked at is fine.
        case notSeen = "not seen"
        /// It is one of `--deep`, which was not asked for.
        case notAsked = "not asked"
    }

    package struct Result: Sendable, Encodable {
        package let check: String
        package let state: State
    }

    /// Something that could not be looked at, which is not the same as fine.
    package struct Unseen: Sendable, Hashable, Encodable {
        package let check: String
        package let what: String
        /// What to type to have it looked at; nil when it cannot be here.
        package let fix: String?
    }

    /// The version of this JSON: a field that changes its meaning or goes raises it.
    package let format = 1
    package let database: String
    package let serverVersion: String
    package let toolVersion: String
    package let role: String
    package let isStandby: Bool
    package let isDeep: Bool
    package internal(set) var milliseconds = 0
    /// Of these, what `--deep` took.
    package internal(set) var deepMilliseconds = 0
    /// Every check in order.
    package internal(set) var checks: [Result] = []
    /// Critical ones first, then in the order of the checks, the worst value first.
    package internal(set) var findings: [DoctorFinding] = []
    package internal(set) var unseen: [Unseen] = []

    package func count(_ severity: DoctorFinding.Severity) -> Int { findings.count { $0.severity == severity } }

    mutating func skip(_ check: String, _ what: String, fix: String? = nil) {
        unseen.append(Unseen(check: check, what: what, fix: fix))
    }

    /// Sorts what was found, and says how each check went.
    mutating func finish() {
        let order = Dictionary(uniqueKeysWithValues: DoctorCheck.all.enumerated().map { ($1.name, $0) })
        func rank(_ finding: DoctorFinding) -> (DoctorFinding.Severity, Int, Double, String) {
            let isFloor = Thresholds()[finding.check]?.isFloor == true
            let value = finding.value ?? 0
            return (finding.severity, order[finding.check] ?? .max, isFloor ? value : -value, finding.object)
        }
        findings.sort { rank($0) < rank($1) }
        checks = DoctorCheck.all.map { check in
            let worst = findings.filter { $0.check == check.name }.map(\.severity).min()
            let state: State =
                switch worst {
                case .critical: .critical
                case .warning: .warning
                case nil where check.isDeep && !isDeep: .notAsked
                case nil: unseen.contains { $0.check == check.name } ? .notSeen : .ok
                }
            return Result(check: check.name, state: state)
        }
    }
}
