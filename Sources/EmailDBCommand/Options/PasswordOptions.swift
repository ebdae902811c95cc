import ArgumentParser
import Core
import FoundationEssentials
import Install

/// A role and the file that its password is in.
struct PasswordFile: ExpressibleByArgument {
    let role: String
    let path: String

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), argument.index(after: equals) < argument.endIndex else {
            return nil
        }
        role = String(argument[..<equals])
        path = String(argument[argument.index(after: equals)...])
    }

    init(role: String, path: String) {
        self.role = role
        self.path = path
    }

    /// The password, without the one line end that editors and `echo` add.
    func read() throws -> RolePassword {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("The password file \(path) cannot be read.")
        }
        guard let password = RolePassword.text(data) else {
            throw ValidationError("The password file \(path) is empty, no UTF-8 text, or holds a NUL character.")
        }
        return RolePassword(role: role, password: password)
    }
}

/// The passwords that `init` sets.
struct PasswordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Give the role email_service the password in this file; also \(EnvironmentVariable.applicationPasswordFile.name).",
            valueName: "file")
    )
    var appPasswordFile: String?

    @Option(
        help: ArgumentHelp(
            "Give a role the password in a file; may be repeated. Roles: \(RolePassword.roles.joined(separator: ", ")).",
            valueName: "role=file"))
    var passwordFile: [PasswordFile] = []

    func validate() throws {
        for file in passwordFile where !RolePassword.roles.contains(file.role) {
            throw ValidationError(
                "--password-file: \(file.role) is none of \(RolePassword.roles.joined(separator: ", ")).")
        }
        let roles = given.map(\.role)
        if let twice = roles.first(where: { role in roles.filter { $0 == role }.count > 1 }) {
            throw ValidationError("Two password files are named for \(twice).")
        }
    }

    private var given: [PasswordFile] {
        (appPasswordFile.map { [PasswordFile(role: RolePassword.application, path: $0)] } ?? []) + passwordFile
    }

    /// The passwords in the files; of the variable's file only where no option speaks of the application's role.
    func read() throws -> [RolePassword] {
        var files = given
        if let path = EnvironmentVariable.applicationPasswordFile.value,
            !files.contains(where: { $0.role == RolePassword.application })
        {
            files.insert(PasswordFile(role: RolePassword.application, path: path), at: 0)
        }
        return try files.map { try $0.read() }
    }
}
