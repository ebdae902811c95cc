import Postgres
import Verify

/// One thing that a run of `verify` looked at: a code of layout or security, an attack, a query; each finding has one of its own,
/// because programs that show results show only the first failure of a test case.
struct VerifyCase {
    let title: String
    /// How long it took; nil where it was checked with others.
    var milliseconds: Double?
    var finding: Finding?
    /// Why it was not looked at.
    var skipped: String?
}

extension VerifyReport {
    /// The cases of a section; those that failed have the object in their title.
    func cases(_ section: CheckedSection) -> [VerifyCase] {
        let skipped = section.unseen.map { VerifyCase(title: $0.what, skipped: $0.reason) }
        let trials = tried.filter { $0.section == section.section }
        guard trials.isEmpty else {
            var rest = section.findings
            let cases = trials.flatMap { trial in
                let found = rest.filter { $0.isOf(trial) }
                rest.removeAll { $0.isOf(trial) }
                let title = trial.section == .probe ? trial.name : "\(trial.object): \(trial.name)"
                if found.isEmpty { return [VerifyCase(title: title, milliseconds: trial.milliseconds)] }
                return found.map { finding in
                    VerifyCase(
                        title: "\(finding.code) \(title)", milliseconds: trial.milliseconds, finding: finding)
                }
            }
            return cases + rest.map(VerifyCase.init(finding:)) + skipped
        }
        let cases = section.codes.flatMap { code, findings in
            findings.isEmpty
                ? [VerifyCase(title: "\(code.id) \(code.title)")] : findings.map(VerifyCase.init(finding:))
        }
        return cases + skipped
    }
}

extension VerifyCase {
    fileprivate init(finding: Finding) {
        self.init(title: "\(finding.code) \(finding.object)", finding: finding)
    }
}

extension Finding {
    fileprivate func isOf(_ trial: VerifyReport.Trial) -> Bool {
        object == trial.object && (trial.section == .probe || message.hasSuffix(trial.name))
    }
}
