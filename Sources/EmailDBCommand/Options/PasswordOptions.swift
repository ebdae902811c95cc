import ArgumentParser
import Core
import Install

/// The passwords that `init` sets.
struct PasswordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Give the role email_service the password in this file; also \(EnvironmentVariable.applicationPasswordFile.name).",
            valueName: "file"), completion: .file())
    var appPasswordFile: String?

    @Option(
        help: ArgumentHelp(
            "Give a role the password in a file; may be repeated. Roles: \(RolePassword.roles.joined(separator: ", ")).",
            valueName: "role=file"), completion: .list(RolePassword.roles.map { $0 + "=" }))
    var passwordFile: [NamedFile<String>] = []

    func validate() throws {
        for file in passwordFile where !RolePassword.roles.contains(file.name) {
            throw ValidationError(
                "--password-file: \(file.name) is none of \(RolePassword.roles.joined(separator: ", ")).")
        }
        let roles = given.map(\.name)
        if let twice = roles.first(where: { role in roles.filter { $0 == role }.count > 1 }) {
            throw ValidationError("Two password files are named for \(twice).")
        }
    }

    private var given: [NamedFile<String>] {
        (appPasswordFile.map { [NamedFile(name: RolePassword.application, path: $0)] } ?? []) + passwordFile
    }

    /// The passwords in the files; of the variable's file only where no option speaks of the application's role.
    func read() throws -> [RolePassword] {
        var files = given
        if let path = EnvironmentVariable.applicationPasswordFile.value,
            !files.contains(where: { $0.name == RolePassword.application })
        {
            files.insert(NamedFile(name: RolePassword.application, path: path), at: 0)
        }
        return try files.map(Self.password)
    }

    static func password(_ file: NamedFile<String>) throws -> RolePassword {
        let data = try inputFile(file.path, "--password-file")
        guard let password = RolePassword.text(data) else {
            throw ValidationError("The password file \(file.path) is empty, no UTF-8 text, or holds a NUL character.")
        }
        return RolePassword(role: file.name, password: password)
    }
}
