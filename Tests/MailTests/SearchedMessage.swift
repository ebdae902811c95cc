import Testing

/// A message, what finds it, and what must not.
struct SearchedMessage: Sendable, CustomTestStringConvertible {
    let name: String
    var subject = ""
    var from: String?
    var to: [String] = []
    var cc: [String] = []
    var bcc: [String] = []
    var text: String?
    var html: String?
    let found: [String]
    var missed: [String] = []

    var testDescription: String { name }

    static let all = scripts + tokens + people + pages
    /// How many (query, message, found or not) there are.
    static var cases: Int { all.reduce(0) { $0 + $1.found.count + $1.missed.count } }

    private static let scripts = [
        SearchedMessage(
            name: "Latin with accents", subject: "Größe der Straße",
            text: "Ça a été décidé à Łódź: naïve Ærøskøbing, smørrebrød",
            found: [
                "größe", "GRÖSSE", "grosse", "gro\u{308}ße", "straße", "STRASSE", "strasse", "ça", "ca", "ete", "ÉTÉ",
                "decide",
                "lodz", "ŁÓDŹ", "naive", "aeroskobing", "smorrebrod", "\"été décidé\"", "dec*",
            ], missed: ["stras", "ete decidee", "\"décidé été\""]),
        SearchedMessage(
            name: "decomposed letters", text: "re\u{301}sume\u{301} Vie\u{323}\u{302}t Nam",
            found: ["résumé", "resume", "RESUME\u{301}", "việt", "viet nam", "\"việt nam\""], missed: ["resum"]),
        SearchedMessage(
            name: "Turkish", text: "İstanbul'da ILIK bir gün, ışık",
            found: ["istanbul", "İSTANBUL", "ISTANBUL", "ilik", "ılık", "ISIK", "ışık", "gun"], missed: ["stanbul"]),
        SearchedMessage(
            name: "Greek", subject: "Καλημέρα ΚΟΣΜΕ", text: "ο λόγος του Σίσυφος",
            found: ["καλημέρα", "ΚΑΛΗΜΕΡΑ", "καλημερα", "κόσμε", "λογος", "ΛΟΓΟΣ", "λόγοσ", "σίσυφος", "ΣΊΣΥΦΟΣ"],
            missed: ["λογο"]),
        SearchedMessage(
            name: "Cyrillic", subject: "Счёт за ЁЛКУ", text: "Москва, съешь ещё; Київ їжак ґанок Ѓорѓи",
            found: [
                "счёт", "счет", "СЧЁТ", "елку", "ёлку", "москва", "МОСКВА", "еще", "київ", "КИЇВ", "ЇЖАК", "ґанок",
                "ҐАНОК",
            ],
            missed: ["моск", "москвы"]),
        SearchedMessage(
            name: "Arabic", text: "السَّلامُ عليكم، كتـــاب أحمد؟",
            found: ["السلام", "السَّلامُ", "عليكم", "كتاب", "احمد", "أحمد", "\"السلام عليكم\""], missed: ["سلام"]),
        SearchedMessage(
            name: "Persian", text: "می\u{200C}خواهم کتاب", found: ["می\u{200C}خواهم", "میخواهم", "كتاب", "کتاب"],
            missed: ["خواهم"]),
        SearchedMessage(
            name: "Hebrew", text: "שָׁלוֹם עולם, תל־אביב", found: ["שלום", "שָׁלוֹם", "עולם", "אביב", "תל־אביב", "תל אביב"],
            missed: ["שלו"]),
        SearchedMessage(
            name: "Devanagari", text: "नमस्ते दुनिया। हिन्दी ज़रूर",
            found: ["नमस्ते", "दुनिया", "हिन्दी", "\"नमस्ते दुनिया\"", "जरूर", "ज\u{93C}रूर"], missed: ["नमस"]),
        SearchedMessage(
            name: "Thai", text: "ผมกินข้าวที่ร้านอาหาร", found: ["กิน", "ข้าว", "กินข้าว", "ร้านอาหาร", "อาหาร", "ผม", "น"],
            missed: ["ข้าวกิน", "หมู", "ซ"]),
        SearchedMessage(name: "Lao", text: "ສະບາຍດີເຈົ້າ", found: ["ສະບາຍ", "ດີ", "ເຈົ້າ"], missed: ["ດີສະບາຍ"]),
        SearchedMessage(name: "Khmer", text: "សួស្តីពិភពលោក", found: ["សួស្តី", "ពិភពលោក", "លោក"], missed: ["លោកពិភព"]),
        SearchedMessage(
            name: "Burmese", text: "မင်္ဂလာပါကမ္ဘာ", found: ["မင်္ဂလာ", "ကမ္ဘာ", "မင်္ဂလာပါ"], missed: ["ကမ္ဘာမင်္ဂလာ"]),
        SearchedMessage(
            name: "Chinese", subject: "关于北京大学的会议通知", text: "我用Python写作，预算3万元。",
            found: [
                "北京", "大学", "北京大学", "会议", "会议通知", "通", "于", "知", "关", "用Python", "python写作", "写作", "预算",
                "3万元", "subject:会议", "北京 通知", "\"会议通知\"",
            ], missed: ["京北", "大学北京", "上海", "写Python", "subject:预算", "𠀀"]),
        SearchedMessage(
            name: "Japanese", subject: "東京大学の御案内", text: "ﾊﾝｶｸ カタカナ・ひらがな、プロジェクトＡＢＣ１２３",
            found: [
                "東京", "大学", "東京大学", "御案内", "ハンカク", "ﾊﾝｶｸ", "カタカナ", "ひらがな", "プロジェクト", "abc123",
                "ＡＢＣ１２３", "ジェクト",
            ], missed: ["京都", "ガタカナ"]),
        SearchedMessage(
            name: "Korean", text: "학교에서 친구를 만났다. 서울특별시의 날씨",
            found: ["학교", "친구", "서울", "특별시", "서울특별시", "학교에서", "날씨", "학", "\u{1112}\u{1161}\u{11A8}교"],
            missed: ["교학", "부산"]),
        SearchedMessage(
            name: "full width, ligatures, superscripts", text: "Ｆｕｌｌ ｗｉｄｔｈ oﬃce ﬁnal x² №5 ™",
            found: ["full width", "ＦＵＬＬ", "office", "oﬃce", "final", "ﬁnal", "x2"], missed: ["oce"]),
        SearchedMessage(
            name: "characters without width", text: "con\u{AD}fi\u{200B}den\u{2060}tial \u{FEFF}draft ev\u{300}idence",
            found: ["confidential", "con\u{AD}fidential", "draft", "evidence"], missed: ["fidential", "con"]),
    ]

    private static let tokens = [
        SearchedMessage(
            name: "numbers and names with punctuation", subject: "Invoice INV-2024-0042/B - second reminder",
            text:
                "See C:\\Temp\\report_final.v2.pdf, /usr/share/doc/readme.txt, 10.0.0.254 and +49 (30) 901820; O'Neill's 3.14%",
            found: [
                "INV-2024-0042/B", "inv-2024-0042", "0042", "2024-0042/b", "inv", "B",
                "Invoice INV-2024-0042/B - second reminder",
                "report_final.v2.pdf", "report", "v2.pdf", "C:\\Temp\\report_final.v2.pdf", "/usr/share/doc/readme.txt",
                "share/doc", "readme", "10.0.0.254", "+49 (30) 901820", "901820", "O'Neill", "o’neill", "3.14", "inv*",
                "00*",
                "second - reminder", "-absent second", "rem* - inv*", "(second OR third) reminder", "third OR second",
                "subject:invoice", "subject:\"second reminder\"", "subject: reminder", "\"second reminder",
                "“second reminder”", "second AND reminder",
            ],
            missed: [
                "INV-2024-0042/C", "0043", "-second reminder", "second third", "subject:readme",
                "-\"second reminder\" inv",
                "\"reminder second\"", "third OR fourth", "42/B-2024", "subject:\"reminder second\"",
            ]),
        SearchedMessage(
            name: "URLs",
            text: "Look: https://www.example.com/path/to/page.html?id=42&lang=de#top or www.test.example/x~y",
            found: [
                "https://www.example.com/path/to/page.html?id=42&lang=de#top", "example.com", "www.example.com",
                "page.html",
                "path/to", "id=42", "test.example/x~y", "https://www.example.com", "lang",
                "-http://other.example/ path",
            ],
            missed: ["https://www.example.com/path/from", "example.org", "-https://www.example.com/ path"]),
        SearchedMessage(
            name: "less-than is no tag in plain text",
            text: "if a<b and c>d <hidden@example.com> &lt; x &amp y <!-- kept --> <3",
            found: ["hidden@example.com", "kept", "hidden", "amp", "lt", "a<b"], missed: ["<absent>"]),
        SearchedMessage(
            name: "operators that are none", text: "foo:bar before:yesterday size:10M is:odd has:wings time 12:30",
            found: ["foo:bar", "before:yesterday", "size:10M", "is:odd", "has:wings", "12:30", "bar", "yesterday"],
            missed: ["foo:baz", "is:unread foo:qux"]),
    ]

    private static let people = [
        SearchedMessage(
            name: "people", subject: "Minutes", from: "\"Müller, Jörg\" <joerg.mueller@mail.example.com>",
            to: ["Anna Smith <anna@example.org>", "list@lists.example.net"], cc: ["Dora <dora@cc.example>"],
            bcc: ["王小明 <wang@bcc.example>"],
            text: "ask carl@body.example about it",
            found: [
                "from:joerg.mueller@mail.example.com", "from:JOERG.MUELLER@Mail.Example.com", "from:müller",
                "from:MULLER", "from:jorg",
                "from:joerg", "from:joerg.mueller", "from:@mail.example.com", "from:@example.com", "from:example.com",
                "from:mail.example.com",
                "from:\"Müller, Jörg\"", "from:\"Jörg Müller <joerg.mueller@mail.example.com>\"", "from:mül*",
                "from:joerg.mueller@mail*",
                "from: müller", "müller", "joerg.mueller@mail.example.com", "mueller@mail.example.com", "to:anna",
                "to:anna@example.org",
                "to:@lists.example.net", "to:@example.net", "to:list", "to:smith", "to:\"anna smith\"",
                "to:example.org", "cc:dora",
                "cc:dora@cc.example", "cc:@cc.example", "bcc:wang", "bcc:小明", "bcc:wang@bcc.example", "dora@cc.example",
                "小明",
                "from:müller to:anna minutes", "from:nobody OR to:anna", "-from:anna minutes", "carl@body.example",
            ],
            missed: [
                "from:anna", "to:müller", "cc:anna", "to:dora", "bcc:dora", "from:carl", "from:carl@body.example",
                "from:@ample.com",
                "from:example.org", "to:anna@example.com", "-from:müller minutes", "from:muller to:carl",
                "subject:müller",
                "from:mueller@mail.example.com", "bcc:明小", "from:@com.example",
            ])
    ]

    private static let pages = [
        SearchedMessage(
            name: "HTML",
            html: """
                <html><head><style>.stylish { color: red }</style><script>var scripted = 1 < 2;</script></head><body><!-- commented -->
                <p class="classy">Caf&eacute; &amp; r&#233;sum&#xE9;&nbsp;here</p><b>B</b>old wo<span>rd</span>s<br>next<td>cell</td>
                <img src="data:image/png;base64,iVBORw0KGgoAAAANSU" alt="x"> 5 &lt; 6 &lt;shown&gt; &shy;soft&shy;ly &Uuml;ber</body></html>
                """,
            found: [
                "café", "resume", "here", "bold", "words", "next", "cell", "shown", "softly", "über", "\"café résumé\"",
                "\"5 6\"",
            ],
            missed: [
                "stylish", "scripted", "commented", "classy", "iVBORw0KGgoAAAANSU", "eacute", "nbsp", "old", "nextcell",
            ]),
        SearchedMessage(
            name: "a stub beside HTML", text: "Your program cannot show this message.",
            html: "<p>The newsletter of <i>May</i></p>",
            found: ["newsletter", "may", "program", "newsletter program"], missed: ["absent"]),
        SearchedMessage(
            name: "blank text beside HTML", text: " \n", html: "<div>only here</div>",
            found: ["only here", "\"only here\""], missed: ["div"]),
        SearchedMessage(
            name: "unclosed tags", html: "before<p <b>after</p><a href=\"x>inner</a> last<style>gone",
            found: ["before", "after", "last"],
            missed: ["gone", "href"]),
    ]
}
