import Postgres

/// Rows of text under a header, in columns as wide as their widest cell.
///
/// On a terminal that is too narrow for that, the last column goes on in the next line; where that has no room, each row is a
/// block of lines, a cell each, as psql shows it with `\x auto`.
package struct Table: Sendable {
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

    package var text: StyledText { text(hasHeader: true) }

    /// - Parameter hasHeader: whether the first line names the columns.
    package func text(hasHeader: Bool) -> StyledText {
        let table = hasHeader ? self : Table(rows: Array(rows.dropFirst()), alignsRight: alignsRight)
        return StyledText(table.lines, of: self)
    }

    private init(rows: [[String]], alignsRight: Set<Int>) { (self.rows, self.alignsRight) = (rows, alignsRight) }

    private var widths: [Int] {
        (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    }

    private var lines: String { aligned(rows, widths).map(Self.trimmed).joined(separator: "\n") }

    /// The rows as lines, each cell as wide as its column.
    private func aligned(_ rows: [[String]], _ widths: [Int]) -> [String] {
        rows.map { row in
            let cells = zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
                return alignsRight.contains(column) ? padding + cell.0 : cell.0 + padding
            }
            return cells.joined(separator: "  ")
        }
    }

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.last == " " { line.removeLast() }
        return line
    }

    /// For so few columns that ``text`` does not fit.
    func narrow(_ columns: Int) -> String {
        let widths = widths
        let left = widths.dropLast().reduce(0) { $0 + $1 + 2 }
        // A column that is narrower breaks most words.
        guard columns - left >= 24 else { return blocks(columns) }
        let heads = aligned(rows.map { Array($0.dropLast()) }, Array(widths.dropLast()))
        let margin = String(repeating: " ", count: left)
        return zip(rows, heads).map { row, head in
            let parts = Self.broken(row.last ?? "", columns - left)
            let first = Self.trimmed((head.isEmpty ? "" : head + "  ") + (parts.first ?? ""))
            return ([first] + parts.dropFirst().map { margin + $0 }).joined(separator: "\n")
        }.joined(separator: "\n")
    }

    /// A text in lines of some width, broken between words where it can be.
    private static func broken(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        for word in text.splitScalars(" ") {
            var word = word
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
                continue
            }
            while word.count > width {
                lines.append(String(word.prefix(width)))
                word = String(word.dropFirst(width))
            }
            lines.append(word)
        }
        return lines
    }

    /// The rows one below the other, without the empty cells.
    private func blocks(_ columns: Int) -> String {
        let width = (rows[0].map(\.count).max() ?? 0) + 2
        let names = rows[0].map { $0 + String(repeating: " ", count: width - $0.count) }
        let margin = "\n" + String(repeating: " ", count: width)
        let blocks = rows.dropFirst().map { row -> String in
            let filled = row.indices.filter { !row[$0].isEmpty }
            return filled.map { column in
                names[column] + Self.broken(row[column], max(columns - width, 8)).joined(separator: margin)
            }.joined(separator: "\n")
        }
        return isEmpty ? rows[0].joined(separator: "\n") : blocks.joined(separator: "\n\n")
    }
}
