/**
 * A land register as an object-relational mapper makes it: keys of 24 letters and digits, users with numbers, rows that lead to
 * any table by a content type, a table that inherits by a shared key, a table for many-to-many, ids inside attributes.
 */
export const registerTables = `
  CREATE TABLE app_user (id serial PRIMARY KEY, username varchar(150) NOT NULL UNIQUE);
  CREATE TABLE content_type (
    id serial PRIMARY KEY,
    app_label varchar(100) NOT NULL,
    model varchar(100) NOT NULL,
    UNIQUE (app_label, model)
  );
  CREATE TABLE register_district (
    id varchar(24) PRIMARY KEY,
    name varchar(200),
    created_by_id int REFERENCES app_user DEFERRABLE INITIALLY DEFERRED,
    attributes jsonb NOT NULL DEFAULT '{}',
    ready boolean NOT NULL DEFAULT true
  );
  CREATE TABLE register_parcel (
    id varchar(24) PRIMARY KEY,
    district_id varchar(24) NOT NULL REFERENCES register_district DEFERRABLE INITIALLY DEFERRED,
    label varchar(50) NOT NULL,
    attributes jsonb NOT NULL,
    created_by_id int NOT NULL REFERENCES app_user DEFERRABLE INITIALLY DEFERRED,
    created_at timestamptz NOT NULL,
    UNIQUE (district_id, label)
  );
  CREATE TABLE register_plot (
    parcel_ptr_id varchar(24) PRIMARY KEY REFERENCES register_parcel DEFERRABLE INITIALLY DEFERRED,
    area numeric(12, 2)
  );
  CREATE TABLE register_holder (
    id varchar(24) PRIMARY KEY,
    district_id varchar(24) NOT NULL REFERENCES register_district DEFERRABLE INITIALLY DEFERRED,
    name varchar(200) NOT NULL,
    UNIQUE (district_id, name)
  );
  CREATE TABLE register_parcel_holders (
    id serial PRIMARY KEY,
    parcel_id varchar(24) NOT NULL REFERENCES register_parcel DEFERRABLE INITIALLY DEFERRED,
    holder_id varchar(24) NOT NULL REFERENCES register_holder DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (parcel_id, holder_id)
  );
  CREATE TABLE register_document (
    id varchar(24) PRIMARY KEY,
    district_id varchar(24) NOT NULL REFERENCES register_district DEFERRABLE INITIALLY DEFERRED,
    title varchar(200) NOT NULL,
    UNIQUE (district_id, title)
  );
  CREATE TABLE register_documentlink (
    id serial PRIMARY KEY,
    document_id varchar(24) NOT NULL REFERENCES register_document DEFERRABLE INITIALLY DEFERRED,
    content_type_id int NOT NULL REFERENCES content_type DEFERRABLE INITIALLY DEFERRED,
    record_id varchar(24) NOT NULL,
    note varchar(200) NOT NULL
  )`
