/// Rows of text under a header, in columns as wide as their widest cell.
package struct Table {
    private let header: [String]
    private var rows: [[String]] = []
    private let alignsRight: Set<Int>

    /// - Parameter alignsRight: the columns, from 0, that hold numbers.
    package init(_ header: [String], alignsRight: Set<Int> = []) {
        self.header = header
        self.alignsRight = alignsRight
    }

    /// Adds a row with as many cells as the header.
    package mutating func add(_ row: [String]) { rows.append(row) }

    /// The table, without a line end at its end.
    package var text: String {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).map { row in
            let cells = row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return alignsRight.contains(column) ? padding + cell : cell + padding
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }
}
