-- A chat each hour from 1 to 30 January 2022, and in each a message a minute for a day: 720 chats, 1,037,520 messages.
INSERT INTO chats (created_at, topic)
SELECT hour, 'Chat of ' || to_char(hour AT TIME ZONE 'UTC', 'DD Month HH24:MI')
FROM generate_series(timestamptz '2022-01-01 00:00+00', timestamptz '2022-01-30 23:00+00', interval '1 hour') AS hour;

INSERT INTO chat_messages (chat_id, chat_created_at, created_at, body)
SELECT id, created_at, minute, 'Message of ' || to_char(minute AT TIME ZONE 'UTC', 'HH24:MI')
FROM chats CROSS JOIN generate_series(created_at, created_at + interval '24 hours', interval '1 minute') AS minute
ORDER BY minute;

CREATE INDEX chat_messages_chat_id ON chat_messages (chat_id, created_at);

ANALYZE chats, chat_messages;
