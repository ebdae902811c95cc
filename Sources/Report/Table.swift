/// Rows of text under a header, in columns as wide as their widest cell.
package struct Table {
    private var rows: [[String]]
    private let alignsRight: Set<Int>

    /// - Parameter alignsRight: the columns, from 0, that hold numbers.
    package init(_ header: [String], alignsRight: Set<Int> = []) {
        rows = [header]
        self.alignsRight = alignsRight
    }

    package var isEmpty: Bool { rows.count == 1 }

    /// Adds a row with as many cells as the header.
    package mutating func add(_ row: [String]) { rows.append(row.map(\.visible)) }

    package var text: StyledText {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return alignsRight.contains(column) ? padding + cell : cell + padding
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        return "\(lines: lines.joined(separator: "\n"))"
    }
}
