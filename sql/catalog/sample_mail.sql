-- The sample mail of a private server: three tenants, as the application stores it. No people in it: senders are offices.
-- {tenant} and {address} stand for one of the tenants, {part} for its number from 0.
--- tenants
SELECT * FROM (VALUES
    (0, '5a3d1e00-0000-4000-8000-000000000001', 'office@harbour.example.com'),
    (1, '5a3d1e00-0000-4000-8000-000000000002', 'desk@library.example.org'),
    (2, '5a3d1e00-0000-4000-8000-000000000003', 'orders@workshop.example.net')) AS t (part, tenant, address);
--- mailbox
INSERT INTO public.email_accounts (id, tenant_id, user_id, account_name, email_address, protocol)
VALUES (pg_catalog.md5('account' || $2)::uuid, $1::uuid, pg_catalog.md5('user' || $2)::uuid, 'Sample', $2, 'imap')
ON CONFLICT (id) DO NOTHING;
--- folders
INSERT INTO public.email_folders (id, tenant_id, account_id, name, path, type, uid_validity)
SELECT pg_catalog.md5(f.type || $2)::uuid, $1::uuid, pg_catalog.md5('account' || $2)::uuid, f.name, f.name, f.type, 1
  FROM (VALUES ('INBOX', 'inbox'), ('Archive', 'archive'), ('Sent', 'sent')) AS f (name, type)
ON CONFLICT (id) DO NOTHING;
--- messages
-- Folder, and its messages as email_ingest takes them. $1: the address, $2: the tenant's number.
SELECT pg_catalog.md5(CASE WHEN m.n % 6 = 0 THEN 'archive' ELSE 'inbox' END || $1)::uuid AS folder,
       pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
           'message_id', '<sample-' || m.n || '@' || s.host || '>', 'imap_uid', m.n::text,
           'from', s.name || ' <' || s.address || '>', 'to', pg_catalog.jsonb_build_array($1::text),
           'subject', CASE WHEN m.n % 5 = 0 THEN 'Re: ' ELSE '' END || pg_catalog.replace(t.subject, '{n}', (1000 + m.n)::text),
           'text_body', pg_catalog.replace(t.body, '{n}', (1000 + m.n)::text),
           'is_read', m.n % 3 <> 0, 'is_flagged', m.n % 17 = 0,
           'received_at', public.email_now_ms() - (120 - m.n)::bigint * 9000000, 'size_bytes', 900 + 40 * m.n) ORDER BY m.n) AS messages
  FROM pg_catalog.generate_series(1, 120) AS m (n)
  JOIN (VALUES
    (0, 'Billing', 'billing@power.example.com', 'power.example.com'),
    (1, 'Customs office', 'declarations@customs.example.org', 'customs.example.org'),
    (2, 'Reading room', 'desk@library.example.org', 'library.example.org'),
    (3, 'Help desk', 'help@provider.example.net', 'provider.example.net'),
    (4, 'Shipping', 'shipping@carrier.example.com', 'carrier.example.com'),
    (5, 'Newsletter', 'news@museum.example.org', 'museum.example.org'),
    (6, 'Print shop', 'orders@print.example.net', 'print.example.net')) AS s (i, name, address, host) ON s.i = (m.n + $2::integer) % 7
  JOIN (VALUES
    (0, 'Invoice INV-{n}', 'Please find invoice INV-{n} for last month. It is due within thirty days.'),
    (1, 'Container {n} has arrived', 'Container {n} was unloaded this morning. The customs declaration is still missing.'),
    (2, 'The lighthouse lamp is out again', 'The lamp of the lighthouse failed during the night. Job {n} is open, a technician comes tomorrow.'),
    (3, 'Rechnung {n}', 'anbei die Rechnung {n}. Über eine Überweisung bis Monatsende freuen wir uns. Mit freundlichen Grüßen'),
    (4, 'Fähre um eine Stunde verspätet', 'Wegen Nebels läuft die Fähre eine Stunde später aus. Reisende mit Fahrschein {n} warten im Café am Hafen.'),
    (5, 'Facture n° {n}', 'Veuillez trouver ci-joint la facture {n}. Le règlement est attendu à la fin du mois.'),
    (6, 'La bibliothèque ouvre plus tôt', 'À partir de lundi, la salle de lecture ouvre à huit heures. Réservation {n}.'),
    (7, 'Pedido {n} enviado', 'Su pedido {n} salió esta mañana y llegará en tres días.'),
    (8, 'Reunión sobre el muelle', 'La reunión sobre las obras del muelle será el martes. Expediente {n}.'),
    (9, 'Conferma dell''ordine {n}', 'Il Suo ordine {n} è stato confermato. La spedizione parte domani.'),
    (10, 'Horário de inverno', 'A oficina fecha às dezassete horas. O trabalho {n} fica para amanhã.'),
    (11, 'Zamówienie {n} jest gotowe', 'Zamówienie {n} można odebrać w warsztacie. Łódź stoi przy nabrzeżu.'),
    (12, 'Το πλοίο καθυστερεί', 'Το πλοίο καθυστερεί λόγω ομίχλης. Αριθμός φορτίου {n}.'),
    (13, 'Счёт № {n}', 'Направляем счёт № {n} за прошлый месяц. Маяк снова работает.'),
    (14, '灯塔维修通知 {n}', '港口的灯塔将于明天上午进行维修，请各位船长注意安全。编号 {n}。'),
    (15, '図書館からのお知らせ', '予約された本が届きました。受付番号は {n} です。一週間以内にお越しください。'),
    (16, '배송이 시작되었습니다 {n}', '주문하신 상품이 오늘 항구에서 출발했습니다. 주문 번호 {n}.'),
    (17, 'إشعار وصول الشحنة {n}', 'وصلت الشحنة إلى الميناء صباح اليوم. رقم الشحنة {n}.'),
    (18, 'הספר שהזמנת הגיע', 'הספר שהזמנת מחכה בספרייה. מספר ההזמנה {n}.'),
    (19, 'แจ้งเลื่อนเรือ {n}', 'เรือออกช้าหนึ่งชั่วโมงเพราะหมอกลงที่ท่าเรือ')) AS t (i, subject, body)
    ON t.i = (m.n * 7 + $2::integer * 3) % 20
 GROUP BY 1 ORDER BY 1;
--- attachments
INSERT INTO public.email_attachments (id, tenant_id, message_id, filename, mime_type, size_bytes)
SELECT pg_catalog.md5('file' || m.id::text)::uuid, m.tenant_id, m.id, 'document-' || m.imap_uid || '.pdf', 'application/pdf', 48000
  FROM public.email_messages AS m
 WHERE m.tenant_id = $1::uuid AND m.message_id LIKE '<sample-%' AND m.imap_uid_num % 9 = 0
ON CONFLICT (id) DO NOTHING;
--- search
SELECT pg_catalog.to_char(pg_catalog.to_timestamp(m.received_at / 1000.0), 'YYYY-MM-DD'), m."from", m.subject
  FROM public.email_search($1) AS s JOIN public.email_messages AS m ON m.id = s.message_id
 ORDER BY m.received_at DESC LIMIT 5;
