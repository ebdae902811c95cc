/// The documented layout and nothing else (`sql/catalog/literal_layout.sql`), for comparison.
enum LiteralLayout {
    /// What its full-text index holds.
    static let searchExpression = "to_tsvector('english', subject || ' ' || text_body)"
}
