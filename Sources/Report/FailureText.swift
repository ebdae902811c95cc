import Core

extension Failure {
    /// What happened, then what is wrong with the fix of each; what was said is not said again.
    package var text: StyledText {
        let lines = problems.enumerated().map { index, item -> StyledText in
            let isRepeated = item.problem == message
            let problem: StyledText = isRepeated ? "" : "\n  - \(lines: item.problem, indent: 4)"
            let next = index + 1 < problems.count ? problems[index + 1].fix : nil
            guard let fix = item.fix, fix != next else { return problem }
            return problem + "\n      \(lines: fix, indent: 6)"
        }
        return "\(lines: message)" + lines.reduce(StyledText(), +)
    }
}
