package import Server

extension SampleMail {
    /// What there is to look at, and what to type, word for word.
    /// - Parameter program: this program as it was called, quoted for a shell.
    package func text(program: String) -> StyledText {
        var table = Table(["date", "from", "subject"])
        for hit in hits { table.add([hit.date, hit.from, hit.subject]) }
        return """
            \(messages) messages of \(tenants) tenants in many languages. One tenant searches its mail: \(Self.search)

            \(table.text)

            Search yourself:   \(program) dev psql -c "SELECT m.subject FROM email_search('invoice') s JOIN email_messages m ON m.id = s.message_id"
            Look around:       \(program) dev psql
            Try row security:  \(program) dev psql -c "SELECT count(*) FROM email_messages"
                               \(program) dev psql -c "SET app.current_tenant_id = ''; SELECT count(*) FROM email_messages"
            Is all well?       eval "$(\(program) dev env)" && \(program) verify
            """
    }
}
