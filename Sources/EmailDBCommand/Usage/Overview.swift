import Core
import Report

/// What `emaildb` alone prints: the six commands one starts with, and what to type first.
enum Overview {
    static let commands = [
        ("dev start", "a private PostgreSQL server in ./.emaildb"),
        ("init", "create or upgrade the database; safe at any time"),
        ("status", "is the database up to date?"),
        ("verify", "check layout, security and plans; attack row security"),
        ("tune", "fit the server to its machine; it shows and asks first"),
        ("ready", "health check: TCP, a login, the schema"),
    ]

    static var text: StyledText {
        let width = commands.map(\.0.count).max() ?? 0
        let rows = commands.map { name, purpose in
            "  emaildb \(name)" + String(repeating: " ", count: width - name.count) + "  " + purpose
        }.joined(separator: "\n")
        return """
            \("emaildb \(toolVersion)", .bold): builds, checks and keeps a multi-tenant e-mail database in PostgreSQL

            \(lines: rows)

            \("Type first, without a server at hand:", .bold)
              emaildb dev start && eval "$(emaildb dev env)" && emaildb init && emaildb verify
            \("Or, on a server of yours:", .bold)
              emaildb init --plan -d postgresql://postgres@HOST/email_service

            All commands and guides: emaildb help     One command: emaildb init --help
            """
    }
}
