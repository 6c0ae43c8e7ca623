/**
 * A survey product as a generated client makes it: cuids in texts, quoted names in camel case, enums and arrays of them, questions
 * as jsonb[], many-to-many in tables without a primary key, users that are known by e-mail.
 */
export const surveyTables = `
  CREATE TYPE "SurveyStatus" AS ENUM ('draft', 'in progress', 'completed');
  CREATE TYPE "Locale" AS ENUM ('en', 'de-CH', 'pt');
  CREATE TABLE "User" ("id" text PRIMARY KEY, "email" text NOT NULL UNIQUE);
  CREATE TABLE "Workspace" ("id" text PRIMARY KEY, "name" text, "ready" boolean NOT NULL DEFAULT true);
  CREATE TABLE "Segment" (
    "id" text PRIMARY KEY,
    "workspaceId" text NOT NULL REFERENCES "Workspace" ON DELETE CASCADE ON UPDATE CASCADE,
    "title" text NOT NULL,
    "filters" jsonb NOT NULL DEFAULT '[]'
  );
  CREATE UNIQUE INDEX "Segment_workspaceId_title_key" ON "Segment" ("workspaceId", "title");
  CREATE TABLE "Survey" (
    "id" text PRIMARY KEY,
    "createdAt" timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "workspaceId" text NOT NULL REFERENCES "Workspace" ON DELETE CASCADE ON UPDATE CASCADE,
    "name" text NOT NULL,
    "status" "SurveyStatus" NOT NULL DEFAULT 'draft',
    "locales" "Locale"[],
    "questions" jsonb[] NOT NULL DEFAULT ARRAY[]::jsonb[],
    "slug" text,
    "segmentId" text REFERENCES "Segment" ON DELETE SET NULL ON UPDATE CASCADE,
    "createdById" text NOT NULL REFERENCES "User",
    "ownerId" text NOT NULL REFERENCES "User",
    "reviewerId" text REFERENCES "User" ON DELETE SET NULL
  );
  CREATE UNIQUE INDEX "Survey_slug_key" ON "Survey" ("slug");
  CREATE TABLE "Response" (
    "id" text PRIMARY KEY,
    "surveyId" text NOT NULL REFERENCES "Survey" ON DELETE CASCADE ON UPDATE CASCADE,
    "number" int NOT NULL,
    "data" jsonb NOT NULL DEFAULT '{}',
    "finished" boolean NOT NULL DEFAULT false
  );
  CREATE TABLE "Answer" (
    "responseId" text NOT NULL REFERENCES "Response" ON DELETE CASCADE ON UPDATE CASCADE,
    "questionKey" text NOT NULL,
    "values" text[],
    PRIMARY KEY ("responseId", "questionKey")
  );
  CREATE TABLE "Tag" (
    "id" text PRIMARY KEY,
    "workspaceId" text NOT NULL REFERENCES "Workspace" ON DELETE CASCADE ON UPDATE CASCADE,
    "label" text NOT NULL
  );
  CREATE UNIQUE INDEX "Tag_workspaceId_label_key" ON "Tag" ("workspaceId", "label");
  CREATE TABLE "_ResponseToTag" (
    "A" text NOT NULL REFERENCES "Response" ON DELETE CASCADE ON UPDATE CASCADE,
    "B" text NOT NULL REFERENCES "Tag" ON DELETE CASCADE ON UPDATE CASCADE
  );
  CREATE UNIQUE INDEX "_ResponseToTag_AB_unique" ON "_ResponseToTag" ("A", "B");
  CREATE INDEX "_ResponseToTag_B_index" ON "_ResponseToTag" ("B")`
