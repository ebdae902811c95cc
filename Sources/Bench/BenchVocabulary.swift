/// Made-up words, the frequent ones short, and texts made of them.
///
/// Fifty thousand words by Zipf's law, and in every third message a number that no other has, give a search index
/// about the shape that mail gives it.
struct BenchVocabulary: Sendable {
    static let shared = BenchVocabulary()

    static let size = 50_000

    /// The words, most frequent first, as ASCII.
    let words: [[UInt8]]
    private let ranks: [[UInt8]: Int]
    private let sampler = ZipfSampler(count: size)

    private init() {
        let consonants = Array("bdfgklmnprstvzch".utf8)
        let vowels = Array("aeiou".utf8)
        let endings = Array("nrlkm".utf8)
        words = (0..<Self.size).map { rank in
            // Two syllables and an ending make 32,000 different words, a third one 80 times as many; the factors are
            // coprime to both, so that neighbours in rank do not look alike and no word comes twice.
            let short = rank < 4000
            var code = short ? rank * 7919 % 32_000 : rank * 611_953 % 2_560_000
            var word: [UInt8] = []
            for _ in 0..<(short ? 2 : 3) {
                word.append(consonants[code % 16])
                word.append(vowels[code / 16 % 5])
                code /= 80
            }
            word.append(endings[code % 5])
            return word
        }
        ranks = Dictionary(uniqueKeysWithValues: zip(words, words.indices))
    }

    /// A word by its rank from 0.
    func word(_ rank: Int) -> String { String(decoding: words[rank], as: UTF8.self) }

    /// The rank of a word, from 0.
    func rank(of word: some StringProtocol) -> Int? { ranks[Array(word.utf8)] }

    /// A number of words, as in a subject.
    func phrase(_ count: Int, _ random: inout BenchRandom) -> String {
        var bytes: [UInt8] = []
        for position in 0..<count {
            if position > 0 { bytes.append(UInt8(ascii: " ")) }
            bytes += words[sampler.draw(&random)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A body of about as many bytes, in lines of some 70.
    func body(bytes limit: Int, _ random: inout BenchRandom) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(limit + 32)
        if random.happens(1 / 3) { bytes += Array("no \(random.next() >> 20)\n".utf8) }
        var line = 0
        while bytes.count < limit {
            let word = words[sampler.draw(&random)]
            bytes += word
            line += word.count + 1
            if line > 70 { line = 0 }
            bytes.append(line == 0 ? UInt8(ascii: "\n") : UInt8(ascii: " "))
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
