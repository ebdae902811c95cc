import TestSupport
import Testing

@Suite struct HelpTests {
    @Test(arguments: [
        [], ["init"], ["status"], ["verify"], ["tune"], ["ready"], ["pool"], ["bench"], ["dev"], ["dev", "start"],
        ["container"], ["container", "data"],
    ])
    func everyCommandHasHelp(_ command: [String]) async throws {
        let result = try await CommandRunner.emaildb(command + ["--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("USAGE: emaildb"))
    }
}
