-- What every case begins with.
-- TRUNCATE where a row's place matters; elsewhere DELETE is faster for a few rows.
TRUNCATE parts;
DELETE FROM lines;
DELETE FROM orders;
DELETE FROM items;
DELETE FROM owners;
DELETE FROM numbered;
DELETE FROM chosen;
DELETE FROM "Odd Names";
DELETE FROM kinds;
DELETE FROM words;
DELETE FROM bookings;
DELETE FROM guarded;
DELETE FROM audited;
DELETE FROM strict;
DELETE FROM quiet;
DELETE FROM logged;
SELECT setval('orders_id_seq', 1, false);
SELECT setval('numbered_id_seq', 1, false);
SELECT setval('chosen_id_seq', 1, false);
SELECT setval('tickets', 1, false);
INSERT INTO owners VALUES (1, 'ann'), (2, 'bob'), (3, 'cy');
INSERT INTO items VALUES (1, 'apple', 1, 10), (2, 'pear', 1, 20), (3, 'fig', 2, 30), (4, 'plum', NULL, NULL);
INSERT INTO orders (item) VALUES (1), (1), (3);
INSERT INTO lines VALUES (1, 1), (2, 1), (3, 2);
INSERT INTO numbered (n) VALUES (5), (6);
INSERT INTO chosen (n) VALUES (5);
INSERT INTO "Odd Names" VALUES (1, 'from', 42);
INSERT INTO kinds VALUES
  (1, 'sad', 1.5, (2, 3), '[1,5)', '{sad,glad}', '{{1,2},{3,4}}', '{"a": [1, 2], "b": null}', 'x=>1, y=>NULL',
   'Ann@Example.com', '\x00ff', '1 mon 2 days 03:04:05.6', 'NaN', '2026-03-29 01:30:00+00', '2026-02-28',
   '00000000-0000-0000-0000-000000000001', '10.0.0.0/8', '101', '(1.5,2)', true, 'ab', 0.1, '23:59:59.5'),
  (2, 'glad', 0, NULL, 'empty', '{}', NULL, '"text"', '', 'bob@example.com', '\x', '-1 year', 12345678901234567890.123,
   'infinity', '-infinity', NULL, '::1', '', '(0,-0)', false, '', 'Infinity', '24:00');
INSERT INTO words VALUES (1, 'apple', 'Cats and dogs'), (2, 'Banana', 'a cat sat'), (3, 'Äpfel', 'the rain'), (4, '_x', NULL);
INSERT INTO parts VALUES (1, '2025-06-01', 'old'), (2, '2026-06-01', 'new');
INSERT INTO bookings VALUES (1, '[1,5)');
INSERT INTO guarded VALUES (1, 'ann'), (2, 'bob');
