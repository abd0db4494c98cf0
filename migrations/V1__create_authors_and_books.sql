-- Runs once in every tenant's schema, which is first on the search_path: so names stand alone.

CREATE TABLE authors (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  country text NOT NULL,
  born integer NOT NULL,
  died integer,
  CONSTRAINT authors_lived_forwards CHECK (died > born)
);

COMMENT ON COLUMN authors.country IS 'where the author was born, by its name of today';

CREATE TABLE books (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  author_id uuid NOT NULL REFERENCES authors (id),
  title text NOT NULL,
  published integer NOT NULL,
  UNIQUE (author_id, title)
);

COMMENT ON COLUMN books.title IS 'in English';
COMMENT ON COLUMN books.published IS 'the year of the first edition as a book, in its own language';
