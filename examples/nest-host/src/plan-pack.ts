import type { ResourceKind } from '@piecework/core'
import type { Pack } from '@piecework/core/piece'
import { tablePiece } from '@piecework/postgres'

/** Plans of people, and their zones. */
export const tables = `
CREATE TABLE plans (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL,
  owner text NOT NULL,
  ready boolean NOT NULL DEFAULT true
);
CREATE TABLE zones (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  plan_id uuid NOT NULL REFERENCES plans ON DELETE CASCADE,
  name text NOT NULL,
  hectares numeric NOT NULL
);
WITH plan AS (INSERT INTO plans (name, owner) VALUES ('Bay', 'ann') RETURNING id)
INSERT INTO zones (plan_id, name, hectares) SELECT id, name, hectares FROM plan,
  (VALUES ('Reef', 12.5), ('Harbour', 3), ('Seagrass', 40.25)) AS zone (name, hectares)`

const plan: ResourceKind = {
  kind: 'plan',
  table: 'plans',
  describe: async ({ id }, db) =>
    (await db.query<{ name: string }>('SELECT name FROM plans WHERE id = $1 AND ready', [id])).rows[0],
  shell: {
    create: async ({ ref, name, owner }, tx) => {
      await tx.query('INSERT INTO plans VALUES ($1, $2, $3, false) ON CONFLICT DO NOTHING', [
        ref.id,
        name ?? 'Plan',
        owner,
      ])
    },
    ready: async ({ id }, tx) => void (await tx.query('UPDATE plans SET ready = true WHERE id = $1', [id])),
    remove: async ({ id }, tx) => void (await tx.query('DELETE FROM plans WHERE id = $1', [id])),
  },
}

const zones = tablePiece({
  name: 'plan/zones',
  of: 'plan',
  version: 1,
  tables: [{ table: 'zones', owner: 'plan_id', order: ['name'] }],
})

export const planPack: Pack = { name: 'plans', kinds: [plan], pieces: [zones] }
