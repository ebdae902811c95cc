import Postgres
import TestSupport
import Testing

@Suite struct ConnectionSettingsTests {
    private static let sentinel = "Sentinel7Password"

    @Test(arguments: ["mail", "e-mail database", "zwölf", "postgres:5432", ""])
    func anythingElseIsADatabaseName(_ name: String) throws {
        #expect(try ConnectionSettings(target: name).parameters == ["dbname": name])
    }

    @Test(arguments: ["postgresql", "postgres"])
    func aURIIsTakenApartAndDecoded(_ scheme: String) throws {
        let settings = try ConnectionSettings(
            target: "\(scheme)://us%20er:p%25a%2Fss%40@db.example:5434/e%2Dmail?connect_timeout=3&sslmode=disable")
        #expect(
            settings.parameters == [
                "user": "us er", "password": "p%a/ss@", "host": "db.example", "port": "5434", "dbname": "e-mail",
                "connect_timeout": "3", "sslmode": "disable",
            ])
    }

    @Test func aKeywordStringIsTakenApartAndUnquoted() throws {
        let settings = try ConnectionSettings(target: #"host=h port = 5434 user='a b' password='it\'s \\ here'"#)
        #expect(settings.parameters == ["host": "h", "port": "5434", "user": "a b", "password": #"it's \ here"#])
    }

    @Test func theLaterValueWins() throws {
        #expect(try ConnectionSettings(target: "host=first host=second")["host"] == "second")
        #expect(try ConnectionSettings(target: "postgresql://first/db?dbname=other")["dbname"] == "other")
        var settings = try ConnectionSettings(target: "host=first user=reader")
        settings["host"] = "second"
        settings["user"] = nil
        #expect(settings.parameters == ["host": "second"])
    }

    @Test(.needsServer) func whatIsGivenBeatsTheClientsOwnDefaults() async throws {
        var settings = try await TestServer.shared.connectionSettings()
        let asked = "SELECT current_setting('application_name'), current_setting('client_encoding')"
        let plain = try Connection(settings).query(asked)
        #expect(plain.first?[0] == "emaildb")
        settings["application_name"] = "my name"
        settings["client_encoding"] = "LATIN1"
        let named = try Connection(settings).query(asked)
        #expect(named.first?[0] == "my name")
        #expect(named.first?[1] == "UTF8", "the whole client relies on UTF-8, so that is not for others to say")
    }

    @Test func whatLibpqDecidesLaterHasNoDefaultValue() {
        #expect(ConnectionSettings.defaultValue(of: "port")?.isEmpty == false)
        #expect(ConnectionSettings.defaultValue(of: "no such keyword") == nil)
    }

    @Test(arguments: [
        "postgresql://user:\(sentinel)%ZZ@host/db",
        "postgresql://user:%0\(sentinel)@host/db",
        "postgresql://user:\(sentinel)%00@host/db",
        "postgresql://user:\(sentinel)@host:1/db?\(sentinel)=1",
        "postgresql://user:\(sentinel)@[::1/db",
        "host=h password='\(sentinel)",
        "password=\(sentinel) \(sentinel)=1",
        "password=\(sentinel) host",
    ])
    func aMalformedTargetIsRefusedWithoutRepeatingIt(_ target: String) throws {
        let error = try failure { try ConnectionSettings(target: target) }
        #expect(error.kind == .configuration)
        #expect(error.sqlState == nil)
        // Every field, also those that the description leaves out.
        var everything = error.description
        dump(error, to: &everything)
        #expect(everything.contains("cannot be parsed"))
        #expect(!everything.contains("Sentinel7"))
    }

    @Test("A misspelt keyword is named, also beside a value that looks like an address") func misspelt() throws {
        let error = #expect(throws: PostgresError.self) {
            try ConnectionSettings(target: "hosst=a application_name=x://y@z")
        }
        #expect(error?.message.contains("hosst") == true, "\(String(describing: error))")
        let hidden = #expect(throws: PostgresError.self) {
            try ConnectionSettings(target: "postgres://u:a?word=b@c/d?x=1")
        }
        #expect(hidden?.message.contains("word") != true, "\(String(describing: hidden))")
    }

    @Test func theDescriptionHidesEverySecret() {
        let settings = ConnectionSettings(parameters: [
            "host": "db.example", "user": "reader", "password": Self.sentinel, "sslpassword": Self.sentinel,
        ])
        #expect(settings.description == "settings of host, password, sslpassword, user")
        #expect(!"\(settings) \(String(reflecting: settings)) \([settings])".contains(Self.sentinel))
    }
}
