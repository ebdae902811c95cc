package import Core
import FoundationEssentials
import Glibc
import Postgres

/// The files of projects that this user trusts: lines of a digest, over path and contents, and the path.
///
/// It lies in `$XDG_STATE_HOME/emaildb/trusted`, or the same below `~/.local/state`; a project cannot write it.
package struct TrustStore: Sendable {
    private let folder: String
    private var path: String { folder + "/trusted" }

    /// Nil without a home.
    package init?(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        guard let folder = BaseFolder.path("XDG_STATE_HOME", or: ".local/state", environment) else { return nil }
        self.folder = folder
    }

    private func lines() -> [(digest: String, path: String)] {
        guard let bytes = try? FoundFile.read(path) else { return [] }
        return String(decoding: bytes, as: UTF8.self).splitScalars("\n").compactMap { line in
            let parts = line.splitScalars(" ", maxSplits: 1)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
    }

    func state(of project: ProjectFile) -> Configuration.File.State {
        let lines = lines().filter { $0.path == project.path }
        if lines.isEmpty { return .notTrusted }
        return lines.contains { $0.digest == project.digest } ? .used : .changed
    }

    /// Trusts the file of a folder, or no longer does.
    /// - Returns: what is trusted or forgotten.
    /// - Throws: ``Failure`` where there is none, or where it cannot be used.
    package static func change(
        trusting: Bool, environment: [String: String] = ProcessInfo.processInfo.environment,
        folder: String = FileManager.default.currentDirectoryPath
    ) throws(Failure) -> String {
        guard let store = TrustStore(environment) else {
            throw .refused(
                "HOME is not set, and so there is no place to note what is trusted", fix: "export HOME=FOLDER")
        }
        let path = folder + "/" + ProjectFile.name
        var lines = store.lines().filter { $0.path != path }
        if trusting {
            guard let project = try ProjectFile.find(in: folder) else {
                throw Failure(
                    .usage, "there is no \(ProjectFile.name) in this folder", fix: "emaildb help configuration")
            }
            guard !path.unicodeScalars.contains(where: SQL.isHidden) else {
                throw .refused("the name of this folder has hidden characters in it", fix: "mv it to another name")
            }
            _ = try project.settings()
            lines.append((project.digest, path))
        }
        try store.write(lines.map { $0.digest + " " + $0.path + "\n" }.joined())
        return path
    }

    private func write(_ text: String) throws(Failure) {
        do {
            // For this user alone.
            let mask = umask(0o077)
            defer { umask(mask) }
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileOutput.replace(path, Array(text.utf8), newMode: 0o600)
        } catch {
            throw Failure(.failed, "\(path) cannot be written: \(error)", fix: "ls -ld \(folder)")
        }
    }
}
