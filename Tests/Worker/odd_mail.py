"""Writes mail with each oddity that real mail was found to have, as Maildir folders Odd and Kept and the mbox file Box.

    python3 odd_mail.py FOLDER

Prints how many messages that are.
"""

import sys
from pathlib import Path


def mail(number, headers=b"", body=b"Body."):
    return b"Message-ID: <%d@example.org>\r\nFrom: a@example.org\r\n%s\r\n%s\r\n" % (number, headers, body)


def parts(kind, *inside):
    body = b"".join(b"--b\r\n%s\r\n" % part for part in inside) + b"--b--"
    return b"Content-Type: multipart/%s; boundary=b\r\n" % kind, body


FIRST = mail(1, b"Subject: zero\r\n", b"before\0after")
ODD = [
    FIRST,
    mail(2, b"Content-Type: text/plain; charset=utf-16-be\r\nContent-Transfer-Encoding: base64\r\n", b"2AAAQQ=="),
    mail(3, b"Subject: =?utf-7?q?+2AA-?= =?utf-8?q?=ED=A0=80?=\r\n"),
    # Without a Message-ID, or with one that is none.
    b"Subject: one\r\n\r\nx",
    b"Subject: two\r\n\r\nx",
    b"Message-ID: <>\r\nSubject: three\r\n\r\nx",
    b"Message-ID: <>\r\nSubject: four\r\n\r\nx",
    b"",
    b"\r\n",
    b"just a line",
    # Known ids with other content: a stranger's, and a list that changed the footer.
    mail(1, b"Subject: other\r\n", b"other"),
    mail(1, b"Subject: zero\r\n", b"before\0after\r\n-- \r\nlist"),
    # Too long for the documented columns.
    b"Message-ID: <%s@x>\r\n\r\nx" % (b"x" * 3000),
    mail(5, b"Subject: long\r\n").replace(b"From: a@", b"From: %s<A@" % (b"very long " * 200)).replace(b"org\r\n", b"org>\r\n", 2),
    mail(6, b"Subject: %s\r\nReply-To: %s <r@example.org>\r\n" % (b"many words " * 300, b"many names " * 90)),
    mail(7, b"X-Long: %s\r\n" % (b"y" * 100_000)),
    mail(8, b"", b"word " * 300_000),
    mail(9, "Subject: {}\r\n".format("\U0001f4e7" * 700).encode()),
    # Senders that are not what they seem.
    b'Message-ID: <10@x>\r\nFrom: "ceo@bank.example" <evil@example.org>\r\n\r\nx',
    b"Message-ID: <11@x>\r\nFrom: (ceo@bank.example) evil@example.org\r\n\r\nx",
    b"Message-ID: <12@x>\r\nFrom: Undisclosed\r\n\r\nx",
    # Bytes and names that no standard allows.
    b"Message-ID: <13@x>\r\nSubject: caf\xe9\r\nFrom: \xff\xfe <b@x>\r\n\r\n\xe9\x80\x00\xc3",
    mail(14, b"Content-Type: text/plain; charset=x-none\r\n"),
    mail(15, b"Content-Type: text/plain; charset=\xff\r\n"),
    mail(16, b"Content-Type: ;;;\r\n"),
    mail(17, b"Content-Transfer-Encoding: base64\r\n", b"%%%="),
    mail(18, b"Subject: =?x-none?b?AAAA?= =?utf-8?b?!?=\r\n"),
    mail(19, b"Subject: \\u0000 \\ud800 \\\\ \"quoted\" '; DROP TABLE email_messages; --\r\n"),
    mail(20, b"Date: Thu, 99 Foo 20000 99:99:99 +9999\r\n"),
    mail(21, b"Date: Fri, 31 Dec 9999 23:59:59 -1200\r\n"),
    # Bodies in parts.
    mail(22, *parts(b"alternative", b"Content-Type: text/plain\r\n\r\n", b"Content-Type: text/html\r\n\r\n<p>newsletter</p>")),
    mail(23, *parts(b"mixed", b"Content-Type: text/plain\r\n\r\nthere",
                    b'Content-Type: application/pdf; name="%s.pdf"\r\n\r\nx' % (b"n" * 600),
                    b"Content-Type: image/%s\r\n\r\ny" % (b"z" * 200))),
    mail(24, b"Content-Type: message/rfc822\r\n", b"Message-ID: <inner@x>\r\nSubject: inner\r\n\r\ninner"),
    mail(25, b"Content-Type: multipart/mixed; boundary=b\r\n", b"no part"),
    mail(26, *parts(b"mixed", *[b"Content-Type: text/plain; name=%d\r\n\r\nx" % number for number in range(300)])),
    # Lists of addresses and ids.
    mail(27, b'To: Friends: a@x, b@y;, undisclosed-recipients:;\r\nCc: "Doe, John" <j@x>, <>, @\r\n'),
    mail(28, b"References: <a@x>\r\n\t<b b@x> <>\r\n <%s@x>\r\nIn-Reply-To: your mail <a@x>\r\n" % (b"r" * 600)),
    mail(29, b"References: %s\r\n" % b"".join(b"<%d@x>" % number for number in range(3000))),
    b"Message-ID: <30@x>\r\nMessage-ID: <31@x>\r\n\r\nx",
    b"Message-ID:   32@x (comment) \r\n\r\nx",
    b"Message-ID: <33@x>\nSubject: unix\n\nbody\n",
]  # fmt: skip


def main(folder):
    for name in ("Odd", "Kept"):
        for part in ("cur", "new", "tmp"):
            (folder / name / part).mkdir(parents=True)
    for number, raw in enumerate(ODD, 100):
        (folder / "Odd/cur" / f"{number}:2,{'S' if number % 2 else 'F'}").write_bytes(raw)
    # The same mail in another folder, twice.
    for number in (1, 2):
        (folder / "Kept/cur" / f"{number}:2,S").write_bytes(FIRST)
    box = [b"From a@example.org Mon Jan  1 00:00:00 2024\n" + mail(number).replace(b"\r\n", b"\n") for number in range(100, 350)]
    (folder / "Box").write_bytes(b"\n".join(box))
    print(len(ODD) + 2 + len(box))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
