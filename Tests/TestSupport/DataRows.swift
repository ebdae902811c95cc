import FoundationEssentials

/// Rows of every table, for what looks at rows.
package enum DataRows {
    /// Two tenants with two folders each and a thread; one message moved, one erased, one marked deleted, some read.
    package static let sql = Project.text("Tests/Upgrades/rows.sql")
}

/// The project's own files.
package enum Project {
    /// The folder that holds `Package.swift`.
    package static let folder: String = {
        var url = URL(filePath: #filePath)
        for _ in 0..<3 { url.deleteLastPathComponent() }
        return url.path
    }()

    /// The text of a file, by its path from ``folder``.
    package static func text(_ path: String) -> String {
        guard let data = FileManager.default.contents(atPath: "\(folder)/\(path)") else {
            preconditionFailure("\(path) cannot be read")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
