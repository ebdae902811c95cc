import TestSupport
import Testing

@Suite struct HelpTests {
    @Test func everyCommandHasHelp() async throws {
        for command in [
            [], ["init"], ["status"], ["verify"], ["tune"], ["ready"], ["pool"], ["bench"], ["dev"], ["dev", "start"],
            ["container"],
            ["container", "data"],
        ] {
            let result = try await CommandRunner.emaildb(command + ["--help"])
            #expect(result.status == 0)
            #expect(result.output.contains("USAGE: emaildb"))
        }
    }
}
