import CGuides
import Postgres

/// A page of the documentation, compiled in, so that whoever has the program can read it.
package struct Guide: Sendable {
    /// The page's file without folder and ending, such as `UsingTheDatabase`.
    package let name: String
    /// Its Markdown.
    package let markdown: String

    /// By name.
    package static let all: [Guide] = {
        guard let first = guides() else { return [] }
        return sequence(first: first) { $0 + 1 }.prefix { $0.pointee.name != nil }.map { page in
            Guide(name: String(cString: page.pointee.name), markdown: String(cString: page.pointee.text))
        }
    }()

    /// What is typed for it, its title: `using-the-database`.
    package var topic: String { title.lowercased().replacing(" ", with: "-") }

    package var title: String { String(markdown.prefix { $0 != "\n" }.drop { "# ".contains($0) }) }

    /// The guide of a topic, whatever case and file name it is typed with; of a part where no other guide has it.
    package static func named(_ word: String) -> Guide? {
        let word = word.lowercased().replacing(".md", with: "")
        if let guide = all.first(where: { $0.topic == word || $0.name.lowercased() == word }) { return guide }
        let near = all.filter { $0.topic.contains(word) }
        return near.count == 1 ? near[0] : nil
    }

    /// For a terminal: headings are bold, a link is its text and what to type for the page behind it.
    package var text: StyledText {
        var isCode = false
        let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false).compactMap {
            line -> StyledText? in
            if line.hasPrefix("```") {
                isCode.toggle()
                return nil
            }
            if isCode || line.hasPrefix("    ") { return "\(lines: line)" }
            let plain = Self.withoutLinks(line)
            return line.hasPrefix("#") ? "\(plain.drop { "# ".contains($0) }, .bold)" : "\(lines: plain)"
        }
        var text = StyledText()
        for (number, line) in lines.enumerated() { text += number == 0 ? line : "\n" + line }
        return text
    }

    private static func withoutLinks(_ line: Substring) -> String {
        String(line).replacing(/\[([^\]]+)\]\(([^)]+)\)/) { link in
            let page = link.2.split(separator: "#", omittingEmptySubsequences: false)[0].replacing(".md", with: "")
            let guide = all.first { $0.name == page }
            return guide.map { "\(link.1) (emaildb help \($0.topic))" } ?? String(link.1)
        }.replacing("**", with: "")
    }
}
