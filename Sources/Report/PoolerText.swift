package import Pooler

extension PoolerProbe: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        if isSafe { return "safe: nothing of a client reached the next one (\(meetings) meetings)" }
        return leaks.map { "\("leak: ", .red)\($0.description)" as StyledText }.joined()
    }
}
