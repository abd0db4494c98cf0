CREATE TABLE events (
  id serial,
  created_at timestamp NOT NULL DEFAULT now(),
  payload jsonb NOT NULL,
  PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
