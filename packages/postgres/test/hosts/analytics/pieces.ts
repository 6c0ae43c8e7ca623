import { tablePiece } from '@piecework/postgres'

export const siteRows = tablePiece({
  name: 'site/rows',
  of: 'site',
  version: 1,
  tables: [
    { table: 'sites', owner: 'id', order: ['name'], keepShellValue: ['name'], ignore: ['ready'] },
    { table: 'sessions', owner: 'site_id', order: ['started_at', 'browser'] },
    { table: 'events', owner: 'site_id', order: ['at', 'url_path'], references: { session_id: 'sessions' } },
    {
      table: 'event_data',
      owner: 'event_id.site_id',
      order: ['event_id.at', 'event_id.url_path', 'data_key'],
      references: { event_id: 'events' },
    },
    {
      table: 'reports',
      owner: 'site_id',
      order: ['title'],
      json: {
        parameters: [
          { path: 'websiteId', table: 'sites' },
          { path: 'sessions[*]', table: 'sessions' },
        ],
      },
    },
  ],
})
