/**
 * As an object-relational mapper makes them: names with the name of the application before them, no defaults, tables that inherit by
 * a shared key, many-to-many with numbers of their own, content types.
 */
export const farmTables = `
  CREATE SCHEMA farm; SET search_path = farm, public;
  CREATE TABLE app_user (id serial PRIMARY KEY, username varchar(150) NOT NULL UNIQUE, email varchar(254) NOT NULL, password varchar(128) NOT NULL);
  CREATE TABLE content_type (id serial PRIMARY KEY, app_label varchar(100) NOT NULL, model varchar(100) NOT NULL, UNIQUE (app_label, model));
  CREATE TABLE farm_region (id serial PRIMARY KEY, slug varchar(50) NOT NULL UNIQUE);
  CREATE TABLE farm_estate (
    id varchar(24) PRIMARY KEY, name varchar(200) NOT NULL, slug varchar(50) NOT NULL UNIQUE, region_id int REFERENCES farm_region DEFERRABLE INITIALLY DEFERRED,
    created_by_id int NOT NULL REFERENCES app_user DEFERRABLE INITIALLY DEFERRED, created_date timestamptz NOT NULL, attributes jsonb NOT NULL
  );
  CREATE TABLE farm_place (
    id serial PRIMARY KEY, estate_id varchar(24) NOT NULL REFERENCES farm_estate DEFERRABLE INITIALLY DEFERRED, label varchar(50) NOT NULL, UNIQUE (estate_id, label)
  );
  CREATE TABLE farm_field (place_ptr_id int PRIMARY KEY REFERENCES farm_place DEFERRABLE INITIALLY DEFERRED, hectares numeric(10,3));
  CREATE TABLE farm_meadow (field_ptr_id int PRIMARY KEY REFERENCES farm_field DEFERRABLE INITIALLY DEFERRED, grass varchar(20) NOT NULL);
  CREATE TABLE farm_crop (
    id serial PRIMARY KEY, estate_id varchar(24) NOT NULL REFERENCES farm_estate DEFERRABLE INITIALLY DEFERRED, name varchar(50) NOT NULL, UNIQUE (estate_id, name)
  );
  CREATE TABLE farm_field_crops (
    id serial PRIMARY KEY, field_id int NOT NULL REFERENCES farm_field DEFERRABLE INITIALLY DEFERRED, crop_id int NOT NULL REFERENCES farm_crop DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (field_id, crop_id)
  );
  CREATE TABLE farm_note (
    id serial PRIMARY KEY, estate_id varchar(24) NOT NULL REFERENCES farm_estate, content_type_id int NOT NULL REFERENCES content_type,
    object_id varchar(40) NOT NULL, body text NOT NULL
  );
  CREATE TABLE farm_category (
    id serial PRIMARY KEY, estate_id varchar(24) NOT NULL REFERENCES farm_estate, name varchar(50) NOT NULL, lft int NOT NULL, parent_id int REFERENCES farm_category
  );
  CREATE TABLE farm_deed (id varchar(24) PRIMARY KEY, estate_id varchar(24) NOT NULL REFERENCES farm_estate, title text NOT NULL, UNIQUE (estate_id, title));
  INSERT INTO app_user (username, email, password) VALUES ('ann', 'ann@x', 'p');
  INSERT INTO farm_region (slug) VALUES ('north');
  INSERT INTO content_type (app_label, model) VALUES ('auth', 'user'), ('farm', 'place'), ('other', 'place'), ('farm', 'crop'), ('farm', 'estate');
  INSERT INTO farm_estate VALUES ('5yt4wxmp9qvwuigz2xm3hbc7', 'One', 'one', 1, 1, '2020-01-01',
    '{"a": 1, "deed": "ayt4wxmp9qvwuigz2xm3hbc7", "older": [{"deed": "ayt4wxmp9qvwuigz2xm3hbc7"}]}');
  INSERT INTO farm_deed VALUES ('ayt4wxmp9qvwuigz2xm3hbc7', '5yt4wxmp9qvwuigz2xm3hbc7', 'One of 24 that begins with a letter');
  INSERT INTO farm_place (id, estate_id, label) SELECT n, '5yt4wxmp9qvwuigz2xm3hbc7', 'p' || n FROM generate_series(1, 3) n;
  SELECT setval('farm_place_id_seq', 3);
  INSERT INTO farm_field VALUES (1, 1.5), (2, 2);
  INSERT INTO farm_meadow VALUES (2, 'long');
  INSERT INTO farm_crop (estate_id, name) VALUES ('5yt4wxmp9qvwuigz2xm3hbc7', 'rye'), ('5yt4wxmp9qvwuigz2xm3hbc7', 'oat');
  INSERT INTO farm_field_crops (field_id, crop_id) VALUES (1, 1), (1, 2), (2, 1);
  INSERT INTO farm_note (estate_id, content_type_id, object_id, body) VALUES ('5yt4wxmp9qvwuigz2xm3hbc7', 2, '2', 'a place'), ('5yt4wxmp9qvwuigz2xm3hbc7', 4, '2', 'a crop');
  INSERT INTO farm_category (estate_id, name, lft, parent_id) VALUES ('5yt4wxmp9qvwuigz2xm3hbc7', 'top', 1, NULL), ('5yt4wxmp9qvwuigz2xm3hbc7', 'sub', 2, 1);
  RESET search_path;`

/** As a generated client makes them: cuids, camel case beside mapped names, pairs without a primary key, arrays of enums, composite keys, citext. */
export const shopTables = `
  CREATE EXTENSION citext SCHEMA public;
  CREATE SCHEMA shop; SET search_path = shop, public;
  CREATE TYPE "Role" AS ENUM ('owner', 'Editor in chief', 'guest');
  CREATE TABLE "User" ("id" text PRIMARY KEY, "email" citext NOT NULL);
  CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
  CREATE TABLE "Team" (
    "id" text PRIMARY KEY, "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" timestamp(3) NOT NULL, "name" text NOT NULL,
    "slug" citext NOT NULL UNIQUE, "roles" "Role"[] NOT NULL, "parentId" text REFERENCES "Team"
  );
  CREATE TABLE "Member" (
    "teamId" text NOT NULL REFERENCES "Team" ON DELETE CASCADE, "userId" text NOT NULL REFERENCES "User" ON DELETE CASCADE, "role" "Role" NOT NULL DEFAULT 'guest',
    CONSTRAINT "Member_pkey" PRIMARY KEY ("userId", "teamId")
  );
  CREATE TABLE "Post" (
    "id" text PRIMARY KEY, "teamId" text NOT NULL REFERENCES "Team" ON DELETE CASCADE, "title" citext NOT NULL, "short" text GENERATED ALWAYS AS (left(title::text, 3)) STORED,
    "authorId" text REFERENCES "User" ON DELETE SET NULL, "visibleTo" "Role"[] DEFAULT ARRAY[]::"Role"[], "replyToId" text REFERENCES "Post" ON DELETE SET NULL
  );
  CREATE TABLE "Category" ("id" serial PRIMARY KEY, "teamId" text NOT NULL REFERENCES "Team" ON DELETE CASCADE, "name" citext NOT NULL, UNIQUE ("teamId", "name"));
  CREATE TABLE "_CategoryToPost" ("A" int NOT NULL REFERENCES "Category" ON DELETE CASCADE, "B" text NOT NULL REFERENCES "Post" ON DELETE CASCADE);
  CREATE UNIQUE INDEX "_CategoryToPost_AB_unique" ON "_CategoryToPost" ("A", "B");
  CREATE TABLE "_Related" ("A" text NOT NULL REFERENCES "Post" ON DELETE CASCADE, "B" text NOT NULL REFERENCES "Post" ON DELETE CASCADE);
  CREATE UNIQUE INDEX "_Related_AB_unique" ON "_Related" ("A", "B");
  CREATE TABLE "_PostToUser" ("A" text NOT NULL REFERENCES "Post" ON DELETE CASCADE, "B" text NOT NULL REFERENCES "User" ON DELETE CASCADE, PRIMARY KEY ("A", "B"));
  CREATE TABLE order_rows (team_id text NOT NULL REFERENCES "Team" ON DELETE CASCADE, order_no int NOT NULL, placed_on date NOT NULL, PRIMARY KEY (team_id, order_no));
  CREATE TABLE order_item_rows (
    team_id text NOT NULL, order_no int NOT NULL, item_no int NOT NULL, sku citext NOT NULL, total numeric GENERATED ALWAYS AS (item_no * 2) STORED,
    PRIMARY KEY (team_id, order_no, item_no), FOREIGN KEY (team_id, order_no) REFERENCES order_rows ON DELETE CASCADE
  );
  INSERT INTO "User" VALUES ('cl000000000000000000000a1', 'Ann@x.org'), ('cl000000000000000000000b2', 'bob@x.org');
  INSERT INTO "Team" ("id", "updatedAt", "name", "slug", "roles") VALUES ('cl00000000000000000000t01', '2024-01-01', 'Team', 'Team', '{owner,"Editor in chief"}');
  INSERT INTO "Member" VALUES ('cl00000000000000000000t01', 'cl000000000000000000000a1', 'owner');
  INSERT INTO "Post" ("id", "teamId", "title", "authorId", "visibleTo", "replyToId") VALUES
    ('cl00000000000000000000p01', 'cl00000000000000000000t01', 'Zebra', 'cl000000000000000000000a1', '{"Editor in chief",NULL}', NULL),
    ('cl00000000000000000000p02', 'cl00000000000000000000t01', 'apple', NULL, NULL, 'cl00000000000000000000p01');
  INSERT INTO "Category" ("teamId", "name") VALUES ('cl00000000000000000000t01', 'Red'), ('cl00000000000000000000t01', 'blue');
  INSERT INTO "_CategoryToPost" VALUES (1, 'cl00000000000000000000p01'), (2, 'cl00000000000000000000p02');
  INSERT INTO "_Related" VALUES ('cl00000000000000000000p01', 'cl00000000000000000000p02');
  INSERT INTO "_PostToUser" VALUES ('cl00000000000000000000p01', 'cl000000000000000000000b2');
  INSERT INTO order_rows VALUES ('cl00000000000000000000t01', 1, '2024-01-01');
  INSERT INTO order_item_rows VALUES ('cl00000000000000000000t01', 1, 1, 'X'), ('cl00000000000000000000t01', 1, 2, 'y');
  RESET search_path;`
