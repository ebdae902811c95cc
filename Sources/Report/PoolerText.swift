package import Pooler

extension PoolerProbe: Printable {
    package var brief: StyledText { isSafe ? StyledText() : text(isVerbose: false) }

    package func text(isVerbose: Bool) -> StyledText {
        if isSafe {
            let verdict: StyledText = "safe: nothing of a client reached the next one (\(meetings) meetings)"
            return isVerbose ? ([verdict] + Leak.allCases.map { "looked for: \($0.description)" }).joined() : verdict
        }
        return leaks.map { "\("leak: ", .red)\($0.description)" as StyledText }.joined()
    }
}
