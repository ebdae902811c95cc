package import Configuration

extension ConfigurationReport: Printable {
    package func text(isVerbose: Bool) -> StyledText {
        var table = Table(["setting", "value", "from"])
        for row in settings where isVerbose || row.state != .overridden {
            let from = row.state == .counts ? row.from : "\(row.from), \(row.state.rawValue)"
            table.add([row.setting, row.value, from])
        }
        var lines: [StyledText] = [table.text]
        lines += files.map { file in
            let state: StyledText = file.state == .used ? "used" : "\(file.state.rawValue, .yellow)"
            return "\n\(file.role.rawValue, .bold) file  \(file.path): \(state)"
        }
        if isToTrust {
            lines.append("      It counts after: emaildb config --trust    Without any file: --config none")
        }
        return lines.joined()
    }

    /// What counts, without a heading.
    package var brief: StyledText {
        var table = Table(["setting", "value"])
        for row in settings where row.state == .counts { table.add([row.setting, row.value]) }
        return table.text(hasHeader: false)
    }
}
