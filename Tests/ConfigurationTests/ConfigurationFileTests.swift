import Core
import Foundation
import TestSupport
import Testing

@testable import Configuration

/// Which files count, in which order, and which are refused.
@Suite struct ConfigurationFileTests {
    /// A home with a folder of a project in it.
    private struct Home {
        let folder: TemporaryFolder
        let project: String

        init(project text: String? = nil, user: String? = nil) throws {
            folder = try TemporaryFolder()
            project = folder.path + "/project"
            for name in ["project", ".config/emaildb"] {
                try FileManager.default.createDirectory(
                    atPath: folder.path + "/" + name, withIntermediateDirectories: true)
            }
            if let text { try folder.write("project/emaildb.toml", text) }
            if let user { try folder.write(".config/emaildb/emaildb.toml", user) }
        }

        func load(
            _ named: String? = nil, _ environment: [String: String] = [:], looking: Bool = false
        ) throws(Failure) -> Configuration {
            try Configuration.load(
                named: named, looking: looking, environment: ["HOME": folder.path].merging(environment) { $1 },
                folder: project)
        }

        func trust(_ isTrusted: Bool = true) throws(Failure) {
            _ = try TrustStore.change(trusting: isTrusted, environment: ["HOME": folder.path], folder: project)
        }
    }

    private func failure(_ body: () throws -> Void) -> Failure? {
        do {
            try body()
            return nil
        } catch { return error as? Failure }
    }

    @Test func optionsOfTheEnvironmentGoBeforeTheProjectThatBeforeTheUser() throws {
        let home = try Home(
            project: "[verify]\nignore = \"p\"\nsample = 2",
            user: "[verify]\nignore = \"u\"\nsample = 3\nfail_on = \"error\"")
        try home.trust()
        let configuration = try home.load(nil, ["EMAILDB_VERIFY_IGNORE": "e"])
        #expect(configuration.entry("verify", "ignore")?.words == ["e"])
        #expect(configuration.entry("verify", "sample")?.words == ["2"])
        #expect(configuration.entry("verify", "fail_on")?.words == ["error"])
        #expect(try home.load("none", ["EMAILDB_VERIFY_IGNORE": "e"]).entries.count == 1, "no file")
        #expect(try home.load(nil, ["EMAILDB_CONFIG": "none"]).entries.isEmpty)
    }

    @Test func theFileOfAFolderCountsOnlyAsItWasTrusted() throws {
        let home = try Home(project: "[connection]\nhost = \"evil\"")
        let first = failure { _ = try home.load() }
        #expect(
            first?.status == .refused && first?.text.contains("emaildb config --trust") == true,
            "\(String(describing: first))")
        let look = try home.load(looking: true)
        #expect(look.entries.isEmpty && look.untrusted.count == 1 && look.files.map(\.state) == [.notTrusted])
        try home.trust()
        #expect(try home.load().entry("connection", "host")?.words == ["evil"])
        try home.folder.write("project/emaildb.toml", "[connection]\nhost = \"worse\"")
        let second = failure { _ = try home.load() }
        #expect(second?.status == .refused && second?.message.contains("has changed") == true)
        try home.trust()
        try home.trust(false)
        #expect(failure { _ = try home.load() }?.status == .refused)
        // The same file elsewhere is another one.
        try home.trust()
        let other = try Home(project: "[connection]\nhost = \"worse\"")
        #expect(
            failure {
                _ = try Configuration.load(environment: ["HOME": home.folder.path], folder: other.project)
            }?.status == .refused)
        // A named one needs no trust: somebody named it.
        #expect(try other.load("emaildb.toml").entry("connection", "host")?.words == ["worse"])
    }

    @Test func whatOthersCanChangeIsNotUsed() throws {
        let home = try Home(project: "[output]\ncolor = \"never\"", user: "[output]\ncolor = \"never\"")
        try home.trust()
        let files = FileManager.default
        for path in [home.project + "/emaildb.toml", home.folder.path + "/.config/emaildb/emaildb.toml"] {
            try files.setAttributes([.posixPermissions: 0o666], ofItemAtPath: path)
            #expect(failure { _ = try home.load() }?.status == .refused, "\(path)")
            try files.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        }
        try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: home.project)
        #expect(failure { _ = try home.load() }?.status == .refused, "the folder")
        try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: home.project)
        #expect(try home.load().entries.count == 2)
        if getuid() == 0 {
            chown(home.project + "/emaildb.toml", 65534, 65534)
            #expect(failure { _ = try home.load() }?.message.contains("belongs to user 65534") == true)
        }
        // What no file is keeps nobody waiting.
        try files.removeItem(atPath: home.project + "/emaildb.toml")
        mkfifo(home.project + "/emaildb.toml", 0o600)
        #expect(failure { _ = try home.load() }?.message.contains("is no file") == true)
    }

    @Test(
        "What a file cannot set is refused with the place, and no password is repeated",
        arguments: [
            ("[connection]\npassword = \"s3cret\"", "2:1", "~/.pgpass"),
            ("[connection]\npassfile = \"s3cret\"", "2:1", "~/.pgpass"),
            ("[passwords]\nx = \"s3cret\"", "2:1", "~/.pgpass"),
            ("[connection]\ndbname = \"postgresql://u:s3cret@h/x\"", "2:10", "an address"),
            ("[connection]\nhost = \"h password=s3cret\"", "2:8", "keyword=value"),
            ("[connection]\nhots = \"h\"", "2:1", "[connection] has no hots, but host, port"),
            ("[conection]\nhost = \"h\"", "2:1", "no table [conection], one of connection"),
            ("host = 1", "1:1", "below a table"),
            ("[tune]\nyes = true", "2:1", "has no yes"), ("[verify]\nsql = \"x\"", "2:1", "has no sql"),
            ("[output]\npager = \"sh -c reboot\"", "2:9", "true or false"),
            ("[verify]\nsample = \"1\"", "2:10", "a number"),
            ("[verify]\nignore = 1", "2:10", "a path in quotes"),
            ("[verify]\nignore = \"/etc/shadow\"", "2:10", "below its own"),
            ("[verify]\noutput = \"json=../x\"", "2:10", "below its own"),
            ("[verify]\noutput = \"json=-\"", "2:10", "standard output"),
            ("[verify]\nignore = \"a\\nb\"", "2:10", "one line"), ("[verify]\nstrict = 1", "2:10", "true or false"),
        ])
    func refusedSettings(_ text: String, _ place: String, _ problem: String) throws {
        let home = try Home(project: text)
        let error = failure { try home.trust() }
        #expect(error?.status == .usage, "\(String(describing: error))")
        #expect(error?.message.hasPrefix("emaildb.toml:\(place): ") == true, "\(String(describing: error))")
        #expect(error?.message.contains(problem) == true, "\(String(describing: error))")
        #expect(error?.message.contains("s3cret") == false)
    }

    @Test func pathsAreThoseOfTheFile() throws {
        let home = try Home(user: "[verify]\nignore = \"mine\"\noutput = [\"json=/tmp/x\", \"sarif=y\"]")
        let folder = home.folder.path + "/.config/emaildb"
        #expect(try home.load().entry("verify", "ignore")?.words == [folder + "/mine"])
        #expect(try home.load().entry("verify", "output")?.words == ["json=/tmp/x", "sarif=\(folder)/y"])
    }

    @Test func reportsOfAProjectStayInIt() throws {
        let home = try Home()
        let (project, files) = (home.project, FileManager.default)
        #expect(Configuration.isInside(project + "/new", project))
        try home.folder.write("outside", "")
        try files.createSymbolicLink(atPath: project + "/link", withDestinationPath: home.folder.path + "/outside")
        #expect(!Configuration.isInside(project + "/link", project), "a link")
        try files.createSymbolicLink(atPath: project + "/up", withDestinationPath: home.folder.path)
        #expect(!Configuration.isInside(project + "/up/new", project), "a folder behind a link")
        #expect(!Configuration.isInside(project + "/none/new", project), "no folder")
        #expect(!Configuration.isInside(project, project), "the folder itself")
    }
}

extension Failure {
    fileprivate var text: String {
        ([message] + problems.flatMap { [$0.problem, $0.fix ?? ""] }).joined(separator: "\n")
    }
}
