/** What the first module imports, so that a browser asks for all at once. */
const preloaded = ['preact', 'preact-hooks', 'htm', 'piecework-jobs', 'app', 'job-list', 'job-page'] as const

/** Addresses are relative to `…/ui`, whatever is before it. */
export function pageHtml(version: string): string {
  const preloads = preloaded.map((name) => `<link rel="modulepreload" href="ui/${version}/${name}.js">`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Exports and imports</title>
<link rel="stylesheet" href="ui/${version}/page.css">
${preloads.join('\n')}
<script type="module" src="ui/${version}/page.js"></script>
</head>
<body>
<main><piecework-jobs><noscript>This page needs JavaScript.</noscript></piecework-jobs></main>
</body>
</html>
`
}
